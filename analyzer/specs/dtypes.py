"""Dtype names and how they combine: Keras' lattice, NumPy's, TensorFlow's agreement.

The weak dtypes "int" and "float" stand for Python literals; a result has a strong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..mismatch import Mismatch

_SIGNED = ("int8", "int16", "int32", "int64")
_UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
_FLOATS = ("float16", "bfloat16", "float32", "float64")
_COMPLEX = ("complex64", "complex128")
INTEGERS = frozenset({*_SIGNED, *_UNSIGNED, "int"})
FLOATS = frozenset({*_FLOATS, "float"})
INEXACT = FLOATS | frozenset(_COMPLEX)
NUMBERS = INTEGERS | INEXACT
NAMES = frozenset({"bool", "string", *NUMBERS}) - {"int", "float"}

# Keras 2's backend functions follow TensorFlow, but for what they cast first.
TENSORFLOW = ("tf", "backend")

# What a literal becomes, by library.
_DEFAULT = {
    "keras": {"int": "int32", "float": "float32"},
    "tf": {"int": "int32", "float": "float32"},
    "backend": {"int": "int32", "float": "float32"},
    "numpy": {"int": "int64", "float": "float64"},
}
_PYTHON = {"bool": "bool", "int": "int64", "float": "float64", "str": "string"}
_ALIASES = {
    "half": "float16",
    "single": "float32",
    "double": "float64",
    "float_": "float64",
    "bool_": "bool",
    "str": "string",
    "long": "int64",
    "intp": "int64",
}


def bits(dtype: str) -> int:
    """The width of a numeric dtype."""
    return 8 if dtype == "bool" else int(re.sub(r"\D", "", dtype))


def canonical(value: object, library: str = "keras") -> str | None:
    """The name of what a program gives as a dtype; None where it cannot be told."""
    if isinstance(value, type):
        name = value.__name__
        value = _DEFAULT[library].get(name, name) if library != "numpy" else _PYTHON.get(name)
    value = getattr(value, "name", value)
    if not isinstance(value, str):
        return None
    name = value.rsplit(".", 1)[-1].lstrip("<=>|")
    if name in ("int", "float"):
        return _DEFAULT[library if library == "numpy" else "keras"][name]
    short = re.fullmatch(r"([fiuc])(\d+)", name)
    if short:
        family = {"f": "float", "i": "int", "u": "uint", "c": "complex"}[short[1]]
        name = f"{family}{8 * int(short[2])}"
    name = _ALIASES.get(name, name)
    return name if name in NAMES else None


def strong(dtype: str | None, library: str) -> str | None:
    """A literal's dtype made concrete; others as they are."""
    return _DEFAULT[library].get(dtype, dtype) if dtype else dtype


def promote(*dtypes: str | None, library: str = "keras") -> str | None:
    """The dtype that values of all these dtypes are computed in; None if one is unknown.

    Raises `Mismatch` for TensorFlow, where different strong dtypes do not combine.
    """
    if any(d is None for d in dtypes):
        return None
    pair = {"keras": _keras_pair, "numpy": _numpy_pair}.get(library, _tf_pair)
    result, *rest = [d for d in dtypes if d]
    for dtype in rest:
        result = pair(result, dtype)
        if result is None:
            return None
    return result


def _weak_pair(left: str, right: str) -> str | None:
    """The result where one of the two is weak; None if that does not decide it."""
    if left in ("int", "float") and right in ("int", "float"):
        return "float" if "float" in (left, right) else "int"
    if right in ("int", "float"):
        left, right = right, left
    if left == "int" and right in NUMBERS:
        return right
    if left == "float" and right in INEXACT:
        return right
    return None


def _widest(names: Sequence[str], *dtypes: str) -> str:
    return names[max(names.index(d) for d in dtypes)]


def _integer_pair(left: str, right: str, beyond: str | None) -> str | None:
    """Two integer dtypes; `beyond` where no integer holds both."""
    for names in (_SIGNED, _UNSIGNED):
        if left in names and right in names:
            return _widest(names, left, right)
    signed, unsigned = (left, right) if left in _SIGNED else (right, left)
    if bits(unsigned) >= 64:
        return beyond
    return f"int{max(bits(signed), 2 * bits(unsigned))}"


def _common(left: str, right: str) -> str | None:
    """What holds in both lattices: equality, bool below all, no text."""
    if left == right:
        return left
    if left == "bool" or right == "bool":
        other = right if left == "bool" else left
        return other if other in NUMBERS else None
    return None


def _keras_pair(left: str, right: str) -> str | None:
    found = _common(left, right) or _weak_pair(left, right)
    if found or not {left, right} <= NUMBERS:
        return found
    if left in INTEGERS and right in INTEGERS:
        return _integer_pair(left, right, "float32")
    if left in _COMPLEX or right in _COMPLEX:
        wide = {"float64", "complex128", "int64"} & {left, right}
        return "complex128" if wide else "complex64"
    return _keras_float([d for d in (left, right) if d in FLOATS])


def _keras_float(floats: list[str]) -> str:
    """The float that one or two floats, perhaps beside an integer, make."""
    if floats == ["float"] or set(floats) == {"float16", "bfloat16"}:
        return "float32"
    return _widest(_FLOATS, *floats)


def _numpy_pair(left: str, right: str) -> str | None:
    found = _common(left, right) or _weak_pair(left, right)
    if found or not {left, right} <= NUMBERS:
        return found
    if "float" in (left, right):
        return "float64"
    if left in INTEGERS and right in INTEGERS:
        return _integer_pair(left, right, "float64")
    width = max(_float_bits(left), _float_bits(right))
    if left in _COMPLEX or right in _COMPLEX:
        return "complex128" if width > 32 else "complex64"
    return f"float{width}"


def _float_bits(dtype: str) -> int:
    """The width of the float that holds a dtype (of one part, for a complex one)."""
    if dtype in _COMPLEX:
        return bits(dtype) // 2
    return min(2 * bits(dtype), 64) if dtype in INTEGERS else bits(dtype)


def _tf_pair(left: str, right: str) -> str | None:
    found = left if left == right else _weak_pair(left, right)
    if found is None:
        raise Mismatch("dtype", "tensors of one dtype", {"left": left, "right": right})
    return found
