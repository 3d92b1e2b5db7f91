"""Datasets, generators and records in programs: what the interpreter makes of the specs."""

from __future__ import annotations

import pytest

import dryfit.analyzer.keras  # noqa: F401  registers the natives of Keras
from dryfit.analyzer.dims import Expr
from dryfit.analyzer.facts import PythonError, Trained
from dryfit.analyzer.interp.interpreter import Interpreter
from dryfit.analyzer.values import Instance, Tensor

from .test_interp import interpret

IMPORTS = """
import numpy as np
import tensorflow as tf
import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
"""


def run(text: str) -> tuple[Interpreter, dict[str, object]]:
    return interpret(IMPORTS + text)


def shape(value: object) -> tuple[object, ...]:
    """A tensor's shape, "?" for a symbol."""
    assert isinstance(value, Tensor)
    assert value.type.shape is not None
    return tuple("?" if isinstance(d, Expr) else d for d in value.type.shape)


PIPELINE = """
x = np.random.rand(100, 28, 28).astype("float32")
y = np.random.randint(0, 10, size=(100,))

def prepare(image, label):
    return image[..., None] / 255.0, tf.one_hot(label, 10)

data = tf.data.Dataset.from_tensor_slices((x, y))
data = data.shuffle(100).map(prepare, num_parallel_calls=tf.data.AUTOTUNE).batch(32)
"""


def test_a_pipeline_runs_the_functions_of_the_program() -> None:
    _, names = run(PIPELINE + "count = len(data)\nfor image, label in data:\n    pass\n")
    assert shape(names["image"]) == ("?", 28, 28, 1)
    assert shape(names["label"]) == ("?", 10)
    assert names["count"] == 4


def test_the_first_element_and_the_element_spec_are_known() -> None:
    _, names = run(PIPELINE + "image, label = next(iter(data))\nspec = data.element_spec[0]\n")
    assert shape(names["image"]) == shape(names["spec"]) == ("?", 28, 28, 1)


def test_a_model_is_fitted_with_what_a_dataset_gives() -> None:
    model = """
model = keras.Sequential([keras.Input((28, 27, 1)), keras.layers.Flatten()])
model.compile("sgd", "mse")
model.fit(data)
"""
    interp, _ = run(PIPELINE + model)
    (fact,) = (f for f in interp.facts if isinstance(f, Trained))
    assert shape(fact.x) == ("?", 28, 28, 1)
    assert fact.failure is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v = load_digits().images", (1797, 8, 8)),
        ("v = load_digits()['target']", (1797,)),
        ("v, _ = load_digits(return_X_y=True)", (1797, 64)),
        ("d = load_digits()\nv, _, _, _ = train_test_split(d.data, d.target)", (1347, 64)),
        ("v = np.random.default_rng(0).normal(size=(3, 4))", (3, 4)),
        ("rng = np.random.default_rng(0)\nv = rng.integers(0, 5, 7)", (7,)),
        ("v = tf.random.Generator.from_seed(1).normal((2, 3))", (2, 3)),
        ("v = tf.map_fn(lambda r: tf.reduce_sum(r), tf.ones((4, 3)))", (4,)),
        ("v = tf.cond(tf.constant(True), lambda: tf.ones((2,)), lambda: tf.zeros((2,)))", (2,)),
        (
            "v = tf.linalg.LinearOperatorLowerTriangular(tf.ones((3, 3))).to_dense()",
            (3, 3),
        ),
        ("(v, _), _ = keras.datasets.mnist.load_data()", (60000, 28, 28)),
        ("v = keras.utils.to_categorical(np.zeros((5,)), 10)", (5, 10)),
    ],
)
def test_the_result_has_its_shape(text: str, expected: tuple[int, ...]) -> None:
    interp, names = run(text)
    assert shape(names["v"]) == expected
    assert [f for f in interp.facts if isinstance(f, PythonError)] == []


def test_a_function_nobody_can_follow_leaves_the_dataset_unknown() -> None:
    _, names = run("import other\nv = tf.data.Dataset.range(3).map(other.function)\n")
    assert not isinstance(names["v"], Instance)
