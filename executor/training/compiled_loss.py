"""The loss of a model: one loss for each output, weighted and summed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import structure
from ..errors import ModelError
from ..layers.metric_base import Metric
from . import loss_functions, losses
from .metrics.basic import Mean

Path = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class OutputLoss:
    """The loss of one output, where the output and its target stand, and its weight."""

    path: Path
    loss: Any
    weight: Any
    name: str


def get_loss(identifier: Any, y_true: Any, y_pred: Any) -> Any:
    """A loss object from what `compile` was given; "crossentropy" is chosen by the shapes."""
    if str(identifier).lower() in ("crossentropy", "ce"):
        binary, sparse = label_kind(y_true, y_pred)
        kind = "binary" if binary else "sparse_categorical" if sparse else "categorical"
        found = loss_functions.named_function(f"{kind}_crossentropy")
    else:
        found = losses.get(identifier)
    if isinstance(found, losses.Loss):
        return found
    name = identifier if isinstance(identifier, str) else object_name(found)
    return losses.LossFunctionWrapper(found, name=name)  # type: ignore[arg-type]


def object_name(value: Any) -> str:
    """The name of an object or function, as logs show it."""
    name = getattr(value, "name", None) or getattr(value, "__name__", None)
    return name if isinstance(name, str) else type(value).__name__


def label_kind(y_true: Any, y_pred: Any) -> tuple[bool, bool]:
    """Whether targets are yes-or-no, and whether they are class numbers."""
    true_rank, rank = len(y_true.shape), len(y_pred.shape)
    size = y_pred.shape[-1] if rank else 1
    true_size = y_true.shape[-1] if true_rank else 1
    return size == 1, true_rank < rank or (true_size == 1 and size > 1)


def at(value: Any, path: Path) -> Any:
    """The part of a structure that a path leads to."""
    for key in path:
        value = value[key]
    return value


class CompiledLoss:
    """What `compile(loss=..., loss_weights=...)` means for the outputs of a model."""

    def __init__(
        self, loss: Any, weights: Any = None, output_names: list[str] | None = None
    ) -> None:
        self.user_loss, self.user_weights = loss, weights
        self.output_names = output_names
        self.parts: list[OutputLoss] | None = None
        self.metrics: list[Metric] = []

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The total loss of a batch."""
        y_true = self._aligned(y_true, y_pred)
        if self.parts is None:
            self.parts = self._build(y_true, y_pred)
        total = None
        for i, part in enumerate(self.parts):
            value = self._part_loss(part, y_true, y_pred, sample_weight)
            if self.metrics:
                size = structure.flatten(at(y_pred, part.path))[0].shape[0]
                self.metrics[i].update_state(value, sample_weight=float(size))
            if part.weight is not None:
                value = value * float(part.weight)
            total = value if total is None else total + value
        return total

    def _part_loss(self, part: OutputLoss, y_true: Any, y_pred: Any, weight: Any) -> Any:
        if structure.is_nested(weight):
            leaves = structure.flatten(weight)
            weight = leaves[0] if len(leaves) == 1 else at(weight, part.path)
        try:
            return part.loss(at(y_true, part.path), at(y_pred, part.path), weight)
        except ModelError as error:
            if part.path:
                error.what = f"{error.what} of output {part.name!r}"
            raise

    # Finding out which loss belongs to which output.

    def _build(self, y_true: Any, y_pred: Any) -> list[OutputLoss]:
        assigned = self._assigned(y_pred)
        parts = []
        for path, loss, weight, name in assigned:
            if loss is None:
                continue
            made = get_loss(loss, at(y_true, path), at(y_pred, path))
            parts.append(OutputLoss(path, made, weight, name or made.name))
        if len(parts) > 1:
            self.metrics = [Mean(name=f"{p.name}_loss") for p in parts]
        return parts

    def _assigned(self, y_pred: Any) -> list[tuple[Path, Any, Any, str | None]]:
        """(where, loss, weight, name) for each output."""
        outputs = structure.flatten_with_path(y_pred)
        paths = [path for path, _ in outputs]
        names = self._names(paths)
        loss = self.user_loss
        if isinstance(loss, list | tuple) and not structure.is_nested(y_pred):
            flat = structure.flatten(loss)
            weights = self._weights(len(flat))
            return [((), one, w, names[0]) for one, w in zip(flat, weights, strict=True)]
        found = self._by_output(loss, paths, names, "loss")
        weights = self.user_weights
        if isinstance(weights, dict):
            weights = self._by_output(weights, paths, names, "loss_weights")
        else:
            weights = self._weights(len(paths))
        return list(zip(paths, found, weights, names, strict=True))

    def _names(self, paths: list[Path]) -> list[str | None]:
        by_key = bool(paths[0]) and isinstance(paths[0][-1], str)
        if self.output_names and len(self.output_names) == len(paths) and not by_key:
            return list(self.output_names)
        return ["/".join(map(str, p)) if p and isinstance(p[-1], str) else None for p in paths]

    def _weights(self, count: int) -> list[Any]:
        weights = self.user_weights
        if weights is None:
            return [None] * count
        flat = structure.flatten(weights)
        if len(flat) != count:
            raise ModelError("compile()", f"{count} loss_weights", {"": len(flat)})
        return flat

    def _by_output(
        self, value: Any, paths: list[Path], names: list[str | None], what: str
    ) -> list[Any]:
        """What a user gave for each output: one for all, by name, or in order."""
        if not structure.is_nested(value):
            return [value] * len(paths)
        if isinstance(value, dict):
            return _by_name(value, paths, names, what)
        flat = structure.flatten(value)
        if len(flat) != len(paths):
            raise ModelError(
                "compile()", f"one {what} for each of {len(paths)} outputs", {"": len(flat)}
            )
        return flat

    # Bringing targets into the structure of the outputs.

    def _aligned(self, y_true: Any, y_pred: Any) -> Any:
        if structure.same_structure(y_true, y_pred):
            return y_true
        leaves = structure.flatten(y_true)
        if not structure.is_nested(y_pred):
            return leaves[0] if len(leaves) == 1 else y_true
        names = self.output_names or []
        listed = isinstance(y_true, dict) and isinstance(y_pred, list | tuple)
        if listed and set(names) == set(y_true):
            leaves = [y_true[n] for n in names]
        if len(leaves) == len(structure.flatten(y_pred)):
            return structure.pack(y_pred, leaves)
        return self._partly_aligned(leaves, y_pred)

    def _partly_aligned(self, leaves: list[Any], y_pred: Any) -> Any:
        """Targets for only those outputs that have a loss."""
        with_loss = [loss is not None for _, loss, _, _ in self._assigned(y_pred)]
        if sum(with_loss) == len(leaves):
            rest = iter(leaves)
            return structure.pack(y_pred, [next(rest) if w else None for w in with_loss])
        count = len(structure.flatten(y_pred))
        raise ModelError(
            "the model", f"targets for its {count} outputs", {"": f"{len(leaves)} targets"}
        )


def _by_name(
    value: dict[Any, Any], paths: list[Path], names: list[str | None], what: str
) -> list[Any]:
    """The entries of a dict by output; only outputs that have keys of their own may lack one."""
    known = [
        n if n is not None else p[-1] if p else None for n, p in zip(names, paths, strict=True)
    ]
    keyed = bool(paths[0]) and isinstance(paths[0][-1], str)
    complete = keyed or what != "loss" or set(value) == set(known)
    if not complete or any(k not in known for k in value):
        given = sorted(map(str, value))
        raise ModelError("compile()", f"{what} for the outputs {known}", {"": given})
    return [value.get(k) for k in known]
