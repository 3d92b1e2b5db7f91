"""keras.datasets: from the local cache, or made up in the same shapes for a dry run."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ModelError

# Set while a script is dry-fitted: data of the right shapes in place of downloads.
smoke: ContextVar[bool] = ContextVar("smoke", default=False)
_FILES = {
    "mnist": "mnist.npz",
    "boston_housing": "boston_housing.npz",
    "imdb": "imdb.npz",
    "reuters": "reuters.npz",
}
# Samples for training and test, shape of one, classes or None, as the loaders return them.
_FORMS: dict[str, tuple[int, int, tuple[int, ...], int | None]] = {
    "mnist": (60000, 10000, (28, 28), 10),
    "fashion_mnist": (60000, 10000, (28, 28), 10),
    "cifar10": (50000, 10000, (32, 32, 3), 10),
    "cifar100": (50000, 10000, (32, 32, 3), 100),
    "boston_housing": (404, 102, (13,), None),
    "california_housing": (16512, 4128, (8,), None),
    "imdb": (25000, 25000, (), 2),
    "reuters": (8982, 2246, (), 46),
}
SMOKE_SAMPLES = 256  # of each part: one step per fit needs no more


def loader(name: str) -> Callable[..., Any]:
    """`load_data` of one data set."""

    def load_data(*args: Any, **kwargs: Any) -> Any:
        """((x_train, y_train), (x_test, y_test))"""
        return _made_up(name, kwargs) if smoke.get() else _cached(name, args, kwargs)

    return load_data


def _cached(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets"
    wanted = home / _FILES.get(name, name)
    file = _FILES.get(name)
    if file is None or not wanted.is_file() or name in ("imdb", "reuters"):
        raise ModelError(
            f"keras.datasets.{name} is not on this machine: Dryfit reads {wanted} and downloads"
            " nothing.\n  fix: put the file there, or run with --smoke for made-up data"
        )
    with np.load(wanted, allow_pickle=False) as data:
        if name == "mnist":
            return (data["x_train"], data["y_train"]), (data["x_test"], data["y_test"])
        cut = len(data["x"]) * 4 // 5
        order = np.random.RandomState(kwargs.get("seed", 113)).permutation(len(data["x"]))
        x, y = data["x"][order], data["y"][order]
        return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def _made_up(name: str, kwargs: dict[str, Any]) -> Any:
    """Random data of the shapes the loader gives, with fewer samples."""
    if name not in _FORMS:
        raise ModelError(f"keras.datasets.{name} is not known")
    _, _, shape, classes = _FORMS[name]
    r = np.random.default_rng(0)

    def part() -> tuple[np.ndarray, np.ndarray]:
        if not shape:
            words = int(kwargs.get("num_words") or 10000)
            x = np.empty(SMOKE_SAMPLES, dtype=object)
            for i in range(SMOKE_SAMPLES):
                x[i] = [1, *r.integers(4, words, r.integers(20, 200)).tolist()]
        elif classes is None:
            x = r.normal(size=(SMOKE_SAMPLES, *shape))
        else:
            x = r.integers(0, 256, (SMOKE_SAMPLES, *shape)).astype("uint8")
        column = (SMOKE_SAMPLES, 1) if name.startswith("cifar") else (SMOKE_SAMPLES,)
        y = r.normal(size=column) if classes is None else r.integers(0, classes, column)
        return x, y.astype("uint8") if shape and classes else y

    return part(), part()
