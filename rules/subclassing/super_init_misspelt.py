"""SUB002."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import ClassDefined, Finished, LayerCalled, LayerCreated
from ...analyzer.findings import Level
from ...analyzer.values import Class, Site, Value
from ..base import Case, Draft, Rule
from ..edits import replace, text_of
from ..story import Story

# Names that were meant to be __init__.
NEAR = frozenset({"__init", "_init_", "__int__", "_init__", "__init_", "init", "__inti__"})


class SuperInitMisspelt(Rule):
    """The call of the base constructor, or the constructor itself, is misspelt.

    Why: `super().__init(...)`, `super().__init__` without parentheses, `super.__init__()`
    and `def __int__(self)` never run Layer.__init__.
    Known limits: only these spellings; `super().__init__(self)` is not reported.
    Fix safety: safe for the call; it becomes super().__init__(...).
    """

    code, name, level = "SUB002", "super-init-misspelt", Level.ERROR
    keras_says = ("'super' object has no attribute '_M__init'",)
    _CALL = "\n    def call(self, x):\n        return x\n"
    _OPEN = "class M(Model):\n    def __init__(self, **kwargs):\n"
    VALID = [Case(_OPEN + "        super().__init__(**kwargs)\n" + _CALL)]
    INVALID = [
        Case(
            _OPEN + "        super(M, self).__init(**kwargs)\n" + _CALL,
            at="super(M, self).__init(",
            fixed=_OPEN + "        super(M, self).__init__(**kwargs)\n" + _CALL,
        ),
        Case(
            _OPEN + "        super().__init__\n" + _CALL,
            at="super().__init__",
            fixed=_OPEN + "        super().__init__()\n" + _CALL,
        ),
        Case(
            _OPEN + "        super.__init__(**kwargs)\n" + _CALL,
            at="super.__init__",
            fixed=_OPEN + "        super().__init__(**kwargs)\n" + _CALL,
        ),
        Case(
            "class M(Layer):\n    def __int__(self):\n        super().__init__()\n" + _CALL,
            at="def __int__",
        ),
    ]

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._found: list[tuple[ClassDefined, Draft]] = []
        self._failing: dict[Class, Site] = {}

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """Where an object of such a class fails."""
        if fact.failure is not None and fact.failure.kind == "super-init":
            self._fails(fact.layer.cls, fact.site)
        yield from ()

    def on_layer_created(self, fact: LayerCreated) -> Iterator[Draft]:
        """Where its arguments reach the constructor of the base class."""
        if fact.problems:
            self._fails(fact.layer.cls, fact.site)
        yield from ()

    def _fails(self, cls: Value, site: Site) -> None:
        if isinstance(cls, Class):
            self._failing.setdefault(cls, site)

    def on_finished(self, fact: Finished) -> Iterator[Draft]:
        """All that was found, with the place that fails."""
        for found, draft in self._found:
            site = self._failing.get(found.cls)
            told = ((site, f"{found.cls.name} fails here"),) if site is not None else ()
            yield dataclasses.replace(draft, related=told)

    def on_class_defined(self, fact: ClassDefined) -> Iterator[Draft]:
        """Look at the methods of a layer or model class."""
        self._found += [(fact, draft) for draft in self._slips(fact)]
        yield from ()

    def _slips(self, fact: ClassDefined) -> Iterator[Draft]:
        if not fact.base:
            return
        for statement in fact.cls.node.body.body:
            if not isinstance(statement, cst.FunctionDef):
                continue
            if statement.name.value in NEAR:
                yield self._constructor(fact, statement)
            finder = _Finder()
            if statement.name.value in NEAR | {"__init__"}:
                statement.body.visit(finder)
            for node, new in finder.found:
                yield self._call(fact, node, new)

    def _constructor(self, fact: ClassDefined, node: cst.FunctionDef) -> Draft:
        return Draft(
            Site(fact.cls.source, node),
            f"{fact.cls.name}.{node.name.value}",
            says="is no constructor: Python never calls it",
            hint="rename it to __init__",
        )

    def _call(self, fact: ClassDefined, node: cst.BaseExpression, new: str) -> Draft:
        site = Site(fact.cls.source, node)
        return Draft(
            site,
            text_of(node),
            says="does not call the constructor of the base class",
            hint=f"write {new}",
            change=replace(site, node, new, "call super().__init__"),
        )


class _Finder(cst.CSTVisitor):
    """Expressions that were meant to be `super().__init__(...)`, and what they should be."""

    def __init__(self) -> None:
        self.found: list[tuple[cst.BaseExpression, str]] = []

    def visit_Call(self, node: cst.Call) -> bool:
        func = node.func
        if not isinstance(func, cst.Attribute) or not _is_super(func.value):
            return True
        arguments = text_of(node)[len(text_of(func)) :]
        bare = isinstance(func.value, cst.Name)
        if func.attr.value in NEAR or (bare and func.attr.value == "__init__"):
            base = "super()" if bare else text_of(func.value)
            self.found.append((node, f"{base}.__init__{arguments}"))
        return False

    def visit_Expr(self, node: cst.Expr) -> bool:
        value = node.value
        if isinstance(value, cst.Attribute) and _is_super(value.value):
            base = text_of(value.value) if isinstance(value.value, cst.Call) else "super()"
            self.found.append((value, f"{base}.__init__()"))
            return False
        return True


def _is_super(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call):
        node = node.func
    return isinstance(node, cst.Name) and node.value == "super"
