"""Op specs against the record of real TensorFlow, Keras and NumPy."""

from __future__ import annotations

import ast
import json
import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from dryfit.analyzer.dims import Expr
from dryfit.analyzer.mismatch import Mismatch
from dryfit.analyzer.specs import calling, content, members, registry, signature, symbolic
from dryfit.analyzer.specs.base import TensorType
from dryfit.analyzer.unknown import Unknown

from .op_exceptions import MISSES, SIGNATURES, UNKNOWN
from .op_programs import HANDLES, OWNERS, Input, Program, programs

# Python's types as dtypes of NumPy.
DTYPES = {"'float'": "'float64'", "'int'": "'int64'"}
DUNDERS = {
    "Add": "__add__", "Sub": "__sub__", "Mult": "__mul__", "Div": "__truediv__",
    "FloorDiv": "__floordiv__", "Mod": "__mod__", "Pow": "__pow__", "MatMult": "__matmul__",
    "Lt": "__lt__", "LtE": "__le__", "Gt": "__gt__", "GtE": "__ge__", "NotEq": "__ne__",
    "BitAnd": "__and__", "BitOr": "__or__", "BitXor": "__xor__", "USub": "__neg__",
    "Invert": "__invert__",
}  # fmt: skip
DATA = Path(__file__).parent / "data"


@cache
def record(part: str) -> dict[str, object]:
    """One part of what was recorded under both versions of Keras."""
    found: dict[str, object] = {}
    for dialect in ("keras2", "keras3"):
        found |= json.loads((DATA / f"ops_{dialect}.json").read_text())[part]
    return found


def typed(given: Input) -> TensorType:
    """The type of a case's input, with its values."""
    known = content.nested(content.Block(given.shape, tuple(given.leaves())))
    shown = None if given.kind == "keras" else known
    return TensorType(given.shape, given.dtype, shown, given.kind)


def evaluated(program: Program, space: dict[str, TensorType] | None = None) -> object:
    """The program's result by the specs; the exception it is proved to raise."""
    space = {i.name: typed(i) for i in program.inputs} if space is None else space
    node = ast.parse(program.text, mode="eval").body
    try:
        if program.spelling in ("operator", "subscript"):
            return applied(node, space)
        args, kwargs = arguments(node, program.spelling, space)
        return calling.call(program.spelling, args, kwargs)
    except (Mismatch, signature.BindError) as error:
        return error


def arguments(
    node: ast.expr, spelling: str, space: dict[str, TensorType]
) -> tuple[list[object], dict[str, object]]:
    """What a call passes; a member's receiver comes first."""
    if isinstance(node, ast.Attribute):
        return [value(node.value, space)], {}
    assert isinstance(node, ast.Call)
    args = [value(a, space) for a in node.args]
    owner = spelling.rpartition(".")[0]
    if isinstance(node.func, ast.Attribute) and owner in (*OWNERS, *HANDLES):
        args.insert(0, None if owner in HANDLES else value(node.func.value, space))
    return args, {k.arg or "": value(k.value, space) for k in node.keywords}


