"""`Layer`: bookkeeping of a layer's state, and what happens around its `call`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from .. import structure
from ..api import public
from . import calling, constraints, initializers, regularizers
from .config import Configurable
from .keras_tensor import KerasTensor, Node
from .losses_of import LossesMixin
from .metric_base import Metric
from .naming import class_name, current_path, name_scope
from .policy import Policy
from .state import State
from .variables import KerasVariable


@public("keras.layers.Layer", "keras.Layer")
class Layer(LossesMixin, Configurable):
    """The base of all layers: `build(input_shape)` makes weights, `call(inputs)` computes."""

    _state: State
    _building = 0  # how many build() calls of this layer are going on, through super()
    _convert_inputs = True
    _any_positional = False  # whether call() may get other values than tensors by position
    _masks_symbolically = False  # whether compute_mask() takes symbolic tensors itself

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        build = cls.__dict__.get("build")
        if build is not None:
            cls.build = _finishing(build)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        layer = super().__new__(cls)
        object.__setattr__(layer, "_state", State(Layer, Metric, lambda: layer._title))
        layer._remember_arguments(args, kwargs)
        return layer

    def __init__(
        self,
        *,
        activity_regularizer: object = None,
        trainable: bool = True,
        dtype: object = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._set_name(name)
        if not isinstance(trainable, bool):
            raise ValueError(f"{self._title}: trainable needs True or False, got {trainable!r}")
        self._trainable = trainable
        self.dtype_policy = Policy.of(dtype)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.autocast = autocast
        self.built = False
        self.input_spec = None
        self._losses: list[Any] = []
        self._inbound_nodes: list[Node] = []
        self._build_shapes: dict[str, Any] | None = None
        self._path: str | None = None
        self._input_shape_arg = _legacy_shape(kwargs)
        self.supports_masking = not self._is_default("compute_mask")
        if kwargs:
            raise ValueError(
                f"{type(self).__name__} does not take {', '.join(sorted(kwargs))}\n"
                f"    fix: remove it, or name it in __init__() of {type(self).__name__}"
            )
        self._initialized = True

    def _set_name(self, name: str | None) -> None:
        name = class_name(type(self)) if name is None else name
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"a layer's name is a string without '/', got {name!r}")
        self.name = name

    def __setattr__(self, name: str, value: Any) -> None:
        prop = getattr(type(self), name, None)
        if isinstance(prop, property):
            if prop.fset is None:
                raise AttributeError(
                    f"{type(self).__name__}.{name} is reserved\n    fix: use another attribute name"
                )
        elif not isinstance(value, _PLAIN) and name not in _UNTRACKED:
            value = self._state.track(value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        self._state.forget(self.__dict__.get(name))
        object.__delattr__(self, name)

    # What users override.

    def build(self, input_shape: Any) -> None:
        """Make the weights; called once, before the first call."""
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        raise NotImplementedError(f"{self._title} has no call() method")

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the outputs."""
        return previous_mask

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of the outputs for shapes of the inputs."""
        if self._is_default("call"):
            raise NotImplementedError(f"{self._title} has no compute_output_shape() method")
        shapes = args[0] if args else next(iter(kwargs.values()))
        spec = structure.map_shapes(lambda s: KerasTensor(s, self.compute_dtype), shapes)
        outputs = self.compute_output_spec(spec)
        return structure.map_structure(lambda t: t.shape, outputs)

    # Calling.

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check_initialized()
        return calling.call_layer(self, args, kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs for symbolic inputs, without computing."""
        return calling.output_spec(self, args, kwargs)

    def _is_default(self, method: str) -> bool:
        """Whether a method is still that of `Layer`."""
        return getattr(type(self), method) is getattr(Layer, method)

    def _check_initialized(self) -> None:
        if "_initialized" not in self.__dict__:
            raise RuntimeError(
                f"in layer {type(self).__name__!r}, super().__init__() was not called\n"
                "    fix: call it as the first statement of __init__()"
            )

    @property
    def dtype(self) -> str:
        """The dtype of the weights."""
        return self.dtype_policy.variable_dtype

    variable_dtype = dtype

    @property
    def compute_dtype(self) -> str:
        """The dtype of the computation, and of float inputs."""
        return self.dtype_policy.compute_dtype

    input_dtype = compute_dtype

    @property
    def path(self) -> str | None:
        """Where in the model the layer stands, once built."""
        return self._path

    @property
    def _title(self) -> str:
        """How messages name this layer: Dense 'dense_1'."""
        return f"{type(self).__name__} {self.__dict__.get('name', '')!r}"

    # State.

    def add_weight(self, shape: Any = None, initializer: Any = None, **options: Any) -> Any:
        """Make a variable that belongs to this layer."""
        self._check_initialized()
        if isinstance(shape, str):
            raise ValueError(
                f"{self._title}: add_weight() takes the shape first, got {shape!r}\n"
                f"    fix: add_weight(shape=..., name={shape!r})"
            )
        options.pop("aggregation", None)
        options.pop("synchronization", None)
        options.pop("autocast", None)
        regularizer = regularizers.get(options.pop("regularizer", None))
        constraint = constraints.get(options.pop("constraint", None))
        variable = self._new_variable(shape, initializer, options)
        variable.regularizer, variable.constraint = regularizer, constraint
        self._own(variable)
        return variable

    add_variable = add_weight

    def _new_variable(self, shape: Any, initializer: Any, options: dict[str, Any]) -> KerasVariable:
        dtype = options.pop("dtype", None) or self.variable_dtype
        trainable = options.pop("trainable", True)
        name = options.pop("name", None)
        if options:
            raise TypeError(f"{self._title}: add_weight() does not take {', '.join(options)}")
        if initializer is None:
            initializer = "glorot_uniform" if "float" in str(dtype) else "zeros"
        dims = (shape,) if isinstance(shape, int) else tuple(shape or ())
        if any(d is None for d in dims):
            raise ValueError(
                f"{self._title}: a weight needs a known shape, got {dims}\n"
                "    fix: give the Input a known size on that axis"
            )
        with name_scope(self.name):
            return KerasVariable(
                initializers.get(initializer),
                shape=tuple(int(d) for d in dims),
                dtype=dtype,
                trainable=trainable,
                name=name,
            )

    def _own(self, variable: KerasVariable) -> None:
        self._state.add_variable(variable)
        if not self._trainable:
            variable.trainable = False

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes the layer was built with, as a saved model keeps them."""
        shapes = self._build_shapes
        if shapes is None:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": shapes}

    def build_from_config(self, config: dict[str, Any] | None) -> None:
        """Build with the shapes of a saved model."""
        if not config:
            return
        if "input_shape" in config:
            self.build(_shape_from_config(config["input_shape"]))
        elif "shapes_dict" in config:
            shapes = {k: _shape_from_config(v) for k, v in config["shapes_dict"].items()}
            self.build(**shapes)

    # Functional graph.

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's only call."""
        return self._node_tensors("input", lambda node: node.inputs)

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's only call."""
        return self._node_tensors("output", lambda node: node.outputs)

    def _node_tensors(self, what: str, pick: Callable[[Node], list[KerasTensor]]) -> Any:
        if not self._inbound_nodes:
            raise AttributeError(
                f"{self._title} has no {what}: it was never called on a symbolic tensor"
            )
        if len(self._inbound_nodes) > 1:
            raise AttributeError(
                f"{self._title} was called {len(self._inbound_nodes)} times, so it has no "
                f"single {what}"
            )
        tensors = pick(self._inbound_nodes[0])
        return tensors[0] if len(tensors) == 1 else tensors

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


