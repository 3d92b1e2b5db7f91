"""The forms in which knowledge is declared: layers, ops, and other named things.

Two readers use them: the analyzer (shapes may be symbolic, arguments may be Unknown)
and the executor (all known). A spec never sees an Unknown: reading an unknown argument
raises `Undecided`, and the reader's result is Unknown.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ..dims import Dims, symbol
from ..unknown import Undecided, Unknown
from . import signature as _signature


@dataclass(frozen=True, slots=True)
class TensorType:
    """Shape and dtype; `shape` None is an unknown rank, `dtype` None an unknown dtype."""

    shape: Dims | None
    dtype: str | None = "float32"


class Args:
    """Bound arguments as attributes; reading an Unknown one raises `Undecided`.

    Parameters of kind `size` that are Unknown read as a fresh symbol (a size exists,
    whatever it is). Parameters of kind `sizes1|2|3` read as tuples of that length.
    """

    __slots__ = ("_sizes", "_values")

    def __init__(self, values: Mapping[str, object], signature: _signature.Signature) -> None:
        self._values = dict(values)
        self._sizes = signature.params

    def __getattr__(self, name: str) -> object:
        try:
            value = self._values[name]
        except KeyError:
            raise AttributeError(name) from None
        param = self._sizes.get(name)
        kind = param.kind if param else "any"
        if isinstance(value, Unknown):
            value = self._unknown(name, kind, value)
        elif kind.startswith("sizes") and not isinstance(value, tuple | list | type(None)):
            value = (value,) * int(kind[-1])
        if kind.startswith("sizes") and isinstance(value, list):
            value = tuple(value)
        return value

    def _unknown(self, name: str, kind: str, value: Unknown) -> object:
        if kind == "size":
            self._values[name] = symbol(name)
        elif kind.startswith("sizes"):
            self._values[name] = tuple(symbol(f"{name}[{i}]") for i in range(int(kind[-1])))
        else:
            raise Undecided(f"{name}: {value.reason}")
        return self._values[name]

    def raw(self, name: str) -> object:
        """The argument as it was given, Unknown included."""
        return self._values.get(name)

    def as_dict(self) -> dict[str, object]:
        """All arguments as they were given."""
        return dict(self._values)


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight a layer makes: its shape, and which config entries govern it."""

    shape: Dims
    initializer: object = "glorot_uniform"  # a config value, or an identifier
    trainable: bool = True
    dtype: str | None = None  # None: the layer's variable dtype
    regularizer: object = None
    constraint: object = None


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
    as a list of shapes, as the layer takes them; `dtype` is the inputs' dtype.
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


MaskRule: TypeAlias = "Mask | Callable[[Args], Mask]"
# Input dims as the layer's call takes them: one tuple, or a list for several inputs.
Inputs: TypeAlias = "Dims | list[Dims]"
Outputs: TypeAlias = "Dims | list[Dims] | tuple[Dims, ...]"


def no_weights(c: Args, x: Inputs) -> dict[str, Weight]:
    """The weights of a layer that has none."""
    return {}


def same_shape(c: Args, x: Inputs) -> Outputs:
    """(...) -> (...), unchanged."""
    return x


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """What a Keras layer is: constructor, accepted input, weights, output, mask, mode.

    `accepts` names the axes: "(batch, steps, channels)" wants exactly rank 3,
    "(batch, ..., features)" at least 2; None leaves the input to `output`.
    `weights` keys are paths ("kernel", "forward_layer/cell/kernel"), in Keras' order.
    `check` runs on the constructor arguments alone and raises `Mismatch`.
    `call` is the call signature; `call_args` beyond the first input are keyword tensors
    (`mask`, `initial_state`, ...). `legacy` are constructor names of Keras 2 only.
    """

    name: str
    signature: str
    accepts: str | None = "(batch, ...)"
    output: Callable[[Args, Inputs], Outputs] = same_shape
    weights: Callable[[Args, Inputs], dict[str, Weight]] = no_weights
    mask: MaskRule = Mask.DROP
    training: Training = Training.SAME
    call: str = "(inputs)"
    dtype: Callable[[Args, object], object] | None = None  # None: the compute dtype
    check: Callable[[Args], None] | None = None
    aliases: tuple[str, ...] = ()
    legacy: tuple[str, ...] = ()
    flops: Callable[[Args, Inputs, Outputs], object] | None = None
    cases: tuple[Case, ...] = ()

    @property
    def parameters(self) -> _signature.Signature:
        """The parsed constructor signature (base-layer keywords are not in it)."""
        return _signature.parse(self.signature)

    def mask_rule(self, config: Args) -> Mask:
        """The mask behaviour under this configuration."""
        return self.mask if isinstance(self.mask, Mask) else self.mask(config)


# Keywords every layer takes beside its own (Keras 3.15's Layer.__init__ and friends).
BASE_KEYWORDS = (
    "activity_regularizer",
    "trainable",
    "dtype",
    "autocast",
    "name",
    "input_dim",
    "input_shape",
    "batch_size",
)


@dataclass(frozen=True, slots=True)
class OpSpec:
    """What a tensor function is: parameters and the types of what it returns.

    `signature` is canonical: kinds `tensor` (an array or anything convertible),
    `tensors` (a list of them), other kinds are static. `result` gets tensor arguments as
    `TensorType` of known rank, static ones as values, and returns a `TensorType` or a
    (nested) list/tuple of them. `names` maps every public spelling to its own signature,
    parameters annotated with the canonical name where it differs and `_` where ignored:
    `{"tf.reduce_sum": "(input_tensor: x, axis=None, keepdims=False, name: _ = None)"}`;
    None is the canonical signature. `any_rank` lets `result` see shape None as well.
    `fold` computes on small known values (shape vectors), where that matters.
    """

    name: str
    signature: str
    result: Callable[[Args], object]
    names: Mapping[str, str | None]
    any_rank: bool = False
    fold: Callable[[Args], object] | None = None
    cases: tuple[Case, ...] = ()

    @property
    def parameters(self) -> _signature.Signature:
        """The parsed canonical signature."""
        return _signature.parse(self.signature)


@dataclass(frozen=True, slots=True)
class NamedSpec:
    """A loss, metric, optimizer, initializer, regularizer, constraint or activation.

    `identifiers` are the strings Keras resolves to it ("categorical_crossentropy", ...).
    `check` of a loss or metric gets (args, target TensorType, output TensorType) and
    raises `Mismatch` where Keras does.
    """

    family: str
    name: str
    signature: str = "()"
    identifiers: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()  # function spellings, e.g. "mean_squared_error"
    check: Callable[[Args, TensorType, TensorType], None] | None = None
    facts: Mapping[str, object] = field(default_factory=dict)  # e.g. {"expects": "probabilities"}

    @property
    def parameters(self) -> _signature.Signature:
        """The parsed constructor signature."""
        return _signature.parse(self.signature)
