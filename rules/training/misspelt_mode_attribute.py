"""TRN006."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

import libcst as cst

from ...analyzer.facts import AttributeSet
from ...analyzer.findings import Level
from ...analyzer.values import Instance, Site
from ..base import Case, Draft, Rule
from ..edits import Change, replace
from ..words import is_layer, subject

# What other libraries call the mode of a layer; to Keras they are new attributes.
MODES = frozenset({"training", "is_training", "train"})
NEAR = 0.88  # of two spellings: one letter added, lost, changed, or two exchanged


class MisspeltModeAttribute(Rule):
    """An attribute is set to freeze a layer or to choose its mode, and Keras never reads it.

    Why: layers take new attributes without a word. Only `trainable` freezes; whether a
    call trains is the argument `training` of the call.
    Known limits: silent when the file reads the attribute somewhere, and for values other
    than True and False.
    Fix safety: a misspelt `trainable` is corrected; that changes what is trained.
    """

    code, name, level = "TRN006", "misspelt-mode-attribute", Level.WARNING
    _HEAD = "m = Sequential([Input((3,)), layers.Dense(2)])\n"
    VALID = [
        Case(_HEAD + "m.layers[0].trainable = False"),
        Case(_HEAD + "m.layers[0].training = False\nif m.layers[0].training:\n    pass"),
        Case(_HEAD + "m.strain = True\nm.retrainable = True"),
    ]
    INVALID = [
        Case(_HEAD + "m.layers[0].training = False", at="m.layers[0].training"),
        Case(
            _HEAD + "m.layers[0].trainble = False",
            at="m.layers[0].trainble",
            fixed=_HEAD + "m.layers[0].trainable = False",
        ),
        Case(_HEAD + "m.trianable = True", at="m.", fixed=_HEAD + "m.trainable = True"),
    ]

    def on_attribute_set(self, fact: AttributeSet) -> Iterator[Draft]:
        """A boolean put where Keras does not look."""
        layer, misspelt = fact.target, _is_misspelt(fact.name)
        if not (misspelt or fact.name in MODES) or not isinstance(fact.value, bool):
            return
        if not isinstance(layer, Instance) or not is_layer(layer) or _is_read(fact):
            return
        if misspelt:
            hint = f"write trainable = {fact.value}"
        else:
            hint = f"pass training={fact.value} to the call; trainable = False freezes weights"
        yield Draft(
            fact.site,
            subject(layer),
            says=f"has no attribute {fact.name} that Keras reads: setting it changes nothing",
            hint=hint,
            change=_corrected(fact.site) if misspelt else None,
        )


def _is_misspelt(name: str) -> bool:
    plain = name.strip("_").lower()
    if name == "trainable" or abs(len(plain) - len("trainable")) > 1:
        return False
    return SequenceMatcher(None, plain, "trainable").ratio() >= NEAR


def _is_read(fact: AttributeSet) -> bool:
    """Whether the program itself looks at the attribute."""
    reads = rf"\.{re.escape(fact.name)}\b(?!\s*=[^=])|['\"]{re.escape(fact.name)}['\"]"
    return re.search(reads, fact.site.source.text) is not None


def _corrected(site: Site) -> Change | None:
    node = site.node
    if not isinstance(node, cst.Attribute):
        return None
    return replace(site, node, node.with_changes(attr=cst.Name("trainable")), "write trainable")
