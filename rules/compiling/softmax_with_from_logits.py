"""CMP001."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import Compiled
from ...analyzer.findings import Level
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..edits import Change, replace, without_keyword
from ..losses import CROSSENTROPIES, ending, loss
from ..words import subject

PROBABILITIES = frozenset({"softmax", "sigmoid"})


class SoftmaxWithFromLogits(Rule):
    """The model ends in softmax or sigmoid, and the loss is told to expect logits.

    Why: the activation is applied twice: on JAX and PyTorch the loss of a perfect
    classifier stays far from 0. TensorFlow undoes it in graph mode, with a warning.
    Known limits: silent when the last activation or the loss is not known.
    Fix safety: safe, from_logits=True is dropped.
    """

    code, name, level = "CMP001", "softmax-with-from-logits", Level.WARNING
    keras_says = ("received `from_logits=True`, but the `output` argument was produced by",)
    _LOSS = "keras.losses.SparseCategoricalCrossentropy"
    _SOFTMAX = 'm = Sequential([Input((3,)), layers.Dense(3, activation="softmax")])\n'
    VALID = [
        Case(
            "m = Sequential([Input((3,)), layers.Dense(3)])\n"
            f'm.compile("sgd", {_LOSS}(from_logits=True))'
        ),
        Case(_SOFTMAX + f'm.compile("sgd", {_LOSS}())'),
    ]
    INVALID = [
        Case(
            _SOFTMAX + f'm.compile("sgd", {_LOSS}(from_logits=True))',
            at="m.compile",
            fixed=_SOFTMAX + f'm.compile("sgd", {_LOSS}())',
        ),
    ]

    def on_compiled(self, fact: Compiled) -> Iterator[Draft]:
        """Compare the last activation with what the loss expects."""
        found, end = loss(fact, self.dialect), ending(fact.model)
        if found is None or end is None or found.spec.name not in CROSSENTROPIES:
            return
        if found.logits and end.activation in PROBABILITIES:
            yield Draft(
                fact.site,
                found.spec.name,
                says=f"expects logits, but {subject(end.layer)} ends in {end.activation}",
                related=self._layer(end.layer),
                hint="drop from_logits=True, or the activation",
                change=self._change(fact),
            )

    def _layer(self, layer: Instance) -> tuple[tuple[object, str], ...]:
        return ((layer.site, f"{subject(layer)} is made"),) if layer.site else ()

    def _change(self, fact: Compiled) -> Change | None:
        made = fact.arguments.get("loss")
        site = made.site if isinstance(made, Instance) else None
        if site is None or not isinstance(site.node, cst.Call):
            return None
        new = without_keyword(site.node, "from_logits")
        return replace(site, site.node, new, "drop from_logits=True")
