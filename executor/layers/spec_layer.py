"""Layers made from their specs: only the computation is written, with `@computes(spec)`."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any, ClassVar

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs import applied, domains
from ...analyzer.specs.base import Args, LayerSpec, Mask, Weight
from ...analyzer.specs.signature import REQUIRED, BindError, Signature
from ...analyzer.unknown import Undecided
from .. import functions, structure
from ..api import offer
from ..dtypes import dtype_name, is_float
from ..errors import from_mismatch
from . import activations, constraints, initializers, regularizers
from .abstract import infer_outputs
from .base import Layer
from .forms import call_dims, dims_of, structure_shape, tensors_of
from .inner import inner_layer
from .keras_tensor import KerasTensor, symbolic_leaves
from .masks import mask_function
from .serialize import deserialize, serialize
from .symbolic import call_symbolically

_BASE = frozenset(inspect.signature(Layer.__init__).parameters) - {"self", "kwargs"}
_LEGACY = frozenset({"input_shape", "input_dim", "batch_size"})
_GET: dict[str, Callable[[Any], Any]] = {
    "activation": activations.get,
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
    "data_format": lambda value: "channels_last" if value is None else value.lower(),
}
# Arguments of Keras 3.15 that files of other versions do not know: kept only when set.
_ATTRIBUTES = {"weights": "_given_weights"}
_RECENT = ("lora_rank", "lora_alpha", "quantization_config", "weights")


class Weights:
    """A layer's weights as tensors by name; a name with parts below it gives those."""

    __slots__ = ("_layer", "_prefix")

    def __init__(self, layer: SpecLayer, prefix: str = "") -> None:
        self._layer, self._prefix = layer, prefix

    def __getattr__(self, name: str) -> Any:
        path = self._prefix + name
        variable = self._layer._weight_table.get(path)
        if variable is None:
            return Weights(self._layer, f"{path}/")
        value = variable.value
        return self._layer._cast(value)

    def variable(self, name: str) -> Any:
        """The variable itself, for assigning."""
        return self._layer._weight_table[self._prefix + name]


