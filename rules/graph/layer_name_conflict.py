"""GRF002."""

from __future__ import annotations

from ...analyzer.findings import Level
from ..base import Case
from ..models import ModelProofRule


class LayerNameConflict(ModelProofRule):
    """Two layers of one model have the same name.

    Why: layers are saved and looked up by name, so Keras refuses the model; a constant
    name= in a loop is the usual cause.
    Known limits: silent when a name is not known.
    """

    code, name, level = "GRF002", "layer-name-conflict", Level.ERROR
    kinds = frozenset({"layer-name"})
    keras_says = ("All operations should have unique names", "is used 2 times in the model")
    _HEAD = "x = Input((2,))\nh = x\nfor i in range(2):\n"
    VALID = [Case(_HEAD + '    h = layers.Dense(2, name=f"d{i}")(h)\nm = Model(x, h)')]
    INVALID = [Case(_HEAD + '    h = layers.Dense(2, name="d")(h)\nm = Model(x, h)', at="Model(x")]
