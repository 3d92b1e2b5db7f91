"""MLP 784-512-512-10, batches of 128."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

BATCH, STEPS = 128, 40


def make():
    model = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(512, activation="relu"),
            layers.Dense(512, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    r = np.random.default_rng(0)
    x = r.random((BATCH * STEPS, 784), dtype="float32")
    return model, x, r.integers(0, 10, len(x))
