"""What the syntax of a function says before it runs: its parameters, locals, yields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from functools import cache

import libcst as cst

_COMPOUND = (cst.If, cst.Else, cst.For, cst.While, cst.Try, cst.TryStar, cst.With, cst.Finally)
_SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a user function; `kind` as in `inspect`, shortened."""

    name: str
    kind: str  # "positional", "normal", "keyword", "args", "kwargs"
    default: cst.BaseExpression | None = None


@dataclass(slots=True)
class Shape:
    """The names a block binds, and whether running it yields."""

    bound: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    yields: bool = False
    stars: bool = False

    @property
    def locals(self) -> frozenset[str]:
        """Names that belong to the block itself."""
        return frozenset(self.bound - self.globals - self.nonlocals)


def parameters(params: cst.Parameters) -> tuple[Param, ...]:
    """The parameters of a function in order."""
    found = [_param(p, "positional") for p in params.posonly_params]
    found += [_param(p, "normal") for p in params.params]
    if isinstance(params.star_arg, cst.Param):
        found.append(_param(params.star_arg, "args"))
    found += [_param(p, "keyword") for p in params.kwonly_params]
    if params.star_kwarg is not None:
        found.append(_param(params.star_kwarg, "kwargs"))
    return tuple(found)


def _param(param: cst.Param, kind: str) -> Param:
    return Param(param.name.value, kind, param.default)


def shape_of(body: cst.BaseSuite | cst.Module | cst.BaseExpression, deep: bool) -> Shape:
    """Bound names and yields of one block; `deep` looks into expressions as well."""
    shape = Shape()
    if isinstance(body, cst.BaseExpression):
        _expression(body, shape)
    else:
        _block(body.body, shape, deep)
    return shape


def _block(statements: Iterable[cst.CSTNode], shape: Shape, deep: bool) -> None:
    for statement in statements:
        if isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                _small(small, shape)
                if deep:
                    _expression(small, shape)
        elif isinstance(statement, cst.FunctionDef | cst.ClassDef):
            shape.bound.add(statement.name.value)
        elif isinstance(statement, cst.BaseSmallStatement):
            _small(statement, shape)
            if deep:
                _expression(statement, shape)
        else:
            _compound(statement, shape, deep)


def _compound(node: cst.CSTNode, shape: Shape, deep: bool) -> None:
    for target in _targets(node):
        bind_target(target, shape.bound)
    if isinstance(node, cst.Match):
        _captures(node, shape)
    for block in blocks_of(node):
        if isinstance(block, cst.BaseSuite):
            _block(block.body, shape, deep)
        else:
            _compound(block, shape, deep)
    if deep:
        for part in _heads(node):
            _expression(part, shape)


def _targets(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What the head of a compound statement binds."""
    if isinstance(node, cst.For):
        yield node.target
    elif isinstance(node, cst.With):
        yield from (item.asname.name for item in node.items if item.asname is not None)
    elif isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler) and node.name is not None:
        yield node.name.name


def blocks_of(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The suites of a compound statement, and the clauses that have suites themselves."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, cst.CSTNode):
            yield block
    yield from getattr(node, "handlers", ())
    yield from getattr(node, "cases", ())


def _heads(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for name in ("test", "iter", "subject", "guard"):
        part = getattr(node, name, None)
        if isinstance(part, cst.CSTNode):
            yield part
    yield from getattr(node, "items", ())


def _small(node: cst.CSTNode, shape: Shape) -> None:
    handler = _SMALL.get(type(node))
    if handler is not None:
        handler(node, shape)


def _assign(node: cst.Assign, shape: Shape) -> None:
    for target in node.targets:
        bind_target(target.target, shape.bound)


def _import(node: cst.Import, shape: Shape) -> None:
    for alias in node.names:
        shape.bound.add(alias_name(alias))


def _import_from(node: cst.ImportFrom, shape: Shape) -> None:
    if isinstance(node.names, cst.ImportStar):
        shape.stars = True
    else:
        shape.bound.update(alias_name(alias) for alias in node.names)


def alias_name(alias: cst.ImportAlias) -> str:
    """The name an import binds."""
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    return dotted(alias.name).split(".")[0]


def dotted(node: cst.CSTNode | None) -> str:
    """`a.b.c` as text; empty for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return f"{dotted(node.value)}.{node.attr.value}"
    return ""


_SMALL = {
    cst.Assign: _assign,
    cst.AnnAssign: lambda n, s: bind_target(n.target, s.bound),
    cst.AugAssign: lambda n, s: bind_target(n.target, s.bound),
    cst.Del: lambda n, s: bind_target(n.target, s.bound),
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.Global: lambda n, s: s.globals.update(i.name.value for i in n.names),
    cst.Nonlocal: lambda n, s: s.nonlocals.update(i.name.value for i in n.names),
    cst.TypeAlias: lambda n, s: s.bound.add(n.name.value),
}


def bind_target(target: cst.CSTNode, bound: set[str]) -> None:
    """Collect the names an assignment target binds."""
    if isinstance(target, cst.Name):
        bound.add(target.value)
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            bind_target(element.value, bound)


def _captures(node: cst.Match, shape: Shape) -> None:
    pending: list[cst.CSTNode] = [case.pattern for case in node.cases]
    while pending:
        pattern = pending.pop()
        for field_name in ("name", "rest"):
            name = getattr(pattern, field_name, None)
            if isinstance(name, cst.Name):
                shape.bound.add(name.value)
        pending.extend(_subpatterns(pattern))


def _subpatterns(pattern: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for name in ("pattern", "value", "rest"):
        part = getattr(pattern, name, None)
        if isinstance(part, cst.MatchPattern | cst.MatchStar):
            yield part
    for name in ("patterns", "elements", "kwds"):
        yield from getattr(pattern, name, ())


def _expression(node: cst.CSTNode, shape: Shape) -> None:
    """Walrus targets and yields, found by walking everything but nested scopes."""
    pending: list[object] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, _SCOPES):
            continue
        if isinstance(current, cst.NamedExpr):
            bind_target(current.target, shape.bound)
        elif isinstance(current, cst.Yield):
            shape.yields = True
        pending.extend(_children(current))


def _children(node: object) -> Iterator[object]:
    if isinstance(node, list | tuple):
        yield from node
    elif isinstance(node, cst.CSTNode):
        for name in _fields(type(node)):
            value = getattr(node, name)
            if isinstance(value, cst.CSTNode | list | tuple):
                yield value


@cache
def _fields(cls: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields of a node type that can hold expressions; layout is left out."""
    names = (field.name for field in fields(cls))
    return tuple(n for n in names if n not in _LAYOUT and not n.startswith("whitespace"))


_LAYOUT = frozenset(
    {"lpar", "rpar", "comma", "semicolon", "equal", "operator", "dot", "leading_lines"}
)
