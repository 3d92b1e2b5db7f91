"""Ask real Keras for the numbers of `value_cases.py`, gradients included.

    KERAS_BACKEND=tensorflow PYTHON tests/oracle/record_values.py

writes tests/data/op_values.npz: `NAME` the result, `NAME:i` the gradient of its sum,
weighted by `NAME:w`, with respect to the i-th argument.
"""

from __future__ import annotations

import os
import sys
from functools import reduce
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
sys.path.insert(0, str(Path(__file__).parent))

import keras
import numpy as np
import tensorflow as tf
from value_cases import cases, inputs, is_float

OUT = Path(__file__).parent.parent / "data" / "op_values.npz"


def dense(g: object) -> np.ndarray:
    """A gradient as an array; the sparse ones of look-ups, too."""
    return tf.convert_to_tensor(g).numpy()


def main() -> None:
    """Record every case."""
    found: dict[str, np.ndarray] = {}
    for key, case in cases():
        function = reduce(getattr, case[0].split(".")[1:], keras)
        arguments = [tf.constant(a) if is_float(a) else a for a in inputs(key, case)]
        sources = {i: a for i, a in enumerate(arguments) if tf.is_tensor(a)}
        with tf.GradientTape() as tape:
            tape.watch(list(sources.values()))
            out = tf.convert_to_tensor(function(*arguments, **case[3]))
            weights = np.cos(np.arange(out.numpy().size, dtype=np.float32)).reshape(out.shape)
            total = tf.reduce_sum(out * weights)
        try:
            grads = tape.gradient(total, sources)
        except LookupError:  # TensorFlow has none for some ops
            grads = {}
        found[key] = out.numpy()
        found |= {f"{key}:{i}": dense(g) for i, g in grads.items() if g is not None}
    # A zip with fixed dates, so that the same numbers give the same file.
    np.savez_compressed(OUT, **found)
    print(len(cases()), "cases,", OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
