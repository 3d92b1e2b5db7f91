"""Long known loops that do the same again and again are not run to their end.

Training loops count to hundreds and call the whole model each time. After a few
iterations one trial stands for all that remain; when it changes nothing that is known
(but numbers that count), they are skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..facts import LayerCreated, ModelCreated, WeightCreated
from ..unknown import Unknown
from ..values import Names, Value
from .heap import Content, Delta, content_of
from .paths import explore
from .signals import Outcome
from .widening import Widening

if TYPE_CHECKING:
    from .interpreter import Interpreter

TRIALS = frozenset({3, 8, 32, 128})  # iterations after which it is tried
SHORT = 10  # loops of so many iterations are always run to their end
_COSTLY = 60  # steps of an iteration above which counters may be given up
_BUILDING = (LayerCreated, ModelCreated, WeightCreated)


@dataclass(frozen=True, slots=True)
class Trial:
    """An iteration that stands for all: the names its target binds, how to run it."""

    targets: frozenset[str]
    enter: Callable[[], object]
    body: Callable[[], Outcome]
    condition: str


def settled(interp: Interpreter, trial: Trial) -> bool:
    """Whether the iterations that remain change nothing; counters are made unknown."""
    head = _without_targets(interp, trial.targets)
    steps, mark = interp.steps, len(interp.facts)

    def run() -> Outcome:
        interp.heap.apply(head)
        trial.enter()
        return trial.body()

    for _ in range(2):
        path = explore(interp, run, trial.condition)
        made = interp.facts[mark:]
        del interp.facts[mark:]
        if path.exits or path.fall is None or any(isinstance(f, _BUILDING) for f in made):
            return False
        widening = Widening(interp)
        widening.head = head
        rest = widening.uncovered(path.fall)
        if not rest:
            interp.heap.apply(head)
            return True
        counters = _counters(head, rest) if interp.steps - steps > _COSTLY else None
        if counters is None:
            return False
        head = {**head, **counters}
    return False


def _without_targets(interp: Interpreter, targets: frozenset[str]) -> Delta:
    """The state with the loop's own variables unknown: each iteration binds them first."""
    names = interp.frame.scope.names
    content, maybe = content_of(names)  # type: ignore[misc]
    unknown = Unknown("bound by a loop")
    opened = {n: unknown if n in targets else v for n, v in content.items()}
    return {id(names): (names, (opened, maybe))}


def _counters(head: Delta, uncovered: Delta) -> Delta | None:
    """The uncovered names with their numbers forgotten; None when other things changed."""
    forgotten: Delta = {}
    for key, (container, after) in uncovered.items():
        if not isinstance(container, Names):
            return None
        entry = head.get(key)
        content = content_of(container) if entry is None else entry[1]
        names, maybe = content  # type: ignore[misc]
        changed = _changed_numbers(names, after)
        if changed is None:
            return None
        unknown = dict.fromkeys(changed, Unknown("counted in a loop"))
        forgotten[key] = (container, ({**names, **unknown}, maybe))
    return forgotten


def _changed_numbers(before: dict[str, Value], after: Content) -> list[str] | None:
    changed = []
    for name, value in after[0].items():  # type: ignore[index]
        old = before.get(name, value)
        if old is value or isinstance(old, Unknown) or old == value:
            continue
        if not isinstance(value, int | float) or not isinstance(old, int | float):
            return None
        changed.append(name)
    return changed
