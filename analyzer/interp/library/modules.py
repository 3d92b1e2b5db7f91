"""Other modules of the standard library: os.path, pathlib, argparse, contextlib, random, ..."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from ...natives import native, native_class, resolvers
from ...unknown import Unknown
from ...values import ABSENT, Call, Instance, Module, NativeClass, Site, Value
from ..mro import OBJECT
from .binding import function, pure

if TYPE_CHECKING:
    from ..interpreter import Interpreter

for _name in ("join", "basename", "dirname", "splitext", "split", "normpath", "isabs"):
    pure(f"os.path.{_name}", getattr(os.path, _name))

_CONSTANTS: dict[str, Value] = {
    "os.path": Module("os.path"),
    "os.sep": "/",
    "typing.TYPE_CHECKING": False,
    "typing_extensions.TYPE_CHECKING": False,
    "sys.version_info": (3, 11, 0, "final", 0),
    "sys.maxsize": 2**63 - 1,
    "sys.argv": Unknown("command line"),
    "sys.modules": Unknown("sys.modules"),
    "dataclasses.MISSING": Unknown("MISSING"),
}
resolvers.append(_CONSTANTS.get)


def _unknown(*names: str) -> None:
    """Functions whose result is known only when the program runs."""
    for name in names:

        @native(name)
        def run(interp: Interpreter, call: Call, name: str = name) -> Value:
            return interp.unknown(f"{name}()")


_unknown(
    *(f"random.{n}" for n in ("random", "uniform", "gauss", "randint", "randrange", "choice")),
    *(f"random.{n}" for n in ("choices", "sample", "getrandbits", "normalvariate", "Random")),
    *(f"time.{n}" for n in ("time", "perf_counter", "monotonic", "strftime", "ctime")),
    *(f"os.{n}" for n in ("listdir", "getcwd", "getenv", "walk", "scandir", "cpu_count")),
    *(f"os.path.{n}" for n in ("exists", "isfile", "isdir", "getsize", "abspath", "realpath")),
    *("os.path.expanduser", "datetime.datetime.now", "glob.glob", "json.load", "json.loads"),
)


def _nothing(*names: str) -> None:
    """Functions that are called for their effect outside the program."""
    for name in names:

        @native(name)
        def run(interp: Interpreter, call: Call) -> Value:
            return None


_nothing(
    "random.seed",
    "time.sleep",
    "os.makedirs",
    "os.mkdir",
    "os.remove",
    "warnings.filterwarnings",
    "warnings.simplefilter",
    "warnings.warn",
    "logging.basicConfig",
    "logging.info",
    "logging.warning",
    "logging.error",
    "logging.debug",
    "pprint.pprint",
    "gc.collect",
)


@native("random.shuffle")
def shuffle(interp: Interpreter, call: Call) -> Value:
    """`random.shuffle(items)`: the order is unknown, the number stays."""
    items = call.args[0] if call.args else None
    if isinstance(items, list) and len(set(map(id, items))) > 1:
        interp.touch(items)
        items[:] = [Unknown("a shuffled item")] * len(items)
    return None


@native("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.tqdm_notebook", "tqdm.trange")
def progress(interp: Interpreter, call: Call) -> Value:
    """A progress bar is what it counts."""
    if call.args and isinstance(call.args[0], int):
        return range(call.args[0])
    return call.args[0] if call.args else interp.unknown("a progress bar")


_SWALLOWS = native_class("contextlib.suppress", OBJECT)
native_class("pytest.raises", OBJECT)


@native("contextlib.suppress.__init__", "pytest.raises.__init__")
def remember(interp: Interpreter, call: Call) -> Value:
    """The exceptions to catch are kept for `with`."""
    if isinstance(call.receiver, Instance):
        call.receiver.state = _names_of(call.args)
    return None


def _names_of(classes: object) -> tuple[str, ...]:
    names: list[str] = []
    for cls in classes:  # type: ignore[attr-defined]
        if isinstance(cls, tuple):
            names.extend(_names_of(cls))
        else:
            name = getattr(cls, "name", "*") if not isinstance(cls, Unknown) else "*"
            names.append(name.rsplit(".", 1)[-1])
    return tuple(names) or ("*",)


@native("contextlib.suppress.__catches__", "pytest.raises.__catches__")
def catches(interp: Interpreter, call: Call) -> Value:
    """What a `with` of this manager swallows."""
    assert isinstance(call.receiver, Instance)
    return call.receiver.state


@native("contextlib.nullcontext")
def null_context(interp: Interpreter, call: Call) -> Value:
    """`nullcontext(x)`"""
    return call.args[0] if call.args else None


_TEST_CASE = native_class("unittest.TestCase", OBJECT)


@native("unittest.TestCase.assertRaises", "unittest.TestCase.assertRaisesRegex")
def assert_raises(interp: Interpreter, call: Call) -> Value:
    """`with self.assertRaises(E):`"""
    made = Instance(_RAISES, site=call.site)
    made.state = _names_of(call.args[:1])
    return made


_RAISES = NativeClass("contextlib.suppress", (OBJECT,))
_PARSER = native_class("argparse.ArgumentParser", OBJECT)
_PARSED = native_class("argparse.Namespace", OBJECT)


@native("argparse.ArgumentParser.__init__")
def new_parser(interp: Interpreter, call: Call) -> Value:
    """A parser starts without arguments."""
    assert isinstance(call.receiver, Instance)
    call.receiver.state = {}
    interp.fresh(call.receiver.state)
    return None


@native("argparse.ArgumentParser.add_argument")
def add_argument(interp: Interpreter, call: Call) -> Value:
    """An option has its default, if it has one."""
    parser = call.receiver
    names = [n for n in call.args if isinstance(n, str)]
    if not isinstance(parser, Instance) or not isinstance(parser.state, dict) or not names:
        return interp.unknown("argparse")
    long = next((n for n in names if n.startswith("--")), names[0])
    key = call.kwargs.get("dest", long.lstrip("-").replace("-", "_"))
    interp.touch(parser.state)
    parser.state[key] = _default_of(call.kwargs, long)
    return None


def _default_of(kwargs: dict[str, Value], name: str) -> Value:
    if "default" in kwargs:
        return _converted(kwargs["default"], kwargs.get("type"), name)
    action = kwargs.get("action")
    if action in ("store_true", "store_false"):
        return action == "store_false"
    return Unknown(f"command line {name}")


def _converted(default: Value, convert: Value, name: str) -> Value:
    """A default that is text goes through `type=`, like what is typed."""
    if not isinstance(default, str) or convert is None:
        return default
    run = _CONVERSIONS.get(getattr(convert, "name", ""))
    try:
        return Unknown(f"command line {name}") if run is None else run(default)
    except ValueError:
        return Unknown(f"command line {name}")


_CONVERSIONS = {"builtins.int": int, "builtins.float": float, "builtins.str": str}


@native("argparse.ArgumentParser.set_defaults")
def set_defaults(interp: Interpreter, call: Call) -> Value:
    """`parser.set_defaults(a=1)`"""
    if isinstance(call.receiver, Instance) and isinstance(call.receiver.state, dict):
        interp.touch(call.receiver.state)
        call.receiver.state.update(call.kwargs)
    return None


@native("argparse.ArgumentParser.add_argument_group")
def add_group(interp: Interpreter, call: Call) -> Value:
    """A group adds to its parser."""
    return call.receiver


@native("argparse.ArgumentParser.parse_known_args")
def parse_known_args(interp: Interpreter, call: Call) -> Value:
    """The options, and what is left over."""
    return parse_args(interp, call), interp.unknown("rest of the command line")


@native("argparse.ArgumentParser.parse_args")
def parse_args(interp: Interpreter, call: Call) -> Value:
    """The program is analysed as if it was started without options."""
    parser = call.receiver
    made = Instance(_PARSED, site=call.site)
    if isinstance(parser, Instance) and isinstance(parser.state, dict):
        made.attrs.update({k: v for k, v in parser.state.items() if isinstance(k, str)})
    return made


@native("argparse.Namespace.__getattr__")
def missing_option(interp: Interpreter, call: Call) -> Value:
    """An option that was not seen being added."""
    return Unknown(f"command line {call.args[0]}")


@function("typing.cast", signature="(type, value)")
def cast(interp: Interpreter, site: Site, type: Value, value: Value) -> Value:
    """`cast(T, x)` is `x`."""
    return value


_FORMS = "Any Callable Optional Union List Dict Tuple Sequence Set Iterable Iterator Mapping "
_FORMS += "Literal Type ClassVar Final Generator"
for _name in _FORMS.split():
    native_class(f"typing.{_name}", OBJECT)


@native("typing.TypeVar", "typing.NewType", "typing.ParamSpec")
def type_variable(interp: Interpreter, call: Call) -> Value:
    """A type variable has no value."""
    return Unknown("a type variable")


native_class("pathlib.Path", OBJECT)


@native("pathlib.Path.__construct__")
def path(interp: Interpreter, call: Call) -> Value:
    """Paths are not followed; what is read from files is unknown anyway."""
    return interp.unknown("a path")


assert ABSENT is not None
