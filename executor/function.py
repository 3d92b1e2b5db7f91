"""`Function`: a Python function that is traced once per signature and then runs as a plan."""

from __future__ import annotations

import functools
import sys
import threading
import traceback
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .autodiff import backward
from .context import here, tracing
from .nest import flatten, map_structure
from .plan import Plan
from .tensor import OPERATORS, Tensor, TensorLike, TraceEscape, as_array
from .trace import Trace, Traced
from .variable import Variable

_PACKAGE = str(Path(__file__).resolve().parent)
_MAX_PLANS = 32


@dataclass(slots=True)
class Compiled:
    """A plan and the structure of what the function returned."""

    plan: Plan
    structure: object
    slots: list[int | None]  # per leaf: which output of the plan, None: the leaf itself


class Function:
    """Calls `fn` through plans: one per combination of shapes, dtypes and static arguments."""

    def __init__(
        self,
        fn: Callable[..., object],
        name: str | None = None,
        max_plans: int = _MAX_PLANS,
    ) -> None:
        functools.update_wrapper(self, fn, updated=())
        self.fn = fn
        self.name = name or getattr(fn, "__name__", type(fn).__name__)
        self.eager = False  # set once a trace failed on the numbers of a traced value
        self._max_plans = max_plans
        self._plans: OrderedDict[object, Compiled] = OrderedDict()
        self._lock = threading.RLock()

    def __get__(self, instance: object, owner: type | None = None) -> object:
        if instance is None:
            return self
        bound = Function(self.fn.__get__(instance, owner), self.name, self._max_plans)
        # One traced method per object: the next look-up finds it in the instance.
        if hasattr(instance, "__dict__"):
            instance.__dict__.setdefault(self.__name__, bound)  # type: ignore[attr-defined]
        return bound

    def __call__(self, *args: object, **kwargs: object) -> object:
        if self.eager or here.trace is not None or here.tapes:
            return self._call_eagerly(args, kwargs)
        compiled, arrays = self.compiled(*args, **kwargs)
        if compiled is None:
            return self._call_eagerly(args, kwargs)
        return finish(compiled, compiled.plan.run(arrays))

    def _call_eagerly(self, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Call `fn` as a trace would: on tensors in the place of arrays."""
        args, kwargs = map_structure(_as_tensor, (args, kwargs))  # type: ignore[misc]
        return self.fn(*args, **kwargs)

    def compiled(self, *args: object, **kwargs: object) -> tuple[Compiled | None, list[np.ndarray]]:
        """The plan for these arguments and the arrays to run it with."""
        leaves = flatten((args, kwargs))
        key, arrays = _signature(leaves, (args, kwargs))
        with self._lock:
            compiled = self._plans.get(key)
            if compiled is None:
                compiled = self._compile((args, kwargs), arrays)
                if compiled is None:
                    return None, arrays
                self._plans[key] = compiled
                if len(self._plans) > self._max_plans:
                    self._plans.popitem(last=False)
            else:
                self._plans.move_to_end(key)
        return compiled, arrays

    def _compile(self, given: object, arrays: Sequence[np.ndarray]) -> Compiled | None:
        trace = Trace()
        rest = iter(arrays)

        def stand_in(leaf: object) -> object:
            if not _is_array(leaf):
                return leaf
            array = next(rest)
            return trace.input(array.shape, array.dtype)

        args, kwargs = map_structure(stand_in, given)  # type: ignore[misc]
        try:
            with tracing(trace):
                result = self.fn(*args, **kwargs)
        except TraceEscape as escape:
            self._fall_back(escape)
            return None
        slots: list[int | None] = []
        for leaf in flatten(result):
            value = leaf.read() if isinstance(leaf, Variable) else leaf
            if isinstance(value, Traced):
                slots.append(len(trace.graph.outputs))
                trace.graph.outputs.append(value.value)
            else:
                slots.append(None)
        return Compiled(Plan(trace.graph), result, slots)

    def _fall_back(self, escape: TraceEscape) -> None:
        self.eager = True
        frames = traceback.extract_tb(sys.exc_info()[2])
        own = [f for f in frames if not f.filename.startswith(_PACKAGE)]
        place = f"{own[-1].filename}:{own[-1].lineno}" if own else "unknown place"
        warnings.warn(
            f"{self.name} runs eagerly, which is slower: {escape} ({place})", stacklevel=4
        )


def finish(compiled: Compiled, outputs: Sequence[Tensor]) -> object:
    """The function's result with the numbers of this run."""
    slots = iter(compiled.slots)

    def leaf(old: object) -> object:
        slot = next(slots)
        return old if slot is None else outputs[slot]

    return map_structure(leaf, compiled.structure)


def _as_tensor(leaf: object) -> object:
    return Tensor(leaf) if isinstance(leaf, np.ndarray) else leaf


def _is_array(leaf: object) -> bool:
    return isinstance(leaf, np.ndarray | Tensor)


def _signature(leaves: Sequence[object], given: object) -> tuple[object, list[np.ndarray]]:
    """What a plan depends on, and the arrays it is run with."""
    key: list[object] = [_structure(given)]
    arrays: list[np.ndarray] = []
    for leaf in leaves:
        if isinstance(leaf, Tensor):
            array = leaf.array
        elif isinstance(leaf, np.ndarray):
            array = as_array(leaf)
        else:
            key.append(_static(leaf))
            continue
        arrays.append(array)
        key.append((array.shape, array.dtype.char))
    return tuple(key), arrays


def _structure(given: object) -> object:
    if isinstance(given, dict):
        return ("d", *[(k, _structure(v)) for k, v in given.items()])
    if isinstance(given, list | tuple):
        return (type(given), *[_structure(v) for v in given])
    return None


def _static(leaf: object) -> object:
    """A hashable stand-in for a static argument; objects count by identity."""
    if isinstance(leaf, bool | int | float | str | bytes | type(None)):
        return (type(leaf), leaf)
    return ("id", id(leaf))


def gradients(loss: TensorLike, sources: Sequence[object]) -> list[TensorLike | None]:
    """d loss / d sources inside a trace, without a tape; sources may be variables."""
    trace = here.trace
    if trace is None:
        raise RuntimeError("gradients() works while a function is traced; use GradientTape")
    values = [s.read() if isinstance(s, Variable) else s for s in sources]
    seed = OPERATORS["ones_like"](loss)
    return backward(trace.records, [(loss, seed)], values)  # type: ignore[arg-type]
