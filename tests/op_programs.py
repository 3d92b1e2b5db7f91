"""The declared cases of the op specs, as calls of every public name.

Used by the recorder (under real libraries) and by the test; needs no third library.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from dryfit.analyzer.specs import calling, members, registry, signature
from dryfit.analyzer.specs.base import Call, OpSpec

OWNERS = {owner: kind for kind, owners in members.CLASSES.items() for owner in owners}


# How an object of a class that ops only know by name is made.
HANDLES = {
    "numpy.random.Generator": "numpy.random.default_rng(0)",
    "tf.random.Generator": "tf.random.Generator.from_seed(0)",
}


@dataclass(frozen=True)
class Input:
    """A tensor input of a case: its name in the program, dtype, shape and class."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    owner: str

    def __str__(self) -> str:
        kind = "" if self.owner == "tf.Tensor" else f" {self.owner}"
        return f"{self.name}: {self.dtype}{list(self.shape)}{kind}"

    @property
    def kind(self) -> str:
        """The kind of tensor, as the analyzer calls it."""
        return OWNERS[self.owner]

    def leaves(self) -> list[object]:
        """Its values in C order: small, positive, different, and valid as indices."""
        size = prod(self.shape)
        if self.dtype == "bool":
            return [k % 2 == 0 for k in range(size)]
        if "int" in self.dtype:
            return [1 + k % 2 for k in range(size)]
        return [(k + 1) / size for k in range(size)]


@dataclass(frozen=True)
class Program:
    """One call of one public name: its text and the inputs it uses."""

    spelling: str
    text: str
    inputs: tuple[Input, ...]

    @property
    def key(self) -> str:
        """What identifies it in the record."""
        return "; ".join([self.text, *map(str, self.inputs)])


def programs() -> Iterator[Program]:
    """Every case of every op under every spelling that can say it, then operators."""
    for spec in sorted(registry.ops().values(), key=lambda s: s.name):
        for spelling, text in spec.names.items():
            yield from _of_spelling(spec, spelling, text or spec.signature)
    yield from operators()
    yield from subscripts()


def _of_spelling(spec: OpSpec, spelling: str, text: str) -> Iterator[Program]:
    owner = spelling.rpartition(".")[0]
    member = owner in OWNERS
    if not member and owner not in HANDLES:
        owner = "numpy.ndarray" if spelling.startswith(("numpy.", "sklearn.")) else "tf.Tensor"
    for case in spec.cases:
        given, inputs = _arguments(spec, case, "numpy.ndarray" if owner in HANDLES else owner)
        parts = _call(spec, text, given)
        if parts is None:
            continue
        if owner in HANDLES:
            made = f"{HANDLES[owner]}.{spelling.rpartition('.')[2]}({', '.join(parts)})"
            yield Program(spelling, made, inputs)
        elif member and parts and parts[0] == "a":
            yield Program(spelling, _member(spelling, parts), inputs)
        elif not member:
            yield Program(spelling, f"{spelling}({', '.join(parts)})", inputs)


def _member(spelling: str, parts: list[str]) -> str:
    name = spelling.rpartition(".")[2]
    rest = "" if members.is_property(spelling) else f"({', '.join(parts[1:])})"
    return f"{parts[0]}.{name}{rest}"


def _arguments(spec: OpSpec, case: Call, owner: str) -> tuple[dict[str, str], tuple[Input, ...]]:
    """The case's arguments by canonical name, as program text, and its inputs."""
    kinds = {n: p.kind for n, p in spec.parameters.params.items()}
    slots = [n for n, k in kinds.items() if k in ("tensor", "tensors")]
    given: dict[str, str] = {}
    inputs: list[Input] = []
    for slot, value in zip(slots, case.inputs, strict=False):
        shapes = value if isinstance(value, list) else [value]
        for shape in shapes:
            inputs.append(_input(len(inputs), case.of, shape, owner))
        names = ", ".join(m.name for m in inputs[-len(shapes) :])
        given[slot] = f"[{names}]" if isinstance(value, list) else names
    given |= {n: repr(v) for n, v in case.kwargs.items()}
    return given, tuple(inputs)