class WeightGroup(Layer):
    """Weights that a layer keeps under a name of their own."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.built = True


class SpecLayer(Layer):
    """A built-in layer: constructor, config, weights, shapes and masks are its spec's."""

    spec: ClassVar[LayerSpec]
    _compute: ClassVar[Callable[..., Any] | None] = None
    _takes: ClassVar[tuple[str, ...]] = ()
    _masks_symbolically = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        parameters = self.spec.parameters
        base = {
            k: v for k, v in kwargs.items() if k in _BASE | _LEGACY and k not in parameters.params
        }
        own = {k: v for k, v in kwargs.items() if k not in base}
        values = _bind(type(self).__name__, parameters, args, own)
        shared = {k: v for k, v in values.items() if k in _BASE}
        super().__init__(**base, **shared)
        self._weight_table: dict[str, Any] = {}
        self._check_arguments(values)
        for name, value in values.items():
            if name not in _BASE:
                # First values given by `weights=` have no attribute of that name.
                setattr(self, _ATTRIBUTES.get(name, name), self._settled(name, value))
        self.supports_masking = self._mask_rule() is not Mask.DROP
        self._set_up()

    def _set_up(self) -> None:
        """What a layer needs beyond its arguments, once they are set."""

    def _settled(self, name: str, value: Any) -> Any:
        """An argument as the layer keeps it: names resolved, sizes spread."""
        kind = self.spec.parameters.params[name].kind
        if kind in _GET:
            return _GET[kind](value)
        if kind == "one_of" and isinstance(value, str):
            return value.lower()
        if kind.startswith(("sizes", "paddings")) and value is not None:
            count = int(kind[-1])
            return tuple(value) if isinstance(value, list | tuple) else (value,) * count
        return tuple(value) if kind == "shape" and isinstance(value, list) else value

    def _check_arguments(self, values: dict[str, Any]) -> None:
        given = Args(values, self.spec.parameters)
        try:
            if self.spec.check is not None:
                self.spec.check(given)
            problem = next(domains.problems(self.spec, given), None)
        except Mismatch as mismatch:
            problem = mismatch
        if problem is not None:
            raise from_mismatch(self._title, problem)

    @property
    def _config(self) -> Args:
        """The present arguments, as specs read them."""
        parameters = self.spec.parameters
        values = {
            n: inner_layer(self.__dict__.get(_ATTRIBUTES.get(n, n))) for n in parameters.params
        }
        return Args(values, parameters)

    # Weights.

    def build(self, input_shape: Any) -> None:
        """Make the weights the spec lists for an input of this shape."""
        self._build_weights(input_shape, {})

    def _build_weights(self, shape: Any, others: dict[str, Any]) -> None:
        """Make the weights, knowing the shapes of further call arguments."""
        call = Args({n: dims_of(s) for n, s in others.items()}, self.spec.call_parameters)
        with self._mismatches():
            config = self._config.with_call(call)
            wanted = applied.built(self.spec, config, dims_of(shape))
        for path, weight in wanted.items():
            self._add(path, weight)
        self.built = True

    def _add(self, path: str, weight: Weight) -> None:
        *groups, name = path.split("/")
        owner: Layer = self
        for group in groups:
            owner = owner.__dict__.get(group) or self._new_group(owner, group)
        initializer = weight.initializer
        if weight.fans is not None and isinstance(initializer, initializers.Initializer):
            initializer = initializer.with_fans(*weight.fans)
        variable = owner.add_weight(
            weight.shape,
            initializer,
            name=name,
            trainable=weight.trainable,
            dtype=weight.dtype,
            regularizer=weight.regularizer,
            constraint=weight.constraint,
        )
        setattr(owner, name, variable)
        self._weight_table[path] = variable

    @staticmethod
    def _new_group(owner: Layer, name: str) -> Layer:
        group = WeightGroup(name.strip("_"))
        setattr(owner, name, group)
        return group

    def _cast(self, value: Any) -> Any:
        """A weight in the compute dtype."""
        same = value.dtype == self.compute_dtype or not is_float(value.dtype)
        return value if same else functions.cast(value, self.compute_dtype)

    def _mismatches(self) -> _Named:
        """Inside, a spec's contradiction becomes an error that names this layer."""
        return _Named(self._title)

    # Calling.

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        if self._compute is None:
            raise NotImplementedError(f"{self._title} is known, but cannot be computed yet")
        values = _call_values(self.spec, args, kwargs)
        first = next(iter(values.values()))
        names = values if "*" in self._takes else self._takes
        named = {n: values[n] for n in list(names) if n in values}
        if "*" in self._takes:
            named.pop(next(iter(values)))
        return type(self)._compute(self, Weights(self), first, **named)  # type: ignore[misc]

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs, by the spec where the class is not changed by its user."""
        own = type(self).compute_output_shape
        if getattr(type(self).call, "_of_spec", None) is not self.spec or own is not _OUTPUT_SHAPE:
            return super().compute_output_spec(*args, **kwargs)
        values = _call_values(self.spec, args, kwargs)
        try:
            return self._spec_outputs(values)
        except Undecided:
            return infer_outputs(self.call, args, kwargs)

    def _spec_outputs(self, values: dict[str, Any]) -> Any:
        first, *_ = values.values()
        call = Args({n: call_dims(v) for n, v in values.items()}, self.spec.call_parameters)
        config = self._config.with_call(call)
        with self._mismatches():
            shapes = applied.called(self.spec, config, dims_of(structure_shape(first)))
        given = structure.map_structure(lambda t: self._seen_dtype(t), first)
        dtype = self.spec.dtype(config, given, self.compute_dtype) or self.compute_dtype
        return tensors_of(shapes, dtype)

    def _seen_dtype(self, tensor: Any) -> str | None:
        """The dtype of an input once it has been converted."""
        dtype = getattr(tensor, "dtype", None)
        if dtype is None:
            return None
        name = dtype_name(dtype)
        return self.input_dtype if is_float(name) and self.autocast else name

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shapes of the outputs for shapes of the inputs."""
        shapes = next(iter([*args, *kwargs.values()]))
        spec = structure.map_shapes(lambda s: KerasTensor(s, self.compute_dtype), shapes)
        return structure.map_structure(lambda t: t.shape, self._spec_outputs({"inputs": spec}))

    # Masks.

    def _mask_rule(self) -> Mask:
        return self.spec.mask_rule(self._config)

    def compute_mask(self, inputs: Any, mask: Any = None, **kwargs: Any) -> Any:
        """The mask of the outputs, by the spec's rule."""
        function = mask_function(self.spec, self._mask_rule())
        if symbolic_leaves(inputs, mask) and function.computes:
            return call_symbolically(function.bound(self), (inputs, mask), {}, "mask")
        return function(self, inputs, mask)

    # Config.

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments, in the order of the signature."""
        config = super().get_config()
        for name, param in self.spec.parameters.params.items():
            if name in config or param.mode in ("args", "kwargs"):
                continue
            value = None if name in _ATTRIBUTES else getattr(self, name, None)
            if value is None and name in _RECENT:
                continue
            write = activations.serialize_activation if param.kind == "activation" else serialize
            config[name] = write(value)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer made from its config."""
        known = cls.spec.parameters.params
        return super().from_config(
            {k: _from_plain(v, known[k].kind) if k in known else v for k, v in config.items()}
        )


