"""A proved contradiction: what a layer, op or constructor needs and what it got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .dims import Dim, Dims

# What a mismatch is about: the closed vocabulary of `Mismatch.kind`, for rules to select.
KINDS: Mapping[str, str] = {
    # a layer and its input
    "rank": "the input has too few or too many axes",
    "structure": "several tensors where one is taken, or nested otherwise than needed",
    "not-a-list": "one tensor where a list of tensors is needed",
    "arity": "a list of the wrong number of tensors",
    "axis": "an axis number outside the rank",
    "axis-undefined": "an axis that weights are made from is None when the layer is built",
    "features": "an axis has another size than the layer's weights",
    "window": "a window that is larger than the padded input",
    "crop": "more is cut off than there is",
    "groups": "channels or filters that do not divide into the groups",
    "permutation": "`dims` that are no permutation of the axes 1..n",
    "reshape": "a target of another size",
    "dtype": "a dtype the layer or op rejects",
    "batch-size": "a stateful layer without a fixed batch size",
    # several inputs
    "broadcast": "shapes that do not broadcast",
    "concat": "shapes that differ outside the concatenation axis",
    "concat-rank": "inputs of different rank to concatenate",
    "matmul": "inner dims that differ",
    "matmul-rank": "a scalar in a matrix product",
    "einsum": "operands that do not fit the equation",
    "dot-axes": "contracted axes of different size",
    "attention": "query, value and key that do not fit each other",
    "state-count": "another number of states than the cell has",
    "state-shape": "a state of another size than the cell's",
    "mask-shape": "a mask that does not fit the input",
    "mask-rank": "a boolean mask of more axes than the tensor",
    "mask": "a boolean mask of another shape than the tensor",
    "ragged": "nested lists whose parts differ in shape",
    # arguments of constructors and calls
    "hyperparameter": "a value outside its parameter's domain",
    "identifier": "a name that Keras does not know",
    "arguments": "arguments that exclude each other",
    "argument": "a value an op rejects",
    "missing-argument": "a required argument is not given",
    "unexpected-argument": "an argument that is not a parameter",
    "too-many-argument": "more positional arguments than parameters",
    "repeated-argument": "an argument given by position and by name",
    "call-arguments": "arguments that `call` does not take",
    "positional": "a call argument that must be given by keyword",
    "not-a-tensor": "something else where a tensor is needed",
    # indices and parts of tensors
    "index": "an index outside an axis",
    "index-bounds": "a constant index outside an axis",
    "index-rank": "more indices than axes",
    "index-type": "an index that is no integer, slice or tuple",
    "index-array": "an array as an index where only slices are taken",
    "index-dtype": "indices or labels that are no integers",
    "slice": "a part that is not inside the tensor",
    "squeeze": "an axis of another size than 1 is squeezed",
    "split": "an axis that does not divide into the parts",
    "stack": "shapes that differ where they are stacked",
    "gather": "indices whose batch axes differ from the tensor's",
    "gather-rank": "indices of too many or too few axes",
    "scatter": "updates of another shape than the indices select",
    "top-k": "more elements are asked for than there are",
    "tile": "another number of multiples than axes",
    "repeat": "another number of repeats than elements",
    "pad": "another number of paddings than axes",
    "range": "a range that runs the wrong way",
    "empty": "an empty axis where an element is needed",
    "square": "a matrix that is not square",
    "channels": "channels that do not fit the kernel or bias",
    "batch": "another number of rows than in the other tensor",
    "assign": "a value of another shape than the variable",
    "set-shape": "a shape that contradicts the known one",
    "none-dim": "None where a tensor's size is needed",
    "keras-tensor": "a KerasTensor where a tensor with values is needed",
    # layers of one's own
    "reserved-attribute": "an attribute that Keras keeps for itself",
    "state-locked": "state that is made after the layer was built",
    "removed": "a name that this Keras no longer has",
    "build-arguments": "arguments of `build` that do not fit what the layer is called on",
    "weight-arguments": "arguments that `add_weight` does not take",
    "weight-shape": "a weight's shape that is no tuple of sizes",
    "trainable-type": "`trainable` set to something else than a boolean",
    # models
    "class-given": "a class where its object is needed",
    "metrics-list": "metrics that are not in a list",
    "cardinality": "arrays of unequal numbers of samples",
    "layer-missing": "a layer name that the model does not have",
    "input-shape": "an Input shape that is no tuple of axes",
    "model-inputs": "a model called on another number of inputs",
    "model-input-shape": "a model called on another shape than its Input's",
    "model-ends": "inputs or outputs of a model that are no KerasTensors",
    "disconnected": "an output that does not come from the inputs",
    "layer-name": "two layers of one name",
    "sequential": "a Sequential of something else than layers",
    "super-init": "a layer used before its super().__init__()",
    "call-missing": "a layer without a method `call`",
    # targets against outputs
    "label-rank": "targets of another rank than the loss compares with",
    "label-shape": "targets of another shape than the output",
    "classes": "another number of classes than the output has",
}


@dataclass(eq=False)
class Mismatch(Exception):
    """Raised by a spec when no value of the unknowns can work.

    `kind` is one of `KINDS` (rules select by it); `needs` says what is required;
    `got` holds labelled shapes or values; `names` the bound names (`steps=9`).
    `late` marks what real Keras does not raise at once: a bad constructor argument that
    only fails in the first call, or shapes that only fail when the model is executed.
    """

    kind: str
    needs: str
    got: Mapping[str, object] = field(default_factory=dict)
    names: Mapping[str, object] = field(default_factory=dict)
    hint: str = ""
    late: bool = False

    def __str__(self) -> str:
        got = ", ".join(f"{k} {shape_text(v)}" for k, v in self.got.items())
        return f"{self.kind}: needs {self.needs}, got {got}"


def shape_text(value: object) -> str:
    """A shape as people write it: `(batch, 28, 28)`, other values by `repr`."""
    if isinstance(value, tuple):
        inner = ", ".join(shape_text(v) if isinstance(v, tuple) else str(v) for v in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value) if isinstance(value, str) else str(value)


__all__ = ["KINDS", "Dim", "Dims", "Mismatch", "shape_text"]
