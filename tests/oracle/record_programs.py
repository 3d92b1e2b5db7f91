"""Label random programs (`programs.py`) by real Keras.

    KERAS_BACKEND=tensorflow python tests/oracle/record_programs.py [COUNT]

writes tests/data/programs.json: for each seed the program, what it raised and on which
of its lines, or the model's output shape and parameter counts.
"""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
sys.path.insert(0, str(Path(__file__).parent))
DATA = Path(__file__).parent.parent / "data"
PATHS = re.compile(r"(?:/[\w.+-]+)+/(?=site-packages/|tests/)|/tmp/\w+/?")


def label(text: str) -> dict[str, object]:
    """Run one program; its verdict."""
    space: dict[str, object] = {"__name__": "program"}
    try:
        exec(compile(text, "<program>", "exec"), space)
    except Exception as error:  # whatever Keras raises is the label
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f.lineno for f in frames if f.filename == "<program>"]
        message = PATHS.sub("", " ".join(str(error).split()))[:200]
        return {"raises": type(error).__name__, "message": message, "lines": lines}
    model, output = space["model"], space["y"]
    trainable = sum(int(w.numpy().size) for w in model.trainable_weights)
    return {
        "raises": None,
        "output": [None, *output.shape[1:]],
        "params": model.count_params(),
        "trainable": trainable,
    }


def main(count: int) -> None:
    """Label the programs of the seeds below `count`."""
    import keras
    from programs import program

    rows = []
    for seed in range(count):
        keras.backend.clear_session()
        keras.utils.set_random_seed(0)
        text = program(seed)
        rows.append({"seed": seed, "program": text, **label(text)})
        print(seed, rows[-1]["raises"], flush=True)
    record = {"keras": keras.__version__, "programs": rows}
    (DATA / "programs.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