# Values that hold no state, the common case, and attributes that are bookkeeping.
_PLAIN = (int, float, str, bytes, type(None))
_UNTRACKED = frozenset(
    {
        "_losses",
        "_inbound_nodes",
        "_build_shapes",
        "dtype_policy",
        "_auto_config",
        "input_spec",
        "_weight_table",
    }
)


def _finishing(build: Callable[..., Any]) -> Callable[..., Any]:
    """A `build` that, when the outermost one ends, marks the layer as built and closes it."""

    @functools.wraps(build)
    def wrapper(self: Layer, *args: Any, **kwargs: Any) -> None:
        self._check_initialized()
        object.__setattr__(self, "_building", self._building + 1)
        try:
            with name_scope(self.name):
                if self._path is None:
                    object.__setattr__(self, "_path", current_path())
                build(self, *args, **kwargs)
        finally:
            object.__setattr__(self, "_building", self._building - 1)
        if self._building == 0:
            self._build_shapes = inspect.signature(build).bind(self, *args, **kwargs).arguments
            self._build_shapes.pop("self", None)
            self.built = True
            self._lock()

    return wrapper


def _legacy_shape(kwargs: dict[str, Any]) -> Any:
    """The shape given by Keras 2's `input_shape=`, `input_dim=` and friends."""
    size = kwargs.pop("batch_size", None)
    shape = kwargs.pop("input_shape", None)
    dim = kwargs.pop("input_dim", None)
    if dim is not None:
        shape = (dim,)
    return shape if size is None or shape is None else {"batch_shape": (size, *shape)}


def _shape_from_config(value: Any) -> Any:
    return structure.map_shapes(lambda s: s, value)
