"""DeepFM on 26 fields of 100 000 ids, embeddings of 8, batches of 1024."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

BATCH, STEPS = 1024, 10
FIELDS, IDS, WIDTH, DENSE = 26, 100_000, 8, 13


class Factorization(layers.Layer):
    def call(self, x):
        squared = ops.square(ops.sum(x, axis=1))
        squares = ops.sum(ops.square(x), axis=1)
        return 0.5 * ops.sum(squared - squares, axis=1, keepdims=True)


def make():
    numbers = keras.Input((DENSE,))
    ids = keras.Input((FIELDS,), dtype="int32")
    embedded = [layers.Embedding(IDS, WIDTH)(ids[:, i]) for i in range(FIELDS)]
    stacked = layers.Reshape((FIELDS, WIDTH))(layers.Concatenate()(embedded))
    second = Factorization()(stacked)
    first = layers.Dense(1)(numbers)
    deep = layers.Concatenate()([layers.Flatten()(stacked), numbers])
    for units in (256, 128, 64):
        deep = layers.Dense(units, activation="relu")(deep)
    total = layers.Add()([first, second, layers.Dense(1)(deep)])
    model = keras.Model([numbers, ids], layers.Activation("sigmoid")(total))
    model.compile("adam", "binary_crossentropy")
    r = np.random.default_rng(0)
    n = BATCH * STEPS
    x = [r.random((n, DENSE), dtype="float32"), r.integers(0, IDS, (n, FIELDS)).astype("int32")]
    return model, x, r.integers(0, 2, (n, 1)).astype("float32")