_OUTPUT_SHAPE = SpecLayer.compute_output_shape


class _Named:
    """Turns `Mismatch` into an error about a user's layer."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if isinstance(error, Mismatch):
            raise from_mismatch(self._what, error) from None


def _from_plain(value: Any, kind: str) -> Any:
    """A config's entry as the constructor takes it: layers and functions made again."""
    if kind in ("layer", "layers", "function"):
        return deserialize(value)
    return tuple(value) if kind == "shape" and isinstance(value, list) else value


def _bind(
    name: str, parameters: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    try:
        return parameters.complete(parameters.bind(args, kwargs))
    except BindError as error:
        raise TypeError(f"{name}({', '.join(parameters.params)}): {error}") from None


def _call_values(spec: LayerSpec, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call by the spec's parameter names, defaults included."""
    parameters = spec.call_parameters
    try:
        return parameters.complete(parameters.bind(args, kwargs))
    except BindError as error:
        raise TypeError(f"{spec.name} is called as {spec.call}: {error}") from None


# Making classes.


def computes(
    spec: LayerSpec, base: type[SpecLayer] = SpecLayer
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Bind a computation `(c, w, x, ...)` to a spec: its layer class is made and offered.

    `c` is the layer, `w` its weights as tensors, `x` the first argument of the call; the
    parameters that follow are other arguments of the call, by name.
    """

    def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
        parameters = list(inspect.signature(function).parameters.values())[3:]
        takes = tuple("*" if p.kind is p.VAR_KEYWORD else p.name for p in parameters)
        make_class(spec, base, {"_compute": staticmethod(function), "_takes": takes})
        return function

    return decorator


def make_class(spec: LayerSpec, base: type[SpecLayer], members: dict[str, Any]) -> type[SpecLayer]:
    """The layer class of a spec, offered under its names."""
    call = _copy(base.call)
    call.__signature__ = _call_signature(spec)  # type: ignore[attr-defined]
    call._of_spec = spec  # type: ignore[attr-defined]
    body = {"spec": spec, "call": call, "__doc__": _doc(spec), **members}
    cls = type(spec.name, (base,), body)
    cls.__module__ = "keras.layers"
    offer(cls, *(f"keras.layers.{n}" for n in (spec.name, *spec.aliases, *spec.legacy)))
    return cls


def _copy(function: Any) -> types.FunctionType:
    copy = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__doc__ = function.__doc__
    return copy


def _doc(spec: LayerSpec) -> str:
    accepts = f" on {spec.accepts}" if spec.accepts else ""
    return f"{spec.name}{spec.signature}{accepts}."


def _call_signature(spec: LayerSpec) -> inspect.Signature:
    kinds = {
        "normal": inspect.Parameter.POSITIONAL_OR_KEYWORD,
        "keyword": inspect.Parameter.KEYWORD_ONLY,
        "args": inspect.Parameter.VAR_POSITIONAL,
        "kwargs": inspect.Parameter.VAR_KEYWORD,
    }
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = [own]
    for p in spec.call_parameters.params.values():
        default = inspect.Parameter.empty if p.default is REQUIRED else p.default
        parameters.append(inspect.Parameter(p.name, kinds[p.mode], default=default))
    return inspect.Signature(parameters)
