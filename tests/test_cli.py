"""The commands as a person or a program calls them: output, files written, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dryfit.cli import main
from dryfit.cli.main import COMMANDS, dryfit
from dryfit.rules import checking, rules
from dryfit.rules.source.unused_suppression import UnusedSuppression

Run = Callable[..., Result]

# Text rules need no analysis of models: what is tested here is the command.
UNREADABLE = "import keras\nx = (1\n"
UNUSED = "import keras\nx = 1  # dryfit: ignore[SHP001]\n"
CLEAN = "import keras\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line in an empty folder, as outside of tests: faults are told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DRYFIT_DEBUG", raising=False)

    def invoke(*words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(dryfit, words, input=stdin)

    return invoke


def whole(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A whole process, as from a shell."""
    return subprocess.run(
        [sys.executable, "-m", "dryfit.cli", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={k: v for k, v in os.environ.items() if k != "DRYFIT_DEBUG"} | environment,
    )


def test_nothing_to_report_exits_0_and_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN)
    (tmp_path / "b.py").write_text("import os\n")
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "nothing to report (1 file checked, 1 without Keras)\n"


def test_findings_exit_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNREADABLE)
    result = run("check", "a.py")
    assert result.exit_code == 1
    assert result.stdout.startswith("a.py:2:5: SYN001 unreadable-source: ")
    assert result.stderr == "1 error (1 file checked)\n"


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("hint", 1), ("", 1)])
def test_fail_on_decides_the_exit_code(run: Run, tmp_path: Path, fail_on: str, code: int) -> None:
    (tmp_path / "a.py").write_text(UNUSED)
    asked = ["--fail-on", fail_on] if fail_on else []
    assert run("check", "a.py", *asked).exit_code == code


def test_a_missing_path_exits_2_and_the_others_are_checked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNREADABLE)
    result = run("check", "gone.py", "a.py")
    assert result.exit_code == 2
    assert "dryfit: gone.py: no such file or folder\n" in result.stderr
    assert "SYN001" in result.stdout


def test_a_fault_of_dryfit_exits_2_and_the_other_files_are_checked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = checking.check

    def failing(source: object, *rest: object) -> object:
        if getattr(source, "path", "") == "a.py":
            raise RuntimeError("broken")
        return real(source, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(checking, "check", failing)
    (tmp_path / "a.py").write_text(CLEAN)
    (tmp_path / "b.py").write_text(UNREADABLE)
    result = run("check", "a.py", "b.py")
    assert result.exit_code == 2
    assert "dryfit: a.py: internal fault, RuntimeError: broken\n" in result.stderr
    assert "b.py:2:5: SYN001" in result.stdout


def test_a_fault_in_one_rule_exits_2_and_the_other_rules_have_their_say(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> object:
        raise RuntimeError("broken")

    monkeypatch.setattr(UnusedSuppression, "on_verdict", failing)
    (tmp_path / "a.py").write_text(UNREADABLE)
    result = run("check", "a.py")
    assert result.exit_code == 2
    assert "a.py: internal: RuntimeError in rule SUP001" in result.stderr
    assert "a.py:2:5: SYN001" in result.stdout


def test_several_processes_find_and_tell_the_same_in_the_same_order(tmp_path: Path) -> None:
    for number in range(12):
        text = [CLEAN, UNREADABLE, UNUSED, "import os\n"][number % 4]
        (tmp_path / f"m{number}.py").write_text(text)
    words = ["check", "--format", "concise", "--no-cache"]
    alone, together = (whole(*words, "-j", jobs, folder=tmp_path) for jobs in ("1", "2"))
    assert alone.stdout.count("SYN001") == 3
    assert (together.stdout, together.stderr) == (alone.stdout, alone.stderr)
    assert together.returncode == alone.returncode == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "--select", "SHP999", "a.py"], "no rule is called 'SHP999'; did you mean SHP"),
        (["check", "--dialect", "keras9", "a.py"], "keras9"),
        (["check", "--frmat", "json", "a.py"], "--format"),
        (["chekc"], "chekc"),
        (["explain", "SYN002"], "no rule is called 'SYN002'; did you mean SYN001?"),
        (["report", "gone.py"], "gone.py: no such file"),
        (["run", "gone.py"], "gone.py: no such file"),
        (["train", "gone.py:net", "--data", "gone.npz"], "gone.npz: no such file"),
    ],
)
def test_a_wrong_call_exits_2_and_says_what_is_wrong(
    tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "a.py").write_text(CLEAN)
    result = whole(*words, folder=tmp_path)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_the_keyboard_stops_a_run_with_a_code_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "check", stopped)
    monkeypatch.setattr(sys, "argv", ["dryfit", "check", "--no-cache", str(tmp_path)])
    monkeypatch.setattr(main.quickstart, "begin", lambda: None)
    (tmp_path / "a.py").write_text(CLEAN)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err.endswith("stopped\n")


