"""PYT002."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import Compiled, LayerCreated, Trained
from ...analyzer.findings import Level
from ...analyzer.mismatch import Mismatch
from ..base import Case, Draft, Rule
from ..words import class_name, subject

KINDS = frozenset(
    {
        "missing-argument",
        "unexpected-argument",
        "too-many-argument",
        "repeated-argument",
        "trainable-type",
        "class-given",
        "metrics-list",
    }
)
HINTS = {
    "training": "training= belongs into the call of the layer",
    "batch_input_shape": "use keras.Input(batch_shape=...) as the first layer",
    "input": "write inputs=",
    "output": "write outputs=",
    "lr": "write learning_rate=",
    "nb_epoch": "write epochs=",
}


class BadConstructorArguments(Rule):
    """A layer, model, compile or fit gets arguments that it does not take.

    Why: Keras raises at once; many of these were right in an older Keras.
    Known limits: silent when arguments are passed on by * or **.
    """

    code, name, level = "PYT002", "bad-constructor-arguments", Level.ERROR
    keras_says = (
        "Unrecognized keyword arguments passed to",
        "got an unexpected keyword argument",
        "missing 1 required positional argument",
    )
    VALID = [
        Case("layers.Dense(3, trainable=False)"),
        Case("x = Input(batch_shape=(None, 10))"),
    ]
    INVALID = [
        Case("layers.Dropout(0.5, training=True)", at="layers.Dropout"),
        Case("layers.Dense(3, batch_input_shape=(None, 10))", at="layers.Dense"),
        Case("layers.Conv2D(3)", at="layers.Conv2D"),
        Case("x = Input((2,))\nm = Model(input=x, output=layers.Dense(1)(x))", at="Model(input"),
    ]

    def on_layer_created(self, fact: LayerCreated) -> Iterator[Draft]:
        """Faults that a constructor finds in its arguments."""
        for problem in fact.problems:
            yield from self._draft(fact, class_name(fact.layer), problem)

    def on_compiled(self, fact: Compiled) -> Iterator[Draft]:
        """Arguments of compile."""
        for problem in fact.problems:
            yield from self._draft(fact, f"{subject(fact.model)}.compile", problem)

    def on_trained(self, fact: Trained) -> Iterator[Draft]:
        """Arguments of fit, evaluate and predict."""
        if fact.failure is not None:
            yield from self._draft(fact, f"{subject(fact.model)}.{fact.method}", fact.failure)

    def _draft(
        self, fact: LayerCreated | Compiled | Trained, what: str, problem: Mismatch
    ) -> Iterator[Draft]:
        if problem.kind not in KINDS:
            return
        argument = str(problem.names.get("argument", ""))
        says = {
            "missing-argument": f"is made without {argument}",
            "unexpected-argument": f"takes no argument {argument}",
            "too-many-argument": "gets too many positional arguments",
            "repeated-argument": f"gets {argument} twice",
        }
        needs = "" if problem.kind in says else problem.needs
        got = {} if problem.kind in says else problem.got
        hint = problem.hint or HINTS.get(argument, "")
        yield Draft(fact.site, what, says.get(problem.kind, ""), needs, got, hint=hint)
