"""Embedding and the layers that begin or pass on a mask."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import core_layers as specs
from .. import functions as f
from .masks import masks
from .spec_layer import computes


@computes(specs.EMBEDDING)
def embedding(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...) of ids -> (batch, ..., output_dim)."""
    return f.take(w.embeddings, f.cast(x, "int32"), axis=0)


@computes(specs.MASKING)
def masking(c: Any, w: Any, x: Any) -> Any:
    """(batch, time, ...) -> the same, masked steps set to zero."""
    kept = f.any(f.not_equal(x, c.mask_value), axis=-1, keepdims=True)
    return x * f.cast(kept, x.dtype)


@masks(specs.EMBEDDING)
def embedding_mask(c: Any, x: Any, mask: Any) -> Any:
    """(batch, time) of ids -> True where the id is not 0."""
    return f.not_equal(x, 0) if c.mask_zero else None


@masks(specs.MASKING)
def masking_mask(c: Any, x: Any, mask: Any) -> Any:
    """(batch, time, ...) -> True where a step has another value than `mask_value`."""
    return f.any(f.not_equal(x, c.mask_value), axis=-1)
