"""Record which public names Keras has, and which attributes its layers and models have.

Run once under each Keras (never under Dryfit's own environment):

    KERAS_BACKEND=tensorflow python tests/oracle/record_api.py keras3
    python tests/oracle/record_api.py keras2      # needs tf_keras

It writes that part of analyzer/specs/data/keras_api.json: the names in each module, what
`tf.keras` has beside them, the attributes of a layer and of each style of model, and
which of those cannot be set.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import ModuleType

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
TARGET = Path(__file__).parents[2] / "analyzer" / "specs" / "data" / "keras_api.json"


def public_names(root: ModuleType) -> dict[str, set[str]]:
    """The public names of a package and its public sub-packages, by `keras.<path>`."""
    found: dict[str, set[str]] = {}

    def walk(module: ModuleType, path: str) -> None:
        found[path] = {n for n in dir(module) if not n.startswith("_") and n != "src"}
        for name in sorted(found[path]):
            value = getattr(module, name)
            inside = isinstance(value, ModuleType) and ".src" not in value.__name__
            if inside and f"{path}.{name}" not in found and "keras" in value.__name__:
                walk(value, f"{path}.{name}")

    walk(root, "keras")
    return found


def attributes(keras: ModuleType) -> dict[str, dict[str, str]]:
    """For a layer and each style of model: its attributes, and which are read-only."""
    import numpy as np

    class Plain(keras.layers.Layer):
        def call(self, inputs):
            return inputs

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = keras.layers.Dense(1)

        def call(self, inputs):
            return self.hidden(inputs)

    x = keras.Input((2,))
    objects = {
        "Layer": Plain(),
        "Model": Net(),
        "Sequential": keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]),
        "Functional": keras.Model(x, keras.layers.Dense(1)(x)),
    }
    objects["Layer"](np.ones((1, 2), "float32"))
    for name in ("Model", "Sequential", "Functional"):
        objects[name].compile("sgd", "mse")
        objects[name].fit(np.ones((2, 2)), np.ones(2), verbose=0)
    has, fixed = {}, {}
    for name, made in objects.items():
        members = {n for n in [*dir(made), *vars(made)] if not n.startswith("__")} - {"hidden"}
        has[name] = " ".join(sorted(members))
        fixed[name] = " ".join(sorted(n for n in members if read_only(type(made), n)))
    return {"has": has, "fixed": fixed}


def read_only(cls: type, name: str) -> bool:
    """Whether assigning the attribute raises: a property without a working setter."""
    found = next((vars(c)[name] for c in cls.__mro__ if name in vars(c)), None)
    if not isinstance(found, property):
        return False
    if found.fset is None:
        return True
    try:
        found.fset(cls.__new__(cls), None)
    except AttributeError as error:
        return "reserved" in str(error)
    except Exception:  # it sets something: not read-only
        return False
    return False


def main(dialect: str) -> None:
    """Replace the part of one dialect."""
    if dialect == "keras2":
        import tf_keras as keras
    else:
        import keras
    names = public_names(keras)
    part: dict[str, object] = {
        "version": keras.__version__,
        "names": {m: " ".join(sorted(n)) for m, n in sorted(names.items())},
        **attributes(keras),
    }
    if dialect == "keras3":
        from keras._tf_keras import keras as tf_keras

        extra = {m: n - names.get(m, set()) for m, n in public_names(tf_keras).items()}
        part["tf.keras"] = {m: " ".join(sorted(n)) for m, n in sorted(extra.items()) if n}
    record = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    record[dialect] = part
    TARGET.write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
