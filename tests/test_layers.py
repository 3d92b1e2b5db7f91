"""Layers against real Keras: outputs, gradients, states, losses and masks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import dryfit.executor.layers.all  # noqa: F401 - makes every layer class
from dryfit.executor import functions, structure
from dryfit.executor.api import names
from dryfit.executor.layers.calling import mask_of, set_mask
from dryfit.executor.tape import GradientTape
from dryfit.executor.tensor import Tensor, TensorLike

from .oracle import drawn
from .oracle.record_numbers import DATA, questions

RECORDED = np.load(DATA)
QUESTIONS = {q["key"]: q for q in questions()}
NAMES = {n.removeprefix("keras.layers."): v for n, v in names().items() if "keras.layers." in n}


def close(actual: object, expected: np.ndarray, what: str, scale: float) -> None:
    """Equal to 1e-5 of the value or of the case's largest one, in shape and dtype too."""
    actual = np.asarray(actual)
    assert actual.shape == expected.shape, what
    assert actual.dtype == expected.dtype, what
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5 * scale, err_msg=what)
    else:
        np.testing.assert_array_equal(actual, expected, err_msg=what)


def as_tensors(value: object) -> object:
    if isinstance(value, list):
        return [as_tensors(v) for v in value]
    return Tensor(value) if isinstance(value, np.ndarray) else value


def build(question: dict) -> tuple:
    """The layer with the weights of the recording, and its arguments."""
    key, dtype = question["key"], question["dtype"]
    layer = eval(question["code"], dict(NAMES))
    args = as_tensors(drawn.inputs(key, question["inputs"], dtype))
    order = sorted(question["kwargs"])
    given = drawn.inputs(key + " kwargs", [question["kwargs"][n] for n in order], dtype)
    kwargs = dict(zip(order, as_tensors(given), strict=True))
    if question.get("masked"):
        for tensor in structure.flatten(args):
            set_mask(tensor, Tensor(drawn.inputs(key + " mask", question["masked"], "bool")))
    layer(*args, **kwargs)
    shapes = [tuple(w.shape) for w in layer.weights]
    layer.set_weights(drawn.weights(key, shapes, [w.name for w in layer.weights]))
    return layer, args, kwargs


def answers(question: dict) -> Iterator[tuple[str, object]]:
    """What the recording holds, computed here."""
    key = question["key"]
    layer, args, kwargs = build(question)
    training = {"training": True} if question["training"] else {}
    leaves = [t for t in structure.flatten(args) if isinstance(t, TensorLike)]
    sources = [t for t in leaves if t.dtype.kind == "f"]
    with GradientTape() as tape:
        tape.watch(sources)
        outputs = structure.flatten(layer(*args, **kwargs, **training))
        total = Tensor(0.0)
        for i, o in enumerate(o for o in outputs if o.dtype.kind == "f"):
            total = total + functions.sum(o * drawn.factors(f"{key} {i}", o.shape))
        for loss in layer.losses:
            total = total + loss
    wanted = [*sources, *layer.trainable_weights]
    labels = [f"input{i}" for i in range(len(sources))]
    labels += [f"weight{i}" for i in range(len(layer.trainable_weights))]
    for label, g in zip(labels, tape.gradient(total, wanted), strict=True):
        if g is not None:
            yield f"grad {label}", g
    for i, o in enumerate(outputs):
        yield f"train {i}", o
        if mask_of(o) is not None:
            yield f"mask {i}", mask_of(o)
    yield "total", total
    for i, w in enumerate(layer.non_trainable_weights):
        yield f"state {i}", w
    if question["training"]:
        inferred = structure.flatten(layer(*args, **kwargs, training=False))
        for i, o in enumerate(inferred):
            if f"{key}|infer {i}" in RECORDED:
                yield f"infer {i}", o
    yield "names", " ".join(w.name for w in layer.weights)


@pytest.mark.filterwarnings("ignore:.*does not support masking")
@pytest.mark.parametrize("key", QUESTIONS)
def test_a_layer_computes_what_keras_computes(key: str) -> None:
    expected = {n.split("|")[1]: RECORDED[n] for n in RECORDED.files if n.startswith(f"{key}|")}
    assert expected, "not recorded: run tests/oracle/record_numbers.py"
    found = dict(answers(QUESTIONS[key]))
    assert sorted(found) == sorted(expected)
    floats = [v for v in expected.values() if v.dtype.kind == "f"]
    scale = max([1.0, *(float(np.abs(v).max(initial=0.0)) for v in floats)])
    for name, value in expected.items():
        if name == "names":
            assert found[name] == str(value)
        else:
            close(found[name], value, name, scale)
