"""Undecided branches, unknown loops, exceptions that may happen: what is still known after."""

from __future__ import annotations

import pytest

from dryfit.analyzer.dims import Expr, bounds
from dryfit.analyzer.facts import ClassDefined, PythonError
from dryfit.analyzer.unknown import Unknown
from dryfit.analyzer.values import Instance, Repeated

from .test_interp import interpret

HEAD = "from somewhere import unknown, other\n"
U = "unknown"


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRYFIT_DEBUG", "1")


def shown(value: object) -> object:
    """A value with its unknown parts marked."""
    if isinstance(value, Unknown):
        return U
    if isinstance(value, Expr):
        return "n"
    if isinstance(value, list | tuple):
        return type(value)(shown(v) for v in value)
    if isinstance(value, dict):
        return {k: shown(v) for k, v in value.items()}
    if isinstance(value, Instance):
        return {k: shown(v) for k, v in value.attrs.items()}
    if isinstance(value, Repeated):
        return ("repeated", shown(value.element))
    return value


# The expression looked at, after the program ran; U stands for an unknown value.
CASES = {
    "equal values stay": ("if unknown: x = 1\nelse: x = 1", "x", 1),
    "different texts are unknown": ("if unknown: x = 'a'\nelse: x = 'b'", "x", U),
    "different sizes become a symbol": ("if unknown: x = 2\nelse: x = 3", "x", "n"),
    "a name bound on one path keeps its value": ("if unknown: x = 'a'", "x", "a"),
    "tuples are joined item by item": ("x = (1, 'a') if unknown else (1, 'b')", "x", (1, U)),
    "lists of equal length are joined": ("x = [1, 2] if unknown else [1, 'b']", "x", [1, U]),
    "a list that may have grown": ("x = [1]\nif unknown: x.append(2)", "x", U),
    "its aliases too": ("x = [1]\ny = x\nif unknown: y.append(2)", "(y, len(x))", (U, U)),
    "inside another list": ("x = [[1], 5]\nif unknown: x[0].append(2)", "(x[0], x[1])", (U, 5)),
    "an untouched list": ("x = [1]\nif unknown: y = [2]", "x", [1]),
    "an item that may have changed": ("x = ['a', 'b']\nif unknown: x[0] = 'c'", "x", [U, "b"]),
    "a dict value that may have changed": (
        "x = {'a': 'b', 'c': 1}\nif unknown: x['a'] = 'z'",
        "x",
        {"a": U, "c": 1},
    ),
    "a dict that may have a key more": ("x = {}\nif unknown: x['a'] = 1", "x", U),
    "attributes": (
        "class C: pass\nc = C()\nc.x, c.y = 'a', 'b'\nif unknown: c.x = 'z'\nelse: c.z = 'new'",
        "c",
        {"x": U, "y": "b", "z": "new"},
    ),
    "hasattr of what may be there": (
        "class C: pass\nc = C()\nif unknown: c.x = 1",
        "(hasattr(c, 'x'), hasattr(c, 'y'), c.x)",
        (U, False, 1),
    ),
    "an attribute that may hide the class's": (
        "class C:\n  x = 'class'\nc = C()\nif unknown: c.x = 'own'",
        "c.x",
        U,
    ),
    "objects made on both paths are joined": (
        "class C:\n  def __init__(s, a): s.a = a; s.b = 1\nc = C('x') if unknown else C('y')",
        "c",
        {"a": U, "b": 1},
    ),
    "both sides see the state before": (
        "x = []\nif unknown:\n  x.append('t')\n  a = len(x)\nelse:\n  b = len(x)",
        "(a, b)",
        (1, 0),
    ),
    "a return on one path": (
        "def f():\n  if unknown: return 'early'\n  return 'late'\nx = f()",
        "x",
        U,
    ),
    "equal returns": ("def f():\n  if unknown: return 1\n  return 1\nx = f()", "x", 1),
    "the state of both returns": (
        "y = ['a']\ndef f():\n  if unknown:\n    y[0] = 'b'\n    return\n  y[0] = 'c'\nf()",
        "y",
        [U],
    ),
    "code after a return sees only the other path": (
        "z = []\ndef f():\n  y = 'a'\n  if unknown:\n    y = 'b'\n    return y\n  z.append(y)\nf()",
        "(z)",
        U,
    ),
    "a path that raises is dropped": (
        "x = 'a'\nif unknown:\n  x = 'b'\n  raise ValueError\ny = x",
        "y",
        "a",
    ),
    "a path that raises in a function is dropped": (
        "def check(v):\n  if v: raise ValueError\n  return 5\nx = check(unknown)",
        "x",
        5,
    ),
    "elif chains": (
        "if unknown: x = 1\nelif other: x = 1\nelse: x = 'z'",
        "x",
        U,
    ),
    "and": ("x = unknown and 1", "x", U),
    "or of equal values": ("x = (1 if unknown else 1) or 2", "x", 1),
    "an undecided comparison": ("x = unknown == 3\ny = not x", "(x, y)", (U, U)),
    "a condition on None narrows": (
        "x = unknown\nif x is None:\n  y = x\nelse: y = None",
        "y",
        None,
    ),
    "a default for None stays unknown": ("x = unknown\nif x is None: x = 5", "x", U),
    "the walrus in a condition": ("if (n := 4) and unknown: pass", "n", 4),
    "break on some path": (
        "x = 'a'\nfor i in range(3):\n  if unknown: break\n  x = 'b'",
        "x",
        U,
    ),
    "break on some path with an equal result": (
        "x = 0\nfor i in range(3):\n  x = 1\n  if unknown: break",
        "x",
        1,
    ),
    "continue on some path": (
        "x = []\nfor i in range(3):\n  if unknown: continue\n  x.append(i)",
        "x",
        U,
    ),
    "return out of a loop": (
        "def f():\n  for i in 'ab':\n    if unknown: return i\n  return 'none'\nx = f()",
        "x",
        U,
    ),
    "a loop over something unknown": (
        "x = 'same'\ny = 'a'\nfor i in unknown:\n  y = 'b'\n  z = 'c'",
        "(x, y, z, i)",
        ("same", U, "c", U),
    ),
    "counting in an unknown loop": ("n = 0\nfor i in unknown: n += 1", "n", U),
    "a list filled in an unknown loop": ("x = []\nfor i in unknown: x.append(1)", "x", U),
    "a chain of copies in an unknown loop": (
        "a = b = c = 'x'\nd = 'y'\nfor i in unknown:\n  a = b\n  b = c\n  c = d",
        "(a, b, c, d)",
        (U, U, U, "y"),
    ),
    "an unknown while": ("n = 'a'\nwhile unknown:\n  n = 'b'", "n", U),
    "a while that ends at an unknown time": ("n = 5\nwhile n > other: n -= 1", "n", U),
    "the else of an unknown loop": ("for i in unknown: pass\nelse: x = 1", "x", 1),
    "comprehensions over something unknown": ("x = [i for i in unknown]", "x", U),
    "comprehensions with an unknown condition": ("x = [i for i in range(3) if unknown]", "x", U),
    "a size that is not known": ("x = [0] * unknown", "x", U),
    "unpacking something unknown": ("a, (b, *c) = unknown", "(a, b, c)", (U, U, U)),
    "calling something unknown may change a list": ("x = [1]\nunknown(x)", "x", U),
    "calling something unknown keeps other lists": ("x = [1]\nunknown(3)", "x", [1]),
    "a library that changes nothing": (
        "import pandas as pd\nx = [1]\npd.DataFrame(x).plot(x)",
        "x",
        [1],
    ),
    "import with a fallback": (
        "try:\n  import math\nexcept ImportError:\n  math = None",
        "math.floor(1.5)",
        1,
    ),
    "a body that may raise": (
        "x = 'a'\ntry:\n  unknown()\n  x = 'b'\nexcept ValueError:\n  x = 'c'",
        "x",
        U,
    ),
    "a handler that leaves": (
        "x = 'a'\ntry:\n  x = unknown()\n  x = 'b'\nexcept ValueError:\n  raise SystemExit",
        "x",
        "b",
    ),
    "finally runs on every path": (
        "x = []\ntry:\n  if unknown: raise ValueError\n  y = 1\nexcept ValueError:\n  y = 1\n"
        "finally:\n  x.append('f')",
        "(x, y)",
        (["f"], 1),
    ),
    "an unknown subject of match": (
        "match unknown:\n  case 1: x = 'a'\n  case [y, *z]: x = 'a'\n  case _: x = 'a'",
        "x",
        "a",
    ),
    "an unknown index": ("x = ['a', 'b'][unknown]", "x", U),
    "an unknown key makes the dict unknown": ("x = {}\nx[unknown] = 1", "x", U),
    "unknown keyword arguments": ("def f(a, b=2): return (a, b)\nx = f(1, **unknown)", "x", (1, U)),
    "unknown positional arguments": ("def f(a, b): return (a, b)\nx = f(*unknown)", "x", (U, U)),
    "a generator that may skip": (
        "def g():\n  yield 1\n  if unknown: yield 2\nx = list(g())",
        "x",
        U,
    ),
    "with something unknown": ("with unknown as f:\n  x = 1", "(x, f)", (1, U)),
    "recursion without end": ("def f(n): return f(n + 1)\nx = f(0)", "x", U),
    "recursion on the same argument": ("def f(n): return f(n)\nx = f(0)", "x", U),
    "a loop without end": ("n = 0\nwhile True:\n  n += 1\n  if unknown: break", "n", U),
    "an unknown decorator": ("@unknown\ndef f(): return 1\nx = f()", "x", U),
    "a joined list that is changed later": (
        "a, b = [1], [2]\nc = a if unknown else b\nc.append(3)",
        "(a, b)",
        (U, U),
    ),
    "sorting unknown values": ("x = sorted([unknown, 1])", "x", U),
    "max of unknown values": ("x = max(unknown, 1)", "x", U),
    "random numbers": ("import random\nx = random.randint(1, 6)", "x", U),
    "a shuffled list keeps its length": (
        "import random\nx = [1, 2, 3]\nrandom.shuffle(x)",
        "len(x)",
        3,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_after_undecided_paths(name: str) -> None:
    program, looked_at, expected = CASES[name]
    _, names = interpret(f"{HEAD}{program}\nresult_ = {looked_at}\n")
    assert shown(names["result_"]) == expected


def test_a_symbol_for_differing_sizes_covers_both() -> None:
    _, names = interpret(HEAD + "n = 4 if unknown else 8\nm = n * 2\n")
    assert bounds(names["n"])[0] == 4  # type: ignore[arg-type]
    assert bounds(names["m"])[0] == 8  # type: ignore[arg-type]


# What Python is proved to raise: kind of the error, by program.
ERRORS = {
    "x = missing": "name",
    "def f():\n  return later\nf()": "name",
    "def f():\n  print(x)\n  x = 1\nf()": "name",
    "x = [1, 2]\nx.push(3)": "attribute",
    "class A: pass\nA().missing": "attribute",
    "class A:\n  def __init__(self): super().__init(1)\nA()": "attribute",
    "class A:\n  @property\n  def p(self): return 1\nA().p = 2": "attribute",
    "def f(a): pass\nf()": "arguments",
    "def f(a): pass\nf(1, 2)": "arguments",
    "def f(a): pass\nf(1, b=2)": "arguments",
    "def f(a): pass\nf(1, a=2)": "arguments",
    "def f(*, k): pass\nf()": "arguments",
    "class A: pass\nA(3)": "arguments",
    "class A:\n  def m(self): pass\nA().m(1)": "arguments",
    "len()": "arguments",
    "a, b = 1, 2, 3": "unpack",
    "a, *b, c = [1]": "unpack",
    "x = [1][3]": "index",
    "x = {'a': 1}['b']": "key",
    "x = 'a' + 1": "type",
    "x = -'a'": "type",
    "x = [1] < 2": "type",
    "x = 5[0]": "type",
    "x = (1, 2)\nx[0] = 3": "type",
    "x = len(5)": "type",
    "x = 3()": "not-callable",
    "x = 'a'.upper()()": "not-callable",
    "class A: pass\nA()()": "not-callable",
    "for i in 5: pass": "iterate",
    "a, b = None": "iterate",
    "x = [*3]": "iterate",
    "if unknown:\n  x = missing": "name",
}


@pytest.mark.parametrize("program", ERRORS)
def test_proved_errors_are_facts(program: str) -> None:
    interp, _ = interpret(HEAD + program + "\n")
    found = [f.kind for f in interp.facts if isinstance(f, PythonError)]
    assert found == [ERRORS[program]]


NO_ERRORS = [
    "from elsewhere import *\nx = missing",
    "exec('missing = 1')\nx = missing",
    "globals()['missing'] = 1\nx = missing",
    "if unknown: x = 1\ny = x",
    "try:\n  x = unknown\nexcept ValueError:\n  pass\ny = x",
    "try:\n  missing\nexcept NameError:\n  missing = 1",
    "def f(): return later\nif unknown: f()\nlater = 1",
    "class A(unknown): pass\nA(1).missing",
    "class A:\n  def __getattr__(self, name): return 1\nA().missing",
    "class A: pass\na = A()\nsetattr(a, unknown, 1)\na.missing",
    "class A: pass\na = A()\nunknown(a)\na.missing",
    "class A: pass\na = A()\nif unknown: a.x = 1\na.x",
    "def f(a): pass\nf(*unknown)",
    "def f(a): pass\nf(**unknown)",
    "def f(): pass\nunknown(f)(1, 2)",
    "a, b = unknown",
    "x = [1]\nunknown(x)\nx[5]",
    "x = {}\nfor k in unknown: x[k] = 1\nx['a']",
    "x = unknown + 1 + 'a'",
    "x = [1, 2] + unknown",
    "import somewhere.else_\nsomewhere.x.y()",
    "def f():\n  yield 1\nnext(f())",
    "del unknown\nunknown = 1\nunknown",
    "for i in unknown: x = i\nprint(x)",
    "while unknown: x = 1\nprint(x)",
    "with unknown: x = 1\nprint(x)",
    "import typing as t\nx: t.Optional[t.List[int]] = None\ndef f(a: gone = 1) -> gone2: pass",
    "try:\n  import a_module\nexcept ImportError:\n  a_module = None\na_module.x",
    "import pytest\nwith pytest.raises(TypeError):\n  len(5)",
    "import os\nx = os.environ['HOME'] + '/x'",
    "import sys\nsys.path.append('x')\nsys.stdout.write('x')",
    "x = 'a'.format(1) if unknown else None\ny = x.upper()",
    "from collections import defaultdict\nd = defaultdict(list)\nd['x'].append(1)",
    "print(__file__, __name__, __doc__)",
    "class A:\n  def f(self): return __class__\nA().f()",
    "for i in unknown:\n  if i > 0: print(previous)\n  previous = i",
    "class A: pass\na = A()\nfor i in unknown:\n  if i: print(a.last)\n  a.last = i",
    "first = 0\nfor i in unknown:\n  if first: print(len(first))\n  first = 5 if other else [1]",
    "lst = [1]\nlst.append(lst)\nlst == lst\nprint(lst)",
]


@pytest.mark.parametrize("program", NO_ERRORS)
def test_what_is_not_proved_is_no_error(program: str) -> None:
    interp, _ = interpret(HEAD + program + "\n")
    found = [(f.kind, f.detail) for f in interp.facts if isinstance(f, PythonError)]
    assert [f for f in found if not _guarded(interp)] == []


def _guarded(interp: object) -> bool:
    errors = [f for f in interp.facts if isinstance(f, PythonError)]  # type: ignore[attr-defined]
    return all(f.site.guarded for f in errors)


def test_sites_tell_conditions_callers_and_guards() -> None:
    interp, _ = interpret(
        HEAD
        + "def f():\n  class C: pass\n"
        + "if unknown > 3:\n  f()\nelse:\n  class E: pass\n"
        + "try:\n  class D: pass\nexcept ValueError: pass\n"
    )
    sites = {f.cls.name: f.site for f in interp.facts if isinstance(f, ClassDefined)}
    assert sites["C"].conditions == ("unknown > 3",)
    assert len(sites["C"].callers) == 1
    assert sites["E"].conditions == ("not (unknown > 3)",)
    assert sites["D"].guarded
    assert not sites["C"].guarded
