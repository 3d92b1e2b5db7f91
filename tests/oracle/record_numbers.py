"""Record outputs and gradients of real Keras for every computed layer.

    ORACLE_K3=path/to/python/with/keras python -m tests.oracle.record_numbers

writes tests/data/layer_numbers.npz from the cases of the specs and those in
layer_cases.py. Inputs and weights are drawn from the key of a case on both sides.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import dryfit.executor.layers.all  # noqa: F401 - makes every layer class
from dryfit.analyzer.specs import registry
from dryfit.analyzer.specs.base import Case, LayerSpec
from dryfit.executor.api import object_named
from dryfit.executor.layers.spec_layer import SpecLayer

from .layer_cases import MASKED, MORE
from .record_layers import as_json

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data" / "layer_numbers.npz"
# Options that are not computed.
UNCOMPUTED = ("renorm=True", "Reshape((4, 3)) ((None")
# Layers that draw random numbers in training: their training mode is not compared.
RANDOM = ("Dropout", "Noise", "dropout=0.5", "seed=")


def questions() -> list[dict[str, object]]:
    """Every working case of every layer that is computed."""
    found = []
    for spec in {id(s): s for s in registry.layers().values()}.values():
        if computed(spec):
            found += [question(spec, c) for c in spec.cases if not c.fails]
    for code, shapes, mask in MASKED:
        case = Case(code, shapes)
        asked = question(_spec_of(code), case)
        asked["masked"] = {"shape": list(mask), "mask": True}
        asked["key"] = f"{asked['key']} masked"
        found.append(asked)
    found += [question(_spec_of(c.code), c) for c in MORE]
    return [q for q in found if not q.get("skip")]


def computed(spec: LayerSpec) -> bool:
    """Whether the executor computes the layer."""
    cls = object_named(f"keras.layers.{spec.name}")
    return cls is not None and (
        getattr(cls, "_compute", None) is not None
        or cls.call.__code__ is not SpecLayer.call.__code__
    )


def _spec_of(code: str) -> LayerSpec:
    return registry.layers()[code.split("(")[0]]


def question(spec: LayerSpec, case: Case) -> dict[str, object]:
    """A case as both sides read it."""
    asked = as_json(case)
    names = spec.call_parameters.params
    random = any(word in case.code for word in RANDOM)
    asked["training"] = "training" in names and not random
    asked["kwargs"] = {
        k: {**v, "mask": True} if isinstance(v, dict) and "mask" in k and "shape" in v else v
        for k, v in asked["kwargs"].items()
    }
    asked["skip"] = spec.name in ("InputLayer", "Lambda") or any(
        word in asked["key"] for word in UNCOMPUTED
    )
    return asked


def main() -> None:
    """Ask, and write the answers."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    subprocess.run(
        [os.environ["ORACLE_K3"], str(HERE / "keras_numbers.py"), str(DATA)],
        input=json.dumps(questions()),
        text=True,
        check=True,
        env={**os.environ, **quiet, "KERAS_BACKEND": "tensorflow"},
    )


if __name__ == "__main__":
    main()
