"""PYT001."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from ...analyzer.facts import PythonError
from ...analyzer.findings import Level
from ...analyzer.values import Instance, Super
from ..base import Case, Draft, Rule
from ..subclassing.super_init_misspelt import NEAR
from ..words import is_layer, op_name

Detail = Mapping[str, object]


def _name(d: Detail) -> tuple[str, str]:
    return f"name '{d.get('name')}'", "is not defined"


def _attribute(d: Detail) -> tuple[str, str]:
    return str(d.get("type", "object")), f"has no attribute '{d.get('name')}'"


def _arguments(d: Detail) -> tuple[str, str]:
    names = ", ".join(map(str, d.get("names") or ()))  # type: ignore[call-overload]
    says = {
        "missing": f"is called without {names}",
        "unexpected": f"takes no argument {names}",
        "too-many": "is called with too many arguments",
        "repeated": f"gets {names} twice",
    }
    return op_name(str(d.get("function", "function"))), says.get(str(d.get("problem")), "")


def _unpack(d: Detail) -> tuple[str, str]:
    return "unpacking", f"finds {d.get('values')} values for {d.get('targets')} names"


def _not_callable(d: Detail) -> tuple[str, str]:
    return f"an object of type {d.get('type')}", "is called, but it is not callable"


SAYS: dict[str, Callable[[Detail], tuple[str, str]]] = {
    "name": _name,
    "attribute": _attribute,
    "arguments": _arguments,
    "unpack": _unpack,
    "not-callable": _not_callable,
}


class PythonRaises(Rule):
    """Python itself raises here: a name, attribute or argument that does not exist.

    Why: the program stops before Keras has its say; in code about models these slips hide
    in methods that only run in the first call.
    Known limits: only what is proved; everything dynamic is left alone. Attributes of
    layers are SUB022's, misspelt calls of their base constructor SUB002's.
    """

    code, name, level = "PYT001", "python-raises", Level.ERROR
    VALID = [
        Case("def make():\n    encoder = Input((2,))\n    return encoder\n\n\nx = make()"),
        Case("out, h = layers.GRU(4, return_state=True)(Input((5, 3)))"),
    ]
    INVALID = [
        Case("def make():\n    return encoder\n\n\nx = make()", at="encoder"),
        Case("def make(units):\n    return layers.Dense(units)\n\n\nx = make(1, 2)", at="make(1"),
    ]

    def on_python_error(self, fact: PythonError) -> Iterator[Draft]:
        """A proved NameError, AttributeError, TypeError or ValueError."""
        if fact.kind not in SAYS or (fact.kind == "attribute" and _has_own_rule(fact)):
            return
        subject, says = SAYS[fact.kind](fact.detail)
        if says:
            yield Draft(fact.site, subject, says)


def _has_own_rule(fact: PythonError) -> bool:
    """Whether the missing attribute is one of a layer, or its base constructor misspelt."""
    if isinstance(fact.subject, Super):
        layer = isinstance(fact.subject.receiver, Instance) and is_layer(fact.subject.receiver)
        plain = re.sub("^_[^_]+(?=__)", "", str(fact.detail.get("name")))  # within a class
        return layer and plain in NEAR
    return isinstance(fact.subject, Instance) and is_layer(fact.subject)
