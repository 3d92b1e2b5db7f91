"""How findings and models are written down: the public JSON forms, annotations, frames."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from dryfit.analyzer.dims import symbol
from dryfit.analyzer.findings import Edit, Finding, Fix, Level, Place, Related
from dryfit.analyzer.position import Position
from dryfit.analyzer.source import Source
from dryfit.analyzer.summary import LayerRow, ModelSummary, Port
from dryfit.cli import diagrams, reportjson, tables
from dryfit.cli.formats import as_concise, as_github, as_json
from dryfit.cli.frames import show
from dryfit.cli.numbers import cost_text, count_text, shape_text

TEXT = """\
import keras
from keras import layers, Input
inputs = Input((9,), name="rows")
x = layers.Conv1D(8, 3, name="conv")(inputs)
\ty = layers.Concatenate()([x, inputs, x, inputs, x, inputs, x, inputs, x, inputs, inputs, x])
z = layers.Dense(
    4,
    activation="relu",
)(x)
"""
BATCH = symbol("batch", static=False)
UNITS = symbol("units")


def place(line: int, column: int, end_line: int, end_column: int) -> Place:
    """A span of the text above."""
    return Place("model.py", Position(line, column, end_line, end_column))


RANK = Finding(
    "SHP001",
    "input-rank-mismatch",
    Level.ERROR,
    place(4, 5, 4, 45),
    "Conv1D 'conv'",
    needs="(batch, steps, channels)",
    got={"": (BATCH, 9)},
    names={"rank": 2},
    related=(Related(place(3, 10, 3, 34), "(batch, 9) from Input"),),
    hint="give Input a channel axis, e.g. Input((9, 1))",
    fix=Fix("add an axis", (Edit(place(3, 16, 3, 20), "(9, 1)"),)),
)
LOST = Finding(
    "MSK001",
    "mask-lost",
    Level.WARNING,
    place(6, 5, 9, 5),
    "Dense",
    "drops the mask",
    when="use_mask",
)


def test_findings_as_json_have_exactly_the_public_form() -> None:
    assert json.loads(as_json([RANK, LOST])) == [
        {
            "path": "model.py",
            "cell": None,
            "line": 4,
            "column": 5,
            "end_line": 4,
            "end_column": 45,
            "code": "SHP001",
            "name": "input-rank-mismatch",
            "severity": "error",
            "message": "Conv1D 'conv' needs (batch, steps, channels), got (batch, 9) (rank=2);"
            " fix: give Input a channel axis, e.g. Input((9, 1))",
            "related": [
                {"path": "model.py", "line": 3, "column": 10, "message": "(batch, 9) from Input"}
            ],
            "fix": {
                "title": "add an axis",
                "edits": [
                    {
                        "path": "model.py",
                        "line": 3,
                        "column": 16,
                        "end_line": 3,
                        "end_column": 20,
                        "text": "(9, 1)",
                    }
                ],
            },
        },
        {
            "path": "model.py",
            "cell": None,
            "line": 6,
            "column": 5,
            "end_line": 9,
            "end_column": 5,
            "code": "MSK001",
            "name": "mask-lost",
            "severity": "warning",
            "message": "Dense drops the mask when use_mask",
            "related": [],
            "fix": None,
        },
    ]
    assert as_json([]) == "[]"


def test_github_annotations_escape_what_would_end_them() -> None:
    odd = Finding(
        "X001", "odd", Level.HINT, Place("a,b:c.py", Position(1, 2, 3, 4)), "50%\r\nof it: a, b"
    )
    assert as_github([LOST, odd]).splitlines() == [
        "::warning file=model.py,line=6,col=5,endLine=9,endColumn=5,title=MSK001 mask-lost"
        "::Dense drops the mask when use_mask",
        "::notice file=a%2Cb%3Ac.py,line=1,col=2,endLine=3,endColumn=4,title=X001 odd"
        "::50%25%0D%0Aof it: a, b",
    ]


def test_concise_text_has_the_four_parts_in_order() -> None:
    assert as_concise([RANK]).splitlines() == [
        "model.py:4:5: SHP001 input-rank-mismatch: Conv1D 'conv' needs (batch, steps, channels),"
        " got (batch, 9) (rank=2)",
        "    (batch, 9) from Input at model.py:3:10",
        "    fix: give Input a channel axis, e.g. Input((9, 1))",
    ]


def framed(*findings: Finding, width: int = 80) -> str:
    """What a person sees, without colour."""
    out = io.StringIO()
    source = Source.of(TEXT, "model.py")
    console = Console(file=out, width=width, highlight=False)
    # The text as written: its tab makes it no Python, which must not matter here.
    show(console, findings, lambda at, number: source.line(number, at.position.cell))
    return out.getvalue()


def test_a_frame_shows_the_source_both_shapes_and_where_one_came_from() -> None:
    assert (
        framed(RANK)
        == """\
