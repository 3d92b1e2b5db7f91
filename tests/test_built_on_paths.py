"""Layers that are built in a loop or on one branch: what is known of them afterwards."""

from __future__ import annotations

from dryfit.analyzer.analysis import Analysis, Options, analyze
from dryfit.analyzer.facts import LayerCalled
from dryfit.analyzer.source import Source
from dryfit.analyzer.summary import ModelSummary

HEAD = """
import sys
import numpy as np
import tensorflow as tf
import keras
from keras import layers

def net():
    return keras.Sequential([layers.Embedding(500, 8), layers.Dense(3)])

m = net()
x = np.random.randint(0, 500, size=(64, 20))
"""
LOOP = "for batch in tf.data.Dataset.from_tensor_slices(x).batch(16):\n    out = m(batch)\n"


def run(text: str) -> Analysis:
    analysis = analyze(Source.of(HEAD + text, "program.py"), Options())
    assert [f for f in analysis.facts if isinstance(f, LayerCalled) and f.failure] == []
    return analysis


def model(text: str) -> ModelSummary:
    return run(text).models[0]


def test_a_training_loop_shows_the_model_that_it_calls() -> None:
    found = model(LOOP)
    assert found.params == 500 * 8 + 8 * 3 + 3
    assert [layer.output_shapes[0][1:] for layer in found.layers] == [(20, 8), (20, 3)]


def test_a_loop_within_a_function_of_the_program_does_too() -> None:
    text = "@tf.function\ndef step(batch):\n    return m(batch, training=True)\n\n\n"
    text += LOOP.replace("m(batch)", "step(batch)")
    assert model("".join(["if __name__ == '__main__':\n    epochs = 2\n", text])).params == 4027


def test_a_model_built_on_one_branch_is_the_model_that_this_makes() -> None:
    assert model("if len(sys.argv) > 1:\n    m(x)\n").params == 4027


def test_another_shape_on_the_other_branch_is_no_error() -> None:
    text = "d = layers.Dense(4)\nif len(sys.argv) > 1:\n    d(np.ones((2, 3)))\n"
    analysis = run(text + "d(np.ones((2, 5)))\n")
    assert analysis.coverage.layer_calls == 2


def test_a_layer_added_on_one_branch_leaves_the_model_open() -> None:
    text = "if len(sys.argv) > 1:\n    m.add(layers.Dense(7))\nout = m(x)\n"
    assert model(text).params is None
