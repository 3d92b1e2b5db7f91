"""Compile the kernels ahead: one training step of small models that use all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from .facade import keras


def _dense(layers: Any) -> list[Any]:
    return [layers.Dense(8, activation="relu"), layers.Dropout(0.1), layers.Dense(2)]


def _images(layers: Any) -> list[Any]:
    return [
        layers.Conv2D(4, 3, activation="relu", padding="same"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2),
        layers.Conv2DTranspose(4, 3),
        layers.GlobalAveragePooling2D(),
        layers.Dense(2),
    ]


def _sequences(layers: Any) -> list[Any]:
    return [
        layers.Conv1D(4, 2),
        layers.LSTM(4, return_sequences=True),
        layers.GRU(4, return_sequences=True),
        layers.LayerNormalization(),
        layers.SimpleRNN(4),
        layers.Dense(2),
    ]


_MODELS: dict[str, tuple[tuple[int, ...], Callable[[Any], list[Any]]]] = {
    "dense layers": ((16,), _dense),
    "images": ((8, 8, 3), _images),
    "sequences": ((6, 3), _sequences),
}


def warmup(say: Callable[[str], object] = print) -> None:
    """Train each small model for one step; `say` is told what is done and how long it took."""
    for name, (shape, make) in _MODELS.items():
        start = time.perf_counter()
        model = keras.Sequential([keras.Input(shape), *make(keras.layers)])
        model.compile("adam", "mse")
        x = np.zeros((8, *shape), "float32")
        model.fit(x, np.zeros((8, 2), "float32"), epochs=1, verbose=0)
        model.predict(x, verbose=0)
        say(f"{name}: {time.perf_counter() - start:.1f} s")