def test_json_goes_to_standard_output_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNREADABLE + "y = 1  # dryfit: ignore[SHP001]\n")
    result = run("check", "--format", "json")
    found = json.loads(result.stdout)
    assert [f["code"] for f in found] == ["SYN001"]
    assert result.stderr == ""
    (tmp_path / "a.py").write_text(CLEAN)
    assert json.loads(run("check", "--format", "json").stdout) == []


def test_github_annotations_are_printed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNREADABLE)
    assert run("check", "--format", "github").stdout.startswith("::error file=a.py,line=2,col=5,")


def test_rich_output_underlines_the_span_and_has_no_colour_where_none_is_wanted(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.py").write_text(UNUSED)
    plain = whole("check", "--format", "rich", folder=tmp_path, NO_COLOR="1", FORCE_COLOR="1")
    assert "\x1b[3" not in plain.stdout
    assert (
        "   2 | x = 1  # dryfit: ignore[SHP001]\n"
        in whole("check", "--format", "rich", folder=tmp_path).stdout
    )
    coloured = whole("check", "--format", "rich", folder=tmp_path, FORCE_COLOR="1", TERM="xterm")
    assert "\x1b[" in coloured.stdout


def test_standard_input_is_checked_under_the_name_it_is_given(run: Run) -> None:
    result = run("check", "-", stdin=UNREADABLE)
    assert result.stdout.startswith("<stdin>:2:5: SYN001")
    result = run("check", "-", "--stdin-filename", "net/a.py", stdin=UNREADABLE)
    assert result.stdout.startswith("net/a.py:2:5: SYN001")


def test_fix_mends_the_file_and_keeps_its_bytes_otherwise(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    text = b"# coding: latin-1\r\nimport keras  # \xe9\r\nx = 1"
    path.write_bytes(text + b"  # dryfit: ignore[SHP001]")
    path.chmod(0o755)
    result = run("check", "--fix", "a.py")
    assert path.read_bytes() == text
    assert path.stat().st_mode & 0o777 == 0o755
    assert list(tmp_path.iterdir()) == [path]
    assert result.exit_code == 0
    assert result.stderr == "nothing to report (1 file checked); 1 fix written\n"


def test_diff_shows_the_change_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNUSED)
    result = run("check", "--diff", "a.py")
    assert "-x = 1  # dryfit: ignore[SHP001]\n+x = 1\n" in result.stdout
    assert (tmp_path / "a.py").read_text() == UNUSED
    assert result.exit_code == 1


def test_fix_of_standard_input_prints_the_mended_text(run: Run) -> None:
    result = run("check", "--fix", "-", stdin=UNUSED)
    assert result.stdout == "import keras\nx = 1\n"


def test_a_file_that_cannot_be_read_whole_is_not_mended(run: Run, tmp_path: Path) -> None:
    text = UNUSED + "y = (\n"
    (tmp_path / "a.py").write_text(text)
    assert run("check", "--fix", "a.py").exit_code == 1
    assert (tmp_path / "a.py").read_text() == text


def test_a_notebook_is_reported_by_cell(run: Run, tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": line} for line in (CLEAN, "!ls\nx = (1")]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))
    result = run("check", "--format", "json")
    (found,) = json.loads(result.stdout)
    assert (found["cell"], found["line"], found["code"]) == (2, 2, "SYN001")
    assert run("check").stdout.startswith("a.ipynb:cell 2:2:5: SYN001")


def test_configuration_and_command_line_meet(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(UNUSED)
    config = tmp_path / "pyproject.toml"
    config.write_text('[tool.dryfit]\nignore = ["SUP001"]\n')
    assert run("check").exit_code == 0
    config.write_text('[tool.dryfit]\nseverity = {SUP001 = "error"}\n')
    assert "1 error" in run("check").stderr
    config.write_text('[tool.dryfit]\nfail-on = "error"\n')
    assert run("check").exit_code == 0
    assert run("check", "--fail-on", "warning").exit_code == 1
    config.write_text('[tool.dryfit]\nper-file-ignores = {"a.*" = ["SUP"]}\n')
    assert run("check").exit_code == 0
    config.write_text('[tool.dryfit]\nexclude = ["a.py"]\n')
    assert run("check", "a.py").stderr.startswith("no Python file or notebook to check")


def test_a_large_file_is_told_and_not_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.dryfit]\nmax-file-size = 10\n")
    (tmp_path / "a.py").write_text(CLEAN)
    result = run("check")
    assert result.exit_code == 1
    assert "the file is not checked: 13 characters, over the limit of 10" in result.stdout
    assert "fix: raise max-file-size" in result.stdout


def test_verbose_tells_what_was_skipped_and_seen(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN)
    (tmp_path / "b.py").write_text("import os\n")
    result = run("check", "-v")
    assert "b.py: skipped, it does not mention keras or tensorflow\n" in result.stderr
    assert "a.py: 0 of 0 layer calls have a full shape\n" in result.stderr


def test_a_file_without_keras_loads_neither_libcst_nor_rich(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n")
    program = (
        "import sys, dryfit.cli.main as m\n"
        "try: m.dryfit.main(['check', 'a.py'])\n"
        "except SystemExit as e: print(e.code, [n for n in %r if n in sys.modules])\n"
    )
    watched = ["libcst", "rich", "numpy", "pathspec", "json", "dryfit.rules", "dryfit.executor"]
    done = subprocess.run(
        [sys.executable, "-c", program % watched],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0 []\n" or done.stdout == "0 ['json']\n"


def test_rules_lists_every_rule(run: Run) -> None:
    listed = run("rules").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [rule.code for rule in rules()]
    entries = json.loads(run("rules", "--format", "json").stdout)
    assert [entry["name"] for entry in entries] == [rule.name for rule in rules()]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_explain_tells_each_rule_with_code_that_has_it_and_code_that_fits(rule: type) -> None:
    page = CliRunner().invoke(dryfit, ["explain", rule.code]).stdout
    assert page.startswith(f"{rule.code} {rule.name} (")
    assert "Why:" in page and "Found in:" in page and "Fits:" in page
    assert CliRunner().invoke(dryfit, ["explain", rule.name]).stdout == page


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_80_columns_and_says_something(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert len(result.stdout.splitlines()) > 5


NET = """\
import keras
from keras import layers

def make(units):
    return keras.Sequential([keras.Input((8,)), layers.Dense(units)], name="small")

small = make(4)
inputs = keras.Input((6, 6, 3), name="picture")
x = layers.Conv2D(4, 3)(inputs)
x = layers.BatchNormalization()(x)
x = layers.Dropout(0.5)(layers.Flatten()(x))
net = keras.Model(inputs, layers.Dense(2, name="out")(x), name="net")
"""


def test_a_model_that_does_not_fit_is_found_with_both_shapes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(NET + "y = layers.LSTM(4)(x)\n")
    result = run("check", "a.py", "--format", "rich")
    assert result.exit_code == 1
    # 6 - 3 + 1 = 4, so Flatten makes 4 * 4 * 4 = 64 of each picture.
    assert "error SHP001 input-rank-mismatch  LSTM 'lstm'\n" in result.stdout
    assert "  13 | y = layers.LSTM(4)(x)\n     |     ^^^^^^^^^^^^^^^^^\n" in result.stdout
    assert "  got    (batch, 64)\n" in result.stdout


def test_report_shows_every_model_or_the_one_that_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(NET)
    models = json.loads(run("report", "a.py", "--format", "json").stdout)["models"]
    assert {model["name"] for model in models} == {"small", "net"}
    (net,) = json.loads(run("report", "a.py:net", "--format", "json").stdout)["models"]
    # Keras counts 3*3*3*4 + 4, four times 4, and 64*2 + 2.
    assert (net["params"], net["non_trainable_params"]) == (112 + 16 + 130, 8)
    assert net["inputs"] == [{"name": "picture", "shape": [None, 6, 6, 3], "dtype": "float32"}]
    rows = {layer["name"]: layer for layer in net["layers"]}
    assert rows["conv2d"]["output_shapes"] == [[None, 4, 4, 4]]
    assert [name for name, layer in rows.items() if layer["mode_dependent"]] == [
        "batch_normalization",
        "dropout",
    ]


@pytest.mark.parametrize("form", ["rich", "text", "mermaid"])
def test_report_draws_models_in_80_columns(run: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "a.py").write_text(NET)
    result = run("report", "a.py:net", "--format", form)
    assert result.exit_code == 0
    assert all(word in result.stdout for word in ("net", "conv2d", "(batch, 64)", "out"))
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_report_of_an_unknown_name_says_which_there_are(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(NET)
    result = whole("report", "a.py:nte", folder=tmp_path)
    assert result.returncode == 2
    assert "a.py has no model called 'nte'; it has small, net" in result.stderr


def test_report_of_a_file_without_models_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CLEAN)
    assert run("report", "a.py").stdout == "a.py: no model is made here\n"
