"""Measure one workload in this process and print the figures as one JSON line.

    python benchmarks/measure.py dryfit mlp
    KERAS_BACKEND=jax python benchmarks/measure.py keras mlp      # any Python with Keras
    KERAS_BACKEND=jax python benchmarks/measure.py keras mlp --build   # only build the model

Milliseconds: a training step (best of three epochs after the first), the first epoch,
one sample through `predict_on_batch` (median of 200), import to first prediction. A
function of Dryfit's that would run without a plan is an error here.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
import warnings
from pathlib import Path
from types import ModuleType

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
HERE = Path(__file__).parent


def module(engine: str, path: Path) -> ModuleType:
    """The workload's module, with `keras` being Dryfit's or the real one."""
    if engine == "dryfit":
        from dryfit.executor import load

        return load(path, verify=False)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def first(x: object, n: int) -> object:
    """The first samples of an array or a list of arrays."""
    return [part[:n] for part in x] if isinstance(x, list) else x[:n]


def figures(engine: str, name: str) -> dict[str, float]:
    """All figures of one workload, in milliseconds."""
    start = time.perf_counter()
    workload = module(engine, HERE / "workloads" / f"{name}.py")
    model, x, y = workload.make()
    one = first(x, 1)
    model.predict_on_batch(one)
    cold = time.perf_counter() - start
    epochs = []
    for _ in range(4):
        begin = time.perf_counter()
        model.fit(x, y, batch_size=workload.BATCH, epochs=1, verbose=0)
        epochs.append(time.perf_counter() - begin)
    singles = []
    for _ in range(200):
        begin = time.perf_counter()
        model.predict_on_batch(one)
        singles.append(time.perf_counter() - begin)
    return {
        "step": 1e3 * min(epochs[1:]) / workload.STEPS,
        "first epoch": 1e3 * epochs[0],
        "sample": 1e3 * sorted(singles)[100],
        "cold": 1e3 * cold,
    }


if __name__ == "__main__":
    warnings.filterwarnings("error", message=".*runs eagerly")
    if "--build" in sys.argv:
        module(sys.argv[1], HERE / "workloads" / f"{sys.argv[2]}.py").make()
    else:
        print(json.dumps(figures(sys.argv[1], sys.argv[2])))
