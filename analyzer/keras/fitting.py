"""`fit`, `evaluate`, `predict` and their kin: data pushed through the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..dims import Dim, is_static, symbol
from ..facts import Fact, LayerCalled, Trained
from ..mismatch import Mismatch
from ..natives import native
from ..specs.base import TensorType
from ..specs.signature import BindError, parse
from ..unknown import Unknown
from ..values import Call, Function, Instance, Tensor, Value
from .failing import refuse
from .feeding import Batch, batch_of
from .kinds import has_unknown_base, is_user, model_state, own_method
from .labels import compare_labels
from .leaves import leaves, mapped, tensors
from .run import TRAINING
from .state import ModelState
from .tracking import is_complete, trainable_weights
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_MORE = "validation_steps=None, validation_batch_size=None, validation_freq=1"
_OLD = "max_queue_size=10, workers=1, use_multiprocessing=False"
_FIT = (
    "(x=None, y=None, batch_size=None, epochs=1, verbose='auto', callbacks=None, "
    "validation_split=0.0, validation_data=None, shuffle=True, class_weight=None, "
    f"sample_weight=None, initial_epoch=0, steps_per_epoch=None, {_MORE}{{}})"
)
_EVALUATE = (
    "(x=None, y=None, batch_size=None, verbose='auto', sample_weight=None, steps=None, "
    "callbacks=None, {}return_dict=False, **kwargs)"
)
_PREDICT = "(x, batch_size=None, verbose='auto', steps=None, callbacks=None{})"
_ON_BATCH = {
    "train_on_batch": "(x, y=None, sample_weight=None, class_weight=None, **kwargs)",
    "test_on_batch": "(x, y=None, sample_weight=None, **kwargs)",
    "predict_on_batch": "(x)",
}
SIGNATURES = {
    "keras3": {
        "fit": _FIT.format(""),
        "evaluate": _EVALUATE.format(""),
        "predict": _PREDICT.format(""),
        **_ON_BATCH,
    },
    "keras2": {
        "fit": _FIT.format(f", {_OLD}"),
        "evaluate": _EVALUATE.format(f"{_OLD}, "),
        "predict": _PREDICT.format(f", {_OLD}"),
        **_ON_BATCH,
    },
}
_STEPS = {
    "fit": "train_step",
    "train_on_batch": "train_step",
    "evaluate": "test_step",
    "test_on_batch": "test_step",
    "predict": "predict_step",
    "predict_on_batch": "predict_step",
}


@dataclass(slots=True)
class _Training:
    """One call of `fit` or its like."""

    interp: Interpreter
    model: Instance
    state: ModelState
    method: str
    call: Call


def train(interp: Interpreter, call: Call, method: str) -> Value:
    """Push one batch of the data through the model, compare labels with what comes out."""
    model, state = call.receiver, model_state(call.receiver)
    if not isinstance(model, Instance) or state is None or call.opaque:
        return Unknown(f"result of {method}")
    this = _Training(interp, model, state, method, call)
    signature = parse(SIGNATURES[interp.dialect][method])
    fact = Trained(call.site, model, method, dict(call.kwargs))
    try:
        fact.arguments = signature.complete(signature.bind(call.args, call.kwargs))
    except BindError as error:
        fact.failure = _misbound(method, error, call)
    else:
        _push(this, fact)
    _note(this, fact)
    interp.emit(fact)
    if fact.failure is not None:
        return refuse(interp, fact.failure, method, call.site)
    if "predict" in method:
        rows = _rows(fact.arguments.get("x"))
        return mapped(fact.outputs, lambda v: _as_array(v, rows))
    return Unknown(f"result of {method}")


def _misbound(method: str, error: BindError, call: Call) -> Mismatch:
    names = ", ".join(error.names)
    got = {n: call.kwargs.get(n) for n in error.names}
    needs = f"the arguments of {method}"
    return Mismatch(f"{error.kind}-argument", needs, got, {"argument": names})


def _push(this: _Training, fact: Trained) -> None:
    interp, state = this.interp, this.state
    batch = batch_of(interp, fact.arguments.get("x"), fact.arguments.get("y"), this.call)
    fact.x, fact.y = batch.given
    fact.failure = _uninitialised(this) or batch.problem
    if fact.failure is not None:
        return
    step = own_method(this.model, _STEPS[this.method])
    if step is not None:
        _run_step(this, batch, step)
        fact.outputs = Unknown("outputs of the model's own step")
        return
    fact.outputs = _outputs(this, batch.x, fact)
    if fact.failure is None and "predict" not in this.method and state.compiled is not None:
        fact.failure = compare_labels(interp, state, fact.outputs, batch.y)
    validation = fact.arguments.get("validation_data")
    if fact.failure is None and isinstance(validation, tuple) and len(validation) in (2, 3):
        _validate(this, fact, batch_of(interp, validation[0], validation[1], this.call))


def _validate(this: _Training, fact: Trained, batch: Batch) -> None:
    """Validation data goes through the model as well."""
    probe = Trained(fact.site, fact.model, fact.method, fact.arguments, batch.x, batch.y)
    probe.failure = batch.problem
    if probe.failure is None:
        probe.outputs = _outputs(this, batch.x, probe)
    if probe.failure is None and this.state.compiled is not None:
        probe.failure = compare_labels(this.interp, this.state, probe.outputs, batch.y)
    fact.failure = probe.failure


def _uninitialised(this: _Training) -> Mismatch | None:
    if this.state.initialised or not is_user(this.model) or has_unknown_base(this.model):
        return None
    hint = "call super().__init__() first in __init__"
    return Mismatch("super-init", "super().__init__() to have run", {}, {}, hint)


def _run_step(this: _Training, batch: Batch, step: Value) -> None:
    """The user's own `train_step` gets the data as the iterator gives it."""
    interp = this.interp
    if isinstance(step, Function) and not _unknown(batch):
        data = (batch.x,) if batch.y is None else (batch.x, batch.y)
        plain = batch.x if batch.y is None else data
        method = interp.get_attribute(this.model, _STEPS[this.method], this.call.site)
        interp.call(method, (plain,), {}, this.call.site)
    if not this.state.calls:
        interp.touch(this.state)
        this.state.open = True


