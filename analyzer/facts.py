"""What the analysis found out: the only thing rules see.

Every fact has the site it stands at. Shapes and values in a fact are as precise as the
analysis could be; `failure` is a proof that real Keras raises there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import libcst as cst

from .mismatch import Mismatch
from .specs.base import Mask, OpSpec
from .values import Class, Function, Instance, Site, Tensor, Value


@dataclass(eq=False)
class Fact:
    """Something that happens at `site` when the program runs."""

    site: Site


@dataclass(eq=False)
class ClassDefined(Fact):
    """A class statement was executed; `base` is "layer", "model", "cell", ... or ""."""

    cls: Class
    base: str = ""


@dataclass(eq=False)
class LayerCreated(Fact):
    """A layer or model object was made: constructor arguments bound, or why not.

    `arguments` are those of the built-in class it is or derives from, defaults included,
    and the base keywords that were given. `problems` are proved faults of single
    arguments: kind "hyperparameter", "identifier", "unexpected-argument",
    "missing-argument", "too-many-argument", "repeated-argument", "trainable-type",
    "layer-name", ... `where` is the method of another layer it happens in ("" for module
    or plain function, "__init__", "build", "call"). For a user class the site is that of
    the call of the class, or of `super().__init__(...)` where that is at fault.
    """

    layer: Instance
    arguments: Mapping[str, Value] = field(default_factory=dict)
    problems: tuple[Mismatch, ...] = ()
    where: str = ""


@dataclass(eq=False)
class LayerCalled(Fact):
    """A layer or model was called on something.

    `context`: "functional" (on KerasTensors, outside any call), "sequential" (by a
    Sequential's build), "call" (inside another layer's call), "eager".
    `args`, `kwargs` are as given; `inputs` the tensors in the structure of the first
    argument; `outputs` the result. `training` is the value of the argument as given:
    True, False, None, an Unknown, or the string "unset". `masks` are the masks that
    reached the inputs, `mask_given` whether `mask=` was passed by hand; `mask_rule` what
    the layer does with them here, `mask_lost` tells that a mask arrives and none leaves
    though the layer does not consume it. `failure` proves that the call raises; `inner`
    are the facts of user code executed by it.
    """

    layer: Instance
    args: tuple[Value, ...] = ()
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    inputs: Value = None
    outputs: Value = None
    context: str = "eager"
    training: Value = "unset"
    masks: tuple[Value, ...] = ()
    mask_given: bool = False
    mask_rule: Mask = Mask.DROP
    mask_lost: bool = False
    failure: Mismatch | None = None
    inner: list[Fact] = field(default_factory=list)
    where: tuple[Instance, str] | None = None  # the layer whose method we are in


@dataclass(eq=False)
class OpCalled(Fact):
    """A tensor function, operator or method was applied."""

    spec: OpSpec
    spelling: str
    args: tuple[Value, ...] = ()
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    result: Value = None
    failure: Mismatch | None = None
    on_keras_tensor: bool = False
    where: tuple[Instance, str] | None = None


@dataclass(eq=False)
class WeightCreated(Fact):
    """A weight was made; `how` is "add_weight", "tf.Variable" or "keras.Variable".

    `failure` proves that it raises: kind "weight-arguments" (Keras 3 takes the shape
    first and names by keyword only), "weight-shape" (no tuple, or None in it), "super-init".
    """

    owner: Instance | None
    weight: Tensor
    how: str
    method: str = ""
    trainable: bool = True
    tracked: bool = True
    failure: Mismatch | None = None


@dataclass(eq=False)
class AttributeSet(Fact):
    """`target.name = value` on an object (rules about `trainable`, reserved names, ...).

    `method` is the method of the target that runs. `failure` proves that it raises: kind
    "reserved-attribute" (a property of Keras without setter), "state-locked" (Keras 3
    takes no layer or variable once the layer is built), "super-init" (Keras 2 takes none
    before super().__init__()).
    """

    target: Value
    name: str
    value: Value
    method: str = ""
    failure: Mismatch | None = None


@dataclass(eq=False)
class ModelCreated(Fact):
    """`Model(inputs, outputs)` or `Sequential(...)`; `failure` proves that it raises."""

    model: Instance
    style: str
    inputs: Value = None
    outputs: Value = None
    failure: Mismatch | None = None


@dataclass(eq=False)
class Compiled(Fact):
    """`model.compile(...)`: arguments as given, by parameter name."""

    model: Instance
    arguments: Mapping[str, Value] = field(default_factory=dict)
    problems: tuple[Mismatch, ...] = ()


@dataclass(eq=False)
class Trained(Fact):
    """`fit`, `evaluate`, `predict` or a `*_on_batch`: data types seen, proofs found.

    `x` and `y` are the data as given (of a dataset one element), `outputs` what the model
    gives for one batch of it. `trainable` is how many weight tensors training moves at this moment,
    None where that is not known. `failure` proves that it raises: of the model's call
    ("model-inputs", "model-input-shape", or any of `LayerCalled`), of the labels (kinds
    of `NamedSpec.check`), "cardinality" (arrays of different length), "super-init",
    "unexpected-argument" and the like.
    """

    model: Instance
    method: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    x: Value = None
    y: Value = None
    outputs: Value = None
    failure: Mismatch | None = None
    trainable: int | None = None


@dataclass(eq=False)
class ResultDiscarded(Fact):
    """An expression statement threw away what a layer or op call returned."""

    call: LayerCalled | OpCalled


@dataclass(eq=False)
class NameUsed(Fact):
    """A Keras name was looked up that this Keras does not have.

    `name` is canonical ("keras.layers.CuDNNLSTM"); `status` is "removed" when another
    Keras has it, "never" when none has; `instead` is what to write, "" if nothing.
    """

    name: str
    status: str = ""
    instead: str = ""


@dataclass(eq=False)
class PythonError(Fact):
    """Python itself is proved to raise: `kind` is "name", "attribute", "arguments",
    "unpack", "index", "key", "type", "not-callable", "iterate", "control-flow"."""

    kind: str
    detail: Mapping[str, Value] = field(default_factory=dict)
    subject: Value = None


@dataclass(eq=False)
class CallReturned(Fact):
    """A user `call`, `build` or `__init__` ran to its end; `value` is what it returned.

    `paths` says how it can end: "value", "none", "raise".
    """

    layer: Instance
    method: str
    function: Function
    value: Value = None
    paths: frozenset[str] = frozenset()
    super_called: bool | None = None


@dataclass(eq=False)
class Finished(Fact):
    """The analysis of a file is complete: rules that need the whole story run here."""

    node: cst.Module = field(repr=False)
