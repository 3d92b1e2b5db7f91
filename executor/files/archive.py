"""`.keras`: config, weights and optimizer state of a model in one file."""

from __future__ import annotations

import datetime
import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py

from ..api import offer, public
from ..facade.extras import VERSIONS
from ..layers.serialize import deserialize, serialize, sharing
from ..model.hooks import FILES
from .weights import WEIGHTS, load_weights, read_parts, replacing, save_weights, write_parts

_CONFIG, _METADATA = "config.json", "metadata.json"


@public("keras.saving.save_model", "keras.models.save_model")
def save_model(model: Any, filepath: Any, overwrite: bool = True, **options: Any) -> None:
    """Write a model; the file appears whole or not at all."""
    path = Path(filepath)
    if path.suffix != ".keras":
        raise ValueError(
            f"save() writes .keras files, got {path.name!r}\n"
            "    fix: name it model.keras, or use save_weights('model.weights.h5')"
        )
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} is there already\n    fix: overwrite=True")
    with sharing():
        config = json.dumps(serialize(model))
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    metadata = json.dumps({"keras_version": VERSIONS["keras"], "date_saved": now})
    weights = BytesIO()
    with h5py.File(weights, "w") as file:
        write_parts(model, file)
    with replacing(path) as partial, zipfile.ZipFile(partial, "w") as archive:
        archive.writestr(_METADATA, metadata)
        archive.writestr(_CONFIG, config)
        archive.writestr(WEIGHTS, weights.getvalue())


@public("keras.saving.load_model", "keras.models.load_model")
def load_model(
    filepath: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """A model from a `.keras` file."""
    path = Path(filepath)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f"{path} is not a .keras file\n    fix: save it again with model.save('model.keras')"
        )
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read(_CONFIG))
        weights = BytesIO(archive.read(WEIGHTS))
    if not compile:
        config.pop("compile_config", None)
    with sharing():
        model = deserialize(config, custom_objects, safe_mode)
    with h5py.File(weights, "r") as file:
        read_parts(model, file)
    return model


FILES["save_model"] = save_model
offer(save_weights, "keras.saving.save_weights")
offer(load_weights, "keras.saving.load_weights")
