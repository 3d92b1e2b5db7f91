"""Record what real TensorFlow, Keras and NumPy do with the cases of the op specs.

Run under environments that have them (never under Dryfit's own):

    KERAS_BACKEND=tensorflow python tests/oracle/record_ops.py keras3 [OP ...]
    python tests/oracle/record_ops.py keras2 [OP ...]     # needs tf_keras: keras.backend

Writes tests/data/ops_<dialect>.json: under "signatures" the parameters of every public
name, under "calls" for each program the type and small values of its result, or the
exception it raises, under "pipelines" the elements of datasets, under "refusals"
whether a function raises on a KerasTensor. A tensor is [dtype,
[shape], values or null], a sequence {"of": [...]}, other data {"is": text}.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
import types
import warnings
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
ROOT = Path(__file__).parent.parent.parent
# The specs are plain Python: read from the tree, without installing Dryfit here.
dryfit = types.ModuleType("dryfit")
dryfit.__path__ = [str(ROOT)]
sys.modules["dryfit"] = dryfit
sys.path.insert(0, str(ROOT))

from dryfit.analyzer.specs import registry  # noqa: E402
from tests.dataset_programs import PIPELINES  # noqa: E402
from tests.op_programs import OWNERS, Input, Program, programs  # noqa: E402

VALUES = 24  # elements; the values of larger results are not kept


def libraries(dialect: str) -> dict[str, object]:
    """The names that programs begin with."""
    import numpy

    if dialect == "keras2":
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
        import tensorflow as tf
        import tf_keras

        return {"keras": tf_keras, "numpy": numpy, "tf": tf}
    import keras
    import sklearn.datasets
    import sklearn.model_selection
    import tensorflow as tf

    return {"tf": tf, "keras": keras, "numpy": numpy, "sklearn": sklearn}


def wanted(spelling: str, dialect: str) -> bool:
    """Keras 2's backend is recorded under Keras 2, everything else under Keras 3."""
    return spelling.startswith("keras.backend.") == (dialect == "keras2")


def both(program: Program) -> bool:
    """Whether it is recorded under both: operators on KerasTensors, without variables."""
    owners = {i.owner for i in program.inputs}
    plain = not owners & {"keras.Variable", "tf.Variable"}
    return "." not in program.spelling and "keras.KerasTensor" in owners and plain


def outcome(program: Program, space: dict[str, object]) -> object:
    """What the program returns or raises."""
    try:
        made = {i.name: tensor(i, space) for i in program.inputs}
        found = described(eval(program.text, {**space, **made}))
        return without_values(found) if ".random." in program.spelling else found
    except Exception as error:  # whatever it raises is the record
        return type(error).__name__


def tensor(of: Input, space: dict[str, object]) -> object:
    """The input as its class holds it."""
    import numpy as np

    array = np.array(of.leaves(), of.dtype).reshape(of.shape)
    if of.owner == "numpy.ndarray":
        return array
    import tensorflow as tf

    keras: Any = space["keras"]
    if of.owner == "keras.KerasTensor":
        return symbolic(of, space) if of.shape else keras.KerasTensor(of.shape, of.dtype)
    if of.owner == "keras.Variable":
        return keras.Variable(array, dtype=of.dtype)
    return tf.Variable(array) if of.owner == "tf.Variable" else tf.constant(array)


def described(value: object) -> object:
    """A result as data."""
    import numpy as np

    if type(value).__name__ == "KerasTensor":
        return [getattr(value.dtype, "name", value.dtype), list(value.shape), None]
    if isinstance(value, list | tuple) and hasattr(next(iter(value), 0), "dtype"):
        return {"of": [described(v) for v in value]}
    if type(value).__name__ in ("TensorShape", "DType") or isinstance(value, np.dtype):
        value = value.as_list() if hasattr(value, "as_list") else value.name
        return {"is": repr(tuple(value) if isinstance(value, list) else value)}
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        array = np.asarray(value)
        small = array.size <= VALUES and array.dtype.kind in "biuf"
        dtype = getattr(value.dtype, "name", str(value.dtype))
        return [dtype, list(array.shape), rounded(array.ravel().tolist()) if small else None]
    return {"is": repr(value)}


