"""`collections`: defaultdict, OrderedDict, Counter, deque, namedtuple."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

import libcst as cst

from ...natives import native, native_class, table
from ...unknown import Unknown
from ...values import Call, Class, Names, Value
from ..mro import linearise
from ..subscripts import is_key
from .classes import named_tuple_fields
from .conversions import PLAIN_TYPES, dict_of

if TYPE_CHECKING:
    from ..interpreter import Interpreter

_DICT = table["builtins.dict"]


class DefaultDict(dict):
    """A dict that makes missing values by calling `factory`."""

    factory: Value = None


class CounterDict(dict):
    """A dict of counts; a missing key counts zero."""

    counts = True


for _name, _python in {
    "defaultdict": DefaultDict,
    "Counter": CounterDict,
    "OrderedDict": dict,
}.items():
    _made = native_class(f"collections.{_name}", _DICT)  # type: ignore[arg-type]
    if _python is not dict:
        PLAIN_TYPES[_python] = _made


@native("collections.defaultdict.__construct__")
def default_dict(interp: Interpreter, call: Call) -> Value:
    """`defaultdict(factory, ...)`"""
    made = DefaultDict()
    made.factory = call.args[0] if call.args else None
    content = dict_of(interp, Call(call.args[1:], call.kwargs, call.site, None, call.opaque))
    if content is None:
        return Unknown("a dict of unknown content")
    made.update(content)
    interp.fresh(made)
    return made


@native("collections.OrderedDict.__construct__")
def ordered_dict(interp: Interpreter, call: Call) -> Value:
    """`OrderedDict(...)`"""
    made = dict_of(interp, call)
    if made is None:
        return Unknown("a dict of unknown content")
    interp.fresh(made)
    return made


@native("collections.Counter.__construct__")
def counter(interp: Interpreter, call: Call) -> Value:
    """`Counter(items)`"""
    source = call.args[0] if call.args else []
    if isinstance(source, dict):
        return CounterDict(source)
    items = interp.iterate(source, call.site)
    if items is None or not all(map(is_key, items)):
        return Unknown("counts of unknown items")
    made = CounterDict(Counter(items))
    interp.fresh(made)
    return made


@native("collections.Counter.most_common")
def most_common(interp: Interpreter, call: Call) -> Value:
    """`counter.most_common(n)`"""
    counts = call.receiver
    if not isinstance(counts, dict) or not all(isinstance(v, int) for v in counts.values()):
        return Unknown("counts of unknown items")
    return Counter(counts).most_common(*call.args)  # type: ignore[arg-type]


table["builtins.CounterDict.most_common"] = table["collections.Counter.most_common"]


@native("collections.deque.__construct__")
def make_deque(interp: Interpreter, call: Call) -> Value:
    """`deque(items, maxlen)`"""
    items = interp.iterate(call.args[0], call.site) if call.args else []
    limit = call.args[1] if len(call.args) > 1 else call.kwargs.get("maxlen")
    if items is None or not isinstance(limit, int | None):
        return Unknown("a deque of unknown items")
    made = deque(items, limit)
    interp.fresh(made)
    return made


@native("collections.namedtuple")
def named_tuple(interp: Interpreter, call: Call) -> Value:
    """`namedtuple("Name", "a b", defaults=...)`"""
    if len(call.args) < 2 or not isinstance(call.args[0], str):
        return interp.unknown("a namedtuple of unknown fields")
    listed = call.args[1]
    if isinstance(listed, str):
        fields: list[Value] = list(listed.replace(",", " ").split())
    else:
        fields = interp.iterate(listed, call.site) or []
    if not fields or not all(isinstance(f, str) for f in fields):
        return interp.unknown("a namedtuple of unknown fields")
    defaults = call.kwargs.get("defaults")
    given = [] if defaults is None else interp.iterate(defaults, call.site) or []
    base = table["typing.NamedTuple"]
    names = Names()
    site = call.site
    node: cst.ClassDef = site.node  # type: ignore[assignment]  # the call stands for it
    cls = Class(call.args[0], (base,), names, node, site.source, site)
    cls.mro = linearise(cls)
    late = dict(zip(reversed(fields), reversed(given), strict=False))
    names["__fields__"] = named_tuple_fields([(f, late) for f in fields])  # type: ignore[misc]
    return cls
