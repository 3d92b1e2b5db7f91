"""`.weights.h5`: the weights of a model, in the layout Keras reads and writes."""

from __future__ import annotations

import os
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..errors import ModelError
from ..model.hooks import FILES
from .walk import parts

WEIGHTS = "model.weights.h5"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to write to, which takes the place of `path` once it is complete."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def save_weights(model: Any, filepath: Any, overwrite: bool = True, **options: Any) -> None:
    """Write the weights; the file appears whole or not at all."""
    path = Path(filepath)
    if not path.name.endswith(".weights.h5"):
        raise ValueError(f"save_weights() writes files ending in .weights.h5, got {path.name!r}")
    _check_built(model, "save_weights")
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} is there already\n    fix: overwrite=True")
    with replacing(path) as partial, h5py.File(partial, "w") as file:
        write_parts(model, file)


def _check_built(model: Any, method: str) -> None:
    if not model.built:
        raise ValueError(
            f"{model._title} is not built, so it has no weights for {method}()\n"
            "    fix: call it on data first, or build(input_shape)"
        )


class _Group(dict[str, Any]):
    """The variables of one part, as its `save_own_variables` gives them."""


def write_parts(model: Any, file: h5py.File) -> None:
    """Put the variables of every part under its path."""
    for path, part in parts(model):
        store = _Group()
        part.save_own_variables(store)
        group = file.create_group(f"{path}/vars" if path else "vars")
        name = getattr(part, "name", None)
        if isinstance(name, str):
            group.attrs["name"] = name
        for key, value in store.items():
            group[key] = np.asarray(value)


def load_weights(
    model: Any, filepath: Any, skip_mismatch: bool = False, by_name: bool = False, **options: Any
) -> None:
    """Take the weights of a `.weights.h5` or `.keras` file."""
    path = Path(filepath)
    if by_name:
        raise ValueError("load_weights(by_name=True) is for Keras 2's old files")
    if not path.name.endswith((".weights.h5", ".keras")):
        raise ValueError(f"load_weights() reads .weights.h5 and .keras files, got {path.name!r}")
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    _check_built(model, "load_weights")
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive, h5py.File(BytesIO(archive.read(WEIGHTS))) as file:
            read_parts(model, file, skip_mismatch)
        return
    with h5py.File(path, "r") as file:
        read_parts(model, file, skip_mismatch)


def read_parts(model: Any, file: h5py.File, skip_mismatch: bool = False) -> None:
    """Give every part the variables under its path; say which parts did not fit."""
    failed = []
    for path, part in parts(model):
        place = f"{path}/vars" if path else "vars"
        found: Mapping[str, Any] = file.get(place, {})
        store = {key: np.asarray(value) for key, value in found.items()}
        try:
            part.load_own_variables(store)
        except (ValueError, KeyError) as error:
            failed.append((path or "the model itself", error))
    if not failed:
        return
    listed = "\n".join(f"  {path}: {error}" for path, error in failed)
    text = f"{model._title}: {len(failed)} parts do not fit the file\n{listed}"
    if not skip_mismatch:
        hint = "the model must be the one whose weights were saved, or pass skip_mismatch=True"
        raise ModelError(text, hint=hint)
    warnings.warn(text, stacklevel=3)


FILES["save_weights"] = save_weights
FILES["load_weights"] = load_weights
