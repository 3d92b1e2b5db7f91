"""What Keras does when its objects are made and called: start with `layer.py`.

Importing this package registers its natives; `names.py` resolves canonical names.
"""

from __future__ import annotations

from . import (
    attributes,
    building,
    calling,
    compiling,
    configs,
    fitting,
    functional,
    layer,
    lookups,
    model,
    named,
    names,
    objects,
    sequential,
    summaries,
    tensors,
    variables,
    weights,
)

__all__ = [
    "attributes",
    "building",
    "calling",
    "compiling",
    "configs",
    "fitting",
    "functional",
    "layer",
    "lookups",
    "model",
    "named",
    "names",
    "objects",
    "sequential",
    "summaries",
    "tensors",
    "variables",
    "weights",
]
