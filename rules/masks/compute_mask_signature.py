"""MSK008."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import ClassDefined
from ...analyzer.findings import Level
from ...analyzer.values import Site
from ..base import Case, Draft, Rule
from ..edits import Change, Replacement, text_of


class ComputeMaskSignature(Rule):
    """An override of compute_mask does not take (self, inputs, mask).

    Why: Keras calls it with the inputs and the previous mask by position; one parameter
    too few raises in the first call.
    Known limits: silent with *args or **kwargs.
    Fix safety: safe, `mask=None` is added.
    """

    code, name, level = "MSK008", "compute-mask-signature", Level.ERROR
    keras_says = ("compute_mask() takes 2 positional arguments but 3 were given",)
    _HEAD = "class Lay(Layer):\n    def call(self, x):\n        return x\n\n"
    VALID = [
        Case(_HEAD + "    def compute_mask(self, inputs, mask=None):\n        return mask\n"),
        Case(_HEAD + "    def compute_mask(self, inputs, previous_mask):\n        return None\n"),
    ]
    INVALID = [
        Case(
            _HEAD + "    def compute_mask(self, inputs):\n        return None\n",
            at="def compute_mask",
            fixed=_HEAD + "    def compute_mask(self, inputs, mask=None):\n        return None\n",
        ),
    ]

    def on_class_defined(self, fact: ClassDefined) -> Iterator[Draft]:
        """Count the parameters."""
        for node in fact.cls.node.body.body if fact.base else ():
            if not isinstance(node, cst.FunctionDef) or node.name.value != "compute_mask":
                continue
            params = node.params
            open_ = isinstance(params.star_arg, cst.Param) or params.star_kwarg is not None
            if open_ or node.decorators or len(params.params) + len(params.posonly_params) >= 3:
                continue
            yield Draft(
                Site(fact.cls.source, node),
                f"{fact.cls.name}.compute_mask",
                says="must take the inputs and the mask",
                hint="def compute_mask(self, inputs, mask=None)",
                change=self._change(fact, node),
            )

    def _change(self, fact: ClassDefined, node: cst.FunctionDef) -> Change | None:
        params = node.params
        if len(params.params) != 2 or params.kwonly_params:
            return None
        last = params.params[-1]
        site = Site(fact.cls.source, last)
        return Change("add mask=None", (Replacement(site, f"{text_of(last)}, mask=None"),))
