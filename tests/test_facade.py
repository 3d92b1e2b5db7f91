"""Names of the façades that are neither layers nor tensor functions."""

from __future__ import annotations

import numpy as np

from dryfit.executor import keras, tf


def test_a_clone_has_the_layers_but_weights_of_its_own() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="wide")])
    model.compile("sgd", "mse")
    clone = keras.models.clone_model(model)
    # As real Keras: the names stay, the clone is compiled, the weights are drawn anew.
    assert (clone.name, [x.name for x in clone.layers]) == (model.name, ["wide"])
    assert clone.compiled
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])


def test_keras_own_modules_are_found_under_tf() -> None:
    assert tf.metrics.Mean is keras.metrics.Mean
    assert tf.optimizers.Adam is keras.optimizers.Adam


def test_scopes_and_structures_of_tf() -> None:
    with tf.name_scope("part"), tf.device("/CPU:0"), tf.control_dependencies([]):
        doubled = tf.nest.map_structure(lambda x: 2 * x, {"b": [1, 2], "a": 3})
    assert doubled == {"b": [2, 4], "a": 6}
    assert tf.nest.flatten({"b": [1, 2], "a": 3}) == [3, 1, 2]
