"""`dryfit run`, `train` and `predict`: what they run, write, say, and exit with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

# One worker: kernels are compiled once, not by several processes at the same time.
pytestmark = pytest.mark.xdist_group("run")

NET = """\
import keras
from keras import layers

net = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="net")
net.compile(optimizer="sgd", loss="mse")

def make():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2)])
"""


def dryfit(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, as outside of tests."""
    env = {name: value for name, value in os.environ.items() if name != "DRYFIT_DEBUG"}
    return subprocess.run(
        [sys.executable, "-m", "dryfit.cli", *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model, and data that a linear map explains."""
    (tmp_path / "net.py").write_text(NET)
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    y = x @ np.arange(6, dtype="float32").reshape(3, 2)
    np.savez(tmp_path / "data.npz", x=x, y=y, other=y)
    return tmp_path


def test_a_script_runs_with_its_arguments_and_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import sys, keras\nprint(sys.argv)\nsys.exit(3)\n")
    done = dryfit(tmp_path, "run", "a.py", "--epochs", "2", "x")
    assert done.stdout == "['a.py', '--epochs', '2', 'x']\n"
    assert done.returncode == 3


def test_an_error_in_a_script_is_shown_as_python_shows_it_without_our_frames(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.py").write_text("import keras\n\ndef f(x):\n    return 1 / x\n\nf(len([]))\n")
    done = dryfit(tmp_path, "run", "--no-verify", "a.py")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert [line.split(", ", 1)[1] for line in lines if line.startswith("  File")] == [
        "line 6, in <module>",
        "line 4, in f",
    ]
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_a_script_that_does_not_fit_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(NET + "print('ran')\nkeras.layers.LSTM(2)(net.outputs[0])\n")
    done = dryfit(tmp_path, "run", "a.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error SHP001 input-rank-mismatch" in done.stderr
    assert "a.py is not run: it does not fit; --no-verify runs it all the same" in done.stderr


def test_training_shows_each_epoch_and_draws_the_curve(folder: Path) -> None:
    words = ["--data", "data.npz", "--epochs", "3", "--seed", "1", "--curve", "loss.png"]
    done = dryfit(folder, "train", "net.py:net", *words)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    losses = [float(row[1]) for row in rows if row and row[0] in {"1", "2", "3"}]
    assert len(losses) == 3 and losses[2] < losses[0]
    assert (folder / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert dryfit(folder, "train", "net.py:net", *words).stdout == done.stdout


def test_outputs_of_a_model_are_written(folder: Path) -> None:
    done = dryfit(folder, "predict", "net.py:net", "--data", "data.npz", "--out", "y.npy")
    assert (done.stdout, done.returncode) == ("y.npy: (64, 2)\n", 0), done.stderr
    assert np.load(folder / "y.npy").shape == (64, 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["net.py:nte", "--data", "data.npz"], "net.py has no model called 'nte'; it has net"),
        (["net.py:make", "--data", "data.npz"], "the source does not compile the model\n  fix: --"),
        (["net.py:net", "--data", "data.npz", "--y", "z"], "no array called 'z'; the file has x,"),
        (["net.py:net", "--data", "net.py"], "net.py: cannot be read as .npz or .npy"),
        (["net.py:net", "--data", "data.npz", "--out", "w.h5"], "write .weights.h5"),
        (["net.py:net", "--data", "data.npz", "--weights", "w.weights.h5"], "no such file"),
    ],
)
def test_what_cannot_be_trained_is_told(folder: Path, words: list[str], said: str) -> None:
    done = dryfit(folder, "train", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
