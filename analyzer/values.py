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

from .dims import Expr
from .specs.base import LayerSpec, TensorType
from .unknown import Unknown

if TYPE_CHECKING:
    from .interp.interpreter import Interpreter
    from .source import Source

Value: TypeAlias = object


OPEN = "*"  # in `Names.maybe`: unknown code has seen the object, any name may be there


class Names(dict[str, Value]):
    """Names bound in a namespace: locals, globals, attributes of an object or class.

    `maybe` are those bound on some paths only. Reading one gives its value, because on the
    other paths the program would have raised; `hasattr` on it is undecided.
    """

    __slots__ = ("maybe",)

    def __init__(self, *args: object, **kwargs: Value) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.maybe: frozenset[str] = frozenset()


class DType(str):
    """A dtype by its name: equal to the text, with attributes and calls of its own."""

    __slots__ = ()


class TensorShape(tuple[Value, ...]):
    """A shape as TensorFlow shows it: a tuple with methods of its own (`as_list`)."""

    __slots__ = ()


class Absent:
    """The type of `ABSENT`, which a `__getattr__` native returns on proof of absence."""

    __slots__ = ()


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the checked program, and how the analysis got there.

    `callers` are the call sites on the stack, innermost last; `conditions` the undecided
    branch conditions that hold here, as source text; `guarded` tells that an exception
    here is caught (`try`, `pytest.raises`), so that nothing is reported.
    """

    source: Source = field(repr=False)
    node: cst.CSTNode = field(repr=False)
    callers: tuple[Site, ...] = field(default=(), repr=False)
    conditions: tuple[str, ...] = ()
    guarded: bool = False


@dataclass(eq=False)
class Tensor:
    """A tensor, array or variable: type, mask, where it came from.

    `kind`: "keras" (a KerasTensor of a functional graph), "tensor" (inside `call`, or
    eager), "variable", "array" (NumPy). `static` content is in `type.content`.
    `producer` is the fact of the layer or op call that made it (the functional graph), or
    Unknown where two branches were joined.
    """

    type: TensorType
    kind: str = "tensor"
    mask: Tensor | Unknown | None = None
    origin: Site | None = None
    producer: object | None = None
    label: str = ""  # e.g. "Input", "x_train": for "from Input at model.py:12:5"


@dataclass(eq=False)
class Module:
    """A native namespace by canonical name ("keras.layers", "tf", "numpy.random").

    `spelling` is the name it was imported by ("tensorflow.keras.layers").
    """

    name: str
    spelling: str = ""


@dataclass(eq=False)
class Namespace:
    """A module of the checked project, executed: its globals and its source."""

    name: str
    source: Source
    names: Names = field(default_factory=Names)


@dataclass(eq=False)
class Function:
    """A user function or lambda with its closure."""

    node: cst.FunctionDef | cst.Lambda = field(repr=False)
    name: str
    scope: object = field(repr=False)  # the enclosing interp scope
    source: Source = field(repr=False)
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: Class | None = field(default=None, repr=False)  # the class it is defined in
    attrs: Names = field(default_factory=Names)
    wrappers: tuple[str, ...] = ()  # transparent decorators, e.g. "tf.function"


@dataclass(eq=False)
class Class:
    """A user class: bases are `Class`, `NativeClass` or Unknown."""

    name: str
    bases: tuple[Value, ...] = field(repr=False)
    names: Names = field(repr=False)
    node: cst.ClassDef = field(repr=False)
    source: Source = field(repr=False)
    site: Site | None = field(default=None, repr=False)
    mro: tuple[Value, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class NativeClass:
    """A class known by canonical name ("keras.layers.Dense", "builtins.ValueError").

    Its methods are natives named "<class>.<method>", searched along `bases`.
    """

    name: str
    bases: tuple[NativeClass, ...] = field(default=(), compare=False)
    spec: LayerSpec | object | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Native:
    """A function implemented by the analyzer, by canonical name."""

    name: str
    run: Callable[[Interpreter, Call], Value]


@dataclass(frozen=True)
class NativeProperty:
    """A native that runs when the attribute is read."""

    name: str
    run: Callable[[Interpreter, Call], Value]


@dataclass(eq=False)
class Property:
    """A user property: its getter, and its setter if it has one; `cached` keeps the value."""

    getter: Value
    setter: Value = None
    cached: bool = False


@dataclass(frozen=True, eq=False)
class StaticMethod:
    """A function of a class that takes no receiver."""

    function: Value


@dataclass(frozen=True, eq=False)
class ClassMethod:
    """A function of a class that takes the class as its receiver."""

    function: Value


@dataclass(frozen=True, eq=False)
class Super:
    """`super()`: attributes of `receiver` searched behind `owner` in its MRO."""

    owner: Class
    receiver: Value


@dataclass(frozen=True, eq=False)
class Flag:
    """An undecided boolean with a name ("training"); both of its values are analysed."""

    name: str
    negates: Flag | None = None


@dataclass(frozen=True, eq=False)
class Repeated:
    """A sequence of `length` elements that are all like `element`; it is never mutated.

    It stands for lists, tuples, ranges and iterators whose length is symbolic.
    """

    element: Value
    length: Expr


@dataclass(eq=False)
class Iterator:
    """A lazy sequence: `items` are produced when somebody asks (None: unknown length).

    `position` is None when nobody knows how many were taken.
    """

    produce: Callable[[], list[Value] | None] | None = None
    items: list[Value] | None = None
    position: int | None = 0

    def join_field(self, name: str, a: Value, b: Value, join: object) -> Value:
        """What two paths left: once they differ, nothing is known of the rest."""
        return None


class History(list[Value]):
    """A list that only grows: two paths that part keep what it held before."""

    __slots__ = ()


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
    attrs: Names = field(default_factory=Names)
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
