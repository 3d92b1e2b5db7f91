"""Reading text: files, notebooks, encodings, syntax errors, suppressions; never an exception."""

from __future__ import annotations

import json
from pathlib import Path

import libcst as cst
import libcst.matchers as m
import pytest
from hypothesis import given
from hypothesis import strategies as st
from libcst import metadata

from dryfit.analyzer.position import Lines, Position
from dryfit.analyzer.source import Source

ROOT = Path(__file__).resolve().parent.parent


WORDS = [
    "(",
    ")",
    "[",
    ":",
    "=",
    "x",
    "\n",
    "'",
    '"""',
    "#",
    "\\",
    "if",
    "def",
    "%",
    "!",
    "@",
    "\t",
]


def call(source: Source, name: str) -> cst.CSTNode:
    """The first call of a name."""
    return m.findall(source.module, m.Call(func=m.Name(name)))[0]


def notebook(*cells: str, language: str = "python") -> str:
    """A notebook of format 4: a markdown cell, then the code cells."""
    prose = [{"cell_type": "markdown", "source": ["# A title"]}]
    code = [{"cell_type": "code", "source": c.splitlines(keepends=True)} for c in cells]
    metadata = {"kernelspec": {"language": language}}
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": prose + code})


def test_a_position_counts_lines_and_columns_from_one_and_ends_after_the_span() -> None:
    source = Source.of("import keras\n\nx = (\n    Dense(3,\n      4)\n)\n")
    assert source.position(call(source, "Dense")) == Position(4, 5, 5, 9)
    assert source.line(4) == "    Dense(3,"
    assert source.problems == ()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "analyzer").rglob("*.py")), ids=lambda path: path.stem
)
def test_positions_equal_those_of_libcst(path: Path) -> None:
    source = Source.read(path)
    expected = metadata.MetadataWrapper(source.module, unsafe_skip_copy=True)
    for node, place in expected.resolve(metadata.PositionProvider).items():
        start, end = place.start, place.end
        wanted = Position(start.line, start.column + 1, end.line, end.column + 1)
        assert source.position(node) == wanted, node


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_python_ends_them(newline: str) -> None:
    lines = Lines(newline.join(["a", "b\x0c\x1cb", "", "c"]))
    assert [lines.line(n) for n in range(6)] == ["", "a", "b\x0c\x1cb", "", "c", ""]
    assert lines.place(lines.offset(4, 1)) == (4, 1)
    source = Source.of(newline.join(["a = 1", "Dense(1)", ""]))
    assert source.position(call(source, "Dense")) == Position(2, 1, 2, 9)


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        pytest.param("é = 1".encode(), "é = 1", "utf-8", id="utf-8"),
        pytest.param("é = 1".encode("utf-8-sig"), "é = 1", "utf-8-sig", id="byte-order-mark"),
        pytest.param(
            "# -*- coding: latin-1 -*-\né = 1".encode("latin-1"),
            "# -*- coding: latin-1 -*-\né = 1",
            "latin-1",
            id="coding-comment",
        ),
        pytest.param(
            "#!/usr/bin/python\n# vim: set fileencoding=gbk :\n层 = 1".encode("gbk"),
            "#!/usr/bin/python\n# vim: set fileencoding=gbk :\n层 = 1",
            "gbk",
            id="second-line",
        ),
    ],
)
def test_bytes_are_decoded_as_python_would(data: bytes, text: str, encoding: str) -> None:
    source = Source("model.py", data)
    assert (source.text, source.encoding, source.problems) == (text, encoding, ())
    assert source.text.encode(source.encoding) == data


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"a = 1\nb = '\xff'\n", 2, "byte 11 is not utf-8"),
        (b"# coding: nonsense\n", 1, "unknown encoding 'nonsense'"),
    ],
)
def test_undecodable_bytes_are_a_problem(data: bytes, line: int, words: str) -> None:
    source = Source("model.py", data)
    (problem,) = source.problems
    assert (problem.kind, problem.line) == ("undecodable", line)
    assert problem.text.startswith(words)
    assert source.module.body == ()


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("x = (1,\ny = 2\n", 1, 5, "'(' was never closed"),
        ("if x\n    y\n", 1, 5, "expected ':'"),
        ("print 'a'\n", 1, 1, "Missing parentheses in call to 'print'. Did you mean print(...)?"),
        ("x = 'abc\n", 1, 5, "unterminated string literal (detected at line 1)"),
        ("def f():\nreturn 1\n", 2, 1, "block after function definition on line 1"),
        ("x = 1\0\n", 1, 1, "null byte"),
        ("(" * 5000, 1, 201, "too many nested parentheses"),
        ("x = " + "[" * 5000 + "]" * 5000, 1, 205, "too many nested parentheses"),
        ("x = " + "-" * 50_000 + "1", 1, 1, "nested too deeply"),
        ("x = " + "lambda: " * 50_000 + "1", 1, 1, "nested too deeply"),
        ("x = 1" + " ** 1" * 50_000, 1, 1, "nested too deeply"),
        ("x = f" + "()" * 50_000, 1, 1, "nested too deeply"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_a_syntax_error_is_a_problem_at_its_place(
    text: str, line: int, column: int, words: str
) -> None:
    source = Source.of(text)
    problem = source.problems[0]
    assert (problem.kind, problem.line) == ("syntax", line)
    assert words in problem.text
    assert problem.column == column
    assert not source.complete
    assert isinstance(source.module, cst.Module)


def test_reading_goes_on_after_a_syntax_error() -> None:
    source = Source.of("a = 1\nb = (2,\nclass C:\n  x = ]\n\n@d\ndef f(:\n  pass\n\ne = Dense(1)\n")
    assert [p.line for p in source.problems] == [2, 4, 7]
    assert source.module.code == "a = 1\n\n\n\n\n\n\n\n\ne = Dense(1)\n"
    assert source.position(call(source, "Dense")) == Position(10, 5, 10, 13)
    assert not source.complete


@pytest.mark.parametrize(
    "valid", ["x = [\n1,\n2\n,]", 'x = """\na (\nb\n"""', "x = 1 + \\\n2", "@d\n@e\ndef f(): 0"]
)
def test_a_syntax_error_elsewhere_makes_no_error_of_a_statement_at_the_margin(valid: str) -> None:
    source = Source.of(f"y = )\n{valid}\nz = 1\n")
    assert [p.line for p in source.problems] == [1]
    assert source.module.code == f"\n{valid}\nz = 1\n"


def test_a_wrong_indentation_is_mended_and_columns_stay_those_of_the_file() -> None:
    text = "class A:\n  def f(self):\n    x = 1\n\n def g(self):\n    Dense(2)\n\nb = 1\n"
    source = Source.of(text)
    (problem,) = source.problems
    assert problem.line == 5
    assert problem.text == "unindent does not match any outer indentation level"
    assert source.complete
    assert source.module.code == text.replace(" def g", "  def g")
    definition = m.findall(source.module, m.FunctionDef(name=m.Name("g")))[0]
    assert source.position(definition).column == 2
    assert source.position(call(source, "Dense")).column == 5


def test_an_unexpected_indentation_is_mended_for_its_whole_run() -> None:
    source = Source.of("def f():\n    x = 1\n      y = 2\n      z = 3\n    return y\n")
    assert [p.line for p in source.problems] == [3]
    assert source.module.code == "def f():\n    x = 1\n    y = 2\n    z = 3\n    return y\n"


def test_a_text_newer_than_the_running_python_is_read_where_libcst_can() -> None:
    source = Source.of("type Shape = tuple[int, ...]\nx = f'{\"a\" + f'{1}'}'\n")
    assert source.problems == ()
    assert len(source.module.body) == 2


def test_positions_survive_a_tree_deeper_than_the_recursion_limit() -> None:
    source = Source.of("x = 1" + " + 1" * 450 + "\nDense(1)\n")
    assert source.problems == ()
    assert source.position(source.module.body[1]) == Position(2, 1, 2, 9)


def test_a_huge_text_is_a_problem_that_names_the_limit() -> None:
    source = Source("big.py", b"import keras\n" + b"x = 1\n" * 100, max_characters=100)
    (problem,) = source.problems
    assert problem.kind == "too-large"
    assert problem.text == "613 characters, over the limit of 100"


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (problem,) = Source.read(tmp_path / "absent.py").problems
    assert (problem.kind, problem.text) == ("unreadable", "No such file or directory")
    (problem,) = Source.read(tmp_path).problems
    assert problem.kind == "unreadable"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "\ufeff"])
