"""The op table: what an op is, and what happens when one is called.

An op is its spec (shapes and dtypes), a kernel binder, its gradient in terms of other
ops, and cases that are its tests. Calling one runs it, or records it while tracing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias

import numpy as np

from ..analyzer.specs.base import Args, OpSpec, TensorType
from ..analyzer.specs.signature import REQUIRED, Param
from .autodiff import Record
from .context import here
from .inputs import convert, freeze
from .tensor import OPERATORS, Tensor, TensorLike

Arrays: TypeAlias = "list[np.ndarray]"
Run: TypeAlias = "Callable[[], object]"


class Typed(Protocol):
    """Anything with a shape and a dtype."""

    shape: tuple[int, ...]
    dtype: np.dtype


class Statics:
    """The static arguments of one call, as attributes."""

    __slots__ = ("__dict__",)

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


# Chooses the kernel for these arrays and returns the call that fills `outs`.
Kernel: TypeAlias = "Callable[[Statics, Arrays, Arrays], Run]"


def fills(function: Callable[..., object]) -> Kernel:
    """A kernel without static arguments: `function(*inputs, *outputs)`."""

    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        return partial(function, *ins, *outs)

    return bind


def ufunc(function: Callable[..., object]) -> Kernel:
    """The kernel of a NumPy ufunc, or a function with its keyword `out`."""

    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        return partial(function, *ins, out=outs[0])

    return bind


class Decomposed:
    """As a vjp: differentiate what the op decomposes into."""


DECOMPOSED = Decomposed()


Pairs: TypeAlias = "tuple[tuple[int, int], ...]"


@dataclass(frozen=True, slots=True)
class Traits:
    """What the planner and the dispatcher may know about an op beyond its spec.

    `unify` names the inputs that are brought to one dtype ("*": all); `alias` gives the
    output as a view of the first input; `elementwise` is the operation's code in chains
    ("" if it has none), followed there by the static arguments named in `constants`;
    `inplace` the (output, input) pairs that may share a buffer; `decompose` the same
    computation in primitive ops; `effects` says that it must not be removed or merged;
    `saved` counts the last outputs, which only the op's own gradient may read.
    """

    unify: tuple[str, ...] = ()
    alias: Callable[[Statics, np.ndarray], np.ndarray] | None = None
    elementwise: str | None = None
    constants: tuple[str, ...] = ()
    inplace: Pairs | Callable[[Statics], Pairs] = ()
    decompose: Callable[..., object] | None = None
    effects: bool = False
    saved: int = 0


class Case:
    """Inputs on which an op is tested: shapes or values, then its static arguments."""

    __slots__ = ("inputs", "low_high", "of", "statics")
    fails = False

    def __init__(
        self,
        *inputs: object,
        of: str = "float32",
        low_high: tuple[float, float] = (-2.0, 2.0),
        **statics: object,
    ) -> None:
        self.inputs, self.of, self.low_high, self.statics = inputs, of, low_high, statics


class Fails(Case):
    """A case that the spec must reject with `Mismatch`."""

    __slots__ = ()
    fails = True


Vjp: TypeAlias = "tuple[Callable[..., object] | None, ...] | Callable[..., object] | Decomposed"

OPS: dict[str, Op] = {}
_LIMIT = 4096  # cached signatures per op; ragged eager loops must not grow without end


class Op:
    """One primitive: called with arrays it computes, called with traced values it records."""

    def __init__(
        self,
        name: str,
        spec: OpSpec,
        kernel: Kernel,
        vjp: Vjp | None,
        cases: Sequence[Case],
        traits: Traits = Traits(),
    ) -> None:
        self.name, self.spec, self.kernel, self.vjp = name, spec, kernel, vjp
        self.cases, self.traits = tuple(cases), traits
        params = list(spec.parameters.params.values())
        self.params = tuple(p for p in params if p.kind in ("tensor", "tensors"))
        self.statics = tuple(p for p in params if p.kind not in ("tensor", "tensors"))
        self._check()
        self._plain = all(p.kind == "tensor" and p.required for p in self.params)
        self._static_names = tuple(p.name for p in self.statics)
        self._calls: dict[object, Call] = {}
        self._entry = _entry(params, self.run)
        OPS[name] = OPERATORS[name] = self

    def _check(self) -> None:
        if self.name in OPERATORS:
            raise ValueError(f"op {self.name} is declared twice")
        if isinstance(self.vjp, tuple) and len(self.vjp) != len(self.params):
            raise ValueError(f"{self.name}: one gradient per array input, or None")
        if isinstance(self.vjp, Decomposed) and self.traits.decompose is None:
            raise ValueError(f"{self.name}: nothing to decompose into")
        if not callable(self.kernel):
            raise ValueError(f"{self.name}: a kernel is missing")

    def __call__(self, *args: object, **kwargs: object) -> Any:
        return self._entry(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Op {self.name}{self.spec.signature}>"

    def run(self, given: tuple[object, ...], statics: tuple[object, ...]) -> object:
        """Execute or record the call with bound arguments, in the order of the spec."""
        flat, layout = (given, None) if self._plain else _flatten(given)
        for value in flat:
            if type(value) is not Tensor and hasattr(value, "__op_call__"):
                return value.__op_call__(self, given, statics)  # type: ignore[attr-defined]
        tensors = convert(self, flat, layout)
        call = self._call(tensors, layout, freeze(statics) if statics else statics)
        trace = here.trace
        if trace is not None and any(type(t) is not Tensor for t in tensors):
            outs = trace.record(call, tensors)
        else:
            outs = call.compute(tensors)
        for tape in here.tapes:
            tape.note(call, tensors, outs)
        return call.shape_result(outs)

    def call_on(self, tensors: Sequence[Typed], *statics: object) -> Call:
        """The call on values of these types, without running it."""
        layout = None if self._plain else (-1,) * len(tensors)
        rest = tuple(p.default for p in self.statics[len(statics) :])
        return self._call(tensors, layout, (*statics, *rest))

    def call_listed(self, tensors: Sequence[Typed], *statics: object) -> Call:
        """As `call_on`, for the op's one parameter that is a list of tensors."""
        return self._call(tensors, (len(tensors),), statics)

    def _call(self, tensors: Sequence[Typed], layout: object, statics: object) -> Call:
        key = (layout, statics, *[(t.shape, t.dtype.char) for t in tensors])
        call = self._calls.get(key)
        if call is None:
            if len(self._calls) >= _LIMIT:
                self._calls.clear()
            call = self._calls[key] = Call(self, tensors, layout, statics)
        return call


