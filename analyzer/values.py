"""Abstract values: what a Python expression of the checked program evaluates to.

Known Python data is itself: int, float, str, bytes, bool, None, tuple, list, dict, set,
range, slice (their elements are abstract values again; lists, dicts and sets keep their
identity, so aliasing works as in Python). A symbolic integer is a `dims.Expr`. All else
is one of the classes here, or `unknown.Unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

from .specs.base import LayerSpec, TensorType
from .unknown import Unknown

if TYPE_CHECKING:
    from .interp.interpreter import Interpreter
    from .source import Source

Value: TypeAlias = object


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the checked program, and how the analysis got there.

    `callers` are the call sites on the stack, innermost last; `conditions` the undecided
    branch conditions that hold here, as source text; `guarded` tells that an exception
    here is caught (`try`, `pytest.raises`), so that nothing is reported.
    """

    source: Source
    node: cst.CSTNode
    callers: tuple[Site, ...] = ()
    conditions: tuple[str, ...] = ()
    guarded: bool = False


@dataclass(eq=False)
class Tensor:
    """A tensor, array or variable: type, mask, where it came from.

    `kind`: "keras" (a KerasTensor of a functional graph), "tensor" (inside `call`, or
    eager), "variable", "array" (NumPy). `static` content is in `type.content`.
    `producer` is the fact of the layer or op call that made it (the functional graph).
    """

    type: TensorType
    kind: str = "tensor"
    mask: Tensor | Unknown | None = None
    origin: Site | None = None
    producer: object | None = None
    label: str = ""  # e.g. "Input", "x_train": for "from Input at model.py:12:5"


@dataclass(eq=False)
class Module:
    """A native namespace by canonical name ("keras.layers", "tf", "numpy.random")."""

    name: str


@dataclass(eq=False)
class Namespace:
    """A module of the checked project, executed: its globals and its source."""

    name: str
    source: Source
    names: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False)
class Function:
    """A user function or lambda with its closure."""

    node: cst.FunctionDef | cst.Lambda
    name: str
    scope: object  # the enclosing interp scope
    source: Source
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: Class | None = None  # the class it is defined in
    attrs: dict[str, Value] = field(default_factory=dict)
    wrappers: tuple[str, ...] = ()  # transparent decorators, e.g. "tf.function"


@dataclass(eq=False)
class Class:
    """A user class: bases are `Class`, `NativeClass` or Unknown."""

    name: str
    bases: tuple[Value, ...]
    names: dict[str, Value]
    node: cst.ClassDef
    source: Source
    site: Site | None = None
    mro: tuple[Value, ...] = ()


@dataclass(frozen=True)
class NativeClass:
    """A class known by canonical name ("keras.layers.Dense", "builtins.ValueError").

    Its methods are natives named "<class>.<method>", searched along `bases`.
    """

    name: str
    bases: tuple[NativeClass, ...] = ()
    spec: LayerSpec | object | None = None


@dataclass(frozen=True)
class Native:
    """A function implemented by the analyzer, by canonical name."""

    name: str
    run: Callable[[Interpreter, Call], Value]


@dataclass(eq=False)
class Bound:
    """A callable with its receiver."""

    receiver: Value
    function: Value
    owner: Value = None  # the class it was found in (for super())


@dataclass(eq=False)
class Instance:
    """An object of a user or native class.

    `state` is what the native part of its class keeps about it (a `keras.state`
    object for layers, models, optimizers, ...), None for plain Python objects.
    """

    cls: Class | NativeClass
    attrs: dict[str, Value] = field(default_factory=dict)
    state: object | None = None
    site: Site | None = None


@dataclass(slots=True)
class Call:
    """The arguments of one call of a native, after unpacking `*` and `**`.

    `opaque` tells that an unknown `*args`/`**kwargs` was among them: what is missing may
    have been given.
    """

    args: Sequence[Value]
    kwargs: dict[str, Value]
    site: Site
    receiver: Value = None
    opaque: bool = False
