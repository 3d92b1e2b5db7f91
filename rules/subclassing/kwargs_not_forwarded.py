"""SUB004."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import ClassDefined
from ...analyzer.findings import Level
from ...analyzer.values import Class, NativeClass, Site
from ..base import Case, Draft, Rule
from ..edits import text_of


class KwargsNotForwarded(Rule):
    """A layer's constructor takes no **kwargs, while its get_config hands on the base config.

    Why: that config holds name, trainable and dtype; from_config, clone_model and
    load_model pass them to the constructor, which raises.
    Known limits: reported at the class, whether or not it is ever loaded; silent when
    from_config is overridden or a parameter of each name is there.
    """

    code, name, level = "SUB004", "kwargs-not-forwarded", Level.WARNING
    keras_says = ("__init__() got an unexpected keyword argument 'name'",)
    _CONFIG = (
        "\n    def call(self, x):\n        return x\n"
        "\n    def get_config(self):\n"
        '        return {**super().get_config(), "units": self.units}\n'
    )
    VALID = [
        Case(
            "class Lay(Layer):\n    def __init__(self, units=4, **kwargs):\n"
            "        super().__init__(**kwargs)\n        self.units = units\n" + _CONFIG
        ),
    ]
    INVALID = [
        Case(
            "class Lay(Layer):\n    def __init__(self, units=4):\n"
            "        super().__init__()\n        self.units = units\n" + _CONFIG,
            at="def __init__",
        ),
    ]

    def on_class_defined(self, fact: ClassDefined) -> Iterator[Draft]:
        """A constructor without **kwargs beside a get_config that calls super()."""
        cls = fact.cls
        if fact.base != "layer" or not all(isinstance(b, Class | NativeClass) for b in cls.mro):
            return
        methods = {s.name.value: s for s in cls.node.body.body if isinstance(s, cst.FunctionDef)}
        init, config = methods.get("__init__"), methods.get("get_config")
        if init is None or config is None or "from_config" in methods:
            return
        names = {p.name.value for p in (*init.params.params, *init.params.kwonly_params)}
        if init.params.star_kwarg is not None or {"name", "trainable", "dtype"} <= names:
            return
        if "super()" in text_of(config) and ".get_config()" in text_of(config):
            yield Draft(
                Site(cls.source, init),
                f"{cls.name}.__init__",
                says="takes no **kwargs, but get_config hands on name, trainable and dtype",
                hint="add **kwargs and pass them to super().__init__(**kwargs)",
            )
