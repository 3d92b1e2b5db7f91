"""The metrics of a model: which belong to which output, and what the logs call them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .. import structure
from ..errors import ModelError
from ..layers.metric_base import Metric
from .compiled_loss import label_kind, object_name
from .metrics import lookup
from .metrics.basic import MeanMetricWrapper


@dataclass(slots=True)
class OutputMetrics:
    """The metrics of one output; `output_name` stands in front of their names."""

    metrics: list[Metric] = field(default_factory=list)
    output_name: str | None = None

    def label(self, metric: Metric) -> str:
        """The name in the logs."""
        return f"{self.output_name}_{metric.name}" if self.output_name else metric.name


def get_metric(identifier: Any, y_true: Any, y_pred: Any) -> Metric:
    """A metric object from what `compile` was given; "accuracy" is chosen by the shapes."""
    if str(identifier).lower() in ("accuracy", "acc"):
        binary, sparse = label_kind(y_true, y_pred)
        kind = "Binary" if binary else "SparseCategorical" if sparse else "Categorical"
        found = lookup.get(f"{kind}Accuracy")
    else:
        found = lookup.get(identifier)
    name = identifier if isinstance(identifier, str) else object_name(found)
    if not isinstance(found, Metric):
        found = MeanMetricWrapper(found)
    found.name = name
    return found


class CompiledMetrics:
    """What `compile(metrics=..., weighted_metrics=...)` means for the outputs of a model."""

    name = "compile_metrics"

    def __init__(
        self, metrics: Any, weighted_metrics: Any = None, output_names: list[str] | None = None
    ) -> None:
        for what, value in (("metrics", metrics), ("weighted_metrics", weighted_metrics)):
            if value and not isinstance(value, list | tuple | dict):
                raise ModelError(
                    "compile()",
                    f"a list or dict as {what}",
                    {"": repr(value)},
                    {},
                    f"{what}=[{value!r}]",
                )
        self.user_metrics, self.user_weighted = metrics, weighted_metrics
        self.output_names = output_names
        self.plain: list[OutputMetrics | None] = []
        self.weighted: list[OutputMetrics | None] = []
        self.built = False
        self._keys: list[Any] | None = None

    @property
    def metrics(self) -> list[Metric]:
        """All metrics in order."""
        groups = [*self.plain, *self.weighted]
        return [m for group in groups if group is not None for m in group.metrics]

    @property
    def variables(self) -> list[Any]:
        """The state of all metrics."""
        return [v for m in self.metrics for v in m.variables]

    def _build(self, y_true: Any, y_pred: Any) -> None:
        outputs = structure.flatten(y_pred)
        names = self._names(y_pred, len(outputs))
        nested = structure.is_nested(y_pred) and len(y_pred) == len(outputs)
        self._keys = names if nested and len(outputs) > 1 and isinstance(y_pred, dict) else None
        targets = self._flat(y_true)
        for what in ("metrics", "weighted_metrics"):
            given = self.user_metrics if what == "metrics" else self.user_weighted
            groups = self._groups(given, names, targets, self._flat(y_pred), what)
            setattr(self, "plain" if what == "metrics" else "weighted", groups)
        self.built = True

    def _names(self, y_pred: Any, count: int) -> list[Any]:
        if isinstance(y_pred, dict) and len(y_pred) == count:
            known = self.output_names
            return list(known) if known and set(known) == set(y_pred) else structure.keys(y_pred)
        return list(self.output_names or [None] * count)

    def _flat(self, value: Any) -> list[Any]:
        if isinstance(value, dict) and self._keys is not None:
            return [value[k] for k in self._keys]
        return structure.flatten(value)

    def _groups(
        self, given: Any, names: list[Any], targets: list[Any], outputs: list[Any], what: str
    ) -> list[OutputMetrics | None]:
        if not given:
            return [None] * len(outputs)
        if len(outputs) == 1:
            flat = structure.flatten(given)
            return [OutputMetrics([get_metric(m, targets[0], outputs[0]) for m in flat])]
        rows = self._rows(given, names, len(outputs), what)
        groups: list[OutputMetrics | None] = []
        for row, name, y_true, y_pred in zip(rows, names, targets, outputs, strict=False):
            wanted = row if isinstance(row, list | tuple) else [] if row is None else [row]
            made = [get_metric(m, y_true, y_pred) for m in wanted]
            groups.append(OutputMetrics(made, name) if made else None)
        return groups

    def _rows(self, given: Any, names: list[Any], count: int, what: str) -> list[Any]:
        if isinstance(given, dict) and set(given) <= set(names):
            return [given.get(n) for n in names]
        if isinstance(given, list | tuple) and len(given) == count:
            return list(given)
        hint = "one entry (or list of metrics) for each output, or a dict by output name"
        raise ModelError(
            "compile()", f"{what} for the {count} outputs {names}", {"": repr(given)}, {}, hint
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch; only weighted metrics see the sample weights."""
        if not self.built:
            self._build(y_true, y_pred)
        targets, outputs = self._flat(y_true), self._flat(y_pred)
        weights = [None] * len(outputs)
        if sample_weight is not None:
            weights = self._flat(sample_weight)
            weights = weights * len(outputs) if len(weights) < len(outputs) else weights
        for group, t, p in zip(self.plain, targets, outputs, strict=False):
            for metric in group.metrics if group else ():
                metric.update_state(t, p)
        for group, t, p, w in zip(self.weighted, targets, outputs, weights, strict=False):
            for metric in group.metrics if group else ():
                metric.update_state(t, p, sample_weight=w)

    def reset_state(self) -> None:
        """Start all metrics again."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self) -> dict[str, Any]:
        """The values by name; a name that occurs again gets a number or `weighted_`."""
        results: dict[str, Any] = {}
        counts: dict[str, int] = {}
        for groups, weighted in ((self.plain, False), (self.weighted, True)):
            for group in groups:
                for metric in group.metrics if group else ():
                    name = _free_name(group, metric, counts, weighted)  # type: ignore[arg-type]
                    results[name] = metric.result()
        return results


def _free_name(group: OutputMetrics, metric: Metric, counts: dict[str, int], weighted: bool) -> str:
    name = group.label(metric)
    if name in counts and weighted:
        name = f"weighted_{metric.name}"
        name = f"{group.output_name}_{name}" if group.output_name else name
    if name not in counts:
        counts[name] = 1
        return name
    index = counts[name]
    counts[name] += 1
    return f"{name}_{index}"
