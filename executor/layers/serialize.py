"""Objects to configs and back, in the form Keras 3 keeps in its files."""

from __future__ import annotations

import base64
import marshal
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..api import object_named, offer, public_name
from ..dtypes import dtype_name
from ..tensor import Tensor, TensorLike
from .keras_tensor import KerasTensor
from .policy import Policy
from .registered import custom_object_scope, registered_name, registered_object

_PLAIN = (str, int, float, bool, type(None))
_FUNCTION_MODULES = ("activations", "losses", "metrics", "ops", "initializers", "regularizers")
_shared_out: list[dict[int, dict[str, Any]]] = []
_shared_in: list[dict[int, Any]] = []
_safe_mode: list[bool] = []


@contextmanager
def sharing() -> Iterator[None]:
    """Write or read an object that occurs several times as one object."""
    _shared_out.append({})
    _shared_in.append({})
    try:
        yield
    finally:
        _shared_out.pop()
        _shared_in.pop()


def serialize(value: Any) -> Any:
    """The config of an object, plain values as they are."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list | tuple):
        items = [serialize(v) for v in value]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, dict):
        return {k: serialize(v) for k, v in value.items()}
    special = _serialize_special(value)
    return _serialize_object(value) if special is None else special


def _tagged(tag: str, **config: Any) -> dict[str, Any]:
    return {"class_name": f"__{tag}__", "config": config}


def _serialize_special(value: Any) -> Any:
    """Values with a form of their own in configs; None for all others."""
    if value is Ellipsis:
        return _tagged("ellipsis")
    for kinds, write in _WRITERS:
        if isinstance(value, kinds):
            return write(value)
    return None


def _write_keras_tensor(value: KerasTensor) -> Any:
    history = value._keras_history
    place = None if history is None else [history.operation.name, *history[1:]]
    return _tagged("keras_tensor", shape=value.shape, dtype=value.dtype, keras_history=place)


def _write_tensor(value: TensorLike) -> Any:
    array = np.asarray(value)
    return _tagged("tensor", value=array.tolist(), dtype=array.dtype.name)


def _write_array(value: Any) -> Any:
    if not np.ndim(value):
        return value.item()
    return _tagged("numpy", value=value.tolist(), dtype=value.dtype.name)


def _write_slice(value: slice) -> Any:
    return _tagged("slice", **{n: serialize(getattr(value, n)) for n in ("start", "stop", "step")})


def _write_function(value: types.FunctionType) -> Any:
    return _serialize_lambda(value) if value.__name__ == "<lambda>" else None


_WRITERS: tuple[tuple[Any, Any], ...] = (
    (KerasTensor, _write_keras_tensor),
    (TensorLike, _write_tensor),
    (np.ndarray | np.generic, _write_array),
    (bytes, lambda value: _tagged("bytes", value=value.decode("utf-8"))),
    (slice, _write_slice),
    (Policy, lambda value: value.serialized()),
    (types.FunctionType, _write_function),
    (np.dtype, dtype_name),
)


def _serialize_lambda(value: types.FunctionType) -> dict[str, Any]:
    warnings.warn(
        "a lambda is saved as byte code of this Python version; loading it needs safe_mode=False"
        "\n    fix: use a named, registered function",
        stacklevel=4,
    )
    code = base64.b64encode(marshal.dumps(value.__code__)).decode("ascii")
    cells = tuple(c.cell_contents for c in value.__closure__) if value.__closure__ else None
    return _tagged("lambda", value=[code, value.__defaults__, cells])


def _serialize_object(value: Any) -> dict[str, Any]:
    if isinstance(value, types.FunctionType) or (
        public_name(value) and not hasattr(value, "get_config")
    ):
        return _serialize_function(value)
    if not hasattr(value, "get_config"):
        raise TypeError(
            f"{value!r} cannot be saved: {type(value).__name__} has no get_config() method"
        )
    if isinstance(value, type):
        return _serialize_function(value)
    inner = {k: serialize(v) for k, v in value.get_config().items()}
    config = {**_class_address(type(value)), "config": inner}
    config["registered_name"] = config.pop("registered_name")
    _add_build_and_compile(value, config)
    return _note_shared(value, config)


def _class_address(cls: type) -> dict[str, Any]:
    name = public_name(cls)
    if name is not None:
        module, _, class_name = name.rpartition(".")
        return {"module": module, "class_name": class_name, "registered_name": None}
    module = None if cls.__module__ == "__main__" else cls.__module__
    return {"module": module, "class_name": cls.__name__, "registered_name": registered_name(cls)}


def _serialize_function(value: Any) -> dict[str, Any]:
    name = public_name(value)
    plain = registered_name(value) if name is None else name.rpartition(".")[2]
    module = "builtins" if name is not None else getattr(value, "__module__", None)
    return {
        "module": module,
        "class_name": "function",
        "config": plain,
        "registered_name": plain,
    }


def _add_build_and_compile(value: Any, config: dict[str, Any]) -> None:
    for key, method in (
        ("build_config", "get_build_config"),
        ("compile_config", "get_compile_config"),
    ):
        extra = getattr(value, method, lambda: None)()
        if extra is not None:
            config[key] = {k: serialize(v) for k, v in extra.items()}


def _note_shared(value: Any, config: dict[str, Any]) -> dict[str, Any]:
    if not _shared_out:
        return config
    seen = _shared_out[-1]
    if id(value) in seen:
        config["shared_object_id"] = seen[id(value)]["shared_object_id"] = id(value)
    else:
        seen[id(value)] = config
    return config


def deserialize(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """The object a config describes."""
    with custom_object_scope(custom_objects):
        _safe_mode.append(_safe_mode[-1] if _safe_mode else safe_mode)
        try:
            return _deserialize(config)
        finally:
            _safe_mode.pop()


def _deserialize(config: Any) -> Any:
    if isinstance(config, str):
        found = registered_object(config)
        return config if found is None else found
    if isinstance(config, _PLAIN):
        return config
    if isinstance(config, list | tuple):
        return [_deserialize(v) for v in config]
    if not isinstance(config, dict):
        raise TypeError(f"not a config: {config!r}")
    if "class_name" not in config or "config" not in config:
        return {k: _deserialize(v) for k, v in config.items()}
    return _deserialize_object(config)


def _deserialize_object(config: dict[str, Any]) -> Any:
    class_name, inner = config["class_name"], config["config"]
    if class_name in _SPECIAL:
        return _SPECIAL[class_name](inner)
    if class_name == "function":
        return _find_function(inner, config.get("module"))
    shared = config.get("shared_object_id")
    known = _shared_in[-1] if _shared_in and shared is not None else {}
    if shared not in known:
        known[shared] = _make(config, inner or {})
    return known[shared]


def _make(config: dict[str, Any], inner: dict[str, Any]) -> Any:
    cls = _find_class(config)
    if cls is Policy:
        return Policy(inner["name"])
    if not hasattr(cls, "from_config"):
        raise TypeError(f"{config['class_name']} cannot be rebuilt: it has no from_config() method")
    made = cls.from_config(inner)
    if config.get("build_config") and not made.built:
        made.build_from_config(config["build_config"])
        made.built = True
    if config.get("compile_config"):
        made.compile_from_config(config["compile_config"])
    return made


def _deserialize_lambda(inner: dict[str, Any]) -> Any:
    if _safe_mode and _safe_mode[-1]:
        raise ValueError(
            "the file contains a lambda, which would run code from the file\n"
            "    fix: if you trust the file, load it with safe_mode=False"
        )
    value = inner["value"]
    code, defaults, cells = (
        (value["code"], value["defaults"], value["closure"]) if isinstance(value, dict) else value
    )
    body = marshal.loads(base64.b64decode(code))
    closure = tuple(types.CellType(c) for c in cells) if cells else None
    return types.FunctionType(body, globals(), None, tuple(defaults or ()) or None, closure)


def _deserialize_slice(inner: dict[str, Any]) -> slice:
    return slice(*(_deserialize(inner[n]) for n in ("start", "stop", "step")))


def _deserialize_keras_tensor(inner: dict[str, Any]) -> KerasTensor:
    tensor = KerasTensor(inner["shape"], inner["dtype"])
    tensor.saved_history = inner["keras_history"]  # type: ignore[attr-defined]
    return tensor


_SPECIAL: dict[str, Any] = {
    "__keras_tensor__": _deserialize_keras_tensor,
    "__tensor__": lambda inner: Tensor(np.asarray(inner["value"], inner["dtype"])),
    "__numpy__": lambda inner: np.asarray(inner["value"], inner["dtype"]),
    "__bytes__": lambda inner: inner["value"].encode("utf-8"),
    "__ellipsis__": lambda inner: Ellipsis,
    "__slice__": _deserialize_slice,
    "__lambda__": _deserialize_lambda,
}


def _find_class(config: dict[str, Any]) -> Any:
    name, module = config["class_name"], config.get("module")
    found = registered_object(config.get("registered_name") or name) or registered_object(name)
    if found is None:
        found = _of_module(name, module)
    if found is None:
        raise TypeError(
            f"the class {name!r} of the file is not known\n"
            f"    fix: register it with @keras.saving.register_keras_serializable(), or pass "
            f"custom_objects={{{name!r}: {name}}}"
        )
    return found


def _of_module(name: str, module: str | None) -> Any:
    """A built-in class, or one of a module of the user's."""
    if module is None or module.split(".")[0] == "keras":
        return object_named(f"{module}.{name}") or _internal(name)
    return _imported(module, name)


