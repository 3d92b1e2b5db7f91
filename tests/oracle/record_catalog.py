"""Record what real Keras does with every program of the rule catalog.

Run under an environment that has Keras (never under Dryfit's own):

    KERAS_BACKEND=tensorflow python tests/oracle/record_catalog.py keras3 [CODE ...]
    python tests/oracle/record_catalog.py keras2 [CODE ...]      # needs tf_keras

It reads tests/data/catalog_snippets.json and writes tests/data/catalog_<dialect>.json:
for each program whether it raises, what, on which line of the program, or the value of
its measurement variable `r`, and the warnings it gave.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
DATA = Path(__file__).parent.parent / "data"
# Where Keras is installed is no part of the record.
PATHS = re.compile(r"(?:/[\w.+-]+)+/(?=site-packages/|tests/)|/tmp/\w+/?")


def outcome(program: str, names: dict[str, object]) -> dict[str, object]:
    """Run one program; what it raised and where, or its `r`."""
    space = dict(names)
    with (
        warnings.catch_warnings(record=True) as seen,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("always")
        try:
            exec(compile(program, "<program>", "exec"), space)
            result: dict[str, object] = {"raises": None, "r": repr(space.get("r"))[:300]}
        except Exception as error:  # whatever Keras raises is the record
            frames = traceback.extract_tb(error.__traceback__)
            lines = [f.lineno for f in frames if f.filename == "<program>"]
            text = PATHS.sub("", " ".join(str(error).split()))[:300]
            result = {"raises": type(error).__name__, "message": text, "lines": lines}
    kept = [" ".join(str(w.message).split())[:200] for w in seen if w.category is UserWarning]
    return result | ({"warnings": kept[:3]} if kept else {})


def names(dialect: str) -> dict[str, object]:
    """The names every program may use."""
    import numpy as np

    try:
        import tensorflow as tf
    except ImportError:
        tf = None
    if dialect == "keras2":
        import tf_keras as keras
    else:
        import keras
    return {
        "keras": keras,
        "layers": keras.layers,
        "np": np,
        "tf": tf,
        "ops": getattr(keras, "ops", None),
        "Input": keras.Input,
        "Model": keras.Model,
        "Sequential": keras.Sequential,
        "L": keras.layers.Layer,
        "os": os,
        "tmp": tempfile.mkdtemp(),
        "mask_of": lambda t: getattr(t, "_keras_mask", None),
        "__name__": "program",
    }


def main(dialect: str, codes: list[str]) -> None:
    """Record all programs, or those of some codes."""
    rules = json.loads((DATA / "catalog_snippets.json").read_text())
    path = DATA / f"catalog_{dialect}.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    space = names(dialect)
    keras = space["keras"]
    for code, rule in rules.items():
        if codes and code not in codes:
            continue
        record[code] = {}
        for key, program in rule["programs"].items():
            keras.backend.clear_session()
            keras.utils.set_random_seed(0)
            record[code][key] = outcome(program, space)
        print(code, {k: v["raises"] for k, v in record[code].items()}, flush=True)
    record["version"] = keras.__version__
    path.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
