"""One Transformer block over 200 tokens, width 32, 2 heads, batches of 32."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

BATCH, STEPS = 32, 12


class TokenAndPosition(layers.Layer):
    def __init__(self, length, vocabulary, width):
        super().__init__()
        self.length = length
        self.token = layers.Embedding(vocabulary, width)
        self.position = layers.Embedding(length, width)

    def call(self, x):
        return self.token(x) + self.position(ops.arange(0, self.length))


class Block(layers.Layer):
    def __init__(self, width, heads, hidden, rate=0.1):
        super().__init__()
        self.attention = layers.MultiHeadAttention(heads, width)
        self.grow = layers.Dense(hidden, activation="relu")
        self.shrink = layers.Dense(width)
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.drop1 = layers.Dropout(rate)
        self.drop2 = layers.Dropout(rate)

    def call(self, x):
        out = self.norm1(x + self.drop1(self.attention(x, x)))
        return self.norm2(out + self.drop2(self.shrink(self.grow(out))))


def make():
    tokens = keras.Input((200,), dtype="int32")
    x = TokenAndPosition(200, 20000, 32)(tokens)
    x = Block(32, 2, 32)(x)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dropout(0.1)(x)
    x = layers.Dense(20, activation="relu")(x)
    model = keras.Model(tokens, layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    r = np.random.default_rng(0)
    x = r.integers(0, 20000, (BATCH * STEPS, 200)).astype("int32")
    return model, x, r.integers(0, 2, len(x))
