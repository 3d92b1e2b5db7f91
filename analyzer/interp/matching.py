"""`match`: patterns of every form, in three values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ..unknown import Unknown
from ..values import Class, Instance, NativeClass, Value
from .assign import bind
from .comparing import compare, every, identical
from .dispatch import executes
from .iteration import iterate
from .library.inspection import instance_of
from .opaque import is_opaque
from .paths import branch
from .signals import Outcome
from .truths import truth

if TYPE_CHECKING:
    from .interpreter import Interpreter

_SINGLETONS = {"None": None, "True": True, "False": False}


@executes(cst.Match)
def match_statement(interp: Interpreter, node: cst.Match) -> Outcome:
    """`match subject: case ...`"""
    return _cases(interp, interp.eval(node.subject), node.cases)


def _cases(interp: Interpreter, subject: Value, cases: Sequence[cst.MatchCase]) -> Outcome:
    for index, case in enumerate(cases):
        holds = _case_holds(interp, subject, case)
        if holds is True:
            return interp.exec(case.body)
        if holds is None:
            rest = cases[index + 1 :]
            return branch(
                interp,
                case.pattern,
                lambda case=case: interp.attempt(case.body),
                lambda rest=rest: _cases(interp, subject, rest),
            )
    return None


def _case_holds(interp: Interpreter, subject: Value, case: cst.MatchCase) -> bool | None:
    holds = matches(interp, subject, case.pattern)
    if holds is False or case.guard is None:
        return holds
    guard = truth(interp, interp.eval(case.guard), interp.site(case.guard))
    return every((holds, guard))


def matches(interp: Interpreter, subject: Value, pattern: cst.CSTNode) -> bool | None:
    """Whether a pattern fits; names are bound on the way, as in Python."""
    run = _PATTERNS.get(type(pattern))
    return None if run is None else run(interp, subject, pattern)


def _value(interp: Interpreter, subject: Value, pattern: cst.MatchValue) -> bool | None:
    answer = compare(interp, "==", subject, interp.eval(pattern.value), interp.site(pattern))
    return answer if isinstance(answer, bool) else None


def _singleton(interp: Interpreter, subject: Value, pattern: cst.MatchSingleton) -> bool | None:
    return identical(interp, subject, _SINGLETONS[pattern.value.value])


def _as(interp: Interpreter, subject: Value, pattern: cst.MatchAs) -> bool | None:
    holds: bool | None = True
    if pattern.pattern is not None:
        holds = matches(interp, subject, pattern.pattern)
    if holds is not False and pattern.name is not None:
        bind(interp, pattern.name, subject)
    return holds


def _or(interp: Interpreter, subject: Value, pattern: cst.MatchOr) -> bool | None:
    unknown = False
    for part in pattern.patterns:
        holds = matches(interp, subject, part.pattern)
        if holds is True:
            return True
        unknown = unknown or holds is None
    return None if unknown else False


def _sequence(interp: Interpreter, subject: Value, pattern: cst.MatchList) -> bool | None:
    parts = pattern.patterns
    if not isinstance(subject, list | tuple) or is_opaque(subject):
        known = isinstance(subject, str | bytes | int | float | dict | set | None)
        return False if known else _bind_unknown(interp, parts)
    items = iterate(interp, subject, interp.site(pattern)) or []
    star = next((i for i, p in enumerate(parts) if isinstance(p, cst.MatchStar)), None)
    if star is None:
        if len(items) != len(parts):
            return False
        return every([matches(interp, i, p.value) for i, p in zip(items, parts, strict=True)])
    after = len(parts) - star - 1
    if len(items) < len(parts) - 1:
        return False
    middle = items[star : len(items) - after]
    name = parts[star].name
    if name is not None:
        interp.fresh(middle)
        bind(interp, name, middle)
    fixed = [*items[:star], *items[len(items) - after :]]
    rest = [p for i, p in enumerate(parts) if i != star]
    return every([matches(interp, i, p.value) for i, p in zip(fixed, rest, strict=True)])


def _bind_unknown(interp: Interpreter, parts: Sequence[cst.CSTNode]) -> None:
    """Names of a pattern whose subject is not known."""
    for part in parts:
        if isinstance(part, cst.MatchStar):
            if part.name is not None:
                bind(interp, part.name, Unknown("part of an unknown value"))
        else:
            matches(interp, Unknown("part of an unknown value"), getattr(part, "value", part))


def _mapping(interp: Interpreter, subject: Value, pattern: cst.MatchMapping) -> bool | None:
    if not isinstance(subject, dict) or is_opaque(subject):
        if isinstance(subject, str | int | float | list | tuple | None):
            return False
        for element in pattern.elements:
            matches(interp, Unknown("part of an unknown value"), element.pattern)
        return None
    answers: list[bool | None] = []
    keys = []
    for element in pattern.elements:
        key = interp.eval(element.key)
        keys.append(key)
        if key not in subject:
            return False
        answers.append(matches(interp, subject[key], element.pattern))
    if pattern.rest is not None:
        rest = {k: v for k, v in subject.items() if k not in keys}
        interp.fresh(rest)
        bind(interp, pattern.rest, rest)
    return every(answers)


def _class(interp: Interpreter, subject: Value, pattern: cst.MatchClass) -> bool | None:
    cls = interp.eval(pattern.cls)
    site = interp.site(pattern)
    holds = instance_of(interp, subject, cls, site)
    if holds is False:
        return False
    answers = [holds]
    names = _positional_names(cls, len(pattern.patterns))
    for index, part in enumerate(pattern.patterns):
        value = subject
        if names is not None:
            value = interp.get_attribute(subject, names[index], site)
        answers.append(matches(interp, value, part.value))
    for keyword in pattern.kwds:
        found = interp.find_attribute(subject, keyword.key.value, site)
        if found is None and isinstance(subject, Instance):
            return False
        answers.append(matches(interp, found, keyword.pattern))
    return every(answers)


def _positional_names(cls: Value, count: int) -> list[str] | None:
    """Attribute names of positional sub-patterns; None for `int(x)` and the like."""
    if not isinstance(cls, Class) or isinstance(cls, NativeClass):
        return None
    names = cls.names.get("__match_args__")
    if names is None:
        fields = cls.names.get("__dataclass_fields__", cls.names.get("__fields__", ()))
        fields = dict(fields) if isinstance(fields, dict | tuple) else {}
        names = list(fields)
    known = isinstance(names, list | tuple) and len(names) >= count
    return [str(n) for n in names] if known else None


_PATTERNS = {
    cst.MatchValue: _value,
    cst.MatchSingleton: _singleton,
    cst.MatchAs: _as,
    cst.MatchOr: _or,
    cst.MatchList: _sequence,
    cst.MatchTuple: _sequence,
    cst.MatchMapping: _mapping,
    cst.MatchClass: _class,
}
