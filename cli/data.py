"""Arrays for `train` and `predict` from an .npz or .npy file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageFault

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray
    Arrays = Array | dict[str, Array] | None

INPUTS = ("x", "x_train", "inputs", "features", "data")
TARGETS = ("y", "y_train", "targets", "labels", "target")
HELD_OUT = (("x_val", "y_val"), ("x_valid", "y_valid"), ("x_test", "y_test"))


@dataclass(frozen=True, slots=True)
class Data:
    """What a file holds: inputs, targets, and what is held out for validation."""

    x: Arrays
    y: Arrays
    held_out: tuple[Array, Array] | None = None


def read_data(path: str, inputs: Sequence[str] = (), targets: Sequence[str] = ()) -> Data:
    """The arrays of a file, by the usual names or by those given; several make a dict."""
    arrays = _arrays(path)
    held_out = next(((arrays[a], arrays[b]) for a, b in HELD_OUT if {a, b} <= set(arrays)), None)
    return Data(_named(arrays, inputs, INPUTS, path), _named(arrays, targets, TARGETS), held_out)


def _arrays(path: str) -> Mapping[str, Array]:
    import numpy as np

    if not Path(path).is_file():
        raise UsageFault(f"{path}: no such file")
    try:
        loaded = np.load(path, allow_pickle=False)
    except (ValueError, OSError) as error:
        raise UsageFault(f"{path}: cannot be read as .npz or .npy: {error}") from None
    return {"x": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)


def _named(
    arrays: Mapping[str, Array], wanted: Sequence[str], usual: Sequence[str], path: str = ""
) -> Arrays:
    absent = [name for name in wanted if name not in arrays]
    if absent:
        raise UsageFault(f"no array called {absent[0]!r}; the file has {', '.join(arrays)}")
    if len(wanted) > 1:
        return {name: arrays[name] for name in wanted}
    found = [*wanted, *(name for name in usual if name in arrays)]
    if found:
        return arrays[found[0]]
    if path:
        raise UsageFault(
            f"{path} has no array called {' or '.join(usual[:2])}; it has {', '.join(arrays)}."
            "\n  fix: name the inputs, e.g. --x user --x item"
        )
    return None
