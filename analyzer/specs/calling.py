"""From a call of a public name to the type of its result.

`bind` is shared by analyzer and executor: it turns the arguments of any spelling into
those of the one canonical op. `infer` is the analyzer's: it runs the op's result rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..unknown import Undecided, Unknown
from . import content, convert, dtypes, registry, signature
from .base import Args, OpSpec, TensorType

# Of the arguments that `unread` names: what the type of the result depends on.
SHAPING = frozenset(
    {"axes", "axis", "axis1", "axis2", "append", "dim", "full_matrices", "k", "keepdims", "mode"}
    | {"n_classes", "ndmax", "ndmin", "num", "num_cols", "num_rows", "offset", "out_type"}
    | {"output_type", "prepend", "retstep", "return_centers", "return_index_map", "returned"}
)

# Values of these dtypes are computed as Python computes them: float32 is not.
_EXACT = ("bool", "int", "int32", "int64", "float", "float64", "string")

_LIBRARIES = (
    ("keras.backend.", "backend"),
    ("tf.", "tf"),
    ("numpy.", "numpy"),
    ("sklearn.", "numpy"),
)


def library_of(spelling: str) -> str:
    """Whose rules hold for a spelling: "tf", "backend", "numpy" or "keras"."""
    prefixes = (("keras.backend.", "backend"), ("tf.", "tf"), ("numpy.", "numpy"))
    known = (
        lib for prefix, lib in (*prefixes, ("sklearn.", "numpy")) if spelling.startswith(prefix)
    )
    return next(known, "keras")


def bind(
    spelling: str, args: Sequence[object], kwargs: Mapping[str, object]
) -> tuple[OpSpec, dict[str, object]]:
    """The op of a spelling, and its arguments by canonical name; raises `BindError`."""
    spec, text = registry.spellings()[spelling]
    own = signature.parse(text)
    given = own.complete(own.bind(args, kwargs))
    names = canonical_names(spec, text)
    values = {names[n]: v for n, v in given.items() if names[n] != "_"}
    return spec, spec.parameters.complete(values)


def unread(spelling: str, args: Sequence[object], kwargs: Mapping[str, object]) -> frozenset[str]:
    """The arguments that are given, are not their defaults, and that no op is told of."""
    spec, text = registry.spellings()[spelling]
    own, names = signature.parse(text), canonical_names(spec, text)
    return frozenset(
        name
        for name, value in own.bind(args, kwargs).items()
        if names[name] == "_" and value is not None and not _is_default(value, own.params[name])
    )


def _is_default(value: object, param: signature.Param) -> bool:
    plain = isinstance(value, bool | int | float | str)
    return plain and type(value) is type(param.default) and value == param.default


def canonical_names(spec: OpSpec, text: str) -> dict[str, str]:
    """What the parameters of one spelling are called in the canonical signature."""
    params = signature.parse(text).params.values()
    if text == spec.signature:
        return {p.name: p.name for p in params}
    return {p.name: p.name if p.kind == "any" else p.kind for p in params}


def bind_canonical(
    spec: OpSpec, args: Sequence[object], kwargs: Mapping[str, object]
) -> dict[str, object]:
    """Arguments of a canonical call (an operator, say) with the defaults of the others."""
    return spec.parameters.complete(spec.parameters.bind(args, kwargs))


def prepare(spec: OpSpec, values: Mapping[str, object], library: str) -> Args:
    """Arguments as the result rule reads them, by the kind of each parameter."""
    params = spec.parameters.params
    read = {n: _read(v, params[n].kind, library) for n, v in values.items() if n in params}
    return Args(read, spec.parameters, library=library)


def _read(value: object, kind: str, library: str) -> object:
    if kind in ("shape", "axis"):
        return convert.as_shape(_spread(value)) if kind == "shape" else _axis(value)
    reader = _READERS.get(kind)
    return convert.as_value(value) if reader is None else reader(value, library)


def _spread(value: object) -> object:
    """The one sequence that was given where several numbers may be (`x.reshape((2, 3))`)."""
    single = isinstance(value, tuple) and len(value) == 1
    inner = value[0] if single else None  # type: ignore[index]
    return inner if isinstance(inner, list | tuple) else value


def _axis(value: object) -> object:
    return None if value == (None,) else convert.as_axis(_spread(value))


def _tensor(value: object, library: str) -> object:
    return None if value is None else convert.as_tensor(value, library)


def _tensors(value: object, library: str) -> object:
    """A list of tensors; one tensor of known length counts as a list of its parts."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, list | tuple):
        return [convert.as_tensor(v, library) for v in value]
    whole = convert.as_tensor(value, library)
    if whole.shape and isinstance(whole.shape[0], int):
        return [replace(whole, shape=whole.shape[1:], content=None)] * whole.shape[0]
    raise Undecided("a sequence of tensors of unknown length")


_READERS: dict[str, Callable[[object, str], object]] = {
    "tensor": _tensor,
    "tensors": _tensors,
    "dtype": convert.as_dtype,
    "raw": lambda value, library: value,
    "function": lambda value, library: value,
}


_STUMBLES = (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError)


def infer(spec: OpSpec, values: Mapping[str, object], library: str) -> object:
    """What the op returns: types in its structure, or Unknown; raises `Mismatch`."""
    try:
        args = prepare(spec, values, library)
        tensors = list(_tensor_args(args))
        if not spec.any_rank and any(t.shape is None for t in tensors):
            return Unknown("rank unknown")
        result = spec.result(args)
        typed = isinstance(result, TensorType) and result.dtype in _EXACT
        if spec.fold and typed and _foldable(tensors):
            result = replace(result, content=_folded(spec, args, result.dtype))
    except Undecided as undecided:
        return Unknown(undecided.reason)
    except _STUMBLES as error:
        # A dict where a size belongs: Keras refuses it too, but that is not proved here.
        return Unknown(f"{spec.name}: an odd argument ({type(error).__name__})")
    keras = any(t.kind == "keras" for t in tensors)
    kind = "array" if library == "numpy" else "keras" if keras else "tensor"
    return _finish(result, library, kind)


def _foldable(tensors: Sequence[TensorType]) -> bool:
    """Whether values are known, exact and not empty."""
    return bool(tensors) and all(
        t.content is not None and t.dtype in _EXACT and 0 not in (t.shape or ()) for t in tensors
    )


def _folded(spec: OpSpec, args: Args, dtype: str | None) -> object:
    found = spec.fold(args) if spec.fold else None
    return content.apply(bool, found) if dtype == "bool" and found is not None else found


def _tensor_args(args: Args) -> list[TensorType]:
    found = []
    for value in args.as_dict().values():
        parts = value if isinstance(value, list) else [value]
        found += [p for p in parts if isinstance(p, TensorType)]
    return found


def _finish(result: object, library: str, kind: str) -> object:
    """Weak dtypes made strong, and the kind of tensor that the library makes."""
    if isinstance(result, TensorType):
        dtype = dtypes.strong(result.dtype, library)
        return replace(result, dtype=dtype, kind=result.kind or kind)
    if isinstance(result, list):
        return [_finish(r, library, kind) for r in result]
    if isinstance(result, tuple):
        return tuple(_finish(r, library, kind) for r in result)
    return result


def call(spelling: str, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
    """The result of calling a public name; raises `Mismatch` and `BindError`."""
    spec, values = bind(spelling, args, kwargs)
    return infer(spec, values, library_of(spelling))
