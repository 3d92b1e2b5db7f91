"""GRF006."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import LayerCalled, OpCalled, PythonError
from ...analyzer.findings import Level
from ...analyzer.specs import registry, symbolic
from ...analyzer.values import Tensor
from ..base import Case, Draft, Rule
from ..edits import Change, Replacement
from ..story import inputs_of
from ..words import origins

SAYS = {
    "type": "has no values that {} could use",
    "iterate": "cannot be iterated over",
    "control-flow": "has no truth value",
}
_RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "MultiHeadAttention"})


class TfFunctionOnKerasTensor(Rule):
    """A TensorFlow or NumPy function is applied to a KerasTensor.

    Why: in Keras 3 a Functional graph holds symbolic tensors that only keras.ops,
    operators and layers understand; tf.* and np.* raise. Keras 2 wrapped them in a layer.
    Known limits: inside `call` of a layer these functions are fine and not reported.
    """

    code, name, level = "GRF006", "tf-function-on-keras-tensor", Level.ERROR
    dialects = ("keras3",)
    keras_says = (
        "A KerasTensor cannot be used as input to a TensorFlow function",
        "A KerasTensor is symbolic: it's a placeholder for a shape an a dtype",
    )
    VALID = [
        Case("x = Input((4,))\ny = keras.ops.mean(x, axis=-1, keepdims=True)"),
        Case("x = Input((4,))\ny = (x * 2 + 1)[:, 0]"),
        Case(
            "x = Input((4,))\n"
            "y = layers.Lambda(lambda t: tf.reduce_mean(t, axis=-1, keepdims=True))(x)"
        ),
    ]
    INVALID = [
        Case("x = Input((4,))\ny = tf.nn.relu(x)", at="tf.nn.relu", fixed=None),
        Case("x = Input((4,))\ny = np.mean(x)", at="np.mean"),
        Case("x = Input((4,))\ny = tf.concat([x, x], axis=-1)", at="tf.concat"),
        Case("x = Input((4,))\nn = len(x)", at="len(x)"),
        Case("x = Input((4,))\nif x[0, 0] > 0:\n    pass", at="x[0, 0] > 0"),
        Case("x = Input((4,))\nx[:, 0] = 1", at="x[:, 0]"),
    ]

    def on_python_error(self, fact: PythonError) -> Iterator[Draft]:
        """What Python asks a KerasTensor for: a number, a length, an item, an attribute."""
        tensor = fact.subject
        if not isinstance(tensor, Tensor) or tensor.kind != "keras" or fact.kind not in SAYS:
            return
        if fact.kind == "attribute" or (
            isinstance(tensor.producer, LayerCalled)
            and (fact.kind == "iterate" and tensor.label.split(" ")[0] in _RECURRENT)
        ):
            return
        yield Draft(
            fact.site,
            "a KerasTensor",
            says=SAYS[fact.kind].format(fact.detail.get("operation", "")),
            related=tuple(origins(tensor)),
            hint="use keras.ops, or do it inside a layer",
        )

    def on_op_called(self, fact: OpCalled) -> Iterator[Draft]:
        """Any function of tf or numpy on a symbolic tensor."""
        refused = symbolic.rejects_keras_tensor(fact.spelling)
        if not fact.on_keras_tensor or not refused or _is_member(fact.spelling):
            return
        twin = _twin(fact)
        yield Draft(
            fact.site,
            fact.spelling,
            says="is applied to a KerasTensor, which only keras.ops and layers understand",
            related=tuple(origins(*inputs_of(fact))),
            hint=f"use {twin}" if twin else "use keras.ops, or wrap it in a layer",
            change=self._change(fact, twin),
        )

    def _change(self, fact: OpCalled, twin: str) -> Change | None:
        node = fact.site.node
        if not twin or not isinstance(node, cst.Call):
            return None
        from_ = type(fact.site)(fact.site.source, node.func)
        return Change(f"use {twin}", (Replacement(from_, twin),), safe=False)


def _twin(fact: OpCalled) -> str:
    """The keras.ops function that does the same."""
    names = [n for n, (s, _) in registry.spellings().items() if s is fact.spec]
    return next((n for n in sorted(names, key=len) if n.startswith("keras.ops.")), "")


def _is_member(spelling: str) -> bool:
    return spelling.startswith(("tf.Tensor.", "tf.Variable.", "numpy.ndarray."))
