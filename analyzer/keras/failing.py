"""What follows from a proof that Keras raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..interp.errors import make_exception
from ..interp.signals import ProgramRaise
from ..mismatch import Mismatch
from ..unknown import Unknown
from ..values import Site

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


def refuse(
    interp: Interpreter, failure: Mismatch, what: str, site: Site, exception: str = "ValueError"
) -> Unknown:
    """The value of something that raises; a handler around it takes over instead."""
    if not failure.late and interp.catches(exception):
        raise ProgramRaise(make_exception(exception, (), site))
    interp.doubts += 1
    return Unknown(f"{what} fails")
