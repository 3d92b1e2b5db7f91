"""Constructor and function signatures as text, with the kind of each parameter.

`"(units: size, activation: activation = None, padding: one_of('valid', 'same') = 'valid')"`
is parsed once, on first use. The kind says which values are in the domain; both the
analyzer (SHP016, CMP009) and the executor check against it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

REQUIRED: Final = object()

# What a kind says about the values of a parameter. Prefixes: `late_` is only checked in the
# first call, `loose_` takes more in Keras 2. Kinds that end in 1, 2 or 3 are that many sizes.
KINDS: Mapping[str, str] = {
    "any": "anything",
    "raw": "anything, seen by an op as it was given",
    # the arguments of calls
    "tensor": "a tensor or what can be converted to one",
    "tensors": "a list of tensors, or a structure of them",
    "mask": "a boolean tensor",
    # integers and shapes
    "size": "an integer > 0",
    "filters": "an integer > 0, a float only rejected in the first call",
    "units": "as `filters`, of a recurrent layer",
    "count": "an integer > 0 that is no size",
    "extent": "an integer that Keras does not check",
    "sizes": "an integer > 0, or one for each axis",
    "strides": "as `sizes`, 0 only rejected in the first call",
    "paddings": "an integer >= 0, or one for each axis",
    "sides": "an integer >= 0, one for each axis, or (before, after) for each",
    "groups": "an integer > 0, or -1",
    "shape": "a tuple of sizes, None and -1 where they are meant",
    "shape_or_size": "a shape, or its only size",
    "axis": "an axis number",
    "axes": "an axis number or several",
    # other numbers
    "number": "an integer or float",
    "rate": "a number in [0, 1]",
    "share": "as `rate`, not checked by Keras 2",
    "fraction": "a float in [0, 1]",
    "tokens": "a number >= 1",
    "learning_rate": "a number, a schedule or a function",
    "flag": "True or False",
    # names and objects
    "one_of": "one of the options, whatever the case of the letters",
    "choice": "one of the options",
    "text": "a string",
    "dtype": "a dtype or its name",
    "data_format": "'channels_last' or 'channels_first'",
    "activation": "an activation function or its name",
    "initializer": "an initializer or its name",
    "regularizer": "a regularizer or its name",
    "constraint": "a constraint or its name",
    "function": "a function",
    "layer": "a layer",
    "layers": "a layer, or a list of layers",
}


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: its kind, options of the kind, default and passing mode."""

    name: str
    kind: str = "any"
    options: tuple[object, ...] = ()
    default: object = REQUIRED
    mode: str = "normal"  # "normal", "keyword", "args", "kwargs"

    @property
    def required(self) -> bool:
        """Whether a call must give it."""
        return self.default is REQUIRED and self.mode in ("normal", "keyword")


@dataclass(eq=False)
class BindError(Exception):
    """Arguments that do not fit a signature: what Python raises as TypeError."""

    kind: str  # "missing", "unexpected", "too-many", "repeated"
    names: tuple[str, ...]
    positional: int = 0

    def __str__(self) -> str:
        return f"{self.kind}: {', '.join(self.names) or self.positional}"


class Signature:
    """An ordered set of parameters that binds positional and keyword arguments."""

    def __init__(self, params: Sequence[Param]) -> None:
        self.params = {p.name: p for p in params}
        self.positional = [p for p in params if p.mode == "normal"]
        self.variadic = next((p.name for p in params if p.mode == "args"), None)
        self.open = next((p.name for p in params if p.mode == "kwargs"), None)

    def bind(self, args: Sequence[object], kwargs: Mapping[str, object]) -> dict[str, object]:
        """Arguments by parameter name (only those given); raises `BindError`."""
        given = self._bind_positional(args)
        repeated = tuple(n for n in kwargs if n in given)
        if repeated:
            raise BindError("repeated", repeated)
        extra = {n: v for n, v in kwargs.items() if not self._accepts(n)}
        given |= {n: v for n, v in kwargs.items() if n not in extra}
        if extra:
            if self.open is None:
                raise BindError("unexpected", tuple(extra))
            given[self.open] = extra
        missing = tuple(n for n, p in self.params.items() if p.required and n not in given)
        if missing:
            raise BindError("missing", missing)
        return given

    def _bind_positional(self, args: Sequence[object]) -> dict[str, object]:
        names = [p.name for p in self.positional]
        given: dict[str, object] = dict(zip(names, args, strict=False))
        if len(args) > len(names):
            if self.variadic is None:
                raise BindError("too-many", (), len(args))
            given[self.variadic] = tuple(args[len(names) :])
        return given

    def complete(self, given: Mapping[str, object]) -> dict[str, object]:
        """`given` with the defaults of all other parameters."""
        full = dict(given)
        for name, param in self.params.items():
            if name not in full and param.default is not REQUIRED:
                full[name] = param.default
        return full

    def _accepts(self, name: str) -> bool:
        param = self.params.get(name)
        return param is not None and param.mode in ("normal", "keyword")


@cache
def parse(text: str) -> Signature:
    """Parse `"(a, b: kind = default, *, c=None, **kwargs)"`."""
    tree = ast.parse(f"def f{text}: pass").body[0]
    assert isinstance(tree, ast.FunctionDef)
    a = tree.args
    normal = [*a.posonlyargs, *a.args]
    defaults = [REQUIRED] * (len(normal) - len(a.defaults)) + [
        ast.literal_eval(d) for d in a.defaults
    ]
    params = [_param(arg, d) for arg, d in zip(normal, defaults, strict=True)]
    if a.vararg:
        params.append(_param(a.vararg, REQUIRED, "args"))
    for arg, default in zip(a.kwonlyargs, a.kw_defaults, strict=True):
        value = REQUIRED if default is None else ast.literal_eval(default)
        params.append(_param(arg, value, "keyword"))
    if a.kwarg:
        params.append(_param(a.kwarg, REQUIRED, "kwargs"))
    return Signature(params)


def _param(arg: ast.arg, default: object, mode: str = "normal") -> Param:
    note = arg.annotation
    if isinstance(note, ast.Call):
        options = tuple(ast.literal_eval(o) for o in note.args)
        return Param(arg.arg, ast.unparse(note.func), options, default, mode)
    kind = ast.unparse(note) if note else "any"
    return Param(arg.arg, kind, (), default, mode)
