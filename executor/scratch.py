"""Working memory of kernels: plans share one piece, as their kernels run one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

_ALIGN = 64


class Arena:
    """Memory that all plans use in turn; nothing in it outlives a run."""

    def __init__(self) -> None:
        self._bytes = np.empty(0, np.uint8)

    def take(self, size: int) -> np.ndarray:
        """`size` aligned bytes, shared with every plan made before and after."""
        if self._bytes.size < size:
            raw = np.zeros(size + _ALIGN, np.uint8)
            shift = -raw.ctypes.data % _ALIGN
            self._bytes = raw[shift : shift + size]
        return self._bytes[:size]


_shared = Arena()
_planning = [False]


@contextmanager
def planning() -> Iterator[None]:
    """Kernels bound inside share their working memory."""
    before, _planning[0] = _planning[0], True
    try:
        yield
    finally:
        _planning[0] = before


def scratch(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Working memory for one kernel call: shared inside a plan, fresh outside."""
    if not _planning[0]:
        return np.empty(shape, dtype)
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    return _shared.take(size).view(dtype).reshape(shape)
