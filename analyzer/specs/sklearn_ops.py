"""scikit-learn's data: the sets it ships, those it makes up."""

from __future__ import annotations

from ..dims import Dim, Dims
from ..unknown import Undecided, Unknown
from .base import Args, Call, OpSpec, TensorType
from .results import Record


def _array(shape: Dims, dtype: str = "float64") -> TensorType:
    return TensorType(shape, dtype, None, "array")


# name: shape of the data, shape and dtype of the target, number of classes.
_SHIPPED: dict[str, tuple[Dims, Dims, str, int]] = {
    "digits": ((1797, 64), (1797,), "int64", 10),
    "iris": ((150, 4), (150,), "int64", 3),
    "wine": ((178, 13), (178,), "int64", 3),
    "breast_cancer": ((569, 30), (569,), "int64", 2),
    "diabetes": ((442, 10), (442,), "float64", 0),
    "linnerud": ((20, 3), (20, 3), "float64", 0),
}
_ARGUMENTS = {
    "digits": "(*, n_class=10, return_X_y=False, as_frame=False)",
    "diabetes": "(*, return_X_y=False, as_frame=False, scaled: _ = True)",
}


def _shipped(name: str) -> OpSpec:
    data, target, dtype, classes = _SHIPPED[name]

    def result(a: Args) -> object:
        if a.as_frame or a.n_class != 10:
            raise Undecided(f"{name} in another form")
        x, y = _array(data), _array(target, dtype)
        if a.return_X_y:
            return x, y
        fields: dict[str, object] = {"data": x, "target": y}
        if name == "digits":
            fields["images"] = _array((data[0], 8, 8))
        if classes:
            fields["target_names"] = TensorType((classes,), None, None, "array")
        rest = ("frame", "feature_names", "DESCR", "filename", "target_names")
        fields |= {n: Unknown(f"{n} of a data set") for n in rest if n not in fields}
        return Record("sklearn.utils.Bunch", fields)

    return OpSpec(
        f"load_{name}",
        "(n_class=10, return_X_y=False, as_frame=False)",
        result,
        {
            f"sklearn.datasets.load_{name}": _ARGUMENTS.get(
                name, "(*, return_X_y=False, as_frame=False)"
            )
        },
        cases=(Call(return_X_y=True),),
    )


SHIPPED = tuple(_shipped(name) for name in _SHIPPED)


def _pair(rows: object, columns: object, dtype: str) -> tuple[TensorType, TensorType]:
    if not isinstance(rows, int) or not isinstance(columns, int):
        raise Undecided("sizes of made-up data")
    return _array((rows, columns)), _array((rows,), dtype)


def _classification(a: Args) -> object:
    """n_samples, n_features -> x (samples, features), y (samples,)."""
    if not a.return_X_y:
        raise Undecided("made-up data as an object")
    return _pair(a.n_samples, a.n_features, "int64")


MAKE_CLASSIFICATION = OpSpec(
    "make_classification",
    "(n_samples=100, n_features=20, return_X_y=True)",
    _classification,
    names={
        "sklearn.datasets.make_classification": "(n_samples=100, n_features=20, *, "
        "n_informative: _ = 2, n_redundant: _ = 2, n_repeated: _ = 0, n_classes: _ = 2, "
        "n_clusters_per_class: _ = 2, weights: _ = None, flip_y: _ = 0.01, "
        "class_sep: _ = 1.0, hypercube: _ = True, shift: _ = 0.0, scale: _ = 1.0, "
        "shuffle: _ = True, random_state: _ = None, return_X_y=True)"
    },
    cases=(Call(), Call(n_samples=30, n_features=5)),
)


def _regression(a: Args) -> object:
    """n_samples, n_features -> x (samples, features), y (samples,) or (samples, targets)."""
    if a.coef:
        raise Undecided("coefficients of made-up data")
    x, y = _pair(a.n_samples, a.n_features, "float64")
    targets: Dim = a.n_targets
    return x, y if targets == 1 else _array((*y.shape, targets))  # type: ignore[misc]


MAKE_REGRESSION = OpSpec(
    "make_regression",
    "(n_samples=100, n_features=100, n_targets=1, coef=False)",
    _regression,
    names={
        "sklearn.datasets.make_regression": "(n_samples=100, n_features=100, *, "
        "n_informative: _ = 10, n_targets=1, bias: _ = 0.0, effective_rank: _ = None, "
        "tail_strength: _ = 0.5, noise: _ = 0.0, shuffle: _ = True, coef=False, "
        "random_state: _ = None)"
    },
    cases=(Call(), Call(n_samples=30, n_features=5, n_targets=2)),
)
MAKE_BLOBS = OpSpec(
    "make_blobs",
    "(n_samples=100, n_features=2)",
    lambda a: _pair(a.n_samples, a.n_features, "int64"),
    names={
        "sklearn.datasets.make_blobs": "(n_samples=100, n_features=2, *, centers: _ = None, "
        "cluster_std: _ = 1.0, center_box: _ = (-10.0, 10.0), shuffle: _ = True, "
        "random_state: _ = None, return_centers: _ = False)"
    },
    cases=(Call(), Call(n_samples=30, n_features=5)),
)
MAKE_PLANE = OpSpec(
    "make_moons",
    "(n_samples=100)",
    lambda a: _pair(a.n_samples, 2, "int64"),
    names={
        "sklearn.datasets.make_moons": "(n_samples=100, *, shuffle: _ = True, "
        "noise: _ = None, random_state: _ = None)",
        "sklearn.datasets.make_circles": "(n_samples=100, *, shuffle: _ = True, "
        "noise: _ = None, random_state: _ = None, factor: _ = 0.8)",
    },
    cases=(Call(), Call(n_samples=30)),
)
