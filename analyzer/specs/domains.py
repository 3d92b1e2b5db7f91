"""The domains of constructor arguments, derived from the kinds in the signatures.

A value is judged only where it is plain Python data; symbols, Unknown and objects pass.
A kind rejects what real Keras 3 rejects at the latest in the first call, for every
parameter that has it (recorded in tests/data/domains_keras3.json).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from ..mismatch import Mismatch
from . import registry
from .base import Args, LayerSpec
from .signature import Param

_PLAIN = (int, float, str, bytes, tuple, list, type(None))
_IDENTIFIED = ("activation", "initializer", "regularizer", "constraint")


def problems(spec: LayerSpec, c: Args, dialect: str = "keras3") -> Iterator[Mismatch]:
    """One mismatch for each argument that is outside its domain."""
    for param in spec.parameters.params.values():
        found = check_domain(param, c.raw(param.name), dialect)
        if found is not None:
            yield found


def check_domain(param: Param, value: object, dialect: str = "keras3") -> Mismatch | None:
    """The mismatch of one value with its parameter's domain, None where it may be."""
    if value is param.default:
        return None
    if param.kind in _IDENTIFIED:
        return _check_identifier(param, value, dialect)
    kind = param.kind.removeprefix("late_").removeprefix("loose_")
    domain = _DOMAINS.get(kind)
    needs = domain(param, value) if domain is not None else None
    older = dialect == "keras2"
    if needs is None or (older and _lenient(kind, param, value)):
        return None
    # Keras 2 leaves most of it to the first call.
    late = older or param.kind.startswith("late_") or _only_late(kind, value)
    return Mismatch("hyperparameter", needs, {param.name: value}, {}, _hint(param, value), late)


def _lenient(kind: str, param: Param, value: object) -> bool:
    """Whether some layer of Keras 2 takes it all the same; `loose_` kinds take more."""
    if param.kind.startswith("loose_"):
        return not isinstance(value, int) or value >= 0
    if kind == "count":
        return not isinstance(value, int) or value == 0
    if kind in ("filters", "sizes1"):
        return isinstance(value, float | str)
    if kind in ("rate", "fraction"):
        return not isinstance(value, int | float) or 0 <= value <= 1
    folded = value.lower() if isinstance(value, str) else value
    return kind in ("share", "number") or folded in param.options


def _only_late(kind: str, value: object) -> bool:
    """Whether a constructor lets it pass and the first call fails."""
    if kind in ("filters", "units", "count"):
        return isinstance(value, float) or value is None
    if kind.startswith("strides"):
        return value == 0 or (isinstance(value, tuple | list) and 0 in value)
    return kind == "number" or (kind == "one_of" and isinstance(value, tuple | list))


def _hint(param: Param, value: object) -> str:
    if isinstance(value, str):
        return suggestion(value, [o for o in param.options if isinstance(o, str)])
    if param.kind in ("rate", "share") and isinstance(value, int | float) and 1 < value <= 100:
        return f"a share, not a percentage: {param.name}={value / 100:g}"
    return ""


def suggestion(given: str, known: list[str]) -> str:
    """`did you mean 'relu'?` where one known name is near."""
    lowered = {k.lower(): k for k in reversed(known)}
    near = difflib.get_close_matches(given.lower(), lowered, 1, 0.75)
    return f"did you mean {lowered[near[0]]!r}?" if near else ""


def _check_identifier(param: Param, value: object, dialect: str) -> Mismatch | None:
    needs = f"the name of a known {param.kind}"
    if isinstance(value, int | float):
        return Mismatch("hyperparameter", needs, {param.name: value})
    # Measured: Keras 2 keeps any string as a regularizer.
    loose = dialect == "keras2" and param.kind == "regularizer"
    if not isinstance(value, str) or loose or registry.resolve(param.kind, value, dialect):
        return None
    hint = suggestion(value, sorted(registry.identifiers(param.kind, dialect)))
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
        value = (value,) * length if _integer(value) else ()
    # A whole float in a tuple is an integer to some layers.
    entries = (v for v in value if not (isinstance(v, float) and v.is_integer()))
    fit = all(_integer(v) and not (isinstance(v, int) and v < low) for v in entries)
    return None if len(value) == length and fit else needs


def _paddings(param: Param, value: object) -> str | None:
    return _sizes(param, value, low=0)


def _rate(param: Param, value: object) -> str | None:
    if not isinstance(value, _PLAIN):
        return None
    good = isinstance(value, int | float) and 0 <= value <= 1
    return None if good else "a number in [0, 1]"


def _fraction(param: Param, value: object) -> str | None:
    """As a rate, but measured: an integer 0 or 1 is rejected too."""
    whole = isinstance(value, int)
    return "a float in [0, 1]" if whole else _rate(param, value)


def _number(param: Param, value: object) -> str | None:
    return "a number" if isinstance(value, str) else None


def _one_of(param: Param, value: object) -> str | None:
    """One of some strings, whatever the case of the letters."""
    return _choice(param, value.lower() if isinstance(value, str) else value)


def _choice(param: Param, value: object) -> str | None:
    choices = ", ".join(repr(o) for o in param.options)
    known = not isinstance(value, _PLAIN) or any(value == o for o in param.options)
    return None if known else f"one of {choices}"


def _data_format(param: Param, value: object) -> str | None:
    known = ("channels_first", "channels_last")
    wrong = isinstance(value, str) and value.lower() not in known
    return "'channels_last' or 'channels_first'" if wrong else None


_DOMAINS: dict[str, Callable[[Param, object], str | None]] = {
    "size": _size,
    "filters": _size,
    "units": _size,
    "count": _size,
    "tokens": _tokens,
    "rate": _rate,
    "share": _rate,
    "fraction": _fraction,
    "number": _number,
    "one_of": _one_of,
    "choice": _choice,
    "data_format": _data_format,
} | {
    f"{kind}{n}": domain
    for n in (1, 2, 3)
    for kind, domain in (("sizes", _sizes), ("strides", _sizes), ("paddings", _paddings))
}
