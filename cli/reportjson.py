"""Models as JSON; the form is a public interface."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..analyzer.dim_text import text
from ..analyzer.dims import Dim, Dims, lone_symbol
from ..analyzer.summary import LayerRow, ModelSummary, Port


def as_json(models: Iterable[ModelSummary]) -> str:
    """One object with the list of models."""
    listed = [_model(model) for model in models]
    return json.dumps({"models": listed}, indent=2, ensure_ascii=False)


def _model(model: ModelSummary) -> dict[str, object]:
    return {
        "name": model.name,
        "path": model.path,
        "line": model.line,
        "style": model.style,
        "inputs": [_port(port) for port in model.inputs],
        "outputs": [_port(port) for port in model.outputs],
        "params": _dim(model.params),
        "trainable_params": _dim(model.trainable_params),
        "non_trainable_params": _dim(model.non_trainable_params),
        "flops": _dim(model.flops),
        "layers": [_layer(layer) for layer in model.layers],
    }


def _port(port: Port) -> dict[str, object]:
    return {"name": port.name, "shape": _shape(port.shape), "dtype": port.dtype}


def _layer(layer: LayerRow) -> dict[str, object]:
    return {
        "name": layer.name,
        "class": layer.cls,
        "line": layer.line,
        "input_shapes": [_shape(shape) for shape in layer.input_shapes],
        "output_shapes": [_shape(shape) for shape in layer.output_shapes],
        "params": _dim(layer.params),
        "trainable": layer.trainable,
        "mask": layer.mask,
        "mode_dependent": layer.mode_dependent,
    }


def _shape(shape: Dims | None) -> list[object] | None:
    return None if shape is None else [_dim(dim) for dim in shape]


def _dim(dim: Dim | None) -> int | str | None:
    """An int; null for the batch and other axes Keras calls None; else its formula."""
    if dim is None or isinstance(dim, int):
        return dim
    alone = lone_symbol(dim)
    return None if alone is not None and not alone.static else text(dim)
