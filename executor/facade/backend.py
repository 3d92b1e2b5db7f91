"""`keras.backend`, `keras.config` and `keras.utils`: settings, sessions, helpers for data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dtypes, random
from ..api import public
from ..dtypes import default_float, dtype_name
from ..layers.naming import reset_names, unique_id
from ..layers.policy import Policy, global_policy, set_global_policy
from ..tensor import TensorLike
from ..variable import Variable
from .extras import VERSIONS

_settings: dict[str, Any] = {"epsilon": 1e-7, "format": "channels_last"}


@public("keras.backend.floatx", "keras.config.floatx")
def floatx() -> str:
    """The default float dtype."""
    return default_float()


@public("keras.backend.set_floatx", "keras.config.set_floatx")
def set_floatx(value: str) -> None:
    """Change the default float dtype."""
    dtypes.set_default_float(value)


@public("keras.backend.epsilon", "keras.config.epsilon")
def epsilon() -> float:
    """The small number that keeps divisions finite."""
    return _settings["epsilon"]


@public("keras.backend.set_epsilon", "keras.config.set_epsilon")
def set_epsilon(value: float) -> None:
    """Change what `epsilon()` gives."""
    _settings["epsilon"] = value


@public("keras.backend.image_data_format", "keras.config.image_data_format")
def image_data_format() -> str:
    """Where images have their channels."""
    return _settings["format"]


@public("keras.backend.set_image_data_format", "keras.config.set_image_data_format")
def set_image_data_format(data_format: str) -> None:
    """Say where images have their channels."""
    _settings["format"] = data_format


@public("keras.backend.backend", "keras.config.backend")
def backend() -> str:
    """The library whose rules hold."""
    return "tensorflow"


@public("keras.backend.clear_session", "keras.utils.clear_session")
def clear_session(free_memory: bool = True) -> None:
    """Start the counters of names again."""
    reset_names()


@public("keras.backend.get_uid")
def get_uid(prefix: str = "") -> int:
    """The next number of a prefix."""
    return unique_id(prefix)


@public("keras.backend.get_value")
def get_value(x: Any) -> Any:
    """The values of a variable or tensor."""
    return x.numpy() if isinstance(x, Variable) else np.array(x)


@public("keras.backend.set_value")
def set_value(x: Any, value: Any) -> None:
    """Set a variable."""
    x.assign(value)


@public("keras.backend.int_shape")
def int_shape(x: Any) -> tuple[Any, ...]:
    """The shape, None where unknown."""
    return tuple(x.shape)


@public("keras.backend.learning_phase")
def learning_phase() -> int:
    """Whether training is going on: never, outside a layer."""
    return 0


@public("keras.backend.standardize_dtype", "keras.utils.standardize_dtype", "tf.as_dtype")
def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype."""
    return dtype_name(dtype)


@public("keras.mixed_precision.set_global_policy", "keras.config.set_dtype_policy")
def set_dtype_policy(policy: Any) -> None:
    """Change the policy of layers made from now on."""
    set_global_policy(policy)


@public("keras.mixed_precision.global_policy", "keras.config.dtype_policy")
def dtype_policy() -> Policy:
    """The policy of layers made without `dtype=`."""
    return global_policy()


@public("keras.utils.set_random_seed")
def set_random_seed(seed: int) -> None:
    """Seed Python, NumPy and the layers."""
    random.set_random_seed(seed)


@public("keras.utils.to_categorical")
def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """(...) class numbers -> (..., num_classes) one-hot."""
    numbers = np.asarray(x, dtype="int64")
    shape = numbers.shape
    if shape and shape[-1] == 1 and len(shape) > 1:
        shape = shape[:-1]
    flat = numbers.reshape(-1)
    count = num_classes or int(flat.max()) + 1
    hot = np.zeros((flat.shape[0], count))
    hot[np.arange(flat.shape[0]), flat] = 1
    return hot.reshape((*shape, count))


@public("keras.utils.normalize")
def normalize(x: Any, axis: int = -1, order: int = 2) -> Any:
    """Vectors of length 1 along an axis."""
    x = np.asarray(x)
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)


@public("keras.utils.pad_sequences", "keras.preprocessing.sequence.pad_sequences")
def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Sequences of different lengths -> (count, maxlen, ...), cut and filled up."""
    rows = [np.asarray(s) for s in sequences]
    longest = max((len(r) for r in rows), default=0) if maxlen is None else maxlen
    inner = next((r.shape[1:] for r in rows if len(r)), ())
    out = np.full((len(rows), longest, *inner), value, dtype=dtype)
    for target, row in zip(out, rows, strict=True):
        kept = row[-longest:] if truncating == "pre" else row[:longest]
        if not len(kept) or not longest:
            continue
        if padding == "pre":
            target[-len(kept) :] = kept
        else:
            target[: len(kept)] = kept
    return out


@public("keras.utils.unpack_x_y_sample_weight")
def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """(x,), (x, y) or (x, y, weights) -> three parts."""
    from ..training.adapters import unpack

    return unpack(data)


@public("keras.utils.pack_x_y_sample_weight")
def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Three parts -> (x,), (x, y) or (x, y, weights)."""
    if y is None:
        return x if not isinstance(x, list | tuple) else (x,)
    return (x, y) if sample_weight is None else (x, y, sample_weight)


@public("keras.version")
def version() -> str:
    """The version of Keras whose behaviour is meant."""
    return VERSIONS["keras"]


@public("keras.backend.cast_to_floatx")
def cast_to_floatx(x: Any) -> Any:
    """Values in the default float dtype."""
    return x if isinstance(x, TensorLike) else np.asarray(x, default_float())
