"""What Keras does when its objects are made and called: start with `layer.py`.

Importing this package registers its natives; `names.py` resolves canonical names.
"""

from __future__ import annotations

from . import (
    calling,
    configs,
    functional,
    layer,
    model,
    named,
    names,
    sequential,
    summaries,
    tensors,
    variables,
)

__all__ = [
    "calling",
    "configs",
    "functional",
    "layer",
    "model",
    "named",
    "names",
    "sequential",
    "summaries",
    "tensors",
    "variables",
]
