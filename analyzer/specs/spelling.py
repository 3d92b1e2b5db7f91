"""Public names of one op, and the signature each library gives it."""

from __future__ import annotations

UFUNC = (
    "/, out: _ = None, *, where: _ = True, casting: _ = 'same_kind', order: _ = 'K', "
    "dtype: _ = None, subok: _ = True, signature: _ = None)"
)
NUMPY_UNARY = f"(x, {UFUNC}"
NUMPY_BINARY = f"(x1, x2, {UFUNC}"
TF_UNARY = "(x, name: _ = None)"
TF_FEATURES = "(features: x, name: _ = None)"
TF_BINARY = "(x: x1, y: x2, name: _ = None)"
BACKEND_BINARY = "(x: x1, y: x2)"

_PREFIXES = {"tf.": "tf", "numpy.": "numpy", "keras.backend.": "backend"}


def spelled(
    names: str,
    *,
    tf: str | None = None,
    numpy: str | None = None,
    backend: str | None = None,
    keras: str | None = None,
) -> dict[str, str | None]:
    """Names separated by blanks, each with its library's signature (None: canonical)."""
    texts = {"tf": tf, "numpy": numpy, "backend": backend, "keras": keras}
    return {n: texts[_library(n)] for n in names.split()}


def _library(name: str) -> str:
    return next((lib for prefix, lib in _PREFIXES.items() if name.startswith(prefix)), "keras")


def unary(names: str) -> dict[str, str | None]:
    """Spellings of a function of one tensor, by each library's habit."""
    return spelled(names, tf=TF_UNARY, numpy=NUMPY_UNARY)


def binary(names: str) -> dict[str, str | None]:
    """Spellings of a function of two tensors, by each library's habit."""
    return spelled(names, tf=TF_BINARY, numpy=NUMPY_BINARY, backend=BACKEND_BINARY)
