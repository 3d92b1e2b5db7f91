"""Layers compute what real Keras computes: outputs and gradients, to 1e-5 relative.

The numbers are recorded (tests/oracle/record_layer_values.py, layer_value_cases.py).
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dryfit.executor import api
from dryfit.executor import functions as f
from dryfit.executor.catalogue import load_everything
from dryfit.executor.tape import GradientTape
from dryfit.executor.tensor import Tensor
from tests.layer_value_cases import CASES

load_everything()
RECORD = np.load(Path(__file__).parent / "data" / "layer_values.npz")
_LAYERS = {n.rpartition(".")[2]: v for n, v in api.names().items() if n.startswith("keras.layers.")}
layers = SimpleNamespace(**_LAYERS)


def recorded(key: str, kind: str) -> list[np.ndarray]:
    """The arrays of one kind of one case, in order."""
    found = []
    while f"{key}.{kind}{len(found)}" in RECORD:
        found.append(RECORD[f"{key}.{kind}{len(found)}"])
    return found


def close(got: Any, wanted: np.ndarray, what: str) -> None:
    """Equal to 1e-5 of the largest value."""
    array = np.asarray(got)
    assert array.shape == wanted.shape, what
    scale = max(1.0, float(np.abs(wanted).max(initial=0.0)))
    np.testing.assert_allclose(array, wanted, rtol=1e-5, atol=2e-6 * scale, err_msg=what)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda i: f"{i}-{CASES[i][0][7:40]}")
def test_a_layer_computes_what_keras_computes(number: int) -> None:
    code, _, options = CASES[number]
    key = str(number)
    layer = eval(code, {"layers": layers})
    given: list[Any] = [Tensor(a) for a in recorded(key, "x")]
    call = [given] if options.get("listed") else given
    extra = {k: Tensor(np.array(v)) for k, v in options.get("arrays", {}).items()}
    extra |= options.get("kwargs", {})
    layer(*call, **extra)
    weights = recorded(key, "w")
    assert [tuple(w.shape) for w in layer.weights] == [w.shape for w in weights]
    for variable, value in zip(layer.weights, weights, strict=True):
        variable.assign(value)
    with GradientTape() as tape:
        floats = [x for x in given if x.dtype == np.float32]
        for x in floats:
            tape.watch(x)
        out = layer(*call, **extra)
        outs = [o for o in (out if isinstance(out, list | tuple) else [out]) if o is not None]
        pairs = zip(outs, recorded(key, "g"), strict=True)
        loss = sum((f.sum(o * g) for o, g in pairs), start=f.sum(Tensor(np.float32(0.0))))
    for o, wanted in zip(outs, recorded(key, "y"), strict=True):
        close(o.numpy(), wanted, "output")
    grads = tape.gradient(loss, [*floats, *layer.trainable_weights])
    for i, (g, wanted) in enumerate(zip(grads, recorded(key, "d"), strict=True)):
        close(g.numpy(), wanted, f"gradient {i}")
