"""Keras 2's side of `record_layers.py`: cases as JSON on stdin, what happens on stdout.

Run by an interpreter that has tf_keras and nothing of this project.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import tf_keras as keras

NAMES = {**vars(keras.layers), "keras": keras, "np": np}


def decoded(data, leaf):
    """Nested lists with `{"shape": ...}` made tensors by `leaf`, `{"value": v}` values."""
    if isinstance(data, list):
        return [decoded(d, leaf) for d in data]
    return leaf(tuple(data["shape"])) if "shape" in data else data["value"]


def concrete(dtype):
    """What makes an array of a shape."""
    return lambda shape: np.full(shape, "a") if dtype == "string" else np.ones(shape, dtype)


def symbolic(dtype, masked):
    """What makes an Input of a shape, its batch axis unknown, with a mask."""

    def make(shape):
        x = keras.Input(shape[1:], dtype=dtype)
        if masked and len(shape) > 2:
            x._keras_mask = keras.Input(shape[1:2], dtype="bool")
        return x

    return make


def shapes(value):
    """Shapes of what a call returned; lists and tuples are both lists."""
    if isinstance(value, list | tuple):
        return [shapes(v) for v in value]
    return f"[{','.join(map(str, tuple(value.shape)))}]"


def masks(value):
    """Whether the outputs carry masks."""
    if isinstance(value, list | tuple):
        return any(masks(v) for v in value)
    return getattr(value, "_keras_mask", None) is not None


def called(case, leaf):
    """The layer and its output."""
    layer = eval(case["code"], dict(NAMES))
    inputs = [decoded(d, leaf) for d in case["inputs"]]
    return layer, layer(*inputs, **{k: decoded(d, leaf) for k, d in case["kwargs"].items()})


def observe(case):
    """Shapes and weights, or the name of the exception; what becomes of a mask."""
    row = {}
    for name, leaf in (
        ("symbolic", symbolic(case["dtype"], False)),
        ("eager", concrete(case["dtype"])),
    ):
        try:
            layer, y = called(case, leaf)
            row[name] = shapes(y)
            row["weights"] = sorted(shapes(w) for w in layer.weights)
        except Exception as error:
            row[name] = type(error).__name__
    try:
        row["mask"] = masks(called(case, symbolic(case["dtype"], True))[1])
    except Exception as error:
        row["mask"] = type(error).__name__
    return row


def main():
    """One line of JSON for each case."""
    for case in json.load(sys.stdin):
        print(json.dumps({"key": case["key"]} | observe(case)), flush=True)


if __name__ == "__main__":
    main()
