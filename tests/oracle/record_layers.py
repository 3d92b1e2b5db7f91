"""Record what real Keras does with every case of every layer spec.

    ORACLE_K3=path/to/python/with/keras python -m tests.oracle.record_layers [NAME ...]

writes tests/data/layers_keras3.json, one case a line; with ORACLE_K2 also (or only)
layers_keras2.json. Without names the cases that are not recorded yet are asked for;
names ask for all cases of some layers, `all` for all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from dryfit.analyzer.specs import registry
from dryfit.analyzer.specs.base import Case, LayerSpec

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data" / "layers_keras3.json"
DATA2 = DATA.with_name("layers_keras2.json")


def encoded(value: object) -> object:
    """Call arguments as JSON: tuples are shapes, lists structures, the rest values."""
    if isinstance(value, tuple):
        return {"shape": list(value)}
    if isinstance(value, list):
        return [encoded(v) for v in value]
    return {"value": value}


def key(case: Case) -> str:
    """What identifies a case in the data file."""
    parts = [repr(x) for x in case.inputs] + [f"{k}={v!r}" for k, v in case.kwargs.items()]
    dtype = "" if case.dtype == "float32" else f" {case.dtype}"
    return f"{case.code} ({', '.join(parts)}){dtype}"


def governed(spec: LayerSpec, case: Case) -> Case:
    """The case with every initializer, regularizer and constraint given."""
    given = {"initializer": "'ones'", "regularizer": "'l2'", "constraint": "'non_neg'"}
    names = {p.name: given[p.kind] for p in spec.parameters.params.values() if p.kind in given}
    extra = ", ".join(f"{n}={v}" for n, v in names.items() if n != "activity_regularizer")
    opening, closing = case.code.rsplit(")", 1)[0], ")"
    comma = "" if opening.endswith("(") else ", "
    return Case(f"{opening}{comma}{extra}{closing}", *case.inputs, dtype=case.dtype, **case.kwargs)


def all_cases(spec: LayerSpec) -> list[Case]:
    """The declared cases, and one with all weights governed."""
    cases = list(spec.cases)
    kinds = {p.kind for p in spec.parameters.params.values()}
    plain = next((c for c in cases if not c.fails and "initializer" not in c.code), None)
    if plain and "initializer" in kinds:
        cases.append(governed(spec, plain))
    return cases


def as_json(case: Case) -> dict[str, object]:
    """A case as real Keras' side reads it."""
    kwargs = {k: encoded(v) for k, v in case.kwargs.items()}
    inputs = [encoded(x) for x in case.inputs]
    return {
        "key": key(case),
        "code": case.code,
        "inputs": inputs,
        "kwargs": kwargs,
        "dtype": case.dtype,
    }


def ask(
    program: str, data: object, python: str, may_crash: bool = False
) -> list[dict[str, object]]:
    """The lines a program of this folder prints for the data, under another Python."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        [python, str(HERE / program)],
        input=json.dumps(data),
        env={"KERAS_BACKEND": "tensorflow", **os.environ, **quiet},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not may_crash:
        raise SystemExit(done.stderr[-4000:])
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def load(path: Path = DATA) -> dict[str, dict[str, object]]:
    """The recorded rows by key."""
    if not path.exists():
        return {}
    return {r["key"]: r for r in map(json.loads, path.read_text("utf-8").splitlines())}


def store(rows: dict[str, dict[str, object]], path: Path = DATA) -> None:
    """Write rows, sorted, one a line."""
    lines = [json.dumps(rows[k], sort_keys=True) for k in sorted(rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def record(names: list[str], program: str, python: str, path: Path) -> None:
    """Ask for what is wanted, keep the rest of the file, drop what has no case any more."""
    specs = {id(s): s for s in registry.layers().values()}.values()
    cases = {key(c): (s, c) for s in specs for c in all_cases(s)}
    if path == DATA2:
        cases = {k: (s, c) for k, (s, c) in cases.items() if concrete(c) and c in s.cases}
    known = {k: r for k, r in load(path).items() if k in cases}
    wanted = [
        c
        for k, (s, c) in cases.items()
        if s.name in names or "all" in names or (not names and k not in known)
    ]
    rows = ask(program, [as_json(c) for c in wanted], python)
    store(known | {str(r["key"]): r for r in rows}, path)


def concrete(case: Case) -> bool:
    """Whether no axis of a case is unknown."""
    return "None" not in repr((case.inputs, case.kwargs))


def main(names: list[str]) -> None:
    """Record each Keras whose interpreter is given."""
    if "ORACLE_K3" in os.environ:
        record(names, "keras_layers.py", os.environ["ORACLE_K3"], DATA)
    if "ORACLE_K2" in os.environ:
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
        record(names, "keras2_layers.py", os.environ["ORACLE_K2"], DATA2)


if __name__ == "__main__":
    main(sys.argv[1:])
