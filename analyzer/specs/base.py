"""The forms in which knowledge is declared: layers, ops, and other named things.

Two readers use them: the analyzer (shapes may be symbolic, arguments may be Unknown)
and the executor (all known). A spec never sees an Unknown: reading an unknown argument
raises `Undecided`, and the reader's result is Unknown.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from ..dims import Dim, Dims
from . import signature as _signature
from .arguments import Args, leaves, unforeseen


@dataclass(frozen=True, slots=True)
class TensorType:
    """Shape and dtype; `shape` None is an unknown rank, `dtype` None an unknown dtype.

    The dtypes "int" and "float" are weak: those of Python literals. `content` is the
    known value, where it is small and known (see content.py); `kind` is that of
    `values.Tensor`, "" for a literal or where it is not known. Neither counts in `==`.
    """

    shape: Dims | None
    dtype: str | None = "float32"
    content: object = field(default=None, compare=False)
    kind: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight a layer makes: its shape, and which config entries govern it."""

    shape: Dims
    initializer: object = "glorot_uniform"  # a config value, or an identifier
    trainable: bool = True
    dtype: str | None = None  # None: the layer's variable dtype
    regularizer: object = None
    constraint: object = None
    # Axes a VarianceScaling initializer counts as inputs and outputs, where not the usual.
    fans: tuple[tuple[int, ...], tuple[int, ...]] | None = None


class Mask(enum.Enum):
    """What a layer does with the mask of its input (measured, catalog MSK001-MSK016)."""

    PASS = "passes"  # output carries the input's mask
    DROP = "drops"  # does not support masking: a mask is destroyed, with a warning
    CREATE = "produces"  # makes a mask from its input
    CONSUME = "consumes"  # uses the mask; output has none
    CONSUME_PASS = "consumes and passes"  # uses the mask and hands it on
    MERGE = "merges"  # Add & co.: None if any input is unmasked (Keras 3)
    CONCAT = "concatenates"  # Concatenate's rule


class Training(enum.Enum):
    """Whether `training` changes what a layer computes."""

    SAME = "same"
    DIFFERS = "differs"


class Case:
    """A constructor call and inputs on which spec, executor and real Keras must agree.

    Shapes are full, batch included: `Case("Dense(4)", (2, 3))`. Several inputs are given
    as a list of shapes, as the layer takes them; `dtype` is the inputs' dtype. None in a
    shape is an axis Keras does not know: such a case is built, not executed. Keywords
    are call arguments: a tuple (or list of tuples) stands for a tensor of that shape,
    anything else for itself: `Case("LSTM(4)", (2, 5, 3), initial_state=[(2, 4), (2, 4)])`.
    """

    __slots__ = ("code", "dtype", "fails", "inputs", "kwargs")

    def __init__(
        self, code: str, *inputs: object, dtype: str = "float32", **kwargs: object
    ) -> None:
        self.code, self.inputs, self.dtype, self.kwargs = code, inputs, dtype, kwargs
        self.fails = False


class Fails(Case):
    """A case that real Keras rejects; the spec must raise `Mismatch`."""

    __slots__ = ()

    def __init__(
        self, code: str, *inputs: object, dtype: str = "float32", **kwargs: object
    ) -> None:
        super().__init__(code, *inputs, dtype=dtype, **kwargs)
        self.fails = True


class Call:
    """A call of an op on which spec, executor and real libraries must agree.

    Inputs are the shapes of the tensor parameters in order (a list of shapes for
    `tensors`), keywords the other canonical parameters; `of` is the dtype of the
    inputs, or a tuple of dtypes in turn. It is tried under every spelling that can say it.
    """

    __slots__ = ("inputs", "kwargs", "of")

    def __init__(
        self, *inputs: object, of: str | tuple[str, ...] = "float32", **kwargs: object
    ) -> None:
        self.inputs, self.of, self.kwargs = inputs, of, kwargs


