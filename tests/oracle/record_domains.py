"""Record which values of each constructor argument real Keras rejects, and when.

    ORACLE_K3=... ORACLE_K2=... python -m tests.oracle.record_domains [all]

asks for what is not recorded yet (or for all), and writes tests/data/domains_keras3.json
and domains_keras2.json: a line for each argument of each layer, a letter for each value.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from functools import cache
from pathlib import Path

from dryfit.analyzer.specs import registry
from dryfit.analyzer.specs.base import Case, LayerSpec, NamedSpec
from dryfit.analyzer.specs.signature import Param

from .record_layers import DATA, ask, encoded
from .record_names import needed

NUMBERS = (0, -1, 1, 2, 3, 2.0, 2.5, 0.5, 1.5, -0.5, "2", None, True)
SHAPES = ((), (1,), (2, 2), [2, 2], (1, 2, 3), (0, 0), (-1, 1), (2.0, 2.0), ((1, 1), (1, 1)))
STRINGS = ("same", "SAME", "valid", "Valid", "causal", "channels_last", "Channels_Last", "bogus")
NAMES = ("relu", "Relu", "softmax", "zeros", "Zeros", "ZEROS", "l2", "L2", "non_neg", "bogus", 0)
IDENTIFIED = ("activation", "initializer", "regularizer", "constraint")
# What a value outside a domain means there is not for a constructor to reject.
SKIPPED = ("layer", "layers", "function", "any")


def probes(param: Param) -> tuple[object, ...]:
    """The values tried for a parameter."""
    if param.kind in IDENTIFIED:
        return (*NAMES, None)
    options = tuple(o for o in param.options if o not in STRINGS)
    return (*NUMBERS, *SHAPES, *STRINGS, *options)


def replaced(case: Case, spec: LayerSpec | NamedSpec, name: str, value: object) -> str:
    """The constructor call of a case with one argument set."""
    tree = ast.parse(case.code, mode="eval").body
    assert isinstance(tree, ast.Call)
    positional = [p.name for p in spec.parameters.positional]
    given = dict(zip(positional, tree.args, strict=False))
    given |= {k.arg or "": k.value for k in tree.keywords}
    given[name] = ast.parse(repr(value), mode="eval").body
    arguments = ", ".join(f"{k}={ast.unparse(v)}" for k, v in given.items())
    return f"{ast.unparse(tree.func)}({arguments})"


def plain_case(spec: LayerSpec) -> Case | None:
    """The first case that works and can be executed."""
    return next((c for c in spec.cases if not c.fails and "None" not in repr(c.inputs)), None)


def asked() -> dict[str, tuple[LayerSpec | NamedSpec, Param, Case]]:
    """Each argument of each layer that has a case, and of each loss, optimizer, ..."""
    found: dict[str, tuple[LayerSpec | NamedSpec, Param, Case]] = {}
    for spec in {id(s): s for s in registry.layers().values()}.values():
        case = plain_case(spec)
        if case is not None:
            found |= {f"{spec.name}.{p.name}": (spec, p, case) for p in _judged(spec)}
    for family, module in NAMED.items():
        for named in registry.set_of(registry.named(family)):
            arguments = needed(named)
            if arguments is not None:
                given = ", ".join(f"{k}={v!r}" for k, v in arguments.items())
                case = Case(f"keras.{module}.{named.name}({given})")
                found |= {
                    f"{family} {named.name}.{p.name}": (named, p, case) for p in _judged(named)
                }
    return found


# Where the classes of a family are found.
NAMED = {
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
}


def _judged(spec: LayerSpec | NamedSpec) -> list[Param]:
    return [p for p in spec.parameters.params.values() if p.kind not in SKIPPED]


def question(spec: LayerSpec | NamedSpec, param: Param, case: Case) -> dict[str, object]:
    """The codes to try, and what to call the layer on."""
    asked: dict[str, object] = {
        "codes": [replaced(case, spec, param.name, v) for v in probes(param)],
        "kwargs": {k: encoded(v) for k, v in case.kwargs.items()},
        "dtype": case.dtype,
    }
    return asked | ({"inputs": [encoded(x) for x in case.inputs]} if case.inputs else {})


def letters(questions: list[dict[str, object]], python: str) -> list[str]:
    """The letter of every code; "!" where it takes the process down."""
    codes = [(q, c) for q in questions for c in q["codes"]]
    found: list[str] = []
    while len(found) < len(codes):
        rest = [q | {"codes": [c]} for q, c in codes[len(found) :]]
        rows = ask("keras_domains.py", rest, python, may_crash=True)
        found += [str(r["letter"]) for r in rows if "letter" in r]
        if len(found) < len(codes):
            found.append("!")
    return found


def record(dialect: str, python: str, everything: bool) -> None:
    """Ask one Keras what is not in its file yet, and write the file."""
    known = {} if everything else load(dialect)
    rows = asked()
    fresh = {
        k: question(*row) for k, row in rows.items() if len(known.get(k, "")) != len(probes(row[1]))
    }
    found = "".join(letters(list(fresh.values()), python))
    for key, data in fresh.items():
        count = len(data["codes"])
        known[key], found = found[:count], found[count:]
    lines = [json.dumps([key, known[key]]) for key in sorted(rows)]
    path(dialect).write_text("\n".join(lines) + "\n", "utf-8")


def path(dialect: str) -> Path:
    """The file of one Keras."""
    return DATA.with_name(f"domains_{dialect}.json")


@cache
def load(dialect: str) -> dict[str, str]:
    """The recorded letters by "Layer.argument"."""
    if not path(dialect).exists():
        return {}
    return dict(json.loads(line) for line in path(dialect).read_text("utf-8").splitlines())


def main(arguments: list[str]) -> None:
    """Record each Keras whose interpreter is given."""
    everything = "all" in arguments
    if "ORACLE_K3" in os.environ:
        record("keras3", os.environ["ORACLE_K3"], everything)
    if "ORACLE_K2" in os.environ:
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
        record("keras2", os.environ["ORACLE_K2"], everything)


if __name__ == "__main__":
    main(sys.argv[1:])
