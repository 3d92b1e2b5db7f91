"""Layer specs from constructor calls written as text, and their cases applied."""

from __future__ import annotations

from dryfit.analyzer.dims import Dim, is_static, symbol
from dryfit.analyzer.mismatch import Mismatch
from dryfit.analyzer.specs import registry
from dryfit.analyzer.specs.applied import Configured, bind, bind_call, constructed
from dryfit.analyzer.specs.base import Args, Case, LayerSpec


class _Names(dict):
    """Layer names as constructors of `Configured` layers, anything else as itself."""

    def __init__(self, dialect: str) -> None:
        super().__init__()
        self.dialect = dialect

    def __missing__(self, name: str) -> object:
        spec = registry.layers().get(name)
        if spec is None:
            raise KeyError(name)
        return lambda *args, **kwargs: Configured(spec, bind(spec, args, kwargs, self.dialect))


def configured(text: str, dialect: str = "keras3") -> Configured:
    """`"Bidirectional(LSTM(4))"` as a configured layer."""
    return eval(text, {"__builtins__": {}}, _Names(dialect))


def dims(data: object, unknown_batch: bool = False) -> object:
    """Shapes of a case as the specs take them: None becomes a symbol Keras does not know."""
    if isinstance(data, list):
        return [dims(d, unknown_batch) for d in data]
    if not isinstance(data, tuple):
        return data
    named = enumerate((None, *data[1:]) if unknown_batch and data else data)
    return tuple(_BATCH if i == 0 and d is None else _dim(i, d) for i, d in named)


_BATCH = symbol("batch", static=False)


def _dim(axis: int, size: object) -> object:
    return symbol(f"d{axis}", static=False) if size is None else size


class Applied:
    """One case: the configured layer, the input and the arguments of the call."""

    def __init__(self, case: Case, unknown_batch: bool = False, dialect: str = "keras3") -> None:
        self.layer = configured(case.code, dialect)
        self.spec: LayerSpec = self.layer.spec
        self.x = dims(case.inputs[0] if case.inputs else (), unknown_batch)
        rest = [dims(i, unknown_batch) for i in case.inputs[1:]]
        given = {k: dims(v, unknown_batch) for k, v in case.kwargs.items()}
        names = list(self.spec.call_parameters.params)[1:]
        given |= dict(zip(names, rest, strict=False))
        self.call = given

    def config(self) -> Args:
        """The constructor arguments together with those of the call."""
        return self.layer.config.with_call(bind_call(self.spec, self.x, self.call))

    def everything(self) -> tuple[object, dict[str, object]]:
        """Construct, build and call: the output shapes and the weights."""
        constructed(self.spec, self.layer.config)
        weights = self.layer.weights(self.x, **self.call)
        return self.layer.output(self.x, **self.call), weights


def failure(
    case: Case, unknown_batch: bool = False, dialect: str = "keras3"
) -> tuple[Mismatch | None, str]:
    """What a case is proved to fail with, and whether its arguments alone prove it."""
    applied = Applied(case, unknown_batch, dialect)
    try:
        constructed(applied.spec, applied.layer.config)
    except Mismatch as mismatch:
        return mismatch, "arguments"
    try:
        applied.everything()
    except Mismatch as mismatch:
        return mismatch, "call"
    return None, ""


def as_keras(shape: object) -> object:
    """Shapes as Keras shows them: what it does not know is None, structures are lists."""
    if isinstance(shape, list):
        return [as_keras(s) for s in shape]
    return tuple(_keras_dim(d) for d in shape)


def _keras_dim(dim: Dim) -> int | None:
    return dim if isinstance(dim, int) and is_static(dim) else None