MaskRule: TypeAlias = "Mask | Callable[[Args], Mask]"
TrainingRule: TypeAlias = "Training | Callable[[Args], Training]"
# A tuple is the shape of one tensor, a list a structure of several, at any depth.
Inputs: TypeAlias = "Dims | list[Inputs]"
Outputs: TypeAlias = "Dims | list[Outputs]"
# Each rule takes the inputs as its layer does: `Dims`, or a list of them.
OutputRule: TypeAlias = "Callable[[Args, Any], Outputs]"
WeightsRule: TypeAlias = "Callable[[Args, Any], dict[str, Weight]]"
FlopsRule: TypeAlias = "Callable[[Args, Any, Any], Dim]"
# The dtype of the output from (arguments, dtypes of the inputs in their structure,
# compute dtype); the inputs' float dtypes have already been cast to the compute dtype.
DTypeRule: TypeAlias = "Callable[[Args, object, str | None], str | None]"


def no_weights(c: Args, x: Inputs) -> dict[str, Weight]:
    """The weights of a layer that has none."""
    return {}


def same_shape(c: Args, x: Inputs) -> Outputs:
    """(...) -> (...), unchanged."""
    return x


def compute_dtype(c: Args, given: object, compute: str | None) -> str | None:
    """The dtype the layer computes in, whatever the inputs' dtype."""
    return compute


def input_dtype(c: Args, given: object, compute: str | None) -> str | None:
    """The dtype of the input, integers and booleans included."""
    first = next(leaves(given))
    return first if isinstance(first, str) else None


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """What a Keras layer is: constructor, accepted input, weights, output, mask, mode.

    `accepts` names the axes: "(batch, steps, channels)" wants exactly rank 3,
    "(batch, ..., features)" at least 2; None leaves the input to `output`.
    `output`, `weights`, `flops` get `c`, the constructor arguments, and `x`, the first
    argument of the call: a tuple of dims for one tensor, a list for several. Ranks are
    known (for an unknown one there is `applied.assumed`). Further
    arguments of the call are `c.call`, dims in place of tensors in the same structure
    (`c.call.initial_state`), absent outside a call (`c.call.get(...)`). `output` returns
    a tuple for one tensor and a list for several; Keras 3 returns the outermost such
    list as a tuple, Keras 2 as a list. `weights` keys are the attribute path in saved
    files and the weight's name ("kernel", "forward_layer/cell/kernel"), in the order of
    `layer.weights`. `flops` counts one sample. `check` runs on the constructor arguments
    alone, beyond the domains of single parameters, and raises `Mismatch`.
    `call` is the call signature, tensors of kind `tensor`, `tensors` or `mask`.
    `states` are the state shapes of an RNN cell, batch left out, nested as the cell has
    them. `function` is the functional form of the same layer ("add", its signature).
    Keyword-only parameters of `signature` are those a constructor takes out of its
    `**kwargs`. `keras2` is the constructor of Keras 2 where it takes other parameters;
    `legacy` are names of Keras 2 only (its own name among them: not in Keras 3).
    """

    name: str
    signature: str
    accepts: str | None = None
    output: OutputRule = same_shape
    weights: WeightsRule = no_weights
    mask: MaskRule = Mask.DROP
    training: TrainingRule = Training.SAME
    call: str = "(inputs: tensor)"
    dtype: DTypeRule = compute_dtype
    check: Callable[[Args], None] | None = None
    states: Callable[[Args], list[Inputs]] | None = None
    aliases: tuple[str, ...] = ()
    legacy: tuple[str, ...] = ()
    keras2: str | None = None
    function: tuple[str, str] | None = None
    flops: FlopsRule | None = None
    cases: tuple[Case, ...] = ()

    @property
    def parameters(self) -> _signature.Signature:
        """The parsed constructor signature (base-layer keywords are not in it)."""
        return _signature.parse(self.signature)

    @property
    def call_parameters(self) -> _signature.Signature:
        """The parsed call signature."""
        return _signature.parse(self.call)

    def mask_rule(self, config: Args) -> Mask:
        """The mask behaviour under this configuration."""
        if isinstance(self.mask, Mask):
            return self.mask
        with unforeseen(self.name):
            return self.mask(config)

    def training_rule(self, config: Args) -> Training:
        """Whether `training` matters under this configuration."""
        if isinstance(self.training, Training):
            return self.training
        with unforeseen(self.name):
            return self.training(config)


