"""Dense and the layers that mark or pass on."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import core_layers as specs
from .. import functions as f
from .spec_layer import computes


@computes(specs.DENSE)
def dense(c: Any, w: Any, x: Any) -> Any:
    """(batch, ..., features) -> (batch, ..., units)."""
    y = f.matmul(x, w.kernel)
    return c.activation(y + w.bias if c.use_bias else y)
