"""Kernel calls with their expected results, by NumPy in float64; `test_kernels` runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dryfit.executor.kernels import conv, conv_transpose, depthwise, elementwise, matmul, opcodes

DTYPES = (np.float32, np.float64)
# Relative to the largest expected value: sums in another order, functions within 3 ulp.
TOLERANCE = {"float32": 3e-6, "float64": 1e-13}
Expected = Sequence[np.ndarray]


@dataclass(frozen=True)
class Case:
    """A call that returns arrays, and what they should be."""

    name: str
    run: Callable[[], Expected]
    expected: Expected
    dtype: type
    tolerance: float


def rng(name: str) -> np.random.Generator:
    """Numbers that depend on the case alone."""
    return np.random.default_rng(list(name.encode()))


def cases(
    name: str,
    kernel: Callable[..., None],
    arguments: Sequence[object],
    expected: Expected,
    scale: float = 1.0,
) -> Iterator[Case]:
    """One call in each dtype: `kernel(*arguments, *outputs)`, outputs NaN before."""
    for dtype in DTYPES:
        label = np.dtype(dtype).name
        run = _bound(kernel, arguments, [np.shape(e) for e in expected], dtype)
        yield Case(f"{name}-{label}", run, expected, dtype, scale * TOLERANCE[label])


def _bound(kernel: Callable, arguments: Sequence, shapes: Sequence, dtype: type):
    def run() -> Expected:
        made = [cast(a, dtype) for a in arguments]
        outs = [np.full(shape, np.nan, dtype) for shape in shapes]
        kernel(*made, *outs)
        return outs

    return run


def cast(value: object, dtype: type) -> object:
    """A copy in the dtype under test; scratch starts as NaN."""
    if isinstance(value, Scratch):
        return np.full(value.shape, np.nan, dtype)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.array(value, dtype, order="C")
    return value


@dataclass(frozen=True)
class Scratch:
    """A scratch array: what is in it must not matter."""

    shape: tuple[int, ...]


# ---------------------------------------------------------------- products


def matmul_cases() -> Iterator[Case]:
    sizes = [(3, 4, 5), (1, 1, 1), (0, 3, 4), (3, 0, 4), (17, 600, 33), (5, 7, 1)]
    for m, k, n in [*sizes, (2, 9, 300), (150, 90, 200)]:
        r = rng(f"matmul{m}{k}{n}")
        a, b, bias = r.normal(size=(m, k)), r.normal(size=(k, n)), r.normal(size=n)
        label = f"{m}x{k}x{n}"
        yield from cases(f"matmul-{label}", matmul.matmul, (a, b), [a @ b])
        scratch = Scratch(matmul.matmul_nt_scratch(b.T.shape))
        yield from cases(f"nt-{label}", matmul.matmul_nt, (a, b.T, scratch), [a @ b])
        scratch = Scratch(matmul.matmul_tn_scratch(k, m, n))
        yield from cases(f"tn-{label}", matmul.matmul_tn, (a.T, b, scratch), [a @ b])
        for name, function in (("copy", lambda x: x), ("relu", relu), ("tanh", np.tanh)):
            arguments = (a, b, bias, opcodes.CODES[name])
            expected = [function(a @ b + bias)]
            yield from cases(f"dense-{name}-{label}", matmul.dense, arguments, expected, 9)
    r = rng("deep")
    a, b = r.normal(size=(5000, 12)), r.normal(size=(5000, 9))
    scratch = Scratch(matmul.matmul_tn_scratch(5000, 12, 9))
    yield from cases("tn-deep", matmul.matmul_tn, (a, b, scratch), [a.T @ b])


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def batch_cases() -> Iterator[Case]:
    groups = [(3, 3, 4, 5, 6), (1, 3, 4, 5, 1), (3, 1, 2, 8, 20), (0, 0, 2, 2, 2)]
    for ga, gb, m, k, n in [*groups, (12, 12, 60, 40, 50)]:
        r = rng(f"batch{ga}{gb}{m}{k}{n}")
        a, b = r.normal(size=(ga, m, k)), r.normal(size=(gb, k, n))
        label, want = f"{ga},{gb}-{m}x{k}x{n}", [a @ b]
        at, bt = np.swapaxes(a, 1, 2), np.swapaxes(b, 1, 2)
        yield from cases(f"batch-{label}", matmul.batch_matmul, (a, b), want)
        yield from cases(f"batch_tn-{label}", matmul.batch_matmul_tn, (at, b), want)
        scratch = Scratch(matmul.batch_matmul_nt_scratch(bt.shape))
        yield from cases(f"batch_nt-{label}", matmul.batch_matmul_nt, (a, bt, scratch), want)


# ---------------------------------------------------------------- convolution

CONVOLUTIONS = {  # input, kernel, strides, dilation, pads (top, left), output
    "same": ((2, 7, 8, 3), (3, 3, 3, 5), (1, 1), (1, 1), (1, 1), (7, 8)),
    "strided": ((2, 9, 8, 4), (3, 2, 4, 5), (2, 3), (1, 1), (0, 0), (4, 3)),
    "dilated": ((2, 9, 8, 4), (3, 2, 2, 6), (1, 1), (2, 3), (2, 1), (9, 8)),
    "pointwise": ((1, 1, 1, 4), (1, 1, 4, 6), (1, 1), (1, 1), (0, 0), (1, 1)),
    "one-filter": ((2, 7, 8, 3), (3, 3, 3, 1), (1, 1), (1, 1), (1, 1), (7, 8)),
    "grouped": ((2, 7, 8, 4), (3, 3, 2, 6), (2, 2), (1, 1), (1, 1), (4, 4)),
    "both": ((2, 7, 8, 4), (2, 2, 4, 6), (3, 3), (2, 2), (1, 1), (3, 3)),
    "empty": ((0, 5, 5, 2), (3, 3, 2, 3), (1, 1), (1, 1), (0, 0), (3, 3)),
    "large": ((5, 20, 20, 9), (3, 3, 9, 33), (1, 1), (1, 1), (1, 1), (20, 20)),
}


def windows(x: np.ndarray, spec: tuple) -> np.ndarray:
    """The padded input as the kernel sees it: (n, oh, ow, kh, kw, c), a writable view."""
    _, w, s, d, p, (oh, ow) = spec
    n, height, width, c = x.shape
    a, b, e, f = x.strides
    padded = np.zeros((n, height + 99, width + 99, c))
    padded[:, p[0] : p[0] + height, p[1] : p[1] + width] = x
    a, b, e, f = padded.strides
    shape = (n, oh, ow, w[0], w[1], c)
    return as_strided(padded, shape, (a, b * s[0], e * s[1], b * d[0], e * d[1], f))


def grouped_kernel(w: np.ndarray, groups: int) -> np.ndarray:
    """A grouped kernel as a full one with zeros."""
    kh, kw, depth, filters = w.shape
    full, share = np.zeros((kh, kw, depth * groups, filters)), filters // groups
    for g in range(groups):
        columns = slice(g * share, (g + 1) * share)
        full[:, :, g * depth : (g + 1) * depth, columns] = w[..., columns]
    return full


def conv_cases() -> Iterator[Case]:
    for name, spec in CONVOLUTIONS.items():
        shape, kernel_shape, strides, dilation, pads, (oh, ow) = spec
        r, out_shape = rng(name), (shape[0], oh, ow, kernel_shape[3])
        x, w, bias = r.normal(size=shape), r.normal(size=kernel_shape), r.normal(size=out_shape[3])
        g, back = r.normal(size=out_shape), r.normal(size=shape[3])
        geometry = conv.conv_geometry(strides, dilation, pads, opcodes.CODES["relu"])
        plain = conv.conv_geometry(strides, dilation, pads)
        groups = shape[3] // kernel_shape[2]
        full, seen = grouped_kernel(w, groups), windows(x, spec)
        want = np.einsum("nhwijc,ijcf->nhwf", seen, full) + bias
        sizes = (shape, kernel_shape, out_shape, geometry)
        scratch = Scratch(conv.conv2d_scratch(*sizes))
        yield from cases(f"conv-{name}", conv.conv2d, (x, w, bias, geometry, scratch), [relu(want)])
        scratch = Scratch(conv.conv2d_weights_scratch(*sizes))
        want = _group_part(np.einsum("nhwijc,nhwf->ijcf", seen, g), groups)
        yield from cases(f"weights-{name}", conv.conv2d_weights, (x, g, plain, scratch), [want])
        scratch = Scratch(
            conv_transpose.conv2d_transpose_scratch(out_shape, kernel_shape, shape, plain)
        )
        want = _sent_back(g, full, spec) + back
        arguments = (g, w, back, plain, scratch)
        yield from cases(f"transpose-{name}", conv_transpose.conv2d_transpose, arguments, [want])


def _group_part(full: np.ndarray, groups: int) -> np.ndarray:
    _, _, channels, filters = full.shape
    depth, share = channels // groups, filters // groups
    parts = [
        full[:, :, g * depth : (g + 1) * depth, g * share : (g + 1) * share] for g in range(groups)
    ]
    return np.concatenate(parts, -1)


def _sent_back(g: np.ndarray, full: np.ndarray, spec: tuple) -> np.ndarray:
    shape, w, s, d, p, (oh, ow) = spec
    wide = np.zeros((shape[0], shape[1] + 99, shape[2] + 99, shape[3]))
    for i in range(w[0]):
        for j in range(w[1]):
            top, left = i * d[0], j * d[1]
            rows = slice(top, top + (oh - 1) * s[0] + 1, s[0])
            wide[:, rows, left : left + (ow - 1) * s[1] + 1 : s[1]] += g @ full[i, j].T
    return wide[:, p[0] : p[0] + shape[1], p[1] : p[1] + shape[2]]


DEPTHWISE = {  # input, kernel, strides, dilation, pads, output
    "same": ((2, 6, 7, 5), (3, 3, 5, 1), (1, 1), (1, 1), (1, 1), (6, 7)),
    "multiplied": ((2, 6, 7, 3), (3, 2, 3, 4), (2, 1), (1, 1), (0, 1), (2, 8)),
    "dilated": ((1, 9, 9, 2), (3, 3, 2, 1), (1, 1), (2, 2), (2, 2), (9, 9)),
    "empty": ((0, 4, 4, 2), (2, 2, 2, 1), (1, 1), (1, 1), (0, 0), (3, 3)),
    "large": ((4, 30, 30, 40), (3, 3, 40, 1), (1, 1), (1, 1), (1, 1), (30, 30)),
}


def depthwise_cases() -> Iterator[Case]:
    for name, spec in DEPTHWISE.items():
        shape, kernel_shape, strides, dilation, pads, (oh, ow) = spec
        wide = kernel_shape[2] * kernel_shape[3]
        r, out_shape = rng(name), (shape[0], oh, ow, wide)
        x, w, bias = r.normal(size=shape), r.normal(size=kernel_shape), r.normal(size=wide)
        g, geometry = r.normal(size=out_shape), conv.conv_geometry(strides, dilation, pads)
        seen = windows(x, spec)
        want = np.einsum("nhwijc,ijcm->nhwcm", seen, w).reshape(out_shape) + bias
        arguments = (x, w, bias, geometry)
        yield from cases(f"depthwise-{name}", depthwise.depthwise2d, arguments, [want])
        parted = g.reshape(*out_shape[:3], *kernel_shape[2:])
        want = np.einsum("nhwijc,nhwcm->ijcm", seen, parted)
        scratch = Scratch(depthwise.depthwise2d_weights_scratch(kernel_shape, out_shape))
        arguments = (x, g, geometry, scratch)
        yield from cases(f"depthwise_w-{name}", depthwise.depthwise2d_weights, arguments, [want])
        full = np.zeros((*kernel_shape[:3], wide))
        for c in range(kernel_shape[2]):
            columns = slice(c * kernel_shape[3], (c + 1) * kernel_shape[3])
            full[:, :, c, columns] = w[:, :, c]
        want = _sent_back(g, full, spec)
        yield from cases(
            f"depthwise_x-{name}", depthwise.depthwise2d_input, (g, w, geometry), [want]
        )


# ---------------------------------------------------------------- elementwise


def run_chain(chain: elementwise.Chain, inputs: Sequence[np.ndarray], shape: tuple, dtype: type):
    """Plan and run a chain on arrays."""
    plan = elementwise.plan_chain(chain, [x.shape for x in inputs], shape)
    scratch = np.full(plan.scratch_shape(), np.nan, dtype)
    outs = [np.full(shape, np.nan, dtype) for _ in chain.outputs]
    slots = [x.astype(dtype).reshape(-1) for x in inputs]
    slots += slots[:1] * (elementwise.INPUTS - len(slots))
    ends = [x.reshape(-1) for x in outs] * 2
    elementwise.run_chain(plan.program, plan.constants, plan.layout, *slots, scratch, *ends[:2])
    return outs


CHAINS: dict[str, tuple[tuple, tuple, Callable[..., Expected]]] = {
    "activation": (
        ((6, 7), (7,)),
        ((("add", 0, 1), ("mul", 2, 0.5), ("tanh", 3), ("add", 4, 1.0)), (5,)),
        lambda x, b: [np.tanh((x + b) * 0.5) + 1],
    ),
    "two-outputs": (
        ((40, 70), (40, 1), ()),
        ((("mul", 0, 1), ("sub", 3, 2), ("exp", 4), ("relu_grad_y", 5, 3)), (5, 6)),
        lambda x, s, c: [np.exp(x * s - c), np.where(x * s > 0, np.exp(x * s - c), 0)],
    ),
    "middle-axis": (
        ((5, 1, 7), (5, 300, 1), (1, 300, 7)),
        ((("mul", 0, 1), ("max", 3, 2)), (4,)),
        lambda x, y, z: [np.maximum(x * y, z)],
    ),
    "long-row": (((30, 3000), (3000,)), ((("div", 0, 1),), (2,)), lambda x, y: [x / y]),
    "empty": (((0, 4), (4,)), ((("add", 0, 1),), (2,)), lambda x, y: [x + y]),
    "scalar": (((), ()), ((("add", 0, 1), ("square", 2)), (3,)), lambda x, y: [(x + y) ** 2]),
}


def chain_cases() -> Iterator[Case]:
    for name, (shapes, (steps, outputs), reference) in CHAINS.items():
        r = rng(name)
        inputs = [r.uniform(0.5, 2, size=shape) for shape in shapes]
        chain, expected = elementwise.Chain(len(shapes), steps, outputs), reference(*inputs)
        for dtype in DTYPES:
            label = np.dtype(dtype).name
            yield Case(
                f"chain-{name}-{label}",
                lambda c=chain, i=inputs, s=expected[0].shape, d=dtype: run_chain(c, i, s, d),
                expected,
                dtype,
                TOLERANCE[label],
            )


ALL = [
    *matmul_cases(),
    *batch_cases(),
    *conv_cases(),
    *depthwise_cases(),
    *chain_cases(),
]
