"""`keras.metrics.get`: metrics by name."""

from __future__ import annotations

from typing import Any

from ...api import object_named, offer, public
from ...layers.named import class_for, resolve
from ...layers.registered import registered_object
from ...layers.serialize import deserialize, serialize
from . import basic, confusion, means, scores


@public("keras.metrics.get")
def get(identifier: Any) -> Any:
    """A metric object or function from its name, config, class or itself."""
    if isinstance(identifier, str):
        found = registered_object(identifier) or class_for("metric", identifier)
        if found is None:
            found = object_named(f"keras.metrics.{identifier}")
        if found is not None:
            return found() if isinstance(found, type) else found
    return resolve("metric", identifier)


offer(serialize, "keras.metrics.serialize")
offer(deserialize, "keras.metrics.deserialize")

__all__ = ["basic", "confusion", "get", "means", "scores"]
