"""Random arrays of NumPy: the module's functions and a Generator's methods."""

from __future__ import annotations

from ..dims import Dims
from ..shapes import broadcast
from ..unknown import Undecided
from . import dtypes
from .base import Args, Call, OpSpec, TensorType
from .results import Handle

_GENERATOR = "numpy.random.Generator"


def _sized(a: Args, *params: TensorType | None) -> Dims:
    """The shape asked for, or that of the parameters together."""
    if a.size is not None:
        return tuple(a.size)
    return broadcast(*(p.shape for p in params if p is not None and p.shape is not None))


def _drawn(dtype: str, *names: str) -> object:
    """A rule: parameters and `size` -> an array of `dtype`."""

    def result(a: Args) -> TensorType:
        params = [getattr(a, n) for n in names]
        return TensorType(_sized(a, *params), dtype)

    return result


def _distribution(name: str, parameters: str, dtype: str = "float64") -> OpSpec:
    """A distribution, as a function of numpy.random and as a method."""
    names = [p.split("=")[0].strip() for p in parameters.split(",") if p.strip()]
    head = f"{parameters}, " if parameters else ""
    canonical = "".join(_as_tensor(p) for p in parameters.split(",") if p.strip())
    return OpSpec(
        f"numpy_{name}",
        f"({canonical}size: shape = None)",
        _drawn(dtype, *names),  # type: ignore[arg-type]
        names={
            f"numpy.random.{name}": f"({head}size=None)",
            f"{_GENERATOR}.{name}": f"(self: _, {head}size=None)",
        },
        any_rank=True,
        cases=(Call(size=(2, 3)), Call(size=4), Call()),
    )


def _as_tensor(parameter: str) -> str:
    name, _, default = parameter.partition("=")
    return f"{name.strip()}: tensor = {default or None}, "


DISTRIBUTIONS = (
    _distribution("normal", "loc=0.0, scale=1.0"),
    _distribution("uniform", "low=0.0, high=1.0"),
    _distribution("exponential", "scale=1.0"),
    _distribution("gumbel", "loc=0.0, scale=1.0"),
    _distribution("laplace", "loc=0.0, scale=1.0"),
    _distribution("logistic", "loc=0.0, scale=1.0"),
    _distribution("lognormal", "mean=0.0, sigma=1.0"),
    _distribution("rayleigh", "scale=1.0"),
    _distribution("poisson", "lam=1.0", "int64"),
    _distribution("binomial", "n, p", "int64"),
    _distribution("geometric", "p", "int64"),
    _distribution("beta", "a, b"),
    _distribution("chisquare", "df"),
    _distribution("gamma", "shape, scale=1.0"),
)


def _each(a: Args) -> TensorType:
    """Sizes one by one -> an array of them; a plain number for none."""
    return TensorType(tuple(a.size or ()), "float64")


RAND = OpSpec("numpy_rand", "(size: shape = ())", _each, {"numpy.random.rand": "(*args: size)"})
RANDN = OpSpec("numpy_randn", "(size: shape = ())", _each, {"numpy.random.randn": "(*args: size)"})
RANDOM = OpSpec(
    "numpy_random",
    "(size: shape = None, dtype: dtype = None)",
    lambda a: TensorType(tuple(a.size or ()), a.dtype or "float64"),
    names={
        "numpy.random.random": "(size=None)",
        "numpy.random.random_sample": "(size=None)",
        "numpy.random.standard_normal": "(size=None)",
        "numpy.random.standard_exponential": "(size=None)",
        f"{_GENERATOR}.random": "(self: _, size=None, dtype='float64', out: _ = None)",
        f"{_GENERATOR}.standard_normal": ("(self: _, size=None, dtype='float64', out: _ = None)"),
    },
    cases=(Call(size=(2, 3)), Call(size=5), Call(), Call(size=3, dtype="float32")),
)


def _integers(a: Args) -> TensorType:
    """low, high, size -> an array of integers."""
    return TensorType(_sized(a, a.low, a.high), a.dtype or "int64")