def test_an_empty_text_is_read_and_irrelevant(text: str) -> None:
    source = Source.of(text)
    assert source.problems == ()
    assert not source.relevant()


def test_relevance_is_naming_keras_or_tensorflow() -> None:
    assert Source.of("from tensorflow import nn").relevant()
    assert Source.of("import keras").relevant()
    assert not Source.of("import torch").relevant()


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_raise(data: bytes) -> None:
    for path in ("a.py", "a.ipynb"):
        source = Source(path, data, "notebook" if path.endswith("ipynb") else "python")
        assert source.module is not None
        assert source.suppressions is not None


@given(st.lists(st.sampled_from(WORDS)))
def test_no_text_makes_reading_raise(words: list[str]) -> None:
    text = " ".join(words)
    for source in (Source.of(text), Source.of(notebook(text), "a.ipynb")):
        for node in source.module.body:
            assert source.position(node).line >= 1
        assert source.complete or source.problems


def test_a_notebook_is_read_as_one_text_and_places_are_those_of_the_cell() -> None:
    source = Source.of(notebook("import keras\nx = 1\n", "y = 2\n\nDense(x)"), "a.ipynb")
    assert source.problems == ()
    assert source.relevant()
    assert source.module.code == "import keras\nx = 1\ny = 2\n\nDense(x)\n"
    position = source.position(call(source, "Dense"))
    assert position == Position(3, 1, 3, 9, cell=3)
    assert source.line(position.line, position.cell) == "Dense(x)"


