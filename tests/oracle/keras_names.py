"""Real Keras' side of `record_names.py`: what it knows by name, and which targets it rejects.

Run by an interpreter that has Keras 3, or with TF_USE_LEGACY_KERAS=1 one that has tf_keras.
"""

from __future__ import annotations

import inspect
import json
import os
import sys

import tensorflow as tf

if os.environ.get("TF_USE_LEGACY_KERAS"):
    import tf_keras as keras
    from tf_keras.src.engine.compile_utils import LossesContainer as CompileLoss
else:
    import keras
    from keras.src.trainers.compile_utils import CompileLoss

FAMILIES = {
    "activation": keras.activations,
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
    "constraint": keras.constraints,
    "loss": keras.losses,
    "metric": keras.metrics,
    "optimizer": keras.optimizers,
    "schedule": keras.optimizers.schedules,
    "layer": keras.layers,
}


def signature(function):
    """Parameters as `[name, default]`, the default by `repr`, None where there is none."""
    rows = []
    for p in inspect.signature(function).parameters.values():
        if p.name == "self":
            continue
        star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        rows.append([star + p.name, None if p.default is p.empty else repr(p.default)])
    return rows


def known(family, text):
    """Whether the family's `get` resolves a string."""
    try:
        found = FAMILIES[family].get(text)
    except Exception:
        return False
    return found is not None and not isinstance(found, str)


def describe(family, name):
    """The signatures of one public name: constructor (or function), and call of a layer."""
    thing = FAMILIES[family]
    for part in name.split("."):
        thing = getattr(thing, part, None)
    if thing is None:
        return None
    row = {"signature": signature(thing)}
    if family == "layer" and isinstance(thing, type):
        row["call"] = signature(thing.call)
    return row


def rejects(family, name, arguments, target, output):
    """Whether a loss (as compiled) or metric raises for shapes of targets and outputs."""
    t, o = tf.zeros(target), tf.fill(output, 0.5)
    try:
        if family == "loss":
            maker = getattr(keras.losses, name)
            loss = CompileLoss(maker(**arguments))
            tf.function(lambda: loss(t, o))() if not eager(name) else loss(t, o)
        else:
            metric = getattr(keras.metrics, name)(**arguments)
            metric.update_state(t, o)
            metric.result()
    except Exception:
        return True
    return False


def eager(name):
    """Losses that cannot be traced here, for they make constants of the labels."""
    return name in ("CTC",)


def main():
    """Answer each question on a line."""
    for question in json.load(sys.stdin):
        kind = question.pop("ask")
        if kind == "known":
            answer = [t for t in question["texts"] if known(question["family"], t)]
        elif kind == "describe":
            answer = describe(question["family"], question["name"])
        else:
            shapes = question.pop("shapes")
            answer = "".join(
                "x" if rejects(**question, target=t, output=o) else "."
                for t in shapes
                for o in shapes
            )
        print(json.dumps({"answer": answer}))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
