"""Which public names Keras has, in which version, and what replaced those that are gone."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

# Modules of older Keras whose names moved up into a public one.
MOVED_MODULES = {
    **dict.fromkeys(
        (
            "keras.layers.advanced_activations",
            "keras.layers.attention",
            "keras.layers.convolutional",
            "keras.layers.convolutional_recurrent",
            "keras.layers.core",
            "keras.layers.embeddings",
            "keras.layers.experimental.preprocessing",
            "keras.layers.merge",
            "keras.layers.noise",
            "keras.layers.normalization",
            "keras.layers.pooling",
            "keras.layers.recurrent",
            "keras.layers.wrappers",
            "keras.engine.base_layer",
            "keras.engine.input_layer",
            "keras.engine.topology",
        ),
        "keras.layers",
    ),
    "keras.engine": "keras.models",
    "keras.engine.training": "keras.models",
    "keras.engine.sequential": "keras.models",
    "keras.engine.functional": "keras.models",
    "keras.backend.tensorflow_backend": "keras.backend",
    "keras.initializations": "keras.initializers",
    "keras.objectives": "keras.losses",
    "keras.optimizer_v2": "keras.optimizers",
    "keras.optimizers.experimental": "keras.optimizers",
    "keras.experimental": "keras.optimizers.schedules",
    "keras.utils.data_utils": "keras.utils",
    "keras.utils.generic_utils": "keras.utils",
    "keras.utils.layer_utils": "keras.utils",
    "keras.utils.np_utils": "keras.utils",
    "keras.utils.vis_utils": "keras.utils",
    "keras.preprocessing.sequence.keras": "keras.utils",
}
_REPLACED = {
    "keras.layers.CuDNNGRU": "keras.layers.GRU",
    "keras.layers.CuDNNLSTM": "keras.layers.LSTM",
    "keras.layers.ThresholdedReLU": "keras.layers.ReLU(threshold=...)",
    "keras.layers.Merge": "keras.layers.Concatenate or keras.layers.Add",
    "keras.backend.int_shape": "x.shape",
    "keras.backend.learning_phase": "the training argument of call",
    "keras.backend.set_learning_phase": "the training argument of call",
    "keras.backend.function": "keras.Model",
    "keras.backend.get_session": "",
    "keras.backend.set_session": "",
    "keras.backend.variable": "keras.Variable",
    "keras.utils.Sequence": "keras.utils.PyDataset",
    "keras.utils.multi_gpu_model": "keras.distribution",
}


@cache
def _record(dialect: str) -> dict[str, dict[str, str]]:
    text = resources.files(__package__ or "").joinpath("data/keras_api.json").read_text("utf-8")
    return json.loads(text)[dialect]


@cache
def module_names(module: str, dialect: str, from_tf: bool = False) -> frozenset[str] | None:
    """The public names of a Keras module ("keras.layers"), None where there is no such module.

    `from_tf`: as `tf.keras` shows it, which has a few names beside those of `keras`.
    """
    record = _record(dialect)
    own = record["names"].get(module)
    more = record.get("tf.keras", {}).get(module) if from_tf else None
    if own is None and more is None:
        return None
    return frozenset(f"{own or ''} {more or ''}".split())


@cache
def status(name: str, dialect: str, from_tf: bool = False) -> str:
    """ "" for a name that exists, else "removed" (another Keras has it) or "never"."""
    module = "keras"
    for part in name.split(".")[1:]:
        names = module_names(module, dialect, from_tf)
        if names is None:
            return ""
        if part not in names:
            return _gone(f"{module}.{part}", name, dialect)
        module = f"{module}.{part}"
    return ""


def _gone(missing: str, name: str, dialect: str) -> str:
    if dialect == "keras2":
        # What tf_keras hides, stand-alone Keras 2 had: only plain misspellings are proved.
        if missing.startswith("keras.layers.CuDNN"):
            return "removed"
        owner = missing.rpartition(".")[0]
        listed = owner in ("keras", "keras.layers", "keras.losses", "keras.optimizers")
        older = missing in MOVED_MODULES or missing in _REPLACED
        return "never" if listed and not older else ""
    old = moved(name) or name
    known = missing in MOVED_MODULES or missing in _REPLACED or old != name
    return "removed" if known or status(name, "keras2", True) == "" else "never"


def moved(name: str) -> str | None:
    """Where a name of an older module is now: keras.layers.core.Dense -> keras.layers.Dense."""
    owner, _, leaf = name.rpartition(".")
    if name in MOVED_MODULES:
        return MOVED_MODULES[name]
    return f"{MOVED_MODULES[owner]}.{leaf}" if owner in MOVED_MODULES else None


@cache
def replacement(name: str) -> str:
    """What to write in Keras 3 instead of a name that is gone, "" where there is nothing."""
    if name in _REPLACED:
        return _REPLACED[name]
    leaf = name.rpartition(".")[2]
    places = [
        f"{module}.{leaf}"
        for module, names in _record("keras3")["names"].items()
        if leaf in names.split() and not module.startswith(("keras.legacy", "keras.ops."))
    ]
    if name.startswith("keras.backend."):
        places.sort(key=lambda place: not place.startswith("keras.ops"))
    return places[0] if places else ""


@cache
def attributes(style: str, dialect: str) -> frozenset[str]:
    """All attributes of a plain "Layer", "Model", "Sequential" or "Functional"."""
    return frozenset(_record(dialect)["has"][style].split())


@cache
def read_only(style: str, dialect: str) -> frozenset[str]:
    """Those of its attributes whose assignment raises."""
    return frozenset(_record(dialect)["fixed"][style].split())
