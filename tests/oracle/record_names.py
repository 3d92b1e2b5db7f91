"""Record what real Keras knows by name: signatures, identifier strings, rejected targets.

    ORACLE_K3=path/to/python ORACLE_K2=path/to/python python -m tests.oracle.record_names

writes tests/data/names_keras3.json and names_keras2.json (either variable may be left out).
"""

from __future__ import annotations

import json
import os

from dryfit.analyzer.specs import registry
from dryfit.analyzer.specs.base import NamedSpec

from .record_layers import DATA, ask

FAMILIES = (
    "activation",
    "initializer",
    "regularizer",
    "constraint",
    "loss",
    "metric",
    "optimizer",
)
# Targets and outputs of one batch of 6, in every combination.
SHAPES = [(6,), (6, 1), (6, 2), (6, 3), (6, 4), (6, 4, 1), (6, 4, 3), (6, 5, 4), (6, 5, 4, 1)]
SHAPES += [(6, 5, 4, 3)]
NEEDED = {
    "num_classes": 3,
    "target_class_ids": [0],
    "recall": 0.5,
    "precision": 0.5,
    "specificity": 0.5,
    "sensitivity": 0.5,
}


def texts(family: str) -> list[str]:
    """Every string of either dialect, as it is and in other cases of letters."""
    plain = set(registry.identifiers(family)) | set(registry.identifiers(family, "keras2"))
    plain |= set(registry.named(family))
    return sorted({v for t in plain for v in (t, t.lower(), t.upper(), t.capitalize())})


def public_names() -> list[tuple[str, str]]:
    """Family and name of every class and function that has a spec."""
    found = [("layer", n) for n in registry.layers()]
    for family in (*FAMILIES, "schedule"):
        found += [(family, n) for n in registry.named(family)]
        found += [(family, n) for n in registry.functions(family)]
    return list(dict.fromkeys(found))


def needed(spec: NamedSpec) -> dict[str, object] | None:
    """Arguments a metric cannot do without; None where there is nothing to try."""
    required = [p.name for p in spec.parameters.params.values() if p.required]
    if any(n not in NEEDED for n in required) or spec.name in ("Mean", "Sum"):
        return None
    return {n: NEEDED[n] for n in required}


def questions() -> list[tuple[str, dict[str, object]]]:
    """All that is asked, with the key its answer is stored under."""
    asked = [(f"known {f}", {"ask": "known", "family": f, "texts": texts(f)}) for f in FAMILIES]
    for family, name in public_names():
        asked.append((f"{family} {name}", {"ask": "describe", "family": family, "name": name}))
    for family in ("loss", "metric"):
        for spec in registry.set_of(registry.named(family)):
            arguments = needed(spec)
            if arguments is not None:
                question = {"ask": "rejects", "family": family, "name": spec.name}
                question |= {"arguments": arguments, "shapes": SHAPES}
                asked.append((f"rejects {family} {spec.name}", question))
    return asked


def record(dialect: str, python: str) -> None:
    """Ask one Keras everything and write its file, an answer a line."""
    asked = questions()
    rows = ask("keras_names.py", [q for _, q in asked], python)
    lines = [json.dumps([key, row["answer"]]) for (key, _), row in zip(asked, rows, strict=True)]
    path = DATA.with_name(f"names_{dialect}.json")
    path.write_text("\n".join(sorted(lines)) + "\n", "utf-8")


def load(dialect: str) -> dict[str, object]:
    """The recorded answers by key."""
    path = DATA.with_name(f"names_{dialect}.json")
    return dict(json.loads(line) for line in path.read_text("utf-8").splitlines())


def main() -> None:
    """Record each Keras whose interpreter is given."""
    if "ORACLE_K3" in os.environ:
        record("keras3", os.environ["ORACLE_K3"])
    if "ORACLE_K2" in os.environ:
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
        record("keras2", os.environ["ORACLE_K2"])


if __name__ == "__main__":
    main()