def _input(index: int, of: str | tuple[str, ...], shape: tuple[int, ...], owner: str) -> Input:
    dtype = of if isinstance(of, str) else of[index]
    return Input(string.ascii_lowercase[index], dtype, tuple(shape), owner)


def _call(spec: OpSpec, text: str, given: Mapping[str, str]) -> list[str] | None:
    """The arguments in a spelling's own words; None where it cannot say them."""
    own = signature.parse(text)
    called = calling.canonical_names(spec, text)
    names = {
        called[p.name]: p for p in own.params.values() if called[p.name] != "_" or p.name != "self"
    }
    required = {n for n, p in names.items() if p.required}
    if not required <= set(given) <= set(names):
        return None
    parts: list[str] = []
    positional = True
    for name, param in names.items():
        if name not in given:
            positional = positional and param.mode == "args"
        elif param.mode == "args":
            parts.append(given[name].strip("[]"))
        else:
            positional = positional and param.mode == "normal"
            parts.append(given[name] if positional else f"{param.name}={given[name]}")
    return [p for p in parts if p]


SIGNS = {
    "__add__": "+", "__sub__": "-", "__mul__": "*", "__truediv__": "/",
    "__floordiv__": "//", "__mod__": "%", "__pow__": "**", "__matmul__": "@",
    "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">=", "__ne__": "!=",
    "__and__": "&", "__or__": "|", "__xor__": "^",
}  # fmt: skip
_PAIRS = ("float32", "float32"), ("int32", "int32"), ("int32", "float32")
_BOOLS = (("bool", "bool"),)
_LITERALS = "3", "1.5", "True"


def operators() -> Iterator[Program]:
    """Operators on tensors of all classes, and on tensors and literals."""
    for owner, sign in product(OWNERS, SIGNS.values()):
        for other in OWNERS:
            for left, right in _BOOLS if sign in "&|^" else _PAIRS:
                a = Input("a", left, (2, 2), owner)
                b = Input("b", right, (2, 2), other)
                yield Program("operator", f"a {sign} b", (a, b))
        for literal, dtype in product(_LITERALS, ("float32", "int32")):
            if sign not in "@&|^":
                a = Input("a", dtype, (2, 2), owner)
                yield Program("operator", f"a {sign} {literal}", (a,))
                yield Program("operator", f"{literal} {sign} a", (a,))
    for owner, (sign, dtype) in product(OWNERS, (("-", "float32"), ("-", "int32"), ("~", "bool"))):
        yield Program("operator", f"{sign}a", (Input("a", dtype, (2, 2), owner),))


INDICES = (
    "0", "-1", "4", "-5", ":, 5", ":, 0", "..., 0", "..., None", "None", ":, None, :", "1:3",
    "::2", "::-1", "5:2", ":, -2:", "0, 0, 0", "0, 0, 0, 0", "..., 0, ...", "0:0", "[0, 2]",
    "[0, 2], [1, 1]", ":, [0, 2]", "(0, 2)", "m", "i", ":, i", "0, i", "1.0", "'a'",
    "None, ..., None", ":, :, :, :", "...", ":, ::-2", ":, -6", ":, 1:100", ":, :-1",
    "[True, False, True, True]", "i, i", "i, :, i", ":, i, None", "1:, :, -1", ":2, 1:, None",
    "c", "w",
)  # fmt: skip


def subscripts() -> Iterator[Program]:
    """Indexing tensors of all classes in many ways."""
    for owner, index in product(OWNERS, INDICES):
        other = "numpy.ndarray" if owner == "numpy.ndarray" else "tf.Tensor"
        inputs = [Input("a", "float32", (4, 5, 6), owner)]
        known = {"m": ("bool", (4,)), "i": ("int32", (2,)), "c": ("int32", ())}
        known["w"] = ("bool", (3,))
        for name, (dtype, shape) in known.items():
            if name in index.replace("None", "").replace("True", "").replace("False", ""):
                inputs.append(Input(name, dtype, shape, other))
        yield Program("subscript", f"a[{index}]", tuple(inputs))