def test_a_notebook_of_format_3_is_read() -> None:
    cells = [{"cell_type": "code", "input": ["x = 1\n", "Dense(x)"]}]
    source = Source.of(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}), "a.ipynb")
    assert source.module.code == "x = 1\nDense(x)\n"
    assert source.position(call(source, "Dense")) == Position(2, 1, 2, 9, cell=1)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("%matplotlib inline\nx", "pass\nx"),
        ("!pip install keras \\\n  numpy\nx", "pass\n\nx"),
        ("if x:\n    !ls\n", "if x:\n    pass\n"),
        ("files = !ls\nt = %timeit -o f()", "files = get_ipython()\nt = get_ipython()"),
        ("model.fit??\n?keras", "pass\npass"),
        ("%%bash\nrm -r x\n", "\n\n"),
        ("%%writefile a.py\nx = 1", "\n"),
        ("\n%%time\nx = 1", "\n\nx = 1"),
        ("%%capture out\nx = 1", "\nx = 1"),
        ("%time f(x,\n  y)", "if 1: f(x,\n  y)"),
        ("%timeit   f(x)", "if 1:     f(x)"),
        ("%timeit -n 10 f(x)", "pass"),
        ("x = (a\n% b)", "x = (a\n% b)"),
        ("x = '''\n%time\n!ls\n'''\n%ls", "x = '''\n%time\n!ls\n'''\npass"),
        ("x = a \\\n  % b", "x = a \\\n  % b"),
        ("x = 'a%b'  # why?\nz = x != y", "x = 'a%b'  # why?\nz = x != y"),
        ('s = "it\'s"\n%ls', 's = "it\'s"\npass'),
    ],
)
def test_what_only_ipython_understands_becomes_python_of_the_same_lines(
    written: str, read: str
) -> None:
    source = Source.of(notebook(written), "a.ipynb")
    assert source.module.code.split("\n")[: read.count("\n") + 1] == read.split("\n")
    assert source.problems == ()


