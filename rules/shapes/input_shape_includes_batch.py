"""SHP019."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.dims import same
from ...analyzer.facts import Trained
from ...analyzer.findings import Level
from ...analyzer.keras.layer import state_of
from ...analyzer.keras.leaves import tensors
from ...analyzer.keras.state import ModelState
from ...analyzer.values import Site, Tensor
from ..base import Case, Draft, Rule
from ..edits import Change, replace, text_of
from ..words import subject


class InputShapeIncludesBatch(Rule):
    """Input got the whole shape of the data, number of samples included.

    Why: `Input(shape=...)` leaves the batch out; with it the model wants one axis more
    than the data has, which fit rejects.
    Known limits: reported where the model meets the data.
    Fix safety: safe for `Input(x.shape)`, which becomes `Input(x.shape[1:])`.
    """

    code, name, level = "SHP019", "input-shape-includes-batch", Level.ERROR
    keras_says = ("Invalid input shape for input Tensor",)
    _HEAD = "x = np.zeros((32, 10))\ny = np.zeros(32)\n"
    _TAIL = ', layers.Dense(1)])\nm.compile("sgd", "mse")\nm.fit(x, y)'
    VALID = [Case(_HEAD + "m = Sequential([Input(x.shape[1:])" + _TAIL)]
    INVALID = [
        Case(
            _HEAD + "m = Sequential([Input(x.shape)" + _TAIL,
            at="Input(x.shape)",
            fixed=_HEAD + "m = Sequential([Input(x.shape[1:])" + _TAIL,
        ),
    ]

    def on_trained(self, fact: Trained) -> Iterator[Draft]:
        """The Input's shape without batch is the data's shape with it."""
        found = whole_shape_given(fact)
        if found is None:
            return
        data, entry = found
        site = entry.origin or fact.site
        yield Draft(
            site,
            "Input",
            says="gets the shape of all samples: the batch axis is not part of it",
            got={"shape": (entry.type.shape or ())[1:], "data": data.type.shape},
            related=((fact.site, f"{subject(fact.model)}.{fact.method} gets the data"),),
            hint="leave the first axis out: x.shape[1:]",
            change=_change(site),
        )


def whole_shape_given(fact: Trained) -> tuple[Tensor, Tensor] | None:
    """The data and the Input of a model that was given the data's whole shape."""
    failure, state = fact.failure, state_of(fact.model)
    if failure is None or failure.kind != "model-input-shape" or not isinstance(state, ModelState):
        return None
    data, inputs = tensors(fact.x), tensors(state.inputs)
    if len(data) != 1 or len(inputs) != 1:
        return None
    shape, wanted = data[0].type.shape, (inputs[0].type.shape or ())[1:]
    if shape is None or len(shape) != len(wanted):
        return None
    equal = all(same(a, b) is True for a, b in zip(shape, wanted, strict=True))
    return (data[0], inputs[0]) if equal else None


def _change(site: Site) -> Change | None:
    node = site.node
    if not isinstance(node, cst.Call) or not node.args:
        return None
    value = node.args[0].value
    if not isinstance(value, cst.Attribute) or value.attr.value != "shape":
        return None
    return replace(site, value, f"{text_of(value)}[1:]", "leave the batch out")
