"""What canonical names under keras, tf and numpy stand for, from the spec registries."""

from __future__ import annotations

from functools import cache

from .. import natives
from ..specs import keras_api, registry
from ..specs.base import LayerSpec
from ..values import DType, Module, Native, NativeClass, Value
from .bases import BASES, LAYER, NAMED
from .forms import functional_form
from .named import named_function
from .objects import OBJECTS
from .ops import op_native


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Where the classes of a named family live: the last part of the module's name.
FAMILIES = {
    "losses": "loss",
    "metrics": "metric",
    "optimizers": "optimizer",
    "schedules": "schedule",
    "initializers": "initializer",
    "regularizers": "regularizer",
    "constraints": "constraint",
    "activations": "activation",
}
PACKAGES = _set(
    """
    keras keras.layers keras.models keras.ops keras.backend keras.losses
    keras.metrics keras.optimizers keras.optimizers.schedules
    keras.optimizers.legacy keras.initializers keras.regularizers keras.constraints
    keras.activations keras.utils keras.datasets keras.applications keras.callbacks
    keras.random keras.saving keras.preprocessing keras.preprocessing.sequence
    keras.preprocessing.image keras.preprocessing.text keras.config
    keras.mixed_precision keras.layers.experimental keras.wrappers
    keras.experimental keras.tree keras.engine keras.datasets.mnist tf tf.nn tf.math
    tf.linalg tf.random tf.data tf.image tf.strings tf.io tf.train tf.errors
    tf.config tf.compat tf.summary tf.experimental tf.data.experimental tf.keras
    tf.sparse tf.ragged tf.bitwise tf.signal tf.debugging tf.initializers tf.losses
    tf.saved_model tf.autograph tf.distribute tf.dtypes tf.raw_ops tf.types
    tf.python numpy numpy.random numpy.linalg numpy.testing numpy.fft
    """
)
DTYPES = _set(
    """
    bool uint8 int8 uint16 int16 uint32 int32 uint64 int64 float16 bfloat16 float32
    float64 half double complex64 complex128 string
    """
)
_SAME = {"half": "float16", "double": "float64"}
CONSTANTS: dict[str, Value] = {
    "tf.newaxis": None,
    "tf.data.AUTOTUNE": -1,
    "tf.data.experimental.AUTOTUNE": -1,
    "tf.data.INFINITE_CARDINALITY": -1,
    "tf.data.UNKNOWN_CARDINALITY": -2,
    "numpy.newaxis": None,
    "numpy.pi": 3.141592653589793,
    "numpy.e": 2.718281828459045,
    "numpy.inf": float("inf"),
    "numpy.nan": float("nan"),
}
# Initializers under tf are Keras' own.
_TF_INITIALIZERS = {
    "tf.random_normal_initializer": "RandomNormal",
    "tf.random_uniform_initializer": "RandomUniform",
    "tf.zeros_initializer": "Zeros",
    "tf.ones_initializer": "Ones",
    "tf.constant_initializer": "Constant",
    "tf.initializers.GlorotUniform": "GlorotUniform",
    "tf.initializers.RandomNormal": "RandomNormal",
}


def resolve(name: str) -> Value | None:
    """The value of a canonical name, None where the analyzer knows nothing of it."""
    owner, _, leaf = name.rpartition(".")
    found = BASES.get(name) or _constant(name, owner, leaf)
    if found is not None or name in CONSTANTS:
        return found
    if name in OBJECTS:
        return OBJECTS[name]
    if name in registry.spellings():
        return op_native(name)
    if name in _TF_INITIALIZERS:
        return _named_class("initializer", _TF_INITIALIZERS[name])
    if owner.startswith("keras"):
        found = _of_keras(owner, leaf)
    return Module(name) if found is None and name in PACKAGES else found


def _constant(name: str, owner: str, leaf: str) -> Value | None:
    if owner in ("tf", "numpy", "tf.dtypes") and leaf in DTYPES:
        return DType(_SAME.get(leaf, leaf))
    return CONSTANTS.get(name)


def _of_keras(owner: str, leaf: str) -> Value | None:
    """A layer, a class or function of a named family, or what moved to another module."""
    if owner == "keras.layers":
        return _layer(leaf)
    family = FAMILIES.get(owner.rpartition(".")[2])
    if family is not None:
        return _of_family(family, leaf)
    moved = keras_api.moved(f"{owner}.{leaf}")
    return None if moved is None else natives.resolve(moved)


@cache
def layer_class(spec: LayerSpec) -> NativeClass:
    """The class of a layer spec, the same under all its names."""
    return NativeClass(f"keras.layers.{spec.name}", (LAYER,), spec)


def _layer(leaf: str) -> Value | None:
    spec = registry.layers().get(leaf)
    if spec is not None:
        return layer_class(spec)
    found = _functional_forms().get(leaf)
    if found is None:
        return None
    return natives.table.get(f"keras.layers.{leaf}") or _function_of(leaf, found)


@cache
def _functional_forms() -> dict[str, LayerSpec]:
    return {s.function[0]: s for s in registry.layers().values() if s.function is not None}


def _function_of(leaf: str, spec: LayerSpec) -> Native:
    made = functional_form(leaf, spec, layer_class(spec))
    natives.table[f"keras.layers.{leaf}"] = made
    return made


@cache
def _named_class(family: str, name: str) -> NativeClass | None:
    spec = registry.named(family).get(name)
    if spec is None:
        return None
    return NativeClass(f"keras.{family}.{spec.name}", (NAMED[family],), spec)


def _of_family(family: str, leaf: str) -> Value | None:
    found = _named_class(family, leaf)
    if found is not None:
        return found
    if family == "optimizer" and leaf == "schedules":
        return Module("keras.optimizers.schedules")
    spec = registry.functions(family).get(leaf)
    return None if spec is None else named_function(family, leaf, spec)


natives.resolvers.append(resolve)
