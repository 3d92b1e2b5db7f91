"""`KerasVariable`: a variable with a path, a regularizer and a constraint."""

from __future__ import annotations

from typing import Any

from ..variable import Variable
from . import initializers
from .naming import class_name, current_path


class KerasVariable(Variable):
    """State made from an initializer or a value: `Variable("zeros", shape=(3,))`."""

    __slots__ = ()

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: object = None,
        trainable: bool = True,
        name: str | None = None,
        **ignored: object,
    ) -> None:
        if isinstance(initializer, str):
            initializer = initializers.get(initializer)
        dims = None if shape is None else tuple(shape)
        super().__init__(initializer, bool(trainable), dtype, name, dims)
        if name is None:
            self.name = class_name(Variable)
        scope = current_path()
        self.path = f"{scope}/{self.name}" if scope else self.name
        self.regularizer: Any = None
        self.overwrite_with_gradient = False
