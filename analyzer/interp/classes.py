"""Classes: definition with bases and decorators, instances, `super()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from .. import natives
from ..facts import ClassDefined
from ..unknown import Unknown
from ..values import (
    ABSENT,
    Bound,
    Call,
    Class,
    ClassMethod,
    Function,
    Instance,
    Names,
    Native,
    NativeClass,
    Super,
    Value,
)
from .assign import bind_name
from .dispatch import executes
from .errors import python_error
from .mro import BUILTIN_CLASSES, OBJECT, find_in_class, linearise, mro_of
from .paths import spread
from .scopes import CLASS, Frame, Scope
from .signals import Jump, Outcome

if TYPE_CHECKING:
    from .interpreter import Interpreter


@executes(cst.ClassDef)
def define(interp: Interpreter, node: cst.ClassDef) -> Outcome:
    """`class Name(bases): ...`"""
    bases = _bases(interp, node)
    frame = interp.frame
    site = interp.site(node)
    cls = Class(node.name.value, bases, Names(), node, frame.source, site)
    cls.mro = linearise(cls)
    interp.fresh(cls.names)
    outcome = _run_body(interp, node, cls)
    if isinstance(outcome, Jump):
        return outcome
    keywords = {k.keyword.value: interp.eval(k.value) for k in node.keywords if k.keyword}
    if "metaclass" in keywords:
        cls.names["__metaclass__"] = keywords.pop("metaclass")
    for name in _IMPLICIT:
        if isinstance(cls.names.get(name), Function):
            cls.names[name] = ClassMethod(cls.names[name])
    _tell_bases(interp, cls, Call((), keywords, site, cls))
    interp.defined.append(cls)
    value: Value = cls
    for decorator in reversed(node.decorators):
        callee = interp.eval(decorator.decorator)
        value = interp.call(callee, (value,), {}, interp.site(decorator))
    bind_name(interp, frame.scope, cls.name, value)
    interp.emit(ClassDefined(site, cls, _kind(interp, cls)))
    return None


def _bases(interp: Interpreter, node: cst.ClassDef) -> tuple[Value, ...]:
    found: list[Value] = []
    for arg in node.bases:
        value = interp.eval(arg.value)
        if arg.star:
            found.append(Unknown("base classes given by *"))
        elif isinstance(value, Class | NativeClass | Unknown):
            found.append(value)
        else:
            found.append(Unknown("a base class of unknown kind"))
    return tuple(found)


def _run_body(interp: Interpreter, node: cst.ClassDef, cls: Class) -> Outcome:
    frame = interp.frame
    scope = Scope(CLASS, cls.names, frame.scope, frame.source, owner=cls)
    inner = Frame(scope, frame.source, owner=cls, parent=frame, callers=frame.callers)
    inner.conditions = frame.conditions
    interp.frame = inner
    try:
        outcome = interp.attempt(node.body)
    finally:
        interp.frame = frame
    if outcome is not None and not isinstance(outcome, Jump):
        split = spread(outcome, {})
        if split.fall is not None:
            interp.heap.apply(split.fall)
        return None
    return outcome


# Class methods without saying so.
_IMPLICIT = ("__init_subclass__", "__class_getitem__")


def _tell_bases(interp: Interpreter, cls: Class, call: Call) -> None:
    """`__init_subclass__` of the bases: the program's own, Enum, NamedTuple, Keras."""
    for base in cls.mro[1:]:
        if isinstance(base, Class) and "__init_subclass__" in base.names:
            hook = base.names["__init_subclass__"]
            function = hook.function if isinstance(hook, ClassMethod) else hook
            interp.call(Bound(cls, function, base), (), call.kwargs, call.site)
            return
        if isinstance(base, NativeClass):
            hook = natives.hook(f"{base.name}.__init_subclass__")
            if hook is not None:
                hook(interp, call)
                return


def _kind(interp: Interpreter, cls: Class) -> str:
    """What Keras takes the class for; the native says it ("layer", "model", ...)."""
    hook = natives.hook("class.__kind__")
    assert cls.site is not None
    kind = hook(interp, Call((cls,), {}, cls.site)) if hook is not None else ""
    return kind if isinstance(kind, str) else ""


def instantiate(interp: Interpreter, cls: Class | NativeClass, given: Call) -> Value:
    """`cls(...)`: make the object, let natives and `__new__` see it, run `__init__`."""
    if isinstance(cls, Class):
        interp.called.add(cls.node)
        if _made_otherwise(cls):
            return interp.unknown("an object made by a metaclass")
    made = _new(interp, cls, given)
    if not isinstance(made, Instance) or made.cls is not cls:
        return made
    found = find_in_class(cls, "__init__")
    if found is None or found[1] == OBJECT:
        return _without_init(interp, made, given)
    function, owner = found
    if isinstance(function, Function | Native):
        again = Call(list(given.args), dict(given.kwargs), given.site, None, given.opaque)
        interp.call_with(Bound(made, function, owner), again)
    elif isinstance(function, Unknown):
        interp.escape(made)
    else:
        interp.call(function, (made, *given.args), given.kwargs, given.site, given.opaque)
    return made


def _made_otherwise(cls: Class) -> bool:
    """Whether a metaclass of the program has a `__call__` of its own."""
    for base in cls.mro:
        meta = base.names.get("__metaclass__") if isinstance(base, Class) else None
        if isinstance(meta, Class) and find_in_class(meta, "__call__") is not None:
            return True
    return False


def _new(interp: Interpreter, cls: Class | NativeClass, given: Call) -> Value:
    made = Instance(cls, site=given.site)
    interp.fresh(made.attrs)
    for base in mro_of(cls):
        if isinstance(base, Class) and "__new__" in base.names:
            args = (cls, *given.args)
            new = base.names["__new__"]
            return interp.call(new, args, given.kwargs, given.site, given.opaque)
        if isinstance(base, NativeClass) and base is not OBJECT:
            hook = natives.hook(f"{base.name}.__new__")
            if hook is not None:
                call = Call(given.args, given.kwargs, given.site, made, given.opaque)
                other = hook(interp, call)
                interp.fresh(made.state)
                return made if other is None else other
    return made


def _without_init(interp: Interpreter, made: Instance, given: Call) -> Value:
    """No `__init__` anywhere: arguments are wrong when every base is known."""
    if given.args or given.kwargs:
        bases = mro_of(made.cls)
        known = all(isinstance(b, Class) or getattr(b, "name", "") in _PLAIN for b in bases)
        plain = not any(isinstance(b, Class) and "__new__" in b.names for b in bases)
        if known and plain and made.state is None:
            detail = {"function": made.cls.name, "problem": "too-many", "names": ()}
            detail |= {"given": len(given.args), "takes": 0}
            python_error(interp, "arguments", "TypeError", detail, given.site, made.cls)
    return made


_PLAIN = {OBJECT.name}


def super_of(interp: Interpreter, given: Call) -> Value:
    """`super()` and `super(Cls, self)`."""
    frame = interp.frame
    if len(given.args) >= 2:
        owner, receiver = given.args[0], given.args[1]
    else:
        owner = frame.owner
        receiver = frame.arguments[0] if frame.arguments else frame.instance
        if not frame.arguments and frame.function is not None:
            receiver = frame.instance
    if isinstance(owner, Class) and isinstance(receiver, Instance | Class):
        return Super(owner, receiver)
    return interp.unknown("super() of an unknown class")


__all__ = ["ABSENT", "BUILTIN_CLASSES", "instantiate", "super_of"]
