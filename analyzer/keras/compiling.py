"""`compile`: what a model is trained with, and which names Keras does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..facts import Compiled
from ..mismatch import Mismatch
from ..natives import native
from ..specs import registry
from ..specs.domains import suggestion
from ..specs.signature import BindError, parse
from ..values import Call, Instance, NativeClass, Value
from .failing import refuse
from .kinds import has_unknown_base, is_user, model_state
from .leaves import leaves
from .state import ModelState

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_COMPILE = {
    "keras3": parse(
        "(optimizer='rmsprop', loss=None, loss_weights=None, metrics=None, "
        "weighted_metrics=None, run_eagerly=False, steps_per_execution=1, jit_compile='auto', "
        "auto_scale_loss=True)"
    ),
    "keras2": parse(
        "(optimizer='rmsprop', loss=None, metrics=None, loss_weights=None, "
        "weighted_metrics=None, run_eagerly=None, steps_per_execution=None, jit_compile=None, "
        "pss_evaluation_shards=0, **kwargs)"
    ),
}
# What Keras chooses by the shapes of targets and outputs, whatever the case of the letters.
_BY_SHAPES: dict[str, dict[str, tuple[str, ...]]] = {
    "keras3": {"metric": ("accuracy", "acc"), "loss": ("crossentropy", "ce")},
    "keras2": {"metric": ("accuracy", "acc", "crossentropy", "ce")},
}
_FAMILIES = (("optimizer", "optimizer"), ("loss", "loss"), ("metrics", "metric"))


@native("keras.Model.compile")
def compile_model(interp: Interpreter, call: Call) -> Value:
    """`model.compile(optimizer, loss, ...)`"""
    model, state = call.receiver, model_state(call.receiver)
    if not isinstance(model, Instance) or state is None:
        return None
    problems = _before(model, state, interp)
    given, wrong = _bound(interp, call)
    if not call.opaque:
        problems += wrong or _identifiers(interp, given)
    fact = Compiled(call.site, model, given, tuple(problems))
    interp.touch(state)
    state.compiled, state.trained = fact, False
    interp.emit(fact)
    if problems and not problems[0].late:
        refuse(interp, problems[0], "compile", call.site)
    return None


def _before(model: Instance, state: ModelState, interp: Interpreter) -> list[Mismatch]:
    """super().__init__() never ran: Keras 2 fails here, Keras 3 in the first call."""
    silent = state.initialised or not is_user(model) or has_unknown_base(model)
    if silent or interp.dialect == "keras3":
        return []
    hint = "call super().__init__() first in __init__"
    return [Mismatch("super-init", "super().__init__() to have run", {}, {}, hint)]


def _bound(interp: Interpreter, call: Call) -> tuple[dict[str, Value], list[Mismatch]]:
    signature = _COMPILE[interp.dialect]
    try:
        return signature.complete(signature.bind(call.args, call.kwargs)), []
    except BindError as error:
        names = ", ".join(error.names)
        got = {n: call.kwargs.get(n) for n in error.names}
        needs = "the arguments of compile(optimizer, loss, metrics, ...)"
        problem = Mismatch(f"{error.kind}-argument", needs, got, {"argument": names})
        return dict(call.kwargs), [problem]


def _identifiers(interp: Interpreter, given: dict[str, Value]) -> list[Mismatch]:
    """Strings that Keras does not know, classes where objects are needed."""
    found = []
    optimizer = given.get("optimizer")
    if isinstance(optimizer, NativeClass):
        name = optimizer.name.rpartition(".")[2]
        needs = "an optimizer object or its name"
        got = {"optimizer": f"the class {name}"}
        found.append(Mismatch("class-given", needs, got, {}, f"{name}()"))
    metrics = given.get("metrics")
    if isinstance(metrics, str) and interp.dialect == "keras3":
        hint = f"metrics=[{metrics!r}]"
        found.append(Mismatch("metrics-list", "a list of metrics", {"metrics": metrics}, {}, hint))
    for name, family in _FAMILIES:
        found += [
            problem
            for leaf in leaves(given.get(name))
            if (problem := _unknown_name(interp, name, family, leaf)) is not None
        ]
    return found


def _unknown_name(interp: Interpreter, name: str, family: str, leaf: Value) -> Mismatch | None:
    if not isinstance(leaf, str) or _known(family, leaf, interp.dialect):
        return None
    hint = suggestion(leaf, list(registry.identifiers(family, interp.dialect)))
    needs = "an optimizer" if family == "optimizer" else f"a {family} that Keras knows"
    # Losses and metrics are looked up when they are first needed.
    late = family != "optimizer"
    return Mismatch("identifier", needs, {name: leaf}, {"family": family}, hint, late)


def _known(family: str, text: str, dialect: str) -> bool:
    if text.lower() in _BY_SHAPES[dialect].get(family, ()):
        return True
    # The functions of losses are metrics in Keras 2.
    older = dialect == "keras2" and family == "metric"
    also = older and text in registry.identifiers("loss", dialect)
    return also or registry.resolve(family, text, dialect) is not None
