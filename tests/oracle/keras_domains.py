"""Real Keras' side of `record_domains.py`: which values of one argument a layer rejects.

Run by an interpreter that has Keras 3, or with TF_USE_LEGACY_KERAS=1 one that has tf_keras.
"""

from __future__ import annotations

import json
import os
import sys

import numpy as np

if os.environ.get("TF_USE_LEGACY_KERAS"):
    import tf_keras as keras
else:
    import keras

NAMES = {**vars(keras.layers), "keras": keras}


def tensors(data, dtype):
    """Nested lists with `{"shape": ...}` made arrays, `{"value": v}` values."""
    if isinstance(data, list):
        return [tensors(d, dtype) for d in data]
    if "shape" not in data:
        return data["value"]
    return np.full(data["shape"], "a") if dtype == "string" else np.ones(data["shape"], dtype)


def symbols(data, dtype):
    """The same with symbolic tensors."""
    if isinstance(data, list):
        return [symbols(d, dtype) for d in data]
    if "shape" not in data:
        return data["value"]
    return keras.Input(tuple(data["shape"][1:]), dtype=dtype)


def outcome(code, question):
    """ "i": the constructor raises, "c": the first call does, ".": neither."""
    try:
        layer = eval(code, dict(NAMES))
    except Exception:
        return "i"
    if "inputs" not in question:
        return "."
    # Symbols first: executing a window with strides of 0 takes the process down.
    for make in (symbols, tensors):
        try:
            inputs = [make(d, question["dtype"]) for d in question["inputs"]]
            layer(*inputs, **{k: make(d, question["dtype"]) for k, d in question["kwargs"].items()})
        except Exception:
            return "c"
    return "."


def main():
    """Print the code before it is tried, then its letter: a crash shows where it was."""
    for question in json.load(sys.stdin):
        for code in question["codes"]:
            print(json.dumps({"tries": code}), flush=True)
            print(json.dumps({"letter": outcome(code, question)}), flush=True)


if __name__ == "__main__":
    main()
