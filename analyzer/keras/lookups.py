"""Names looked up in Keras' modules: which of them this Keras has, and what came instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from .. import natives
from ..facts import NameUsed
from ..interp.errors import make_exception
from ..interp.signals import ProgramRaise
from ..natives import native
from ..specs import keras_api
from ..unknown import Unknown
from ..values import ABSENT, Call, Value
from .kinds import kind_of_class

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


def _status(interp: Interpreter, full: str, spelling: str) -> str:
    """Whether the Keras a spelling leads to has the name; see `keras_api.status`."""
    if not full.startswith("keras."):
        return ""
    if full.startswith("keras.optimizers.legacy.") and interp.dialect == "keras3":
        return "" if spelling.startswith("tf_keras") else "removed"
    dialect = "keras2" if spelling.startswith("tf_keras") else interp.dialect
    from_tf = spelling.startswith(("tensorflow.", "tf."))
    return keras_api.status(full, dialect, from_tf)


@native("module.__getattr__")
def get_name(interp: Interpreter, call: Call) -> Value:
    """`ABSENT` for a name this Keras is proved not to have, else None to go on."""
    full, spelling = call.args
    return ABSENT if _status(interp, str(full), str(spelling)) else None


@native("module.__missing__")
def miss_name(interp: Interpreter, call: Call) -> Value:
    """Report the use of a name that is gone, and go on with what it was."""
    full, spelling = (str(a) for a in call.args)
    status = _status(interp, full, spelling)
    if not status:
        return None
    imported = isinstance(call.site.node, cst.ImportFrom | cst.Import)
    exception = "ImportError" if imported else "AttributeError"
    if interp.catches(exception):
        raise ProgramRaise(make_exception(exception, (), call.site))
    new = keras_api.replacement(full)
    interp.emit(NameUsed(call.site, full, status, new))
    found = natives.resolve(full)
    if found is None and new:
        found = natives.resolve(new)
    return Unknown(f"{full} is gone") if found is None else found


@native("module.__all__")
def star(interp: Interpreter, call: Call) -> Value:
    """What `from keras.layers import *` binds."""
    names = keras_api.module_names(str(call.args[0]), interp.dialect, True)
    return None if names is None else sorted(names)


@native("class.__kind__")
def kind_of(interp: Interpreter, call: Call) -> Value:
    """Whether a user class is a model or a layer."""
    return kind_of_class(call.args[0])
