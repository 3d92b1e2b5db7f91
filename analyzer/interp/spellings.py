"""Canonical names of modules, whatever they were imported as."""

from __future__ import annotations

from functools import cache

# Longest first: what a module path begins with, and what is said instead.
_PREFIXES = (
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.compat.v2", "tf"),
    ("tensorflow.keras", "keras"),
    ("tensorflow", "tf"),
    ("tf.compat.v2.keras", "keras"),
    ("tf.compat.v1.keras", "keras"),
    ("tf.compat.v2", "tf"),
    ("tf.keras", "keras"),
    ("tf_keras", "keras"),
    ("keras.api._v2.keras", "keras"),
    ("keras.api", "keras"),
)
# Modules whose functions are natives, or Unknown with a name, never the project's own.
_ROOTS = frozenset({"keras", "tf", "numpy"})
# Packages under them that are reached by attribute without being in any table.
_PACKAGES = frozenset({"tf.compat", "tf.compat.v1", "os.path"})
# Libraries whose functions do not change the lists and dicts they are given.
HARMLESS = frozenset(
    {
        "IPython",
        "PIL",
        "absl",
        "cv2",
        "datetime",
        "glob",
        "gzip",
        "h5py",
        "imageio",
        "json",
        "librosa",
        "logging",
        "matplotlib",
        "nltk",
        "os",
        "pandas",
        "pickle",
        "pprint",
        "scipy",
        "seaborn",
        "shutil",
        "skimage",
        "sklearn",
        "string",
        "subprocess",
        "sys",
        "tensorboard",
        "time",
        "tqdm",
        "wandb",
        "warnings",
        "yaml",
        "zipfile",
    }
)


@cache
def canonical(name: str) -> str:
    """`tensorflow.keras.layers` -> `keras.layers`."""
    for prefix, instead in _PREFIXES:
        if name == prefix or name.startswith(prefix + "."):
            return instead + name[len(prefix) :]
    return name


def is_native(name: str) -> bool:
    """Whether a canonical name is a package that only natives know."""
    return name in _ROOTS or name in _PACKAGES


def root_of(name: str) -> str:
    """The first part of a canonical name."""
    return canonical(name).split(".")[0]
