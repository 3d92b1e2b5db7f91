"""Imports: modules of the project are executed, native ones keep their spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

import dryfit.analyzer.keras  # noqa: F401  # fills the table of natives
from dryfit.analyzer.analysis import Analysis, Options
from dryfit.analyzer.facts import ClassDefined, PythonError
from dryfit.analyzer.interp import roots
from dryfit.analyzer.source import Source
from dryfit.analyzer.unknown import Unknown
from dryfit.analyzer.values import Module


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRYFIT_DEBUG", "1")


def run(folder: Path, files: dict[str, str], main: str = "main.py") -> tuple[Analysis, dict]:
    """Write a project, analyse its main file; globals of that file."""
    (folder / "pyproject.toml").write_text("")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    analysis = Analysis(Source.read(folder / main), Options())
    interp = roots.run(analysis)
    return analysis, dict(next(iter(interp.scopes)).names)


def errors(analysis: Analysis) -> list[object]:
    return [f.detail for f in analysis.facts if isinstance(f, PythonError)]


def test_modules_of_the_project_are_executed_once(tmp_path: Path) -> None:
    analysis, names = run(
        tmp_path,
        {
            "main.py": "import a\nimport pkg.b as b\nfrom pkg import c, VALUE\n"
            "from pkg.c import *\nfrom a import count as n, make\n"
            "r = a.x, b.y, c.z, VALUE, w, n(), a.x_list, make(3)\n",
            "a.py": "x = 1\nx_list = []\ndef count():\n  x_list.append(1)\n  return len(x_list)\n"
            "def make(n, scale=2): return n * scale * x\n",
            "pkg/__init__.py": "from .b import y as VALUE\n",
            "pkg/b.py": "import a\ny = a.x + 1\n",
            "pkg/c.py": "from . import b\nfrom .b import y\nz = b.y + y\nw = 'star'\n_hidden = 1\n",
        },
    )
    assert errors(analysis) == []
    assert names["r"] == (1, 2, 4, 2, "star", 1, [1], 6)
    assert "_hidden" not in names


def test_dunder_all_decides_what_a_star_brings(tmp_path: Path) -> None:
    _, names = run(
        tmp_path,
        {"main.py": "from m import *\n", "m.py": "__all__ = ['_a']\n_a = 1\nb = 2\n"},
    )
    assert names["_a"] == 1
    assert "b" not in names


def test_only_the_checked_file_is_main(tmp_path: Path) -> None:
    _, names = run(
        tmp_path,
        {
            "main.py": "import m\nif __name__ == '__main__':\n  r = m.main, m.__name__\n",
            "m.py": "main = __name__ == '__main__'\n",
        },
    )
    assert names["r"] == (False, "m")


def test_import_cycles_end_as_in_python(tmp_path: Path) -> None:
    analysis, names = run(
        tmp_path,
        {
            "main.py": "import a\nr = a.f()\n",
            "a.py": "x = 1\nimport b\ndef f(): return b.g()\ny = 2\n",
            "b.py": "import a\nz = a.x\ndef g(): return a.y + z\n",
        },
    )
    assert errors(analysis) == []
    assert names["r"] == 3


def test_missing_modules_and_names_are_unknown(tmp_path: Path) -> None:
    analysis, names = run(
        tmp_path,
        {
            "main.py": "import nowhere.sub\nfrom elsewhere import thing\nfrom a import gone\n"
            "from . import sibling\nr = nowhere.sub.x, thing(1), gone, sibling\n",
            "a.py": "x = 1\n",
        },
    )
    assert errors(analysis) == []
    assert all(isinstance(v, Unknown) for v in names["r"])


def test_classes_of_other_modules_know_their_own_globals(tmp_path: Path) -> None:
    analysis, names = run(
        tmp_path,
        {
            "main.py": "from base import Base\nSIZE = 100\nclass Sub(Base):\n"
            "  def get(self): return super().get() + 1\nr = Sub().get()\n",
            "base.py": "SIZE = 7\nclass Base:\n  def get(self): return SIZE\n",
        },
    )
    assert errors(analysis) == []
    assert names["r"] == 8
    owners = [Path(f.site.source.path).name for f in analysis.facts if isinstance(f, ClassDefined)]
    assert owners == ["base.py", "main.py"]


def test_unreadable_modules_prove_nothing(tmp_path: Path) -> None:
    analysis, names = run(
        tmp_path,
        {"main.py": "import m\nr = m.x\ns = m.y\n", "m.py": "x = 1\ndef broken(:\n  pass\n"},
    )
    assert errors(analysis) == []
    assert isinstance(names["s"], Unknown)


def test_a_module_that_stops_early_may_have_more_names(tmp_path: Path) -> None:
    analysis, names = run(
        tmp_path,
        {"main.py": "import m\nr = m.x\n", "m.py": "import sys\nsys.exit()\nx = 1\n"},
    )
    assert errors(analysis) == []
    assert isinstance(names["r"], Unknown)


SPELLINGS = {
    "import keras": ("keras", "keras"),
    "import tensorflow as tf": ("tf", "tensorflow"),
    "import tensorflow.keras as k": ("keras", "tensorflow.keras"),
    "import tensorflow.keras.layers as l": ("keras.layers", "tensorflow.keras.layers"),
    "from tensorflow import keras": ("keras", "tensorflow.keras"),
    "from tensorflow.keras import layers": ("keras.layers", "tensorflow.keras.layers"),
    "from tensorflow.python.keras import layers": (
        "keras.layers",
        "tensorflow.python.keras.layers",
    ),
    "import tf_keras as keras": ("keras", "tf_keras"),
    "from keras.api import layers": ("keras.layers", "keras.api.layers"),
    "import numpy as np": ("numpy", "numpy"),
}


@pytest.mark.parametrize("statement", SPELLINGS)
def test_native_modules_have_a_canonical_name_and_a_spelling(
    tmp_path: Path, statement: str
) -> None:
    _, names = run(tmp_path, {"main.py": statement + "\n"})
    bound = statement.split()[-1]
    module = names[bound]
    assert isinstance(module, Module)
    assert (module.name, module.spelling) == SPELLINGS[statement]


def test_dtypes_are_names_with_more_to_them(tmp_path: Path) -> None:
    analysis, names = run(
        tmp_path,
        {
            "main.py": "import numpy as np\nimport tensorflow as tf\n"
            "r = tf.float32 == 'float32', np.float32 == tf.float32, tf.float32.max, np.int64(4)\n"
            "s = np.float32(4.0), np.float32([1, 2])\n"
        },
    )
    assert errors(analysis) == []
    assert names["r"][:2] == (True, True)
    assert isinstance(names["r"][2], Unknown)
    assert names["r"][3] == 4
    types = [(t.type.shape, t.type.dtype) for t in names["s"]]
    assert types == [((), "float32"), ((2,), "float32")]
