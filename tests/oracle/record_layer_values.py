"""Record what real Keras' layers compute, with gradients.

    KERAS_BACKEND=tensorflow python tests/oracle/record_layer_values.py

writes tests/data/layer_values.npz: for each case weights, inputs, outputs, and the
gradients of sum(output * g) with respect to inputs and weights.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
sys.path.insert(0, str(Path(__file__).parent.parent))
DATA = Path(__file__).parent.parent / "data"


def tensors(value: Any) -> list[Any]:
    """The float tensors of an output."""
    parts = value if isinstance(value, list | tuple) else [value]
    return [p for p in parts if p is not None]


def one(code: str, inputs: Any, options: dict[str, Any], save: dict[str, Any], key: str) -> None:
    """Build, call and differentiate one layer."""
    import keras
    import numpy as np
    import tensorflow as tf

    layer = eval(code, {"layers": keras.layers, "keras": keras})
    r = np.random.default_rng(7)
    arrays = [_array(r, i) for i in inputs]
    given: Any = [tf.convert_to_tensor(a) for a in arrays]
    single = not options.get("listed")
    call = given if single else [given]
    extra = {k: tf.convert_to_tensor(np.array(v)) for k, v in options.get("arrays", {}).items()}
    plain = options.get("kwargs", {})
    layer(*call, **extra, **plain)
    for w in layer.weights:
        value = r.normal(0.0, 0.5, w.shape)
        w.assign(np.abs(value) + 0.5 if "variance" in w.name else value)
    with tf.GradientTape() as tape:
        floats = [g for g in given if g.dtype.is_floating]
        tape.watch(floats)
        out = tensors(layer(*call, **extra, **plain))
        gs = [r.normal(size=o.shape).astype("float32") for o in out]
        loss = sum(tf.reduce_sum(o * g) for o, g in zip(out, gs, strict=True))
    over = [*floats, *(w.value for w in layer.trainable_weights)]
    grads = tape.gradient(loss, over)
    for name, group in (("x", arrays), ("w", [w.numpy() for w in layer.weights])):
        save.update({f"{key}.{name}{i}": np.asarray(v) for i, v in enumerate(group)})
    grads = [tf.convert_to_tensor(g) for g in grads]  # rows of an Embedding made whole
    for name, group in (("y", out), ("g", gs), ("d", grads)):
        save.update({f"{key}.{name}{i}": np.asarray(v) for i, v in enumerate(group)})


def _array(r: Any, spec: Any) -> Any:
    if isinstance(spec, dict):
        return r.integers(0, spec["ids"], spec["shape"]).astype("int32")
    return r.normal(size=spec).astype("float32")


def main() -> None:
    """Record every case."""
    import numpy as np
    from layer_value_cases import CASES

    save: dict[str, Any] = {}
    for i, (code, inputs, options) in enumerate(CASES):
        print(i, code, flush=True)
        one(code, inputs, options, save, str(i))
    np.savez_compressed(DATA / "layer_values.npz", **save)
    (DATA / "layer_values.json").write_text(json.dumps([c[0] for c in CASES]) + "\n")


if __name__ == "__main__":
    main()
