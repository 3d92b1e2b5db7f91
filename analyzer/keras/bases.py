"""The classes of Keras that other classes derive from, under all their names."""

from __future__ import annotations

from ..natives import native_class
from ..values import NativeClass

LAYER = native_class("keras.layers.Layer")
CELL = LAYER
MODEL = native_class("keras.Model", LAYER)
FUNCTIONAL = native_class("keras.Functional", MODEL)
SEQUENTIAL = native_class("keras.Sequential", MODEL)
TF_MODULE = native_class("tf.Module")
CALLBACK = native_class("keras.callbacks.Callback")
SEQUENCE = native_class("keras.utils.PyDataset")
VARIABLE = native_class("keras.Variable")
TF_VARIABLE = native_class("tf.Variable")

NAMED: dict[str, NativeClass] = {
    "loss": native_class("keras.losses.Loss"),
    "metric": native_class("keras.metrics.Metric"),
    "optimizer": native_class("keras.optimizers.Optimizer"),
    "schedule": native_class("keras.optimizers.schedules.LearningRateSchedule"),
    "initializer": native_class("keras.initializers.Initializer"),
    "regularizer": native_class("keras.regularizers.Regularizer"),
    "constraint": native_class("keras.constraints.Constraint"),
    "activation": native_class("keras.activations.Activation"),
}

BASES: dict[str, NativeClass] = {
    "keras.Layer": LAYER,
    "keras.layers.Layer": LAYER,
    "keras.engine.Layer": LAYER,
    "keras.Model": MODEL,
    "keras.models.Model": MODEL,
    "keras.Functional": FUNCTIONAL,
    "keras.models.Functional": FUNCTIONAL,
    "keras.Sequential": SEQUENTIAL,
    "keras.models.Sequential": SEQUENTIAL,
    "keras.callbacks.Callback": CALLBACK,
    "keras.utils.Sequence": SEQUENCE,
    "keras.utils.PyDataset": SEQUENCE,
    "keras.Variable": VARIABLE,
    "tf.Variable": TF_VARIABLE,
    "tf.Module": TF_MODULE,
    "keras.losses.Loss": NAMED["loss"],
    "keras.metrics.Metric": NAMED["metric"],
    "keras.optimizers.Optimizer": NAMED["optimizer"],
    "keras.optimizers.schedules.LearningRateSchedule": NAMED["schedule"],
    "keras.initializers.Initializer": NAMED["initializer"],
    "keras.regularizers.Regularizer": NAMED["regularizer"],
    "keras.constraints.Constraint": NAMED["constraint"],
}
