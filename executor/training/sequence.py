"""`PyDataset`: batches by number, as users write them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..api import public


@public("keras.utils.PyDataset", "keras.utils.Sequence")
class PyDataset:
    """Data whose batch `i` is `self[i]`; `len(self)` is the number of batches."""

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers, self.max_queue_size = workers, max_queue_size
        self.use_multiprocessing = use_multiprocessing

    @property
    def num_batches(self) -> int | None:
        """The number of batches, None where it is not known."""
        return len(self)

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__(index)")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} has no __len__()")

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def on_epoch_begin(self) -> None:
        """Before a pass over the data."""

    def on_epoch_end(self) -> None:
        """After a pass over the data."""
