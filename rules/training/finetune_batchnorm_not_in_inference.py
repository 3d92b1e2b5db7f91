"""TRN003."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import AttributeSet, LayerCalled, Trained
from ...analyzer.findings import Level
from ...analyzer.keras.layer import sublayers
from ...analyzer.keras.state import ModelState
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..edits import written
from ..story import Story, spec_of
from ..words import subject


class FinetuneBatchnormNotInInference(Rule):
    """A model with BatchNormalization is unfrozen and trained on inside another model.

    Why: once trainable, its BatchNormalization layers normalise by the new batches and
    move their statistics, which destroys pretrained features. In Keras 3.0 to 3.15 the
    usual `base(x, training=False)` does not help in a Functional model.
    Known limits: only a base that was frozen and unfrozen again in the same file; silent
    when its BatchNormalization layers are kept frozen.
    """

    code, name, level = "TRN003", "finetune-batchnorm-not-in-inference", Level.WARNING
    _HEAD = (
        "i = Input((3,))\n"
        "base = Model(i, layers.BatchNormalization()(i))\n"
        "x = Input((3,))\n"
        "m = Model(x, layers.Dense(1)(base(x)))\n"
        "base.trainable = False\n"
    )
    _TAIL = 'm.compile("sgd", "mse")\nm.fit(np.ones((32, 3)), np.zeros(32))'
    VALID = [
        Case(_HEAD + _TAIL),
        Case(_HEAD + "base.trainable = True\nbase.layers[1].trainable = False\n" + _TAIL),
    ]
    INVALID = [Case(_HEAD + "base.trainable = True\n" + _TAIL, at="base.trainable = True")]

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._frozen: set[Instance] = set()
        self._thawed: dict[Instance, AttributeSet] = {}
        self._kept: set[Instance] = set()
        self._inside: set[Instance] = set()

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """Remember models called as layers, unless in inference mode where that helps."""
        literal = written(fact.site, "training") == "False"
        works = literal and (self.dialect == "keras2" or fact.context != "functional")
        if isinstance(fact.layer.state, ModelState) and not works:
            self._inside.add(fact.layer)
        yield from ()

    def on_attribute_set(self, fact: AttributeSet) -> Iterator[Draft]:
        """Follow `trainable` of models and of their BatchNormalization layers."""
        target = fact.target
        if fact.name != "trainable" or not isinstance(target, Instance):
            return
        if isinstance(target.state, ModelState):
            if fact.value is False:
                self._frozen.add(target)
                self._thawed.pop(target, None)
            elif fact.value is True and target in self._frozen:
                self._thawed[target] = fact
        elif fact.value is False:
            self._kept.add(target)
        yield from ()

    def on_trained(self, fact: Trained) -> Iterator[Draft]:
        """Training after the base was unfrozen."""
        if fact.method not in ("fit", "train_on_batch"):
            return
        for base, change in list(self._thawed.items()):
            moving = [n for n in _norms(base) if n not in self._kept]
            if base in self._inside and base is not fact.model and moving:
                del self._thawed[base]
                yield Draft(
                    change.site,
                    subject(base),
                    says=f"is unfrozen with {len(moving)} BatchNormalization layer"
                    f"{'s' if len(moving) > 1 else ''}, whose statistics then move",
                    related=((fact.site, f"{subject(fact.model)} trains on here"),),
                    hint="keep every BatchNormalization of the base trainable=False",
                )


def _norms(model: Instance) -> list[Instance]:
    found = []
    for layer in sublayers(model):
        spec = spec_of(layer)
        if spec is not None and spec.name == "BatchNormalization":
            found.append(layer)
        found += _norms(layer)
    return found
