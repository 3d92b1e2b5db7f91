"""Bound arguments as the specs read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from ..dims import symbol
from ..unknown import Undecided, Unknown
from . import signature as _signature

# Kinds of which an Unknown value is some integer; those ending in a digit are tuples.
SIZES = frozenset({"size", "late_size", "loose_size", "extent", "filters", "units", "shape"})


class Args:
    """Bound arguments as attributes; reading an Unknown one raises `Undecided`.

    Parameters of a kind in `SIZES` that are Unknown read as a fresh symbol (a size exists,
    whatever it is). Kinds that end in a digit (`sizes2`) read as tuples of that length.
    Unknown entries of sizes or of a `shape` read as fresh symbols too.
    `call` are the bound arguments of one call of the layer, dims in place of tensors
    (see `LayerSpec`); empty where there is no call.
    `library` says whose rules hold: for an op "keras", "tf" or "numpy", for a layer
    "keras" or "keras2".
    """

    __slots__ = ("_fresh", "_params", "_values", "call", "library")

    def __init__(
        self,
        values: Mapping[str, object],
        signature: _signature.Signature,
        call: Args | None = None,
        library: str = "keras",
    ) -> None:
        self._values = dict(values)
        self._params = signature.params
        self._fresh: dict[str, object] = {}
        self.call: Args = _no_arguments() if call is None else call
        self.library = library

    def with_call(self, call: Args | None) -> Args:
        """The same arguments (the same symbols for Unknown ones) in one call."""
        other = object.__new__(Args)
        other._values, other._params, other._fresh = self._values, self._params, self._fresh
        other.call = _no_arguments() if call is None else call
        other.library = self.library
        return other

    # The kind of the parameter says what it is; no type checker can know it from the name.
    def __getattr__(self, name: str) -> Any:
        try:
            value = self._values[name]
        except KeyError:
            raise AttributeError(name) from None
        param = self._params.get(name)
        kind = param.kind if param else "any"
        if kind[-1].isdigit() or kind in SIZES:
            return self._sizes(name, kind, value)
        unknown = next((v for v in leaves(value) if isinstance(v, Unknown)), None)
        if unknown is not None:
            raise Undecided(f"{name}: {unknown.reason}")
        return value

    def _sizes(self, name: str, kind: str, value: object) -> object:
        """A size, sizes or shape with a symbol, always the same, for what is Unknown."""
        if kind == "shape" and isinstance(value, Unknown):
            raise Undecided(f"{name}: {value.reason}")
        if kind[-1].isdigit() and not isinstance(value, tuple | list | type(None)):
            value = (value,) * int(kind[-1])
        if isinstance(value, tuple | list):
            return tuple(self._size(f"{name}[{i}]", v) for i, v in enumerate(value))
        return self._size(name, value)

    def _size(self, name: str, value: object) -> object:
        if not isinstance(value, Unknown):
            return int(value) if isinstance(value, float) else value  # as Keras 2 does
        return self._fresh.setdefault(name, symbol(name))

    def get(self, name: str, default: object = None) -> Any:
        """The argument, or `default` where it was not given (outside a call, say)."""
        return getattr(self, name) if name in self._values else default

    def raw(self, name: str) -> object:
        """The argument as it was given, Unknown included."""
        return self._values.get(name)

    def as_dict(self) -> dict[str, object]:
        """All arguments as they were given."""
        return dict(self._values)


@cache
def _no_arguments() -> Args:
    nothing = object.__new__(Args)
    nothing._values, nothing._params, nothing._fresh = {}, {}, {}
    nothing.call = nothing
    return nothing


def leaves(value: object) -> Iterator[object]:
    """The parts of nested lists and tuples."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from leaves(part)
    else:
        yield value


# What values of an odd type make of a rule: nothing is proved then.
_ODD = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


@contextmanager
def unforeseen(name: str) -> Iterator[None]:
    """Turn the stumbling of a rule over an odd value into `Undecided`."""
    try:
        yield
    except _ODD as error:
        raise Undecided(f"{name}: {error!r}") from error
