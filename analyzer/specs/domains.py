"""The domains of constructor arguments, derived from the kinds in the signatures.

A value is judged only where it is plain Python data; symbols, Unknown and objects pass.
What each kind rejects is what real Keras 3 rejects at the latest in the first call.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from ..mismatch import Mismatch
from . import registry
from .base import Args, LayerSpec
from .signature import REQUIRED, Param

_PLAIN = (int, float, str, bytes, type(None))
_IDENTIFIED = ("activation", "initializer", "regularizer", "constraint")


def problems(spec: LayerSpec, c: Args) -> Iterator[Mismatch]:
    """One mismatch for each argument that is outside its domain."""
    for param in spec.parameters.params.values():
        found = check_domain(param, c.raw(param.name))
        if found is not None:
            yield found


def check_domain(param: Param, value: object) -> Mismatch | None:
    """The mismatch of one value with its parameter's domain, None where it may be."""
    if value is param.default or (param.default is not REQUIRED and value is None):
        return None
    if param.kind in _IDENTIFIED:
        return _check_identifier(param, value)
    domain = _DOMAINS.get(param.kind)
    needs = domain(param, value) if domain is not None else None
    if needs is None:
        return None
    return Mismatch("hyperparameter", needs, {param.name: value}, {}, _hint(param, value))


def _hint(param: Param, value: object) -> str:
    if isinstance(value, str):
        return suggestion(value, [o for o in param.options if isinstance(o, str)])
    if param.kind == "rate" and isinstance(value, int | float) and 1 < value <= 100:
        return f"a share, not a percentage: {param.name}={value / 100:g}"
    return ""


def suggestion(given: str, known: list[str]) -> str:
    """`did you mean 'relu'?` where one known name is near."""
    lowered = {k.lower(): k for k in reversed(known)}
    near = difflib.get_close_matches(given.lower(), lowered, 1, 0.75)
    return f"did you mean {lowered[near[0]]!r}?" if near else ""


def _check_identifier(param: Param, value: object) -> Mismatch | None:
    if not isinstance(value, str):
        return None
    if registry.resolve(param.kind, value) is not None:
        return None
    needs = f"the name of a known {param.kind}"
    hint = suggestion(value, sorted(registry.identifiers(param.kind)))
    return Mismatch("identifier", needs, {param.name: value}, {}, hint)


def _integer(value: object) -> bool:
    return not isinstance(value, _PLAIN) or isinstance(value, int)


def _size(param: Param, value: object) -> str | None:
    positive = not isinstance(value, int) or value > 0
    return None if _integer(value) and positive else "a positive integer"


def _tokens(param: Param, value: object) -> str | None:
    return "a number >= 1" if isinstance(value, int | float) and value < 1 else None


def _sizes(param: Param, value: object, low: int = 1) -> str | None:
    length = int(param.kind[-1])
    what = "positive" if low else "non-negative"
    needs = f"a {what} integer or {length} of them" if length > 1 else f"a {what} integer"
    if not isinstance(value, tuple | list):
        value = (value,) * length
    entries = all(_integer(v) and not (isinstance(v, int) and v < low) for v in value)
    return None if len(value) == length and entries else needs


def _paddings(param: Param, value: object) -> str | None:
    return _sizes(param, value, low=0)


def _rate(param: Param, value: object) -> str | None:
    if not isinstance(value, _PLAIN):
        return None
    good = isinstance(value, int | float) and 0 <= value <= 1
    return None if good else "a number in [0, 1]"


def _one_of(param: Param, value: object) -> str | None:
    if not isinstance(value, _PLAIN):
        return None
    given = value.lower() if isinstance(value, str) else value
    choices = ", ".join(repr(o) for o in param.options)
    return None if given in param.options or value in param.options else f"one of {choices}"


def _choice(param: Param, value: object) -> str | None:
    choices = ", ".join(repr(o) for o in param.options)
    known = not isinstance(value, _PLAIN) or value in param.options
    return None if known else f"one of {choices}"


def _data_format(param: Param, value: object) -> str | None:
    if not isinstance(value, _PLAIN):
        return None
    good = isinstance(value, str) and value.lower() in ("channels_first", "channels_last")
    return None if good else "'channels_last' or 'channels_first'"


_DOMAINS: dict[str, Callable[[Param, object], str | None]] = {
    "size": _size,
    "sizes1": _sizes,
    "sizes2": _sizes,
    "sizes3": _sizes,
    "paddings1": _paddings,
    "paddings2": _paddings,
    "paddings3": _paddings,
    "count": _size,
    "rate": _rate,
    "one_of": _one_of,
    "choice": _choice,
    "units": _size,
    "tokens": _tokens,
    "data_format": _data_format,
}
