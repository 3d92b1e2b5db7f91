"""Compile the kernels ahead: one training step of small models that use all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from .facade import keras


def _dense(layers: Any) -> list[Any]:
    return [
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.1),
        layers.GaussianNoise(0.1),
        layers.Dense(10, activation="softmax"),
    ]


def _images(layers: Any) -> list[Any]:
    return [
        layers.Conv2D(4, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.MaxPooling2D(2),
        layers.DepthwiseConv2D(3, activation="relu"),
        layers.Conv2DTranspose(4, 3, activation="relu"),
        layers.UpSampling2D(2),
        layers.AveragePooling2D(2),
        layers.GlobalMaxPooling2D(),
        layers.Dense(10, activation="softmax"),
    ]


def _series(layers: Any) -> list[Any]:
    return [
        layers.Conv1D(8, 2, activation="relu"),
        layers.LSTM(8, return_sequences=True),
        layers.Bidirectional(layers.GRU(8, return_sequences=True)),
        layers.SimpleRNN(8),
        layers.Dense(10, activation="softmax"),
    ]


def _text(layers: Any) -> list[Any]:
    return [
        layers.Embedding(40_000, 16, mask_zero=True),
        layers.LSTM(16, return_sequences=True),
        _self_attention(layers),
        layers.LayerNormalization(),
        layers.GlobalAveragePooling1D(),
        layers.Dense(10, activation="softmax"),
    ]


def _self_attention(layers: Any) -> Any:
    class SelfAttention(layers.Layer):
        """What it is given attends to itself, over all steps."""

        def __init__(self) -> None:
            super().__init__()
            self.supports_masking = True
            self.attention = layers.MultiHeadAttention(2, 8)
            self.dropping = layers.MultiHeadAttention(2, 8, dropout=0.1)

        def call(self, x: Any) -> Any:
            return self.dropping(x, x) + self.attention(x, x)

    return SelfAttention()


_MODELS: dict[str, tuple[tuple[int, ...], str, Callable[[Any], list[Any]]]] = {
    "dense layers": ((128,), "float32", _dense),
    "images": ((12, 12, 3), "float32", _images),
    "series": ((12, 3), "float32", _series),
    "texts": ((12,), "int32", _text),
}
_SAMPLES = 128


def warmup(say: Callable[[str], object] = print) -> None:
    """Train each small model for one step; `say` is told what is done and how long it took."""
    for name, (shape, dtype, make) in _MODELS.items():
        start = time.perf_counter()
        model = keras.Sequential([keras.Input(shape, dtype=dtype), *make(keras.layers)])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        x, y = np.ones((_SAMPLES, *shape), dtype), np.zeros(_SAMPLES, "int32")
        model.fit(x, y, batch_size=_SAMPLES, epochs=1, verbose=0)
        model.predict(x, verbose=0)
        model.predict_on_batch(x[:1])
        say(f"{name}: {time.perf_counter() - start:.1f} s")
