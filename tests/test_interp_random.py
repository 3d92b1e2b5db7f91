"""Random programs: every run CPython can make of them is covered by the abstract one.

`ask()` is unknown to the interpreter; CPython runs the same text with several random
answers. Programs without `ask()` must end exactly as in CPython.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dryfit.analyzer.dims import Expr, bounds
from dryfit.analyzer.facts import PythonError
from dryfit.analyzer.interp.opaque import is_opaque
from dryfit.analyzer.unknown import Unknown
from dryfit.analyzer.values import OPEN, Function, Instance, Names

from .test_interp import interpret, plain

NAMES = "abc"
LISTS = "lm"
START = """
class Box: pass
a, b, c = 1, 2, 3
l, m = [1, 2], [3]
d = {"k": 1}
o, p = Box(), Box()
o.x = p.x = 5
"""


class Writer:
    """Writes one random program; `asks` allows unknown conditions."""

    def __init__(self, seed: int, asks: bool) -> None:
        self.random = random.Random(seed)
        self.asks = asks
        self.loops = 0
        self.functions = 0
        self.inside: list[str] = []

    def program(self) -> str:
        return START + self.block(self.random.randint(3, 9), 0)

    def block(self, size: int, depth: int) -> str:
        lines = [self.statement(depth) for _ in range(size)]
        return "\n".join(lines) + "\n"

    def suite(self, depth: int) -> str:
        return textwrap.indent(self.block(self.random.randint(1, 3), depth + 1), "    ")

    def statement(self, depth: int) -> str:
        simple = [self.assign, self.assign, self.augment, self.change, self.change, self.swap]
        nested = [self.branch, self.branch, self.loop, self.try_, self.while_, self.function]
        leave = [self.leave] if self.inside else []
        return self.random.choice(simple + leave + (nested if depth < 3 else []))(depth)

    def number(self) -> str:
        pick = self.random.choice
        forms = [
            pick(NAMES),
            str(self.random.randint(-2, 6)),
            f"{pick(NAMES)} + {self.random.randint(0, 3)}",
            f"{pick(NAMES)} * {pick(NAMES)} % 7",
            f"len({pick(LISTS)})",
            "o.x",
            "p.x",
            f"d.get({pick(['k', 'z'])!r}, 4)",
            f"sum(v for v in {pick(LISTS)} if v > {pick(NAMES)})",
            f"({pick(NAMES)} if {self.test()} else {pick(NAMES)})",
            f"max({pick(NAMES)}, {pick(NAMES)})",
        ]
        return pick(forms)

    def test(self) -> str:
        pick = self.random.choice
        forms = [f"{pick(NAMES)} > {pick(NAMES)}", f"{pick(NAMES)} in {pick(LISTS)}", "o is p"]
        forms += [f"not {pick(LISTS)}", f"{pick(NAMES)} == 2 and {pick(NAMES)} < 4"]
        forms += [f"hasattr({pick('op')}, 'y')", "'z' in d"]
        if self.asks:
            forms += ["ask()"] * 6 + [f"ask() or {pick(NAMES)} > 2"]
        return pick(forms)

    def assign(self, depth: int) -> str:
        pick = self.random.choice
        forms = [
            f"{pick(NAMES)} = {self.number()}",
            f"{pick(NAMES)}, {pick(NAMES)} = {self.number()}, {self.number()}",
            f"{pick(LISTS)} = [{self.number()}, {self.number()}]",
            f"{pick(LISTS)} = {pick(LISTS)}",
            f"{pick(LISTS)} = [i + {pick(NAMES)} for i in {pick(LISTS)}]",
            f"d = {{'k': {self.number()}}}",
            f"{pick('op')} = {pick('op')}",
            "o = Box(); o.x = 3",
        ]
        return pick(forms)

    def augment(self, depth: int) -> str:
        pick = self.random.choice
        return pick([f"{pick(NAMES)} += {self.number()}", f"{pick(LISTS)} += [{self.number()}]"])

    def change(self, depth: int) -> str:
        pick = self.random.choice
        forms = [
            f"{pick(LISTS)}.append({self.number()})",
            f"{pick(LISTS)}.append({self.number()})",
            f"{pick(LISTS)}[:1] = [{self.number()}]",
            f"{pick(LISTS)} and {pick(LISTS)}.reverse()",
            f"d[{pick(['k', 'z'])!r}] = {self.number()}",
            f"{pick('op')}.{pick('xy')} = {self.number()}",
            f"{pick(LISTS)}.clear()",
            f"{pick(LISTS)}.sort()",
            "d.pop('z', None)",
        ]
        return pick(forms)

    def swap(self, depth: int) -> str:
        return self.random.choice(
            ["a, b = b, a", "l, m = m, l", "o, p = p, o", "a, *l = [c, b, a]"]
        )

    def branch(self, depth: int) -> str:
        text = f"if {self.test()}:\n{self.suite(depth)}"
        if self.random.random() < 0.5:
            text += f"else:\n{self.suite(depth)}"
        return text

    def loop(self, depth: int) -> str:
        over = self.random.choice(
            ["range(3)", "list(l)", "range(a % 4)", "[1, 2]", "list(d)", "range(14)"]
        )
        if self.asks and self.random.random() < 0.4:
            over = "stream()"
        self.inside.append("loop")
        text = f"for i{depth} in {over}:\n{self.suite(depth)}"
        self.inside.pop()
        if self.random.random() < 0.2:
            text += f"else:\n{self.suite(depth)}"
        return text

    def while_(self, depth: int) -> str:
        self.loops += 1
        name = f"w{self.loops}"
        self.inside.append("loop")
        text = f"{name} = 0\nwhile {name} < 3{' and ask()' if self.asks else ''}:\n"
        text += f"    {name} += 1\n{self.suite(depth)}"
        self.inside.pop()
        return text

    def try_(self, depth: int) -> str:
        raising = self.random.choice(["raise ValueError", "raise KeyError", "pass", "d['k']"])
        if self.random.random() < 0.5:
            raising = f"if {self.test()}: {raising}"
        text = f"try:\n{self.suite(depth)}    {raising}\n{self.suite(depth)}"
        text += f"except ValueError:\n{self.suite(depth)}"
        text += f"except KeyError:\n{self.suite(depth)}" if self.random.random() < 0.6 else ""
        text += f"finally:\n{self.quiet()}" if self.random.random() < 0.3 else ""
        return text

    def quiet(self) -> str:
        """A suite without jumps."""
        inside, self.inside = self.inside, []
        text = textwrap.indent(self.change(0), "    ") + "\n"
        self.inside = inside
        return text

    def function(self, depth: int) -> str:
        self.functions += 1
        name = f"f{self.functions}"
        inside, self.inside = self.inside, ["function"]
        body = self.suite(depth)
        self.inside = inside
        text = (
            f"def {name}(a, b=2):\n    global c, l, m, d, o, p\n{body}    return {self.number()}\n"
        )
        return text + f"c = {name}({self.number()})"

    def leave(self, depth: int) -> str:
        if self.inside[-1] == "function":
            return f"if {self.test()}: return {self.number()}"
        return self.random.choice(["break", "continue", f"if {self.test()}: break"])


def run_concretely(text: str, seed: int) -> dict[str, object] | None:
    """The globals CPython ends with under random answers; None when it raises."""
    answers = random.Random(seed)
    names: dict[str, object] = {
        "__name__": "__main__",
        "ask": lambda: answers.random() < 0.5,
        "stream": lambda: [answers.randint(0, 5) for _ in range(answers.randint(0, 4))],
    }
    try:
        exec(compile(text, "<program>", "exec"), names)
    except Exception:
        return None
    return names


def covers(abstract: object, concrete: object, seen: frozenset[int] = frozenset()) -> bool:
    """Whether an abstract value stands for a concrete one."""
    if isinstance(abstract, Unknown) or id(abstract) in seen or is_opaque(abstract):
        return True
    seen |= {id(abstract)}
    if isinstance(abstract, Expr):
        low = bounds(abstract)[0]
        return isinstance(concrete, int) and (low is None or concrete >= low)
    if isinstance(abstract, Instance):
        return covers_names(abstract.attrs, vars(concrete), seen)
    if isinstance(abstract, list | tuple) and type(abstract) is type(concrete):
        pairs = list(zip(abstract, concrete, strict=False))  # type: ignore[call-overload]
        same = len(abstract) == len(concrete)  # type: ignore[arg-type]
        return same and all(covers(a, c, seen) for a, c in pairs)
    if isinstance(abstract, dict) and isinstance(concrete, dict):
        return list(abstract) == list(concrete) and all(
            covers(v, concrete[k], seen) for k, v in abstract.items()
        )
    return type(abstract) is type(concrete) and abstract == concrete


def covers_names(abstract: Names, concrete: Mapping[str, object], seen: frozenset[int]) -> bool:
    """Names bound on some path may be missing; no bound name may be unknown to us."""
    for name, value in abstract.items():
        if name not in concrete and name not in abstract.maybe:
            return False
        if name in concrete and not covers(value, concrete[name], seen):
            return False
    return concrete.keys() <= abstract.keys() or OPEN in abstract.maybe


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRYFIT_DEBUG", "1")


SEEDS = st.integers(0, 10**9)
TRIES = settings(max_examples=120, deadline=None, derandomize=True)


def _shortened(names: Mapping[str, object], reasons: Iterable[str]) -> bool:
    """Whether a loop was so long that it was not run to its end."""
    long = any(isinstance(v, list) and len(v) > 60 for v in names.values())
    return long or any("counted in a loop" in reason for reason in reasons)


@TRIES
@given(SEEDS)
def test_random_known_programs_end_as_in_cpython(seed: int) -> None:
    text = Writer(seed, asks=False).program()
    expected = run_concretely(text, 0)
    interp, names = interpret(text)
    reasons = [v.reason for v in names.values() if isinstance(v, Unknown)]
    if expected is not None and not _shortened(expected, reasons):
        assert [f.detail for f in interp.facts if isinstance(f, PythonError)] == [], text
        wanted = {k: plain(v) for k, v in expected.items() if k in names}
        assert {k: plain(v) for k, v in names.items()} == wanted, text


@TRIES
@given(SEEDS)
def test_random_unknown_programs_cover_every_run(seed: int) -> None:
    text = Writer(seed, asks=True).program()
    interp, _ = interpret("from somewhere import ask, stream\n" + text)
    names = next(iter(interp.scopes)).names
    skipped = {n for n, v in names.items() if isinstance(v, Function) or n.startswith("__")}
    skipped |= {"ask", "stream", "Box", "__builtins__"}
    for name in skipped:
        names.pop(name, None)
    sure = [f for f in interp.facts if isinstance(f, PythonError) and not f.site.conditions]
    for run in range(12):
        ended = run_concretely(text, run)
        if ended is None:
            continue
        assert [f.detail for f in sure if not f.site.guarded] == [], text
        left = {k: v for k, v in ended.items() if k not in skipped}
        functions = {n for n in left if callable(left[n])}
        shown = Names({k: v for k, v in names.items() if k not in functions})
        shown.maybe = names.maybe
        left = {k: v for k, v in left.items() if k not in functions}
        assert covers_names(shown, left, frozenset()), (text, run)
