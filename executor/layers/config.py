"""Configs: what rebuilds an object, taken from the constructor call where it is plain."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

from .. import structure
from .policy import Policy
from .serialize import serialize

_PLAIN = (str, int, float, bool, type(None))


@lru_cache(maxsize=512)
def _signature(cls: type) -> inspect.Signature:
    return inspect.signature(cls.__init__)


class Configurable:
    """Remembers its constructor arguments, so that `get_config` works without being written."""

    name: str
    trainable: bool
    dtype_policy: Policy
    activity_regularizer: Any
    _auto_config: dict[str, Any] | None

    def _remember_arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        object.__setattr__(self, "_auto_config", _plain_arguments(type(self), args, kwargs))

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs to make an equal object."""
        config: dict[str, Any] = {"name": self.name}
        if type(self).get_config is Configurable.get_config:
            config |= self._remembered()
            parameters = _signature(type(self)).parameters
            if "name" not in parameters and not _has_kwargs(parameters):
                config.pop("name")
        config |= {"trainable": self.trainable, "dtype": self.dtype_policy.serialized()}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = serialize(self.activity_regularizer)
        return config

    def _remembered(self) -> dict[str, Any]:
        if self._auto_config is None:
            name = type(self).__name__
            raise NotImplementedError(
                f"{name} {self.name!r} was made with arguments that are not plain values, so it "
                f"needs a get_config() of its own\n"
                f"    fix: def get_config(self): return {{**super().get_config(), 'units': ...}}"
            )
        return self._auto_config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """An object made from a config."""
        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = Policy.of(config["dtype"]).name
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(
                f"{cls.__name__} cannot be made from config {config}: {error}"
            ) from error


def _has_kwargs(parameters: Any) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _plain_arguments(
    cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any] | None:
    """The arguments of a constructor call by name, or None where they cannot be replayed."""
    try:
        bound = _signature(cls).bind(None, *args, **kwargs)
    except TypeError:
        return None
    bound.apply_defaults()
    given = dict(list(bound.arguments.items())[1:])
    for parameter in list(_signature(cls).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            given |= given.pop(parameter.name, {})
        elif parameter.kind is parameter.VAR_POSITIONAL:
            if given.pop(parameter.name, ()):
                return None
        elif parameter.kind is parameter.POSITIONAL_ONLY:
            return None
    given.pop("name", None)
    plain = all(isinstance(v, _PLAIN) for v in structure.flatten(given))
    return given if plain else None
