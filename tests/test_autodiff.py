"""The tape: what TensorFlow's does, gradients of gradients included."""

from __future__ import annotations

import numpy as np
import pytest

from dryfit.executor.tape import GradientTape
from dryfit.executor.tensor import OPERATORS as ops
from dryfit.executor.tensor import Tensor
from dryfit.executor.variable import Variable


def test_gradient_of_a_variable_and_of_a_watched_tensor() -> None:
    w, x = Variable([2.0, 3.0]), Tensor([5.0, 7.0])
    with GradientTape() as tape:
        tape.watch(x)
        y = ops["sum"](w * x)
    grads = tape.gradient(y, {"w": w, "x": x})
    np.testing.assert_array_equal(grads["w"].numpy(), [5, 7])
    np.testing.assert_array_equal(grads["x"].numpy(), [2, 3])


def test_a_tensor_that_is_not_watched_has_no_gradient() -> None:
    x = Tensor([1.0])
    with GradientTape() as tape:
        y = x * 2.0
    assert tape.gradient(y, x) is None
    with GradientTape() as tape:
        y = x * 2.0
    zero = tape.gradient(y, x, unconnected_gradients="zero")
    np.testing.assert_array_equal(zero.numpy(), [0])


def test_untrainable_variables_are_not_watched_by_themselves() -> None:
    v = Variable(3.0, trainable=False)
    with GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, v) is None
    with GradientTape() as tape:
        tape.watch(v)
        y = v * v
    assert float(tape.gradient(y, v)) == 6


def test_a_tape_serves_once_unless_it_is_persistent() -> None:
    v = Variable(3.0)
    with GradientTape() as tape:
        y = v * v
    tape.gradient(y, v)
    with pytest.raises(RuntimeError, match="non-persistent"):
        tape.gradient(y, v)
    with GradientTape(persistent=True) as tape:
        y = v * v
        z = y * v
    assert [float(tape.gradient(t, v)) for t in (y, z)] == [6, 27]


def test_nested_tapes_give_second_derivatives() -> None:
    x = Variable(2.0)
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = x**3.0
        first = inner.gradient(y, x)
    assert float(first) == 12
    assert float(outer.gradient(first, x)) == 12


def test_output_gradients_weigh_the_targets() -> None:
    x = Variable([1.0, 2.0])
    with GradientTape() as tape:
        y = x * x
    g = tape.gradient(y, x, output_gradients=Tensor([10.0, 1.0]))
    np.testing.assert_array_equal(g.numpy(), [20, 4])


def test_several_targets_are_added_up() -> None:
    x = Variable(3.0)
    with GradientTape() as tape:
        targets = [x * 2.0, {"a": x * x}]
    assert float(tape.gradient(targets, x)) == 8


def test_nothing_is_recorded_while_recording_is_stopped() -> None:
    x = Variable(3.0)
    with GradientTape() as tape:
        y = x * x
        with tape.stop_recording():
            z = x * y
    assert tape.gradient(z, x) is None


def test_a_variable_assigned_after_its_use_keeps_the_gradient_of_the_use() -> None:
    x = Variable(3.0)
    with GradientTape() as tape:
        y = x * x
        x.assign(100.0)
    assert float(tape.gradient(y, x)) == 6


def test_jacobian_has_one_row_per_output() -> None:
    x = Variable([1.0, 2.0, 3.0])
    with GradientTape() as tape:
        y = x * x
    np.testing.assert_array_equal(tape.jacobian(y, x).numpy(), np.diag([2, 4, 6]))


def test_broadcast_gradients_are_summed_to_the_shape_of_the_input() -> None:
    a, b = Variable(np.ones((3, 1), np.float32)), Variable(np.ones((2, 1, 4), np.float32))
    with GradientTape() as tape:
        y = a * b
    ga, gb = tape.gradient(y, [a, b])
    np.testing.assert_array_equal(ga.numpy(), np.full((3, 1), 8))
    np.testing.assert_array_equal(gb.numpy(), np.full((2, 1, 4), 3))


def test_reading_a_variable_shows_the_value_of_that_moment() -> None:
    v = Variable([1.0, 2.0])
    before = v.value
    reshaped = ops["reshape"](before, (2, 1))
    v.assign([3.0, 4.0])
    np.testing.assert_array_equal(before.numpy(), [1, 2])
    np.testing.assert_array_equal(reshaped.numpy(), [[1], [2]])
    np.testing.assert_array_equal(v.numpy(), [3, 4])
