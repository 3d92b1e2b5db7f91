"""Real Keras' side of `record_numbers.py`: outputs and gradients of layers, as one .npz.

Run by an interpreter that has Keras with TensorFlow: questions as JSON on stdin.
"""

from __future__ import annotations

import json
import sys

import drawn
import keras
import numpy as np
import tensorflow as tf

NAMES = {**vars(keras.layers), "keras": keras}


def flat(value):
    """The tensors of an output, in a row."""
    if isinstance(value, dict):
        return [t for k in sorted(value) for t in flat(value[k])]
    if isinstance(value, list | tuple):
        return [t for v in value for t in flat(v)]
    return [value]


def as_tensors(value):
    if isinstance(value, list):
        return [as_tensors(v) for v in value]
    return tf.constant(value) if isinstance(value, np.ndarray) else value


def build(question):
    """The layer with drawn weights, and its arguments."""
    key, dtype = question["key"], question["dtype"]
    layer = eval(question["code"], dict(NAMES))
    args = as_tensors(drawn.inputs(key, question["inputs"], dtype))
    names = sorted(question["kwargs"])
    given = drawn.inputs(key + " kwargs", [question["kwargs"][n] for n in names], dtype)
    kwargs = dict(zip(names, as_tensors(given), strict=True))
    for tensor in flat(args) if question.get("masked") else []:
        keras.src.backend.set_keras_mask(
            tensor, tf.constant(drawn.inputs(key + " mask", question["masked"], "bool"))
        )
    layer(*args, **kwargs)
    shapes = [tuple(w.shape) for w in layer.weights]
    layer.set_weights(drawn.weights(key, shapes, [w.name for w in layer.weights]))
    return layer, args, kwargs


def remasked(question, args):
    for tensor in flat(args) if question.get("masked") else []:
        keras.src.backend.set_keras_mask(
            tensor, tf.constant(drawn.inputs(question["key"] + " mask", question["masked"], "bool"))
        )


def answer(question):
    """Outputs in both modes, gradients, weights after training, the output's mask."""
    key = question["key"]
    layer, args, kwargs = build(question)
    found = {}
    if question["training"]:
        training = {**kwargs, "training": True}
    else:
        training = kwargs
    sources = [t for t in flat(args) if isinstance(t, tf.Tensor) and t.dtype.is_floating]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        remasked(question, args)
        outputs = flat(layer(*args, **training))
        floats = [o for o in outputs if o.dtype.is_floating]
        total = tf.constant(0.0)
        for i, o in enumerate(floats):
            total += tf.reduce_sum(o * drawn.factors(f"{key} {i}", tuple(o.shape)))
        total += sum(layer.losses)
    names = [f"input{i}" for i in range(len(sources))]
    names += [f"weight{i}" for i in range(len(layer.trainable_weights))]
    gradients = tape.gradient(total, [*sources, *[w.value for w in layer.trainable_weights]])
    for name, g in zip(names, gradients, strict=True):
        if g is not None:
            found[f"grad {name}"] = tf.convert_to_tensor(g).numpy()
    for i, o in enumerate(outputs):
        found[f"train {i}"] = o.numpy()
        mask = keras.src.backend.get_keras_mask(o)
        if mask is not None:
            found[f"mask {i}"] = np.asarray(mask)
    found["total"] = np.asarray(total)
    for i, w in enumerate(layer.non_trainable_weights):
        found[f"state {i}"] = w.numpy()
    if question["training"]:
        for i, o in enumerate(flat(layer(*args, **{**kwargs, "training": False}))):
            if not np.array_equal(o.numpy(), found[f"train {i}"]):
                found[f"infer {i}"] = o.numpy()
    found["names"] = np.asarray(" ".join(w.name for w in layer.weights))
    return found


def main():
    table = {}
    for question in json.load(sys.stdin):
        try:
            for name, value in answer(question).items():
                table[f"{question['key']}|{name}"] = value
        except Exception as error:
            print(f"{question['key']}: {error}", file=sys.stderr)
    np.savez_compressed(sys.argv[1], **table)


if __name__ == "__main__":
    main()
