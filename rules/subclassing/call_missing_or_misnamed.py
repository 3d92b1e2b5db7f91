"""SUB010."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ...analyzer.values import Class, Site
from ..base import Case, Draft, Rule
from ..edits import Change, Replacement
from ..words import class_name

NEAR = frozenset({"forward", "Call", "_call", "calls", "__call", "apply"})


class CallMissingOrMisnamed(Rule):
    """A layer or model class has no method `call`.

    Why: Keras runs `call`; a method named `forward` is never looked at, and the first call
    raises NotImplementedError. (Keras 2 took such a layer for the identity.)
    Known limits: silent when a base class is unknown.
    Fix safety: safe, a method named `forward` becomes `call`.
    """

    code, name, level = "SUB010", "call-missing-or-misnamed", Level.ERROR
    keras_says = ("does not have a `call` method implemented",)
    _TAIL = "\n\nr = F()(np.ones((1, 2)))\n"
    VALID = [Case("class F(Layer):\n    def call(self, x):\n        return x\n" + _TAIL)]
    INVALID = [
        Case(
            "class F(Layer):\n    def forward(self, x):\n        return x\n" + _TAIL,
            at="def forward",
            fixed="class F(Layer):\n    def call(self, x):\n        return x\n" + _TAIL,
        ),
        Case("class F(Layer):\n    pass\n" + _TAIL, at="F()(np.ones"),
    ]

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """The call that finds no `call`."""
        if fact.failure is None or fact.failure.kind != "call-missing":
            return
        cls = fact.layer.cls
        method = _near(cls) if isinstance(cls, Class) else None
        name = class_name(fact.layer)
        if method is None or not isinstance(cls, Class):
            yield Draft(
                fact.site,
                name,
                says="has no method `call`",
                hint="define call(self, inputs)",
            )
            return
        site = Site(cls.source, method)
        old = method.name.value
        change = Replacement(Site(cls.source, method.name), "call")
        yield Draft(
            site,
            f"{name}.{old}",
            says="is never called: Keras looks for a method `call`",
            related=((fact.site, f"{name} is called here, which fails"),),
            hint="rename it to call",
            change=Change("rename it to call", (change,)),
        )


def _near(cls: Class) -> cst.FunctionDef | None:
    methods = [s for s in cls.node.body.body if isinstance(s, cst.FunctionDef)]
    return next((m for m in methods if m.name.value in NEAR), None)