class LayerLike(Protocol):
    """A layer as the argument of another layer (kind `layer`), in either reader.

    Built-in ones are `applied.Configured`; the analyzer and the executor give theirs,
    user-defined layers included, the same methods. `name` is the layer's own name,
    `config` the constructor arguments (None for a user-defined layer).
    """

    name: str
    spec: LayerSpec | None
    config: Args | None

    def output(self, x: Inputs, **call: object) -> Outputs:
        """The shapes a call returns; `call` are dims and values by parameter name."""
        ...

    def weights(self, x: Inputs, **call: object) -> dict[str, Weight]:
        """The weights a first call makes."""
        ...

    def mask_rule(self) -> Mask:
        """What it does with a mask."""
        ...

    def training_rule(self) -> Training:
        """Whether `training` matters to it."""
        ...

    def states(self) -> list[Inputs]:
        """The state shapes of an RNN cell; raises `Undecided` where they are unknown."""
        ...


# Keywords every layer takes beside its own (Keras 3.15's Layer.__init__ and friends).
BASE_KEYWORDS = (
    "activity_regularizer",
    "trainable",
    "dtype",
    "autocast",
    "name",
    "input_dim",
    "input_shape",
)
# What Keras 2 takes beside them.
KERAS2_KEYWORDS = (
    "batch_input_shape",
    "batch_size",
    "weights",
    "implementation",
    "dynamic",
    "input_dtype",
)


@dataclass(frozen=True, slots=True)
class OpSpec:
    """What a tensor function is: parameters and the types of what it returns.

    `signature` is canonical: kinds `tensor` (an array or anything convertible),
    `tensors` (a list of them), `shape`, `axis`, `dtype` and others are static, `raw` is
    left as given. `result` gets tensor arguments as `TensorType` of known rank, static
    ones as values, and returns a `TensorType`, a (nested) list/tuple of them, or Python
    data. `names` maps every public spelling to its own signature,
    parameters annotated with the canonical name where it differs and `_` where ignored:
    `{"tf.reduce_sum": "(input_tensor: x, axis=None, keepdims=False, name: _ = None)"}`;
    None is the canonical signature. `any_rank` lets `result` see shape None as well.
    `fold` computes the content of the result where that of all tensors is known.
    """

    name: str
    signature: str
    result: Callable[[Args], object]
    names: Mapping[str, str | None]
    any_rank: bool = False
    fold: Callable[[Args], object] | None = None
    cases: tuple[Call, ...] = ()

    @property
    def parameters(self) -> _signature.Signature:
        """The parsed canonical signature."""
        return _signature.parse(self.signature)


LabelCheck: TypeAlias = "Callable[[Args, TensorType, TensorType], None]"


@dataclass(frozen=True, slots=True)
class NamedSpec:
    """A loss, metric, optimizer, schedule, initializer, regularizer, constraint, activation.

    `name` is the class (for an activation the function), `signature` its constructor,
    `functions` are function spellings with their signature in `function` ("mean_squared_
    error"). `identifiers` are the strings Keras 3 resolves to it, exactly as written
    (only optimizers are looked up without regard to case); `keras2` those of Keras 2
    where they differ, () where Keras 2 knows none. `aliases` are other class names.
    `check` of a loss or metric gets (args, target TensorType, output TensorType) and
    raises `Mismatch` where Keras does, `keras2_check` where Keras 2 compares otherwise.
    """

    family: str
    name: str
    signature: str = "()"
    identifiers: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    function: str = ""
    keras2: tuple[str, ...] | None = None
    aliases: tuple[str, ...] = ()
    check: LabelCheck | None = None
    keras2_check: LabelCheck | None = None
    facts: Mapping[str, object] = field(default_factory=dict)  # e.g. {"expects": "probabilities"}

    @property
    def parameters(self) -> _signature.Signature:
        """The parsed constructor signature."""
        return _signature.parse(self.signature)

    def label_check(self, dialect: str = "keras3") -> LabelCheck | None:
        """How targets are compared with outputs, None where nothing is rejected."""
        return (self.keras2_check if dialect == "keras2" else None) or self.check
