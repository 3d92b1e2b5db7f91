"""Namespaces made from public names: what the executor offers, and every tensor function."""

from __future__ import annotations

import types
from functools import cache
from typing import Any

from ...analyzer.interp.spellings import canonical
from ...analyzer.keras.names import DTYPES, PACKAGES
from ...analyzer.specs import registry
from .. import api, public
from ..catalogue import load_everything
from . import datasets, extras

# Names under tf that are Keras' own.
_ALIASES = {
    "tf.random_normal_initializer": "keras.initializers.RandomNormal",
    "tf.random_uniform_initializer": "keras.initializers.RandomUniform",
    "tf.zeros_initializer": "keras.initializers.Zeros",
    "tf.ones_initializer": "keras.initializers.Ones",
    "tf.constant_initializer": "keras.initializers.Constant",
    "keras.Layer": "keras.layers.Layer",
    "keras.layers.Input": "keras.Input",
    "keras.models.Model": "keras.Model",
    "keras.models.Sequential": "keras.Sequential",
}
# Modules under tf that are Keras' own.
_MODULES = ("metrics", "optimizers", "losses", "initializers")
_DTYPES = {"half": "float16", "double": "float64"}


class Facade(types.ModuleType):
    """A module whose attributes are looked up by their public names when first used."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix, f"Dryfit's {prefix}.")
        self.__path__ = []
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = lookup(f"{self._prefix}.{name}")
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return list(members(self._prefix))

    @property
    def __all__(self) -> list[str]:
        return list(members(self._prefix))


@cache
def facade(name: str) -> Facade:
    """The namespace of a canonical module name, always the same."""
    return Facade(name)


def lookup(name: str) -> Any:
    """What a public name stands for; AttributeError where Dryfit does not have it."""
    load_everything()
    name = _keras_own(canonical(name))
    if name in extras.TABLE:
        return extras.TABLE[name]
    found = api.object_named(name)
    if found is not None:
        return found
    owner, _, leaf = name.rpartition(".")
    if owner in ("tf", "tf.dtypes") and leaf in DTYPES:
        return _DTYPES.get(leaf, leaf)
    if owner.startswith("keras.datasets.") and leaf == "load_data":
        return datasets.loader(owner.rpartition(".")[2])
    if name in registry.spellings():
        return public.function(name)
    if name in PACKAGES or name in _packages():
        return facade(name)
    raise AttributeError(f"Dryfit has no {name} (yet)")


def _keras_own(name: str) -> str:
    """A name under tf that is one of Keras', as Keras calls it."""
    name = _ALIASES.get(name, name)
    if name.startswith(tuple(f"tf.{module}." for module in _MODULES)):
        return f"keras.{name.removeprefix('tf.')}"
    return name


@cache
def _packages() -> frozenset[str]:
    """Every name that something public stands below."""
    load_everything()
    found = {f"tf.{module}" for module in _MODULES}
    for name in (*api.names(), *registry.spellings(), *extras.TABLE):
        parts = name.split(".")
        found |= {".".join(parts[:i]) for i in range(1, len(parts))}
    return frozenset(found)


@cache
def members(prefix: str) -> tuple[str, ...]:
    """The names directly under a module: what a star import brings."""
    load_everything()
    start = f"{prefix}."
    every = (*api.names(), *registry.spellings(), *extras.TABLE, *_ALIASES, *_packages())
    found = {n[len(start) :].split(".")[0] for n in every if n.startswith(start)}
    return tuple(sorted(n for n in found if _there(start + n)))


def _there(name: str) -> bool:
    try:
        lookup(name)
    except AttributeError:
        return False
    return True