def _internal(name: str) -> Any:
    """A built-in class by its bare name."""
    groups = ("layers", "models", "optimizers", "losses", "metrics", "initializers")
    for group in (*groups, "regularizers", "constraints", "optimizers.schedules"):
        found = object_named(f"keras.{group}.{name}")
        if found is not None:
            return found
    return Policy if name == "DTypePolicy" else None


def _imported(module: str, name: str) -> Any:
    """A class of a module of the user's that is imported already."""
    if module.split(".")[0] in ("keras", "builtins"):
        return None
    return getattr(sys.modules.get(module), name, None)


def _find_function(name: str, module: str | None) -> Any:
    found = registered_object(name)
    if found is not None:
        return found
    if module and module.startswith("keras"):
        found = object_named(f"{module}.{name}")
    for group in _FUNCTION_MODULES if found is None else ():
        found = found or object_named(f"keras.{group}.{name}")
    if found is None and module not in (None, "builtins"):
        found = _imported(module, name)
    if found is None:
        raise TypeError(
            f"the function {name!r} of the file is not known\n"
            f"    fix: register it with @keras.saving.register_keras_serializable(), or pass "
            f"custom_objects={{{name!r}: {name}}}"
        )
    return found


for _module in ("saving", "utils"):
    offer(serialize, f"keras.{_module}.serialize_keras_object")
    offer(deserialize, f"keras.{_module}.deserialize_keras_object")
