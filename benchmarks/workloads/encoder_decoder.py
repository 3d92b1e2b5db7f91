"""The convolutional encoder-decoder, 28x28 images, batches of 64."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

BATCH, STEPS = 64, 12


def make():
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 3, activation="relu")(image)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    x = layers.GlobalMaxPooling2D()(x)
    x = layers.Reshape((4, 4, 1))(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    x = layers.Conv2DTranspose(32, 3, activation="relu")(x)
    x = layers.UpSampling2D(3)(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    x = layers.Conv2DTranspose(1, 3, activation="relu")(x)
    model = keras.Model(image, x)
    model.compile("adam", "mse")
    images = np.random.default_rng(0).random((BATCH * STEPS, 28, 28, 1), dtype="float32")
    return model, images, images