def _flatten(
    given: tuple[object, ...],
) -> tuple[tuple[object, ...], tuple[int | None, ...]]:
    """Tensor arguments in one row, and for each parameter: None, -1 for one, n for a list."""
    flat: list[object] = []
    layout: list[int | None] = []
    for value in given:
        if value is None:
            layout.append(None)
        elif isinstance(value, list | tuple) and not isinstance(value, TensorLike):
            flat.extend(value)
            layout.append(len(value))
        else:
            flat.append(value)
            layout.append(-1)
    return tuple(flat), tuple(layout)


class Call:
    """An op with everything known but the numbers: types of inputs and outputs, statics."""

    __slots__ = ("key", "layout", "op", "outputs", "statics", "structure")

    def __init__(self, op: Op, tensors: Sequence[Typed], layout: object, statics: object) -> None:
        self.op, self.layout = op, layout
        names = op._static_names
        values: dict[str, Any] = dict(zip(names, statics, strict=True))  # type: ignore
        self.statics = Statics(values)
        self.key = statics
        types = [TensorType(t.shape, t.dtype.name) for t in tensors]
        given: dict[str, object] = dict(
            zip((p.name for p in op.params), self.group(types), strict=True)
        )
        result: Any = op.spec.result(Args(given | values, op.spec.parameters))
        self.structure = None if isinstance(result, TensorType) else type(result)
        rows: list[Any] = [result] if isinstance(result, TensorType) else list(result)
        self.outputs: tuple[tuple[tuple[int, ...], np.dtype], ...] = tuple(
            (tuple(r.shape), np.dtype(r.dtype)) for r in rows
        )

    @property
    def inplace(self) -> Pairs:
        """The (output, input) pairs that may share a buffer."""
        pairs = self.op.traits.inplace
        return pairs(self.statics) if callable(pairs) else pairs

    def group(self, flat: Sequence[object]) -> list[object]:
        """One entry per tensor parameter: a value, a list of values, or None."""
        if self.layout is None:
            return list(flat)
        grouped: list[object] = []
        i = 0
        for n in self.layout:  # type: ignore[attr-defined]
            if n is None:
                grouped.append(None)
            elif n < 0:
                grouped.append(flat[i])
                i += 1
            else:
                grouped.append(list(flat[i : i + n]))
                i += n
        return grouped

    def compute(self, tensors: Sequence[TensorLike]) -> tuple[Tensor, ...]:
        """Run the kernel on fresh outputs."""
        alias = self.op.traits.alias
        ins = [t.array for t in tensors]  # type: ignore[attr-defined]
        if alias is not None:
            out = alias(self.statics, ins[0])
            copy = tensors[0].owner is not None  # type: ignore[attr-defined]
            return (Tensor.wrap(out.copy() if copy else out),)
        outs = [np.empty(shape, dtype) for shape, dtype in self.outputs]
        with np.errstate(all="ignore"):  # infinities and NaN are values here
            self.op.kernel(self.statics, ins, outs)()
        return tuple([Tensor.wrap(o) for o in outs])

    def shape_result(self, outs: Sequence[object]) -> Any:
        """One output bare, several in the container that the spec returned."""
        return outs[0] if self.structure is None else self.structure(outs)

    def pull(
        self, grads: list[TensorLike | None], record: Record, needs: tuple[bool, ...]
    ) -> list[TensorLike | None]:
        """Gradients of the flat inputs; None where there is none."""
        op = self.op
        # Of several outputs those that nothing was made of have the gradient None.
        g: object = grads[0] if self.structure is None else grads
        out: object = record.outputs[0] if self.structure is None else list(record.outputs)
        params = self.group(record.inputs)
        tail = (self.statics,) if op.statics else ()
        if op.vjp is None:
            return [None] * len(record.inputs)
        if isinstance(op.vjp, Decomposed):
            return self._pull_decomposed(grads, record, needs)
        if callable(op.vjp):
            pulled = op.vjp(g, out, *params, *tail)
            return self._flat(pulled)  # type: ignore[arg-type]
        wanted = self._wanted(needs)
        return self._flat(
            [
                f(g, out, *params, *tail) if f is not None and want else None
                for f, want in zip(op.vjp, wanted, strict=True)
            ]
        )

    def _wanted(self, needs: tuple[bool, ...]) -> list[bool]:
        groups = self.group(needs)
        return [any(n) if isinstance(n, list) else bool(n) for n in groups]

    def _flat(self, pulled: Sequence[object]) -> list[TensorLike | None]:
        if self.layout is None:
            return list(pulled)  # type: ignore[arg-type]
        flat: list[object] = []
        for n, g in zip(self.layout, pulled, strict=True):  # type: ignore[call-overload]
            if n is None:
                continue
            flat.extend([g] if n < 0 else g if g is not None else [None] * n)
        return flat  # type: ignore[return-value]

    def _pull_decomposed(
        self, grads: list[TensorLike | None], record: Record, needs: tuple[bool, ...]
    ) -> list[TensorLike | None]:
        from .tape import GradientTape  # the tape stands on ops

        tail = (self.statics,) if self.op.statics else ()
        with GradientTape(persistent=True) as tape:
            for tensor, need in zip(record.inputs, needs, strict=True):
                if need:
                    tape.watch(tensor)
            outs = self.op.traits.decompose(  # type: ignore[misc]
                *self.group(record.inputs), *tail
            )
        rows = [outs] if self.structure is None else list(outs)  # type: ignore[call-overload]
        pairs = [(o, g) for o, g in zip(rows, grads, strict=True) if g is not None]
        sources = [t for t, need in zip(record.inputs, needs, strict=True) if need]
        pulled: Any = iter(
            tape.gradient([o for o, _ in pairs], sources, output_gradients=[g for _, g in pairs])
        )
        return [next(pulled) if need else None for need in needs]


def _entry(
    params: Sequence[Param], run: Callable[[tuple[object, ...], tuple[object, ...]], object]
) -> Callable[..., object]:
    """A function of the spec's own signature: Python binds faster than we could."""
    head, marks = [], {"args": "*", "kwargs": "**"}
    starred = any(p.mode == "args" for p in params)
    for p in params:
        if p.mode == "keyword" and not starred:
            head.append("*")
            starred = True
        default = "" if p.default is REQUIRED else f"={p.default!r}"
        head.append(marks.get(p.mode, "") + p.name + default)
    tensors = "".join(f"{p.name}, " for p in params if p.kind in ("tensor", "tensors"))
    statics = "".join(f"{p.name}, " for p in params if p.kind not in ("tensor", "tensors"))
    text = f"lambda {', '.join(head)}: run(({tensors}), ({statics}))"
    return eval(text, {"run": run})  # the text comes from our own specs


__all__ = [
    "DECOMPOSED",
    "OPS",
    "Call",
    "Case",
    "Fails",
    "Op",
    "Statics",
    "Traits",
    "fills",
    "ufunc",
]
