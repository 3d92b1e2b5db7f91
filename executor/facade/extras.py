"""Public names that are neither layers, losses, ... nor tensor functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import random
from ..data.dataset import AUTOTUNE, Dataset
from ..function import Function
from ..layers.base import Layer
from ..layers.variables import KerasVariable
from ..tape import GradientTape
from ..tensor import Tensor, TensorLike
from ..variable import Variable

# The releases whose behaviour is followed.
VERSIONS = {"keras": "3.15.1", "tf": "2.21.0"}


def tf_function(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """`@tf.function`: the function traced and planned for each signature."""
    return Function(function) if function is not None else tf_function


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """(..., ) of class numbers -> (..., num_classes) of zeros and ones."""
    labels = np.asarray(x, dtype="int64")
    if labels.shape and labels.shape[-1] == 1 and labels.ndim > 1:
        labels = labels.reshape(labels.shape[:-1])
    count = int(labels.max()) + 1 if num_classes is None else num_classes
    return np.eye(count)[labels]


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Lists of different lengths -> (count, maxlen)."""
    rows = [list(s) for s in sequences]
    width = max((len(r) for r in rows), default=0) if maxlen is None else maxlen
    out = np.full((len(rows), width), value, dtype=dtype)
    for i, row in enumerate(rows):
        cut = row[-width:] if truncating == "pre" else row[:width]
        if not cut or not width:
            continue
        if padding == "pre":
            out[i, -len(cut) :] = cut
        else:
            out[i, : len(cut)] = cut
    return out


def nothing(*args: Any, **kwargs: Any) -> None:
    """A setting that has no meaning here."""
    return


def no_devices(*args: Any, **kwargs: Any) -> list[Any]:
    """There is no accelerator."""
    return []


def image_data_format() -> str:
    """Where channels stand."""
    return "channels_last"


def floatx() -> str:
    """The default float dtype."""
    return "float32"


TABLE: dict[str, Any] = {
    "tf.Tensor": TensorLike,
    "tf.Variable": Variable,
    "tf.GradientTape": GradientTape,
    "tf.function": tf_function,
    "tf.newaxis": None,
    "tf.data.Dataset": Dataset,
    "tf.data.AUTOTUNE": AUTOTUNE,
    "tf.data.experimental.AUTOTUNE": AUTOTUNE,
    "tf.random.set_seed": random.set_seed,
    "tf.config.list_physical_devices": no_devices,
    "tf.config.run_functions_eagerly": nothing,
    "tf.get_logger": nothing,
    "tf.__version__": VERSIONS["tf"],
    "keras.__version__": VERSIONS["keras"],
    "keras.version": lambda: VERSIONS["keras"],
    "keras.layers.Layer": Layer,
    "keras.Variable": KerasVariable,
    "keras.KerasTensor": TensorLike,
    "keras.random.SeedGenerator": random.SeedGenerator,
    "keras.utils.set_random_seed": random.set_random_seed,
    "keras.utils.to_categorical": to_categorical,
    "keras.utils.pad_sequences": pad_sequences,
    "keras.preprocessing.sequence.pad_sequences": pad_sequences,
    "keras.utils.clear_session": nothing,
    "keras.backend.clear_session": nothing,
    "keras.backend.image_data_format": image_data_format,
    "keras.backend.floatx": floatx,
    "keras.backend.backend": lambda: "dryfit",
    "keras.config.image_data_format": image_data_format,
    "keras.config.floatx": floatx,
    "keras.config.backend": lambda: "dryfit",
    "keras.config.disable_interactive_logging": nothing,
}

__all__ = ["TABLE", "Tensor"]