def _unknown(batch: Batch) -> bool:
    return any(isinstance(v, Unknown) for v in leaves([batch.x, batch.y]))


def _outputs(this: _Training, x: Value, fact: Trained) -> Value:
    """The model called on one batch, in both modes; a failure of that call is the fact's."""
    interp = this.interp
    if any(not isinstance(v, Tensor) for v in leaves(x)) or not tensors(x):
        return Unknown("data that is not known")
    before = len(interp.facts)
    modes = world(interp).modes
    modes.append(TRAINING)
    try:
        outputs = interp.call(this.model, (x,), {}, this.call.site)
    finally:
        modes.pop()
    for later in interp.facts[before:]:
        if isinstance(later, LayerCalled) and later.layer is this.model:
            _absorb(interp, later, fact)
    return outputs


def _absorb(interp: Interpreter, called: LayerCalled, fact: Trained) -> None:
    called.context = "fit"
    if called.failure is not None:
        fact.failure = called.failure
        interp.facts.remove(called)


def _note(this: _Training, fact: Trained) -> None:
    """What the model has to train at this moment; from now on it has trained."""
    interp, state = this.interp, this.state
    if state.built and not state.failed and is_complete(this.model):
        found = trainable_weights(this.model, interp.dialect)
        fact.trainable = None if found is None else len(found)
    if this.method in ("fit", "train_on_batch"):
        interp.touch(state)
        state.trained = True


def _rows(x: Value) -> Dim:
    """How many samples the data has: a number, whatever it is."""
    shape = next((t.type.shape for t in tensors(x) if t.type.shape), None)
    return symbol("samples") if shape is None or not is_static(shape[0]) else shape[0]


def _as_array(value: Value, rows: Dim) -> Value:
    if not isinstance(value, Tensor):
        return value
    shape = value.type.shape
    dims = (rows, *shape[1:]) if shape else shape
    made = TensorType(dims, value.type.dtype, kind="array")
    return Tensor(made, "array", None, value.origin, None, "predict")


def _register(name: str) -> None:
    def run(interp: Interpreter, call: Call) -> Value:
        return train(interp, call, name)

    native(f"keras.Model.{name}")(run)


for _name in _STEPS:
    _register(_name)

__all__ = ["Fact", "train"]
