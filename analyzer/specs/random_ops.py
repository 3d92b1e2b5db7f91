"""Random tensors of TensorFlow and Keras: shapes in, tensors out."""

from __future__ import annotations

from ..mismatch import Mismatch
from . import dtypes
from .base import Args, Call, OpSpec, TensorType
from .results import Handle
from .spelling import spelled


def _drawn(a: Args) -> TensorType:
    """A shape -> a tensor of it."""
    return TensorType(a.shape, a.dtype or "float32")


def _between(a: Args) -> TensorType:
    """A shape -> numbers from `minval` to `maxval`; TensorFlow wants both for integers."""
    whole = a.dtype in dtypes.INTEGERS
    if a.library == "keras" and whole:
        raise Mismatch(
            "dtype", "a floating-point dtype (randint makes integers)", {"dtype": a.dtype}
        )
    if a.library in dtypes.TENSORFLOW and whole and a.maxval is None:
        raise Mismatch("argument", "maxval for integers", {"dtype": a.dtype})
    return _drawn(a)


_NORMAL = "(shape: shape, mean=0.0, stddev=1.0, dtype: dtype = None, seed=None)"
_CASES = (
    Call(shape=(2, 3)),
    Call(shape=[4]),
    Call(shape=()),
    Call(shape=(2, 3), dtype="float64"),
)


def _normal_names(name: str) -> dict[str, str | None]:
    stateless = (
        "(shape, seed, mean=0.0, stddev=1.0, dtype='float32', name: _ = None, "
        "alg: _ = 'auto_select')"
    )
    backend = "random_normal" if name == "normal" else name
    return spelled(
        f"tf.random.{name} keras.random.{name} keras.backend.{backend}",
        tf="(shape, mean=0.0, stddev=1.0, dtype='float32', seed=None, name: _ = None)",
    ) | {
        f"tf.random.stateless_{name}": stateless,
        f"tf.random.Generator.{name}": (
            "(self: _, shape, mean=0.0, stddev=1.0, dtype='float32', name: _ = None)"
        ),
    }


RANDOM_NORMAL = OpSpec("random_normal", _NORMAL, _drawn, _normal_names("normal"), cases=_CASES)
TRUNCATED_NORMAL = OpSpec(
    "truncated_normal", _NORMAL, _drawn, _normal_names("truncated_normal"), cases=_CASES
)
RANDOM_UNIFORM = OpSpec(
    "random_uniform",
    "(shape: shape, minval=0, maxval=None, dtype: dtype = None, seed=None)",
    _between,
    names=spelled(
        "tf.random.uniform keras.random.uniform keras.backend.random_uniform",
        tf="(shape, minval=0, maxval=None, dtype='float32', seed=None, name: _ = None)",
        keras="(shape, minval=0.0, maxval=1.0, dtype=None, seed=None)",
        backend="(shape, minval=0.0, maxval=1.0, dtype=None, seed=None)",
    )
    | {
        "tf.random.stateless_uniform": "(shape, seed, minval=0, maxval=None, "
        "dtype='float32', name: _ = None, alg: _ = 'auto_select')",
        "tf.random.Generator.uniform": "(self: _, shape, minval=0, maxval=None, "
        "dtype='float32', name: _ = None)",
    },
    cases=(*_CASES, Call(shape=(2,), minval=0, maxval=5, dtype="int32")),
)
RANDOM_INTEGERS = OpSpec(
    "random_integers",
    "(shape: shape, minval, maxval, dtype: dtype = 'int32', seed=None)",
    _drawn,
    names={"keras.random.randint": None},
    cases=(Call(shape=(2, 3), minval=0, maxval=5),),
)
RANDOM_BERNOULLI = OpSpec(
    "random_bernoulli",
    "(shape: shape, p=0.0, dtype: dtype = None, seed=None)",
    _drawn,
    names={"keras.backend.random_bernoulli": None, "keras.backend.random_binomial": None},
    cases=(Call(shape=(2, 3), p=0.5),),
)
RANDOM_GAMMA = OpSpec(
    "random_gamma",
    "(shape: shape, alpha, dtype: dtype = None, seed=None)",
    _drawn,
    names={"keras.random.gamma": None},
    cases=(Call(shape=(2, 3), alpha=1.0),),
)
RANDOM_POISSON = OpSpec(
    "random_poisson",
    "(shape: shape, lam: tensor, dtype: dtype = None, seed=None)",
    lambda a: TensorType((*a.shape, *a.lam.shape), a.dtype or "float32"),
    names={"tf.random.poisson": "(shape, lam, dtype='float32', seed=None, name: _ = None)"},
    cases=(Call(shape=(2, 3), lam=1.0),),
)


def _categorical(a: Args) -> TensorType:
    """(batch, classes) -> (batch, num_samples)."""
    if len(a.x.shape) != 2:
        raise Mismatch("rank", "(batch, classes)", {"logits": a.x.shape})
    default = "int32" if a.library == "keras" else "int64"
    return TensorType((a.x.shape[0], a.num_samples), a.dtype or default)


CATEGORICAL = OpSpec(
    "categorical",
    "(x: tensor, num_samples: size, dtype: dtype = None, seed=None)",
    _categorical,
    names={
        "tf.random.categorical": "(logits: x, num_samples, dtype=None, seed=None, name: _ = None)",
        "tf.random.stateless_categorical": "(logits: x, num_samples, seed, dtype='int64', "
        "name: _ = None)",
        "keras.random.categorical": "(logits: x, num_samples, dtype='int32', seed=None)",
    },
    cases=(Call((2, 5), num_samples=3), Call((5,), num_samples=3)),
)

SHUFFLE = OpSpec(
    "shuffle",
    "(x: tensor, axis: axis = 0, seed=None)",
    lambda a: TensorType(a.x.shape, a.x.dtype),
    names={
        "tf.random.shuffle": "(value: x, seed=None, name: _ = None)",
        "keras.random.shuffle": None,
    },
    any_rank=True,
    cases=(Call((4, 3)),),
)

GENERATOR = OpSpec(
    "random_generator",
    "(seed=None)",
    lambda a: Handle("tf.random.Generator"),
    names={
        "tf.random.Generator.from_seed": "(seed, alg: _ = None)",
        "tf.random.Generator.from_non_deterministic_state": "(alg: _ = None)",
        "tf.random.get_global_generator": "()",
    },
)


def _dropout(a: Args) -> TensorType:
    """(...) -> (...)."""
    if isinstance(a.rate, int | float) and not 0 <= a.rate < 1:
        raise Mismatch("argument", "a rate in [0, 1)", {"rate": a.rate})
    if a.x.dtype and a.x.dtype not in dtypes.INEXACT:
        raise Mismatch("dtype", "a floating-point tensor", {"input": a.x.dtype})
    return TensorType(a.x.shape, a.x.dtype)


DROPOUT_OP = OpSpec(
    "dropout",
    "(x: tensor, rate, noise_shape: shape = None, seed=None)",
    _dropout,
    names={
        "tf.nn.dropout": "(x, rate, noise_shape=None, seed=None, name: _ = None)",
        "keras.random.dropout": "(inputs: x, rate, noise_shape=None, seed=None)",
        "keras.backend.dropout": "(x, level: rate, noise_shape=None, seed=None)",
    },
    any_rank=True,
    cases=(Call((2, 3), rate=0.5), Call((2, 3), rate=0.5, of="int32"), Call((2,), rate=1.5)),
)