def applied(node: ast.expr, space: dict[str, TensorType], dialect: str = "keras3") -> object:
    """The result of an operator or subscript."""
    if isinstance(node, ast.Subscript):
        given = {"x": value(node.value, space), "index": value(node.slice, space)}
        library = members.index_library(space["a"].kind, dialect)
        return calling.infer(registry.ops()["getitem"], given, library)
    parts = [value(n, space) for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
    sign = next(n for n in ast.walk(node) if isinstance(n, ast.operator | ast.cmpop | ast.unaryop))
    kinds = [getattr(p, "kind", "") for p in parts]
    kinds = [*kinds, ""][:2]
    meant = members.operation(DUNDERS[type(sign).__name__], *kinds, dialect)
    assert meant is not None
    if meant.raises:
        return Mismatch("operator", "no KerasTensor on the right")
    spec = registry.ops()[meant.op]
    return calling.infer(spec, calling.bind_canonical(spec, parts, {}), meant.library)


def value(node: ast.expr, space: dict[str, TensorType]) -> object:
    """An argument: an input by name, a sequence of values, a slice, or a literal."""
    if isinstance(node, ast.Name):
        return space[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        parts = [value(n, space) for n in node.elts]
        return parts if isinstance(node, ast.List) else tuple(parts)
    if isinstance(node, ast.Slice):
        bounds = (node.lower, node.upper, node.step)
        return slice(*(None if b is None else value(b, space) for b in bounds))
    return ast.literal_eval(node)


def problem(ours: object, real: object) -> str:
    """How a result contradicts the record; empty if it does not."""
    if isinstance(ours, Unknown) and ours.reason in UNKNOWN:
        return ""
    if isinstance(real, str) or isinstance(ours, Exception):
        agreed = isinstance(real, str) and isinstance(ours, Exception)
        return "" if agreed else f"{shown(ours)}, really {real}"
    if isinstance(ours, Unknown):
        return f"unknown ({ours.reason}), really {real}"
    if isinstance(real, dict) and "of" in real:
        return sequence_problem(ours, real["of"])
    if isinstance(real, dict) and isinstance(ours, TensorType):
        return "" if ours.shape == () else f"{ours}, really {real['is']}"
    if isinstance(real, dict):
        text = repr(ours)
        return "" if text == real["is"] else f"{text}, really {real['is']}"
    return tensor_problem(ours, real)  # type: ignore[arg-type]


def loose(program: Program) -> bool:
    """Whether a variable takes part, so that the dtype may stay unknown."""
    return any(i.kind == "variable" for i in program.inputs)


def unlike(ours: object, real: object) -> str:
    """As `problem`, an unknown dtype being no contradiction."""
    if isinstance(ours, TensorType) and ours.dtype is None and isinstance(real, list):
        ours = replace(ours, dtype=real[0])
    return problem(ours, real)


def shown(ours: object) -> str:
    return f"raises {ours}" if isinstance(ours, Exception) else str(ours)


def sequence_problem(ours: object, parts: list[object]) -> str:
    if not isinstance(ours, list | tuple) or len(ours) != len(parts):
        return f"{ours}, really {len(parts)} parts"
    return "; ".join(filter(None, map(problem, ours, parts)))


def tensor_problem(ours: object, real: list[object]) -> str:
    dtype, shape, values = real
    if not isinstance(ours, TensorType):
        return f"{ours}, really {real}"
    if ours.shape is None or not same_shape(ours.shape, shape):  # type: ignore[arg-type]
        return f"shape {ours.shape}, really {shape}"
    if ours.dtype != dtype:
        return f"dtype {ours.dtype}, really {dtype}"
    if ours.content is None or values is None:
        return ""
    return content_problem(ours.content, values)  # type: ignore[arg-type]


def same_shape(ours: tuple[object, ...], real: list[int]) -> bool:
    """Equal sizes; a symbol stands for any."""
    if len(ours) != len(real):
        return False
    return all(isinstance(a, Expr) or a == b for a, b in zip(ours, real, strict=True))


def content_problem(ours: object, real: list[object]) -> str:
    leaves = content.block(ours).flat
    if len(leaves) != len(real):
        return f"{len(leaves)} values, really {len(real)}"
    for a, b in zip(leaves, real, strict=True):
        if isinstance(a, Unknown):
            continue
        if not math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-6):  # type: ignore[arg-type]
            return f"content {ours}, really {real}"
    return ""


@pytest.mark.parametrize("spelling", [*sorted(registry.spellings()), "operator", "subscript"])
def test_calls_give_what_the_libraries_give(spelling: str) -> None:
    recorded = record("calls")
    known = [p for p in cases().get(spelling, ()) if p.key in recorded]
    found = {p.key: problem(evaluated(p), recorded[p.key]) for p in known if not loose(p)}
    found |= {p.key: unlike(evaluated(p), recorded[p.key]) for p in known if loose(p)}
    wrong = {k: v for k, v in found.items() if v and not missed(k)}
    assert wrong == {}


def test_what_is_listed_as_missed_is_missed() -> None:
    raising = [k for k, v in record("calls").items() if isinstance(v, str)]
    known = {p.key: p for found in cases().values() for p in found}
    missing = [k for k in raising if k in known and problem(evaluated(known[k]), "an error")]
    idle = [m for m in MISSES if not any(re.fullmatch(m, k) for k in missing)]
    assert idle == []


def missed(key: str) -> bool:
    """Whether a call is a known miss: the library raises, the spec does not."""
    known = any(re.fullmatch(pattern, key) for pattern in MISSES)
    return known and isinstance(record("calls")[key], str)


@cache
def cases() -> dict[str, list[Program]]:
    """The declared cases by public name."""
    found: dict[str, list[Program]] = {}
    for program in programs():
        found.setdefault(program.spelling, []).append(program)
    return found


@pytest.mark.parametrize("spelling", sorted(registry.spellings()))
def test_signatures_are_those_of_the_libraries(spelling: str) -> None:
    real = record("signatures").get(spelling)
    if real is None or spelling in SIGNATURES:
        pytest.skip(SIGNATURES.get(spelling, "not recorded, or the library does not tell"))
    assert real != ["does not exist"]
    _, text = registry.spellings()[spelling]
    if text.startswith("(*args: _"):
        return
    params = signature.parse(text).params.values()
    ours = [written(p) for p in params]
    if real and real[-1].startswith("**") and not ours[-1][0].startswith("**"):
        # What the library takes as **kwargs is spelled out.
        real = real[:-1]  # type: ignore[index]
        ours = ours[: len(real)]
    assert [o for o, _ in ours] == [r.partition("=")[0] for r in real]  # type: ignore[attr-defined]
    for (name, default), recorded in zip(ours, real, strict=True):  # type: ignore[call-overload]
        theirs = recorded.partition("=")[2]
        if default is not None and theirs != "<no value>":
            assert (name, DTYPES.get(default, default)) == (name, DTYPES.get(theirs, theirs))


def written(param: signature.Param) -> tuple[str, str | None]:
    """A parameter as the record writes it, and its default (None: does not matter)."""
    star = {"args": "*", "kwargs": "**", "keyword": "keyword "}.get(param.mode, "")
    if param.kind == "_" or param.default is None:
        return star + param.name, None
    default = "" if param.default is signature.REQUIRED else repr(param.default)
    return star + param.name, default


def test_every_member_is_one_that_the_class_has() -> None:
    for spelling in registry.spellings():
        owner, _, name = spelling.rpartition(".")
        if owner in members.PUBLIC:
            assert name in members.PUBLIC[owner], spelling


@pytest.mark.parametrize("dialect", ["keras2", "keras3"])
def test_functions_refuse_keras_tensors_where_the_libraries_do(dialect: str) -> None:
    real = json.loads((DATA / f"ops_{dialect}.json").read_text())["refusals"]
    ours = {name: symbolic.rejects_keras_tensor(name, dialect) for name in real}
    wrong = {name for name in real if ours[name] != real[name]}
    # One of a scalar, the other of a list: not for the KerasTensor.
    assert wrong <= {"tf.scalar_mul", "tf.math.scalar_mul", "keras.ops.digitize"}


@pytest.mark.parametrize("family", ["operator", "subscript"])
def test_keras_tensors_of_keras_2_compute_as_tensorflow_does(family: str) -> None:
    real = json.loads((DATA / "ops_keras2.json").read_text())["calls"]
    found = {}
    for program in cases()[family]:
        if program.key in real:
            node = ast.parse(program.text, mode="eval").body
            try:
                ours = applied(node, {i.name: typed(i) for i in program.inputs}, "keras2")
            except Mismatch as error:
                ours = error
            found[program.key] = problem(ours, real[program.key])
    known = "a[[True, "  # booleans in a list are not followed
    assert {k: v for k, v in found.items() if v and not k.startswith(known)} == {}
    assert found
