"""Which rows of a table an optimiser can still move: kept beside its state."""

from __future__ import annotations

import numpy as np

from .variable import Variable


class ActiveRows:
    """Marks of the rows whose moments may not be 0, true as long as only marked updates ran.

    Every write to a variable counts its version up by one. Seeing more than its own
    update's count, the marks are taken anew from the moments.
    """

    def __init__(self, moments: tuple[Variable, ...]) -> None:
        self.moments = moments
        self.marks = np.zeros(moments[0].shape[0], np.uint8)
        self._seen = [-1] * len(moments)

    @classmethod
    def of(cls, *moments: Variable) -> ActiveRows:
        """The one object that all plans share for these variables."""
        known = moments[0].__dict__.get("active_rows")
        if known is None or known.moments != moments:
            known = cls(moments)
            moments[0].__dict__["active_rows"] = known
        return known

    def refresh(self) -> np.ndarray:
        """The marks for an update in a run that has counted each version up by one."""
        versions = [v.version for v in self.moments]
        if versions != [seen + 1 for seen in self._seen]:
            self.marks.fill(0)
            for moment in self.moments:
                rows = moment.buffer.reshape(self.marks.size, -1)
                np.logical_or(self.marks, rows.any(axis=1), out=self.marks.view(bool))
        self._seen = versions
        return self.marks
