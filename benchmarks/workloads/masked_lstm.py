"""Embedding(5000, 16, mask_zero) and LSTM(32) over 80 steps, batches of 32."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

BATCH, STEPS = 32, 30


def make():
    model = keras.Sequential(
        [
            keras.Input((80,), dtype="int32"),
            layers.Embedding(5000, 16, mask_zero=True),
            layers.LSTM(32),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    r = np.random.default_rng(0)
    x = r.integers(1, 5000, (BATCH * STEPS, 80)).astype("int32")
    lengths = r.integers(20, 81, len(x))
    x[np.arange(80)[None, :] >= lengths[:, None]] = 0
    return model, x, r.integers(0, 2, (len(x), 1)).astype("float32")
