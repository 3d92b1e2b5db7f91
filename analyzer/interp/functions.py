"""User functions: definition, binding of arguments, running the body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ..facts import CallReturned
from ..unknown import Unknown
from ..values import Bound, Call, Class, Function, Instance, Iterator, Names, Native, Value
from .assign import bind
from .dispatch import evaluates, executes
from .errors import python_error
from .mro import BUILTIN_CLASSES, mro_of
from .opaque import is_opaque
from .scopes import CLASS, FUNCTION, Frame, Scope
from .signals import RAISE, RETURN, Jump, Outcome, ProgramRaise, Split, StopCollecting
from .syntax import Param, Shape, parameters, shape_of

if TYPE_CHECKING:
    from .interpreter import Interpreter

_NONE = Jump(RETURN, None)
_UNDECIDED_DEPTH = 3  # activations of one function below an undecided condition
_REPORTED = frozenset({"__init__", "build", "call"})


@executes(cst.FunctionDef)
def define(interp: Interpreter, node: cst.FunctionDef) -> Outcome:
    """`def name(...)`: defaults are evaluated now, decorators applied."""
    scope = interp.frame.scope
    function = make_function(interp, node, node.name.value, node.params)
    if scope.kind != CLASS:
        interp.defined.append(function)
    value: Value = function
    for decorator in reversed(node.decorators):
        callee = interp.eval(decorator.decorator)
        value = interp.call(callee, (value,), {}, interp.site(decorator))
    bind(interp, node.name, value)
    return None


@evaluates(cst.Lambda)
def lambda_expression(interp: Interpreter, node: cst.Lambda) -> Value:
    """`lambda x: ...`"""
    return make_function(interp, node, "<lambda>", node.params)


def make_function(
    interp: Interpreter,
    node: cst.FunctionDef | cst.Lambda,
    name: str,
    params: cst.Parameters,
) -> Function:
    """A function object that closes over the running scope."""
    frame = interp.frame
    if node not in interp.params:
        interp.params[node] = parameters(params)
    found = [p for p in interp.params[node] if p.default is not None]
    defaults = {p.name: interp.eval(p.default) for p in found if p.default is not None}
    return Function(node, name, frame.scope, frame.source, defaults, frame.owner)


def shape_of_function(interp: Interpreter, function: Function) -> Shape:
    """Locals and yields of a function, read once."""
    node = function.node
    shape = interp.shapes.get(node)
    if shape is None:
        text = function.source.text
        shape = shape_of(node.body, ":=" in text or "yield" in text)
        shape.bound.update(p.name for p in interp.params[node])
        interp.shapes[node] = shape
    return shape


def run(interp: Interpreter, function: Function, given: Call, bound: Bound | None) -> Value:
    """Bind the arguments and run the body."""
    if interp.depth >= interp.options.max_depth or _recurs(interp, function, given.args):
        _escape_all(interp, given)
        return interp.unknown("calls nested too deeply")
    interp.called.add(function.node)
    names = bind_arguments(interp, function, given)
    if names is None:
        _escape_all(interp, given)
        return Unknown(f"{function.name} was called with wrong arguments")
    shape = shape_of_function(interp, function)
    parent = function.scope
    assert isinstance(parent, Scope)
    scope = Scope(FUNCTION, names, parent, function.source, shape.locals)
    if shape.globals or shape.nonlocals:
        scope.globals, scope.nonlocals = frozenset(shape.globals), frozenset(shape.nonlocals)
    interp.fresh(names)
    frame = make_frame(interp, function, scope, given, bound)
    if shape.yields:
        return Iterator(lambda: _collect(interp, function, frame))
    if isinstance(function.node, cst.FunctionDef) and function.node.asynchronous is not None:
        _body(interp, function, frame)
        return interp.unknown("a coroutine")
    return _body(interp, function, frame)


def _escape_all(interp: Interpreter, given: Call) -> None:
    """The function does not run: what it would have done to its arguments is unknown."""
    for value in [*given.args, *given.kwargs.values()]:
        interp.escape(value)


def make_frame(
    interp: Interpreter, function: Function, scope: Scope, given: Call, bound: Bound | None
) -> Frame:
    """The frame of a call; methods know their receiver."""
    caller = interp.frame
    receiver: Value = None
    parent = scope.parent
    is_method = bound is not None or (parent is not None and parent.kind == CLASS)
    if bound is not None:
        receiver = bound.receiver
    elif is_method and given.args:
        receiver = given.args[0]  # Base.method(self, ...)
    note_super(interp, function.name, receiver)
    return Frame(
        scope,
        function.source,
        function,
        function.owner,
        receiver if isinstance(receiver, Instance) else None,
        function.name if is_method else "",
        (*given.site.callers, given.site),
        caller,
        caller.conditions,
        arguments=tuple(given.args),
    )


def note_super(interp: Interpreter, method: str, receiver: Value) -> None:
    """A method of the same name runs on the same object: `super().method()` was called."""
    frame = interp.frame
    if receiver is not None and receiver is frame.instance and method == frame.method:
        outer = frame.parent.conditions if frame.parent is not None else ()
        surely = frame.conditions == outer
        frame.super_called = True if surely or frame.super_called else None


def root_frame(scope: Scope) -> Frame:
    """The frame in which uncalled functions are called."""
    return Frame(scope, scope.source)


def _recurs(interp: Interpreter, function: Function, args: Sequence[Value]) -> bool:
    """Whether the same call is already running, or recursion has no known end."""
    if interp.depth < 4:
        return False
    running = 0
    frame: Frame | None = interp.frame
    while frame is not None:
        if frame.function is not None and frame.function.node is function.node:
            running += 1
            if frame.function is function and _same_arguments(frame.arguments, args):
                return bool(args) or not function.defaults
        frame = frame.parent
    # On undecided paths every level doubles the number of paths.
    return running > (_UNDECIDED_DEPTH if interp.frame.conditions else interp.options.max_depth)


def _same_arguments(mine: Sequence[Value], others: Sequence[Value]) -> bool:
    return len(mine) == len(others) and all(map(_same_argument, mine, others))


def _same_argument(a: Value, b: Value) -> bool:
    if a is b or (isinstance(a, Unknown) and isinstance(b, Unknown)):
        return True
    return type(a) is type(b) and isinstance(a, int | str | None) and a == b


def _body(interp: Interpreter, function: Function, frame: Frame) -> Value:
    outcome = execute(interp, function, frame)
    if isinstance(outcome, Split):
        outcome = _joined_exits(interp, outcome)
    value = outcome.value
    reports = frame.instance is not None and function.name in _REPORTED
    if reports and outcome.kind != RAISE and _has_native_base(frame.instance):
        _report(interp, function, frame, outcome)
    if outcome.kind == RAISE:
        raise ProgramRaise(value)
    return value


def execute(interp: Interpreter, function: Function, frame: Frame) -> Jump | Split:
    """Run the body in its frame; falling off the end returns None."""
    node = function.node
    caller, interp.frame = interp.frame, frame
    interp.depth += 1
    try:
        if isinstance(node, cst.Lambda):
            return Jump(RETURN, interp.eval(node.body))
        outcome = interp.attempt(node.body)
    finally:
        interp.depth -= 1
        interp.frame = caller
    if outcome is None:
        return _NONE
    if isinstance(outcome, Split) and outcome.fall is not None:
        outcome = interp.merge_exit(outcome, RETURN, None, outcome.fall)
    return outcome


def _joined_exits(interp: Interpreter, split: Split) -> Jump:
    """Both a value and an exception: go on with the value, a handler may run as well."""
    if RETURN in split.exits:
        interp.doubts += 1
        value, delta = split.exits[RETURN]
        interp.heap.apply(delta)
        return Jump(RETURN, value)
    value, delta = split.exits[RAISE]
    interp.heap.apply(delta)
    return Jump(RAISE, value)


def _has_native_base(value: Value) -> bool:
    return isinstance(value, Instance) and any(
        not isinstance(base, Class) and getattr(base, "name", "?") not in BUILTIN_CLASSES
        for base in mro_of(value.cls)
    )


def _report(interp: Interpreter, function: Function, frame: Frame, outcome: Jump) -> None:
    layer = frame.instance
    assert isinstance(layer, Instance)
    paths = frozenset({"none" if outcome.value is None else "value"})
    interp.emit(
        CallReturned(
            interp.site(function.node),
            layer,
            function.name,
            function,
            outcome.value,
            paths,
            frame.super_called,
        )
    )


def _collect(interp: Interpreter, function: Function, frame: Frame) -> list[Value] | None:
    """Run a generator to its end, or until nobody would look further."""
    frame.yields = items = []
    interp.fresh(items)
    ended = True
    try:
        outcome = execute(interp, function, frame)
        if isinstance(outcome, Split):
            outcome = _joined_exits(interp, outcome)
        if outcome.kind == RAISE:
            raise ProgramRaise(outcome.value)
    except StopCollecting:
        ended = False
    return None if is_opaque(items) or not ended else items


def bind_arguments(interp: Interpreter, function: Function, given: Call) -> Names | None:
    """Arguments by parameter name; None after emitting what is wrong with them."""
    params = interp.params[function.node]
    names = Names()
    positional = [p for p in params if p.kind in ("positional", "normal")]
    for param, value in zip(positional, given.args, strict=False):
        names[param.name] = value
    problem = _rest(interp, params, names, given, len(positional))
    problem = problem or _missing(function, params, names, given)
    if problem is not None:
        detail = {"function": function.name, "problem": problem[0], "names": problem[1]}
        detail["given"] = len(given.args)
        detail["takes"] = len(positional)
        python_error(interp, "arguments", "TypeError", detail, given.site, function)
        return None
    return names


_Problem = tuple[str, tuple[str, ...]]


def _rest(
    interp: Interpreter, params: Sequence[Param], names: Names, given: Call, count: int
) -> _Problem | None:
    """Bind what is left: surplus positional arguments and keywords."""
    kinds = {p.kind: p.name for p in params}
    extra = given.args[count:]
    if "args" in kinds:
        names[kinds["args"]] = Unknown("*args") if given.opaque else tuple(extra)
    elif extra:
        return "too-many", ()
    by_name = {p.name for p in params if p.kind in ("normal", "keyword")}
    surplus: dict[Value, Value] = {}
    for name, value in given.kwargs.items():
        if name not in by_name:
            surplus[name] = value
        elif name in names:
            return "repeated", (name,)
        else:
            names[name] = value
    if "kwargs" in kinds:
        interp.fresh(surplus)
        names[kinds["kwargs"]] = Unknown("**kwargs") if given.opaque else surplus
    elif surplus:
        return "unexpected", tuple(str(name) for name in surplus)
    return None


def _missing(
    function: Function, params: Sequence[Param], names: Names, given: Call
) -> _Problem | None:
    missing = []
    for param in params:
        if param.name in names or param.kind in ("args", "kwargs"):
            continue
        if given.opaque:
            names[param.name] = Unknown(f"argument {param.name}")
        elif param.name in function.defaults:
            names[param.name] = function.defaults[param.name]
        else:
            missing.append(param.name)
    return ("missing", tuple(missing)) if missing else None


__all__ = ["Native", "bind_arguments", "run"]
