"""`GradientTape`: watches what is computed and differentiates it, as TensorFlow's does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from .autodiff import Record, backward
from .context import here
from .dtypes import is_float
from .nest import flatten, map_structure
from .op import Call
from .tensor import OPERATORS, TensorLike
from .variable import Variable

UNCONNECTED = ("none", "zero")


class GradientTape:
    """Records calls on watched tensors and trainable variables while it is open."""

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self._used = False
        self._reset()

    def _reset(self) -> None:
        self._records: list[Record] = []
        self._tracked: dict[int, TensorLike] = {}
        self._watched: set[int] = set()
        self._reads: dict[int, tuple[Variable, list[TensorLike]]] = {}

    def __enter__(self) -> GradientTape:
        self._reset()
        here.tapes = [*here.tapes, self]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        here.tapes = [t for t in here.tapes if t is not self]

    def watch(self, tensor: object) -> None:
        """Make a tensor, variable, or structure of them a possible source."""
        for leaf in flatten(tensor):
            if isinstance(leaf, Variable):
                self._watched.add(id(leaf))
                leaf.read()
            elif isinstance(leaf, TensorLike):
                self._tracked[id(leaf)] = leaf

    def watched_variables(self) -> tuple[Variable, ...]:
        """The variables read so far, in order."""
        return tuple(v for v, _ in self._reads.values())

    def note(
        self, call: Call, inputs: tuple[TensorLike, ...], outputs: tuple[TensorLike, ...]
    ) -> None:
        """Keep a call that depends on something watched."""
        tracked = self._tracked
        if any(id(i) in tracked for i in inputs):
            outs = [o for o in outputs if is_float(o.dtype)]
            tracked.update((id(o), o) for o in outs)
            if outs:
                self._records.append(Record(call, inputs, outputs))

    def note_read(self, variable: Variable, tensor: TensorLike) -> None:
        """Connect a variable with the tensor that shows its present value."""
        watch = variable.trainable and self._watch_variables
        if not (watch or id(variable) in self._watched) or not is_float(variable.dtype):
            return
        _, reads = self._reads.setdefault(id(variable), (variable, []))
        if id(tensor) not in self._tracked:
            self._tracked[id(tensor)] = tensor
            reads.append(tensor)

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Suspend this tape."""
        tapes = here.tapes
        here.tapes = [t for t in tapes if t is not self]
        try:
            yield
        finally:
            here.tapes = tapes

    def reset(self) -> None:
        """Forget everything recorded."""
        self._reset()

    def gradient(
        self,
        target: object,
        sources: object,
        output_gradients: object = None,
        unconnected_gradients: object = "none",
    ) -> Any:
        """d target / d sources, in the structure of `sources`."""
        if self._used and not self._persistent:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of "
                "gradients (or jacobians)"
            )
        self._used = True
        if not self._persistent:
            here.tapes = [t for t in here.tapes if t is not self]
        leaves = flatten(sources)
        grads = self._leaf_gradients(_targets(target, output_gradients), leaves)
        if getattr(unconnected_gradients, "value", unconnected_gradients) == "zero":
            zeros = OPERATORS["zeros_like"]
            grads = [zeros(s) if g is None else g for g, s in zip(grads, leaves, strict=True)]
        if not self._persistent:
            self._reset()
        found = iter(grads)
        return map_structure(lambda _: next(found), sources)

    def _leaf_gradients(
        self, seeds: list[tuple[TensorLike, TensorLike]], leaves: Sequence[object]
    ) -> list[object]:
        groups: list[list[TensorLike]] = []
        for leaf in leaves:
            if isinstance(leaf, Variable):
                groups.append(self._reads.get(id(leaf), (leaf, []))[1])
            else:
                groups.append([leaf] if isinstance(leaf, TensorLike) else [])
        flat = [t for group in groups for t in group if id(t) in self._tracked]
        found = dict(zip(map(id, flat), backward(self._records, seeds, flat), strict=True))
        return [_total([found.get(id(t)) for t in group]) for group in groups]

    def jacobian(self, target: Any, sources: object, **options: object) -> Any:
        """d target / d sources with shape target.shape + source.shape."""
        size, shape = target.size, target.shape
        persistent, self._persistent = self._persistent, True
        rows: list[list[object]] = []
        leaves = flatten(sources)
        for i in range(size):
            one = OPERATORS["reshape"](OPERATORS["one_hot"]([i], size, -1, target.dtype), shape)
            rows.append(flatten(self.gradient(target, leaves, output_gradients=one)))
        self._persistent = persistent
        stacked = iter(
            [_stack_rows([r[k] for r in rows], shape, s.shape) for k, s in enumerate(leaves)]
        )
        return map_structure(lambda _: next(stacked), sources)


def _stack_rows(rows: list[object], outer: tuple[int, ...], inner: tuple[int, ...]) -> object:
    if any(r is None for r in rows):
        return None
    return OPERATORS["reshape"](OPERATORS["stack"](rows, 0), (*outer, *inner))


def _targets(target: object, seeds: object) -> list[tuple[TensorLike, TensorLike]]:
    leaves = [t.read() if isinstance(t, Variable) else t for t in flatten(target)]
    ones: Callable[..., object] = OPERATORS["ones_like"]
    given = flatten(seeds) if seeds is not None else [None] * len(leaves)
    pairs = zip(leaves, given, strict=True)
    return [
        (t, ones(t) if g is None else OPERATORS["cast"](g, t.dtype.name))
        for t, g in pairs
        if isinstance(t, TensorLike)
    ]  # type: ignore[return-value]


def _total(parts: list[object]) -> object:
    total = None
    for part in parts:
        if part is not None:
            total = part if total is None else OPERATORS["add"](total, part)
    return total
