"""TRN005."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import AttributeSet, Compiled, ModelCreated, Trained
from ...analyzer.findings import Level
from ...analyzer.keras.tracking import sublayers
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..story import Story
from ..words import class_name, is_layer, subject

FITS = frozenset({"fit", "train_on_batch"})


class TrainableChangedAfterCompile(Rule):
    """`trainable` is changed after compile, and the model trains on without compiling again.

    Why: what is trained is fixed when the training function is made: in Keras 3 by the
    first fit after compile, in Keras 2 by compile itself. A later change is ignored.
    Known limits: the GAN idiom (compile the discriminator, freeze it, compile the
    combined model) is not reported.
    """

    code, name, level = "TRN005", "trainable-changed-after-compile", Level.WARNING
    _HEAD = (
        "x, y = np.ones((8, 3)), np.ones(8)\n"
        'm = Sequential([Input((3,)), layers.Dense(2, name="a"), layers.Dense(1)])\n'
        'm.compile("sgd", "mse")\n'
        "m.fit(x, y)\n"
        'm.get_layer("a").trainable = False\n'
    )
    VALID = [Case(_HEAD + 'm.compile("sgd", "mse")\nm.fit(x, y)')]
    INVALID = [Case(_HEAD + "m.fit(x, y)", at='m.get_layer("a").trainable = False')]

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._compiled: dict[Instance, bool] = {}  # model -> whether it has trained since
        self._changed: dict[Instance, list[AttributeSet]] = {}

    def on_model_created(self, fact: ModelCreated) -> Iterator[Draft]:
        """A model made from frozen parts is the GAN idiom: forget the changes."""
        self._changed.clear()
        yield from ()

    def on_compiled(self, fact: Compiled) -> Iterator[Draft]:
        """From here on changes count again."""
        self._compiled[fact.model] = self.dialect == "keras2"
        self._changed.pop(fact.model, None)
        yield from ()

    def on_attribute_set(self, fact: AttributeSet) -> Iterator[Draft]:
        """Remember a change for each compiled model that contains the layer."""
        layer = fact.target
        if fact.name != "trainable" or not isinstance(layer, Instance) or not is_layer(layer):
            return
        for model, fixed in self._compiled.items():
            if fixed and layer in _parts(model):
                self._changed.setdefault(model, []).append(fact)
        yield from ()

    def on_trained(self, fact: Trained) -> Iterator[Draft]:
        """Training again without compile: the changes are ignored."""
        if fact.method not in FITS:
            return
        for change in self._changed.pop(fact.model, []):
            assert isinstance(change.target, Instance)
            yield Draft(
                change.site,
                subject(change.target),
                says="changes trainable after compile: the training that follows ignores it",
                related=((fact.site, f"{class_name(fact.model)} trains on here"),),
                hint="compile the model again after the change",
            )
        if fact.model in self._compiled:
            self._compiled[fact.model] = True


def _parts(model: Instance) -> set[Instance]:
    found = {model}
    for layer in sublayers(model):
        if layer not in found:
            found |= _parts(layer)
    return found
