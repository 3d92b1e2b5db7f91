"""MSK014."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import LayerCreated
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..edits import keyword, text_of
from ..story import spec_of
from ..words import class_name


class MaskZeroVocabularyOffByOne(Rule):
    """An Embedding with mask_zero has as many rows as the vocabulary has words.

    Why: mask_zero keeps id 0 for padding, so the words count from 1 and the last id equals
    the number of words: the lookup fails on TensorFlow and gives NaN on JAX.
    Known limits: only `len(...)` of a word index or vocabulary written in place.
    """

    code, name, level = "MSK014", "mask-zero-vocabulary-off-by-one", Level.WARNING
    _HEAD = 'vocab = {"a": 1, "b": 2, "c": 3}\n'
    VALID = [
        Case(_HEAD + "e = layers.Embedding(len(vocab) + 1, 4, mask_zero=True)"),
        Case(_HEAD + "e = layers.Embedding(len(vocab), 4)"),
        Case("words = ['', 'a', 'b']\ne = layers.Embedding(len(words), 4, mask_zero=True)"),
    ]
    INVALID = [
        Case(_HEAD + "e = layers.Embedding(len(vocab), 4, mask_zero=True)", at="layers.Embedding"),
    ]

    def on_layer_created(self, fact: LayerCreated) -> Iterator[Draft]:
        """An Embedding whose first argument is the bare length of a word index."""
        spec = spec_of(fact.layer)
        if spec is None or spec.name != "Embedding" or fact.arguments.get("mask_zero") is not True:
            return
        node = fact.site.node
        if not isinstance(node, cst.Call) or not node.args:
            return
        size = keyword(node, "input_dim") or node.args[0]
        text = text_of(size.value)
        if _is_word_index(size.value, fact):
            yield Draft(
                fact.site,
                class_name(fact.layer),
                says=f"has {text} rows, but with mask_zero the words count from 1",
                hint=f"input_dim={text} + 1",
            )


def _is_word_index(value: cst.BaseExpression, fact: LayerCreated) -> bool:
    """`len(x)` where x is a word index (`tokenizer.word_index`), or a dict known to be one."""
    if not isinstance(value, cst.Call) or text_of(value.func) != "len" or len(value.args) != 1:
        return False
    of = text_of(value.args[0].value)
    if of.endswith("word_index"):
        return True
    size = fact.arguments.get("input_dim")
    return of.isidentifier() and isinstance(size, int) and _assigned_from_one(of, size, fact)


def _assigned_from_one(name: str, size: int, fact: LayerCreated) -> bool:
    """Whether the module assigns `name` a dict literal whose values are 1..size."""
    for statement in fact.site.source.module.body:
        for small in getattr(statement, "body", ()):
            if not isinstance(small, cst.Assign) or text_of(small.targets[0].target) != name:
                continue
            if isinstance(small.value, cst.Dict):
                values = [text_of(e.value) for e in small.value.elements]
                return values != [] and sorted(values) == sorted(map(str, range(1, size + 1)))
    return False