INTEGERS = OpSpec(
    "numpy_integers",
    "(low: tensor, high: tensor = None, size: shape = None, dtype: dtype = None)",
    _integers,
    names={
        "numpy.random.randint": "(low, high=None, size=None, dtype='int')",
        f"{_GENERATOR}.integers": "(self: _, low, high=None, size=None, dtype='int64', "
        "endpoint: _ = False)",
    },
    any_rank=True,
    cases=(
        Call(low=5, size=(2, 3)),
        Call(low=0, high=10, size=4),
        Call(low=0, high=2, size=(3,), dtype="int32"),
        Call(low=5),
    ),
)


def _choice(a: Args) -> TensorType:
    """A number or an array, a size -> picked elements."""
    dtype = "int64" if a.x.shape == () else a.x.dtype
    rest = tuple(a.x.shape[1:])
    if rest and a.axis != 0:
        raise Undecided("choice along another axis")
    return TensorType((*(() if a.size is None else a.size), *rest), dtype)


CHOICE = OpSpec(
    "numpy_choice",
    "(x: tensor, size: shape = None, axis: axis = 0)",
    _choice,
    names={
        "numpy.random.choice": "(a: x, size=None, replace: _ = True, p: _ = None)",
        f"{_GENERATOR}.choice": "(self: _, a: x, size=None, replace: _ = True, p: _ = None, "
        "axis=0, shuffle: _ = True)",
    },
    cases=(
        Call(x=5, size=(2,)),
        Call(x=5),
        Call(x=[1.5, 2.5], size=3),
        Call((4,), size=(2, 2)),
    ),
)


def _permutation(a: Args) -> TensorType:
    """n -> (n,); (n, ...) -> (n, ...)."""
    if a.x.shape == ():
        if a.x.content is None:
            raise Undecided("permutation of an unknown number")
        return TensorType((a.x.content,), "int64")
    return TensorType(a.x.shape, dtypes.strong(a.x.dtype, "numpy"))


PERMUTATION = OpSpec(
    "numpy_permutation",
    "(x: tensor)",
    _permutation,
    names={
        "numpy.random.permutation": "(x)",
        f"{_GENERATOR}.permutation": "(self: _, x, axis: _ = 0)",
    },
    cases=(Call(x=5), Call((4, 3)), Call(x=[1, 2, 3])),
)


def _nothing(a: Args) -> None:
    """Changes its argument in place, or the generator's state."""
    return


IN_PLACE = OpSpec(
    "numpy_in_place",
    "(x=None)",
    _nothing,
    names={
        "numpy.random.shuffle": "(x: _)",
        f"{_GENERATOR}.shuffle": "(self: _, x: _, axis: _ = 0)",
        "numpy.random.seed": "(seed: _ = None)",
    },
)


def _multivariate(a: Args) -> TensorType:
    """mean (d,), size -> (*size, d)."""
    size = () if a.size is None else a.size
    return TensorType((*size, *a.mean.shape[-1:]), "float64")


MULTIVARIATE = OpSpec(
    "numpy_multivariate_normal",
    "(mean: tensor, cov: tensor, size: shape = None)",
    _multivariate,
    names={
        "numpy.random.multivariate_normal": "(mean, cov, size=None, check_valid: _ = 'warn', "
        "tol: _ = 1e-8)",
        f"{_GENERATOR}.multivariate_normal": "(self: _, mean, cov, size=None, "
        "check_valid: _ = 'warn', tol: _ = 1e-8, *, method: _ = 'svd')",
    },
    cases=(Call(mean=[0.0, 1.0], cov=[[1.0, 0.0], [0.0, 1.0]], size=(3, 4)),),
)

DIRICHLET = OpSpec(
    "numpy_dirichlet",
    "(alpha: tensor, size: shape = None)",
    lambda a: TensorType((*(() if a.size is None else a.size), *a.alpha.shape), "float64"),
    names={
        "numpy.random.dirichlet": "(alpha, size=None)",
        f"{_GENERATOR}.dirichlet": "(self: _, alpha, size=None)",
    },
    cases=(Call(alpha=[1.0, 2.0, 3.0], size=4), Call(alpha=[1.0, 2.0])),
)

NUMPY_GENERATOR = OpSpec(
    "numpy_generator",
    "(seed=None)",
    lambda a: Handle(_GENERATOR),
    names={
        "numpy.random.default_rng": "(seed: _ = None)",
        "numpy.random.RandomState": "(seed: _ = None)",
    },
)
