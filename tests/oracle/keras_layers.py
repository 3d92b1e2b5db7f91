"""Real Keras' side of `record_layers.py`: cases as JSON on stdin, what happens on stdout.

Run by an interpreter that has Keras and nothing of this project.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings

import h5py
import keras
import numpy as np
import tensorflow as tf

NAMES = {**vars(keras.layers), "keras": keras, "np": np}


def decoded(data, leaf):
    """Nested lists with `{"shape": ...}` made tensors by `leaf`, `{"value": v}` values."""
    if isinstance(data, list):
        return [decoded(d, leaf) for d in data]
    return leaf(tuple(data["shape"])) if "shape" in data else data["value"]


def array(dtype, random=False):
    """What makes a concrete input of a shape."""

    def make(shape):
        if dtype == "string":
            return np.full(shape, "a")
        if random and dtype.startswith("float"):
            return np.random.default_rng(0).normal(size=shape).astype(dtype)
        return np.ones(shape, dtype)

    return make


def symbolic(dtype, batch_unknown, mask=False):
    """What makes a symbolic input of a shape, its batch axis unknown, with a mask."""

    def make(shape):
        if batch_unknown:
            shape = (None, *shape[1:])
        x = keras.KerasTensor(shape, dtype)
        if mask and len(shape) > 2:
            x._keras_mask = keras.KerasTensor(shape[:2], "bool")
        return x

    return make


def structure(value):
    """Shapes and dtypes of what a call returned; lists and tuples are both lists."""
    if isinstance(value, list | tuple):
        return [structure(v) for v in value]
    return tensor(value)


def tensor(value):
    """`float32[2,None]`: dtype and shape of a tensor."""
    name = getattr(value.dtype, "name", str(value.dtype))
    return f"{name}[{','.join(map(str, value.shape))}]"


def attempt(function, *args):
    """The result as data, or the name of the exception."""
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__


def new(case):
    """The layer of a case, freshly made."""
    return eval(case["code"], dict(NAMES))


def called(case, leaf, **more):
    """The output of a fresh layer on inputs that `leaf` makes."""
    layer = new(case)
    inputs = [decoded(d, leaf) for d in case["inputs"]]
    return layer, layer(*inputs, **{k: decoded(d, leaf) for k, d in case["kwargs"].items()}, **more)


def initial(value):
    """How a fresh weight is filled, as far as it shows."""
    flat = np.unique(np.asarray(value))
    return {0.0: "zeros", 1.0: "ones"}.get(float(flat[0]), "other") if flat.size == 1 else "other"


def weights(layer):
    """Name, group in a saved file, shape, trainable, dtype, ... of every weight, in order."""
    rows = [
        {
            "name": w.name,
            "shape": tensor(w),
            "trainable": bool(w.trainable),
            "initial": initial(w),
            "regularized": w.regularizer is not None,
            "constrained": w.constraint is not None,
        }
        for w in layer.weights
    ]
    for number, weight in enumerate(layer.weights):
        weight.assign(np.full(weight.shape, number))
    for group, number in saved_groups(layer).items():
        rows[number].setdefault("file", group)
    return rows


def saved_groups(layer):
    """Path in a saved file -> number of the weight, told by the value assigned before."""

    class Holder(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = layer

        def call(self, x):
            return x

    holder, found = Holder(), {}
    holder.built = True
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.weights.h5")
        holder.save_weights(path)
        with h5py.File(path) as file:

            def visit(name, item):
                if isinstance(item, h5py.Dataset) and name.startswith("inner/") and item.size:
                    found[name.removeprefix("inner/")] = int(np.asarray(item).flat[0])

            file.visititems(visit)
    return found


def masking(case, unknown):
    """Whether masks reach the output: with masks on all inputs, on the first, on none."""
    rows = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make = symbolic(case["dtype"], unknown, mask=True)
        rows["marked"] = marked([decoded(d, make) for d in case["inputs"]])
        _, y = called(case, make)
        rows["all"] = masks(y)
        rows["warned"] = any("destroy the mask" in str(w.message) for w in caught)
    if any(isinstance(d, list) for d in case["inputs"]):
        make, seen = symbolic(case["dtype"], unknown), []

        def first_only(shape):
            seen.append(shape)
            return symbolic(case["dtype"], unknown, mask=len(seen) == 1)(shape)

        _, y = called(case, first_only)
        rows["first"] = masks(y)
        _, y = called(case, make)
    else:
        _, y = called(case, symbolic(case["dtype"], unknown))
    rows["none"] = masks(y)
    return rows


def masks(y):
    """The shapes of the masks on outputs, None for none."""
    if isinstance(y, list | tuple):
        return [masks(part) for part in y]
    mask = getattr(y, "_keras_mask", None)
    return None if mask is None else tensor(mask)


def marked(data):
    """Whether masks are on "all" of the tensors, on "some" or on "none"."""
    found = {getattr(x, "_keras_mask", None) is not None for x in keras.tree.flatten(data)}
    return {(True,): "all", (False,): "none", (): "none"}.get(tuple(found), "some")


def differs(case):
    """Whether `training` changes what a fresh layer gives for the same random input."""
    results = []
    for training in (False, True):
        keras.utils.set_random_seed(1)
        _, y = called(case, array(case["dtype"], random=True), training=training)
        results.append([np.asarray(t) for t in keras.tree.flatten(y)])
    return any(not np.array_equal(a, b) for a, b in zip(*results, strict=True))


def in_graph(case):
    """Shapes that a compiled TensorFlow function returns, as `fit` and `predict` run it."""
    layer = new(case)
    inputs = [decoded(d, array(case["dtype"])) for d in case["inputs"]]
    keywords = {k: decoded(d, array(case["dtype"])) for k, d in case["kwargs"].items()}
    layer(*inputs, **keywords)  # weights are made outside
    flags = {k: v for k, v in keywords.items() if not isinstance(v, np.ndarray | list)}
    tensors = {k: v for k, v in keywords.items() if k not in flags}
    run = tf.function(lambda inputs, tensors: layer(*inputs, **tensors, **flags))
    return structure(run(inputs, tensors))


def unknown_axes(data):
    """Whether a None stands in any shape."""
    if isinstance(data, list):
        return any(unknown_axes(d) for d in data)
    return None in data.get("shape", ())


def observe(case):
    """Everything the tests compare; the name of the exception where it raises."""
    data = [*case["inputs"], *case["kwargs"].values()]
    concrete = not any(unknown_axes(d) for d in data)
    made = attempt(lambda: new(case) and None)
    if made is not None:
        return {"init": made}
    row = {"input_spec": getattr(new(case), "input_spec", None) is not None}
    row["symbolic"] = attempt(lambda: structure(called(case, symbolic(case["dtype"], concrete))[1]))
    if concrete:
        row["eager"] = attempt(lambda: structure(called(case, array(case["dtype"]))[1]))
        graph = attempt(in_graph, case)
        if graph != row["eager"]:
            row["graph"] = graph
    if not failed(row["symbolic"]):
        layer = called(case, symbolic(case["dtype"], concrete))[0]
        row["weights"] = weights(layer)
        row["mask"] = attempt(masking, case, concrete)
    if "eager" in row and not failed(row["eager"]):
        row["differs"] = attempt(differs, case)
    return row


def failed(result):
    """Whether an attempt gave the name of an exception, not shapes."""
    return isinstance(result, str) and "[" not in result


def main():
    """One line of JSON for each case."""
    for case in json.load(sys.stdin):
        print(json.dumps({"key": case["key"]} | observe(case)))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
