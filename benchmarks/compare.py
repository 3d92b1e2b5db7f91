"""Dryfit beside Keras on its backends: the workloads in turn, one run, as ratios.

    python benchmarks/compare.py tf=PYTHON jax=PYTHON torch=PYTHON [--only mlp] [--rounds 3]

Each PYTHON is an interpreter that has Keras and that backend. The engines take turns
within each round, so that a machine whose speed drifts treats them alike; the best of
the rounds counts. With `--write` the table goes into docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
BACKENDS = {"tf": "tensorflow", "jax": "jax", "torch": "torch"}
PAGE = HERE.parent / "docs" / "performance.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
Figures = dict[str, float]


def measure(engine: str, python: str, name: str) -> Figures:
    """One run of one workload in a process of its own, and one that only checks it."""
    kind = "dryfit" if engine == "dryfit" else "keras"
    script = str(HERE / "measure.py")
    found = json.loads(_run([python, script, kind, name], engine).splitlines()[-1])
    check = [python, script, kind, name, "--build"]
    if engine == "dryfit":
        check = [python, "-m", "dryfit.cli", "check", "--no-cache", str(_file(name))]
    begin = time.perf_counter()
    _run(check, engine)
    return found | {"check": 1e3 * (time.perf_counter() - begin)}


def _file(name: str) -> Path:
    return HERE / "workloads" / f"{name}.py"


def _run(command: list[str], engine: str) -> str:
    """What a command prints; byte code is kept, as it is for people who run twice."""
    env = os.environ | {"KERAS_BACKEND": BACKENDS.get(engine, "")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def best(rounds: list[Figures]) -> Figures:
    """The smallest of each figure."""
    return {k: min(r[k] for r in rounds) for k in rounds[0]}


def collect(
    pythons: dict[str, str], names: list[str], rounds: int
) -> dict[str, dict[str, Figures]]:
    """All figures: workload -> engine -> figures."""
    found: dict[str, dict[str, Figures]] = {}
    for name in names:
        runs: dict[str, list[Figures]] = {e: [] for e in pythons}
        for _ in range(rounds):
            for engine, python in pythons.items():
                runs[engine].append(measure(engine, python, name))
        found[name] = {e: best(r) for e, r in runs.items()}
        print(name, {e: round(f["step"], 2) for e, f in found[name].items()}, flush=True)
    return found


def table(found: dict[str, dict[str, Figures]], figure: str) -> list[str]:
    """One figure over all workloads, with the ratio of the best and slowest peer to Dryfit."""
    engines = list(next(iter(found.values())))
    peers = [e for e in engines if e != "dryfit"]
    lines = [f"| {figure}, ms | " + " | ".join(engines) + " | best peer / dryfit |"]
    lines.append("|---" * (len(engines) + 2) + "|")
    ratios = []
    for name, row in found.items():
        ratio = min(row[p][figure] for p in peers) / row["dryfit"][figure]
        ratios.append(ratio)
        cells = " | ".join(f"{row[e][figure]:.3g}" for e in engines)
        lines.append(f"| {name} | {cells} | {ratio:.2f} |")
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    lines.append("| geometric mean |" + " |" * len(engines) + f" {mean:.2f} |")
    return lines


def page(found: dict[str, dict[str, Figures]]) -> str:
    """The tables as text, with the date and the machine type."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [f"Measured on {datetime.date.today()}: {machine}.", ""]
    for figure in ("step", "sample", "first epoch", "cold", "check"):
        lines += [*table(found, figure), ""]
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the tables between the marks of the page."""
    old = PAGE.read_text()
    head, rest = old.split(BEGIN)
    PAGE.write_text(f"{head}{BEGIN}\n{text}{END}{rest.split(END)[1]}")


def main() -> None:
    """Parse the arguments, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peers", nargs="*", help="tf=PYTHON jax=PYTHON torch=PYTHON")
    parser.add_argument("--only", nargs="*", default=None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    every = sorted(p.stem for p in (HERE / "workloads").glob("*.py"))
    pythons = {"dryfit": sys.executable} | dict(p.split("=", 1) for p in given.peers)
    found = collect(pythons, given.only or every, given.rounds)
    if not given.peers:
        return  # nothing to compare with: the figures have been printed
    text = page(found)
    print(text)
    if given.write:
        write(text)


if __name__ == "__main__":
    main()
