"""The undo log: what a branch changed can be taken back, kept aside and applied again.

Every mutable object of the checked program (list, dict, set, attributes, state objects)
is `touch`ed before it is changed. While a log is open the first touch keeps the content.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from ..values import OPEN, Names
from .opaque import CONTAINERS, OPAQUE, opaque_content

# What some path left in the objects it touched: by id, the object and its content.
Content: TypeAlias = object
Delta: TypeAlias = "dict[int, tuple[object, Content]]"


class Log:
    """The objects touched since the log was opened, with the content they had before.

    Objects made since then are not kept: no other path can see them.
    """

    __slots__ = ("before", "fresh")

    def __init__(self) -> None:
        self.before: Delta = {}
        self.fresh: dict[int, object] = {}


class Heap:
    """A stack of undo logs."""

    __slots__ = ("groups", "logs")

    def __init__(self) -> None:
        self.logs: list[Log] = []
        # Objects of which two may be one and the same, by the id of each.
        self.groups: dict[int, list[object]] = {}

    def share(self, joined: object, *sources: object) -> None:
        """Note that `joined` is one of `sources`, nobody knows which."""
        members = {id(joined): joined}
        for source in sources:
            members |= {id(m): m for m in self.groups.get(id(source), [source])}
        group = list(members.values())
        self.groups.update(dict.fromkeys(members, group))
        self.fresh(joined)

    def may_be(self, a: object, b: object) -> bool:
        """Whether two objects may be one and the same."""
        group = self.groups.get(id(a))
        return group is not None and group is self.groups.get(id(b))

    def touch(self, container: object) -> None:
        """Keep the content of an object that is about to change."""
        if self.groups and id(container) in self.groups:
            for other in self.groups[id(container)]:
                if other is not container:
                    self._forget(other)
        if self.logs:
            self._keep(container)

    def _keep(self, container: object) -> None:
        log = self.logs[-1]
        key = id(container)
        if key not in log.before and key not in log.fresh:
            log.before[key] = (container, content_of(container))

    def fresh(self, container: object) -> None:
        """Note that an object was made just now, so that nothing is kept of it."""
        if self.logs:
            self.logs[-1].fresh[id(container)] = container

    def forget(self, container: object) -> None:
        """Make the content of an object unknown."""
        self.touch(container)
        self._forget(container)

    def _forget(self, container: object) -> None:
        if self.logs:
            self._keep(container)
        if isinstance(container, Names):
            for name in container:
                container[name] = OPAQUE
            container.maybe |= {OPEN}
        elif isinstance(container, CONTAINERS):
            restore(container, opaque_content(container))

    def begin(self) -> None:
        """Open a log."""
        self.logs.append(Log())

    def end(self) -> Delta:
        """Close the last log: return what changed since, and change it back."""
        log = self.logs.pop()
        after: Delta = {}
        for key, (container, before) in log.before.items():
            after[key] = (container, content_of(container))
            restore(container, before)
        if self.logs:
            self.logs[-1].fresh.update(log.fresh)
        return after

    def apply(self, delta: Delta) -> None:
        """Make the changes of a path that was kept aside."""
        for container, content in delta.values():
            if self.logs:
                self._keep(container)
            restore(container, content)


def content_of(container: object) -> Content:
    """A copy of what an object holds, one level deep."""
    return _forms(container)[0](container)


def restore(container: object, content: Content) -> None:
    """Give an object the content that was copied from it."""
    _forms(container)[1](container, content)


def _restore_list(container: list[object], content: list[object]) -> None:
    container[:] = content


def _copy_names(container: Names) -> tuple[dict[str, object], frozenset[str]]:
    return dict(container), container.maybe


def _restore_names(container: Names, content: tuple[dict[str, object], frozenset[str]]) -> None:
    container.clear()
    container.update(content[0])
    container.maybe = content[1]


def _restore_dict(container: dict[object, object], content: dict[object, object]) -> None:
    container.clear()
    container.update(content)


def _restore_deque(container: deque[object], content: list[object]) -> None:
    container.clear()
    container.extend(content)


def fields_of(container: object) -> list[str]:
    """The names of the fields of a plain object, slots included."""
    names = [n for c in type(container).__mro__ for n in getattr(c, "__slots__", ())]
    return [*names, *getattr(container, "__dict__", ())]


def _copy_object(container: object) -> dict[str, object]:
    return {n: getattr(container, n) for n in fields_of(container) if hasattr(container, n)}


def _restore_object(container: object, content: dict[str, object]) -> None:
    for name in fields_of(container):
        if name not in content and hasattr(container, name):
            delattr(container, name)
    for name, value in content.items():
        setattr(container, name, value)


_Form: TypeAlias = "tuple[Callable[..., Content], Callable[..., None]]"
_OBJECT: _Form = (_copy_object, _restore_object)
_FORMS: dict[type, _Form] = {
    list: (list, _restore_list),
    dict: (dict, _restore_dict),
    set: (set, lambda c, content: _restore_set(c, content)),
    deque: (list, _restore_deque),
    Names: (_copy_names, _restore_names),
}


def _restore_set(container: set[object], content: set[object]) -> None:
    container.clear()
    container.update(content)


def _forms(container: object) -> _Form:
    form = _FORMS.get(type(container))
    if form is None:
        form = next((_FORMS[b] for b in type(container).__mro__ if b in _FORMS), _OBJECT)
        _FORMS[type(container)] = form
    return form
