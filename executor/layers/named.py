"""Objects that Keras knows by name: constructors and configs come from their specs."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from ...analyzer.specs import registry
from ...analyzer.specs.base import NamedSpec
from ...analyzer.specs.signature import BindError
from ..api import offer
from ..dialect import keras2
from .registered import registered_object
from .serialize import deserialize, serialize

# The classes of each family by the name of their spec.
_classes: dict[str, dict[str, type]] = {}


@cache
def spec_of(family: str, name: str) -> NamedSpec:
    """The spec of a named object."""
    try:
        return registry.named(family)[name]
    except KeyError:
        raise NotImplementedError(f"no {family} is named {name!r}") from None


class Named:
    """An object whose constructor arguments are its spec's, kept as attributes."""

    family: ClassVar[str]
    spec_name: ClassVar[str | None] = None
    # Arguments that stand in the config only when they are set.
    sparse: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for name, value in self._bound(args, kwargs).items():
            setattr(self, name, value)

    @classmethod
    def _bound(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a constructor call, defaults included."""
        assert cls.spec_name is not None
        parameters = spec_of(cls.family, cls.spec_name).parameters
        try:
            return parameters.complete(parameters.bind(args, kwargs))
        except BindError as error:
            known = ", ".join(parameters.params)
            raise TypeError(f"{cls.__name__}({known}): {error}") from None

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        if self.spec_name is None:
            return {}
        names = spec_of(self.family, self.spec_name).parameters.params
        config = {n: getattr(self, n) for n in names if n != "kwargs"}
        for name in self.sparse:
            if config.get(name) is None:
                config.pop(name, None)
        return {n: serialize(v) for n, v in config.items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """An object made from a config."""
        return cls(**config)


def register(cls: type[Named], module: str) -> type[Named]:
    """Make a class known under its spec's name, in a public module and to `get`."""
    assert cls.spec_name is not None
    _classes.setdefault(cls.family, {})[cls.spec_name] = cls
    names = {cls.spec_name: None} | dict.fromkeys(spec_of(cls.family, cls.spec_name).aliases)
    offer(cls, *(f"keras.{module}.{name}" for name in names))
    return cls


def class_for(family: str, identifier: str) -> type | None:
    """The class of an identifier such as "glorot_uniform", or None."""
    dialect = "keras2" if keras2() else "keras3"
    spec = registry.resolve(family, identifier, dialect) or registry.named(family).get(identifier)
    return None if spec is None else _classes.get(family, {}).get(spec.name)


def classes(family: str) -> dict[str, type]:
    """All classes of a family by name."""
    return _classes.get(family, {})


def resolve(family: str, identifier: Any) -> Any:
    """An object from what users pass: a name, config, class, function or object."""
    if isinstance(identifier, str):
        found = registered_object(identifier) or class_for(family, identifier)
        if found is None:
            raise _unknown(family, identifier)
        return found() if isinstance(found, type) else found
    if isinstance(identifier, dict):
        return _from_config(family, identifier)
    if isinstance(identifier, type):
        return identifier()
    if identifier is None or callable(identifier) or hasattr(identifier, "get_config"):
        return identifier
    raise _unknown(family, identifier)


def _from_config(family: str, config: dict[str, Any]) -> Any:
    if "module" in config or "registered_name" in config:
        return deserialize(config)
    name = config.get("class_name", "")
    cls = registered_object(name) or class_for(family, name)
    if cls is None:
        raise _unknown(family, name)
    return cls.from_config(config.get("config", {}))


def _unknown(family: str, identifier: Any) -> ValueError:
    known = ", ".join(sorted(classes(family)))
    return ValueError(f"{identifier!r} is not the name of a {family}; there are: {known}")