def refusals(space: dict[str, object]) -> dict[str, bool]:
    """Functions that raise on a KerasTensor what they do not raise on tensors."""
    found: dict[str, bool] = {}
    for program in programs():
        owner = program.spelling.rpartition(".")[0]
        if "." not in program.spelling or owner in OWNERS or not program.inputs:
            continue
        if isinstance(outcome(program, space), str):
            continue
        try:
            made = {i.name: symbolic(i, space) for i in program.inputs}
            eval(program.text, {**space, **made})
            found[program.spelling] = False
        except Exception:  # whatever it raises is a refusal
            found.setdefault(program.spelling, True)
    return found


def symbolic(of: Input, space: dict[str, object]) -> object:
    """A KerasTensor of an input's type; the first axis is the batch."""
    shape = of.shape[1:]
    keras: Any = space["keras"]
    return keras.Input(shape, batch_size=(of.shape or (1,))[0], dtype=of.dtype)


def pipeline(text: str, space: dict[str, object]) -> object:
    """What a pipeline of tf.data gives: its elements and how many."""
    try:
        found = eval(text, {**space, "np": space["numpy"]})
    except Exception as error:
        return type(error).__name__
    return dataset(found)


def dataset(found: object) -> object:
    """A dataset as data; other results as `described` has them."""
    if not hasattr(found, "element_spec"):
        return described(found)
    return {"count": int(found.cardinality()), "element": spec(found.element_spec)}


def spec(element: object) -> object:
    """An element spec as data."""
    if isinstance(element, tuple):
        return {"of": [spec(e) for e in element]}
    if isinstance(element, dict):
        return {"named": {k: spec(v) for k, v in element.items()}}
    if hasattr(element, "element_spec"):
        return {"data": spec(element.element_spec)}
    shape = None if element.shape.rank is None else element.shape.as_list()
    return [element.dtype.name, shape]


def without_values(found: object) -> object:
    """The same, random numbers left out."""
    if isinstance(found, dict):
        return {"of": [without_values(f) for f in found["of"]]} if "of" in found else {"is": ""}
    return [*found[:2], None] if isinstance(found, list) else found


def rounded(values: list[object]) -> list[object]:
    """Values at the precision that float32 has."""
    return [float(f"{v:.6g}") if isinstance(v, float) else v for v in values]


def parameters(name: str, space: dict[str, object]) -> list[str] | None:
    """The parameters of a public name, None where it does not tell."""
    owner: object = space[name.split(".")[0]]
    try:
        for part in name.split(".")[1:]:
            owner = getattr(owner, part)
        params = inspect.signature(owner).parameters.values()  # type: ignore[arg-type]
    except AttributeError:
        return ["does not exist"]
    except (TypeError, ValueError):
        return None
    return [shown(p) for p in params]


def shown(param: inspect.Parameter) -> str:
    """One parameter: stars, name, default."""
    star = {param.VAR_POSITIONAL: "*", param.VAR_KEYWORD: "**"}.get(param.kind, "")
    only = "keyword " if param.kind == param.KEYWORD_ONLY else ""
    if param.default is param.empty:
        return f"{only}{star}{param.name}"
    default = getattr(param.default, "__name__", None) or getattr(
        param.default, "name", param.default
    )
    return f"{only}{param.name}={default!r}"


def main(dialect: str, ops: list[str]) -> None:
    """Record all cases, or those of some spellings."""
    path = ROOT / "tests" / "data" / f"ops_{dialect}.json"
    known = json.loads(path.read_text()) if path.exists() and ops else {}
    calls, signatures = known.get("calls", {}), known.get("signatures", {})
    space = libraries(dialect)
    warnings.simplefilter("ignore")
    for program in programs():
        if not wanted(program.spelling, dialect) and not both(program):
            continue
        if ops and program.spelling.rpartition(".")[2] not in ops:
            continue
        calls[program.key] = outcome(program, space)
    pipelines = {p: pipeline(p, space) for p in PIPELINES} if dialect == "keras3" else {}
    for spelling in registry.spellings():
        if wanted(spelling, dialect):
            signatures[spelling] = parameters(spelling, space)
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(calls.items())]
    shown_ = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(signatures.items())]
    body = ",\n".join(lines)
    head = ",\n".join(shown_)
    refused = json.dumps(refusals(space) if not ops else known["refusals"], sort_keys=True)
    last = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in pipelines.items())
    text = f'{{"calls": {{\n{body}\n}},\n"signatures": {{\n{head}\n}},\n"refusals": {refused},'
    path.write_text(f'{text}\n"pipelines": {{\n{last}\n}}}}\n')
    print(len(calls), "calls,", len(signatures), "names")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
