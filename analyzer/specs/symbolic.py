"""Which functions take a KerasTensor, the symbol of functional models.

Derived, not listed: the functions of TensorFlow and NumPy ask it for numbers, which it
refuses; Keras' own make graph nodes. The few that differ from their library are named.
"""

from __future__ import annotations

from . import calling, registry
from .base import OpSpec

# Ops that read a shape or nothing at all.
_FORM_ONLY = ("static_shape", "static_size", "is_tensor", "effect", "tensor_shape")
# NumPy functions that hand over to the tensor's own member (measured, Keras 3.15).
_HANDED_OVER = ("numpy.squeeze", "numpy.flip", "numpy.ndim")
# Functions under keras that compute at once all the same (measured, Keras 3.15).
_EAGER = (
    "keras.activations.hard_silu",
    "keras.activations.hard_swish",
    "keras.activations.mish",
    "keras.activations.sparsemax",
    "keras.datasets.",
    "keras.ops.convert_to_numpy",
    "keras.random.",
    "keras.utils.to_categorical",
)
# Functions that want numbers in Keras 2 too (measured, tf_keras 2.21).
_NUMBERS = (
    "keras.backend.constant",
    "keras.backend.eval",
    "keras.backend.get_value",
    "keras.utils.to_categorical",
    "tf.constant",
)


def rejects_keras_tensor(spelling: str, dialect: str = "keras3") -> bool:
    """Whether the function raises when a KerasTensor is among its tensors.

    In Keras 2 a KerasTensor passes through TensorFlow's functions, not through NumPy's.
    """
    if spelling not in registry.spellings():
        return False
    spec, _ = registry.spellings()[spelling]
    if spec.name in _FORM_ONLY or not _takes_tensors(spec):
        return False
    library = calling.library_of(spelling)
    if dialect == "keras2":
        return library == "numpy" or spelling in _NUMBERS
    return (library != "keras" or spelling.startswith(_EAGER)) and spelling not in _HANDED_OVER


def _takes_tensors(spec: OpSpec) -> bool:
    kinds = {p.kind for p in spec.parameters.params.values()}
    return bool(kinds & {"tensor", "tensors"})
