"""A small CNN on 32x32x3 images with batch normalisation, batches of 64."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

BATCH, STEPS = 64, 6


def make():
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (32, 64):
        for _ in range(2):
            model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
            model.add(layers.BatchNormalization())
            model.add(layers.ReLU())
        model.add(layers.MaxPooling2D())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    r = np.random.default_rng(0)
    x = r.random((BATCH * STEPS, 32, 32, 3), dtype="float32")
    return model, x, r.integers(0, 10, len(x))