def test_a_broken_cell_is_a_problem_and_the_others_are_read() -> None:
    source = Source.of(notebook("x = (", "Dense(1)"), "a.ipynb")
    (problem,) = source.problems
    assert problem.position.cell == 2
    assert problem.line == 1
    assert source.position(call(source, "Dense")) == Position(1, 1, 1, 9, cell=3)


def test_a_notebook_of_another_language_is_empty() -> None:
    source = Source.of(notebook("library(keras)\nx <- 1", language="R"), "a.ipynb")
    assert (source.problems, source.text) == ((), "")


@pytest.mark.parametrize("text", ['{"cells": [', "[]", "{}", '{"cells": 3}', '{"cells": [3]}', "1"])
def test_a_broken_notebook_is_a_problem(text: str) -> None:
    (problem,) = Source.of(text, "a.ipynb").problems
    assert problem.kind == "notebook"
    assert problem.text.startswith(("not valid JSON: ", "not a notebook: "))


@pytest.mark.parametrize(
    ("comment", "codes", "tool", "whole"),
    [
        ("# dryfit: ignore", None, "dryfit", False),
        ("# dryfit: ignore[SHP101]", {"shp101"}, "dryfit", False),
        ("#dryfit:ignore[ SHP101 , merge-arity ]", {"shp101", "merge-arity"}, "dryfit", False),
        ("# because it is so. # dryfit: ignore[SHP101]", {"shp101"}, "dryfit", False),
        ("# dryfit: ignore-file", None, "dryfit", True),
        ("# dryfit: ignore-file[SHP001]", {"shp001"}, "dryfit", True),
        ("# noqa", None, "noqa", False),
        ("# NOQA: SHP101,E501", {"shp101", "e501"}, "noqa", False),
        ("# type: ignore # noqa:SHP101 E501", {"shp101", "e501"}, "noqa", False),
    ],
)
def test_comments_suppress(comment: str, codes: set[str] | None, tool: str, whole: bool) -> None:
    (found,) = Source.of(f"x = 1\ny = 2  {comment}\n").suppressions.comments
    assert (found.codes, found.tool, found.whole_file) == (codes, tool, whole)
    assert found.position.line == 2


@pytest.mark.parametrize(
    "line",
    ["x = '# dryfit: ignore'", "# noqataste", "# dryfit: ignored", "# nosec", "# dryfit is nice"],
)
def test_what_is_no_suppression_suppresses_nothing(line: str) -> None:
    assert Source.of(line).suppressions.comments == ()


def test_a_suppression_covers_findings_that_start_or_end_on_its_line() -> None:
    found = Source.of("f(\n  1,\n)  # dryfit: ignore[SHP001]\n").suppressions
    assert found.covering("SHP001", "input-rank-mismatch", Position(1, 1, 3, 2)) == found.comments
    assert found.covering("SHP001", "input-rank-mismatch", Position(2, 1, 2, 2)) == ()
    assert found.covering("SHP002", "other", Position(1, 1, 3, 2)) == ()


@pytest.mark.parametrize("word", ["SHP001", "shp001", "input-rank-mismatch", "SHP"])
def test_a_rule_can_be_named_by_code_name_or_family(word: str) -> None:
    found = Source.of(f"x  # dryfit: ignore[{word}]").suppressions
    assert found.covering("SHP001", "input-rank-mismatch", Position(1, 1, 1, 2))
    assert not found.covering("MSK001", "mask-lost", Position(1, 1, 1, 2))


def test_only_unused_comments_of_our_own_are_told() -> None:
    found = Source.of("a  # noqa: SHP001\nb  # dryfit: ignore\nc  # dryfit: ignore\n").suppressions
    used = found.covering("SHP001", "input-rank-mismatch", Position(2, 1, 2, 2))
    assert [c.position.line for c in found.unused(used)] == [3]


def test_a_suppression_in_a_notebook_stands_in_its_cell() -> None:
    source = Source.of(notebook("a = 1", "b = 1\nc  # dryfit: ignore"), "a.ipynb")
    (comment,) = source.suppressions.comments
    assert comment.position == Position(2, 4, 2, 20, cell=3)