error SHP001 input-rank-mismatch  Conv1D 'conv'
  model.py:4:5
   4 | x = layers.Conv1D(8, 3, name="conv")(inputs)
     |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  model.py:3:10  (batch, 9) from Input
   3 | inputs = Input((9,), name="rows")
     |          ^^^^^^^^^^^^^^^^^^^^^^^^
  needs  (batch, steps, channels)
  got    (batch, 9)
  with   rank=2
  fix    give Input a channel axis, e.g. Input((9, 1))  [--fix does it]

"""
    )


def test_a_frame_of_several_lines_marks_each() -> None:
    assert (
        framed(LOST)
        == """\
warning MSK001 mask-lost
  Dense drops the mask when use_mask
  model.py:6:5
   6 | z = layers.Dense(
     |     ^^^^^^^^^^^^^
   7 |     4,
     |     ^^
   8 |     activation="relu",
     |     ^^^^^^^^^^^^^^^^^^
   9 | )(x)
     | ^^^^

"""
    )


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("column", [2, 60, 80])
def test_a_long_line_is_cut_around_its_mark(width: int, column: int) -> None:
    at = place(5, column, 5, column + 6)
    finding = Finding("X001", "long", Level.HINT, at, "a " * 60)
    lines = framed(finding, width=width).splitlines()
    assert max(map(len, lines)) <= width
    code, mark = lines[-3], lines[-2]
    shown = "".join(c for c, m in zip(code, mark, strict=False) if m == "^")
    assert shown == TEXT.splitlines()[4][column - 1 : column + 5]


def test_a_mark_stands_under_wide_characters() -> None:
    source = Source.of("层 = Dense(3)\n", "model.py")
    out = io.StringIO()
    finding = Finding("X001", "wide", Level.HINT, place(1, 5, 1, 13), "x")
    show(Console(file=out, width=80), [finding], lambda at, number: source.line(number))
    assert "     |      ^^^^^^^^" in out.getvalue().splitlines()


def row(name: str, cls: str, **more: object) -> LayerRow:
    """A layer of the model below."""
    return LayerRow(name, cls, 3, **more)  # type: ignore[arg-type]


MODEL = ModelSummary(
    "net",
    "model.py",
    2,
    "functional",
    inputs=(Port("rows", (BATCH, 9, 8), "float32"),),
    outputs=(Port("out", (BATCH, UNITS), None),),
    params=1234567,
    trainable_params=1234567 - 64,
    non_trainable_params=64,
    flops=2_500_000,
    layers=(
        row("mask", "Masking", output_shapes=((BATCH, 9, 8),), mask="produces", inbound=("rows",)),
        row(
            "lstm",
            "LSTM",
            input_shapes=((BATCH, 9, 8),),
            output_shapes=((BATCH, 16),),
            weights=(("kernel", (8, 64), True), ("bias", (64,), False)),
            params=1600,
            mask="consumes",
            mode_dependent=True,
            flops=1234,
            inbound=("mask",),
        ),
        row(
            "odd", "Mine", params=None, trainable=False, inbound=("lstm", "rows"), reason="no shape"
        ),
        row("out", "Dense", output_shapes=(None, (BATCH, UNITS)), params=16 * UNITS),
    ),
)


def test_models_as_json_have_exactly_the_public_form() -> None:
    (model,) = json.loads(reportjson.as_json([MODEL]))["models"]
    layers = model.pop("layers")
    assert model == {
        "name": "net",
        "path": "model.py",
        "line": 2,
        "style": "functional",
        "inputs": [{"name": "rows", "shape": [None, 9, 8], "dtype": "float32"}],
        "outputs": [{"name": "out", "shape": [None, "units"], "dtype": None}],
        "params": 1234567,
        "trainable_params": 1234503,
        "non_trainable_params": 64,
        "flops": 2500000,
    }
    assert layers[1] == {
        "name": "lstm",
        "class": "LSTM",
        "line": 3,
        "input_shapes": [[None, 9, 8]],
        "output_shapes": [[None, 16]],
        "params": 1600,
        "trainable": True,
        "mask": "consumes",
        "mode_dependent": True,
    }
    assert layers[2]["params"] is None
    assert (layers[3]["output_shapes"], layers[3]["params"]) == (
        [None, [None, "units"]],
        "16*units",
    )


def test_the_table_has_a_row_a_layer_and_fits_80_columns() -> None:
    out = io.StringIO()
    tables.show(Console(file=out, width=80, highlight=False), [MODEL], weights=True)
    text = out.getvalue()
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "net  functional, model.py:2"
    assert lines[1] == "  in  (batch, 9, 8) float32  rows"
    (lstm,) = (line.split() for line in lines if line.startswith("lstm"))
    assert lstm == [
        "lstm",
        "LSTM",
        "3",
        "(batch,",
        "16)",
        "1,600",
        "consumes",
        "differs",
        "1.23",
        "k",
    ]
    assert any(line.split() == [".bias", "(64,)", "fixed"] for line in lines)
    assert "no shape" in text
    assert any(line.split()[-2:] == ["?", "frozen"] for line in lines)
    assert lines[-1] == (
        "  params 1,234,567 (1,234,503 trainable, 64 not); 2.5 M operations a sample"
    )


def test_the_text_graph_says_what_each_layer_reads() -> None:
    assert diagrams.as_text(MODEL).splitlines() == [
        "net (functional, model.py:2)",
        "  rows  Input    (batch, 9, 8)",
        "  mask  Masking  (batch, 9, 8)",
        "  lstm  LSTM     (batch, 16)",
        "  odd   Mine     ?                  <- lstm, rows",
        "  out   Dense    ?, (batch, units)",
    ]


def test_the_mermaid_graph_has_a_node_a_layer_and_an_edge_a_tensor() -> None:
    assert diagrams.as_mermaid(MODEL).splitlines() == [
        "%% net, model.py:2",
        "flowchart TD",
        '    n0(["rows<br/>(batch, 9, 8)"])',
        '    n1["mask<br/>Masking (batch, 9, 8)"]',
        '    n2["lstm<br/>LSTM (batch, 16)"]',
        '    n3["odd<br/>Mine ?"]',
        '    n4["out<br/>Dense ?, (batch, units)"]',
        "    n0 --> n1",
        "    n1 --> n2",
        "    n2 --> n3",
        "    n0 --> n3",
        "    classDef modal stroke-dasharray: 5 5",
        "    class n2 modal",
    ]


def test_a_sequential_model_is_a_chain() -> None:
    model = ModelSummary("m", "m.py", 1, "sequential", layers=(row("a", "A"), row("b", "B")))
    assert "    n0 --> n1" in diagrams.as_mermaid(model)
    assert diagrams.as_text(model).endswith("b  B  ?")


def test_numbers_are_short_and_unknown_ones_a_question_mark() -> None:
    assert [cost_text(n) for n in (None, 0, 999, 1000, 123456, 2 * 10**9)] == [
        "",
        "0",
        "999",
        "1 k",
        "123 k",
        "2 G",
    ]
    assert [count_text(n) for n in (None, 1234, UNITS * 2)] == ["?", "1,234", "2*units"]
    assert [shape_text(s) for s in (None, (), (3,), (BATCH, 2))] == [
        "?",
        "()",
        "(3,)",
        "(batch, 2)",
    ]
