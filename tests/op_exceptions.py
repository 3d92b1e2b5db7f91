"""Where the op specs knowingly say less than the libraries do, each with its reason.

A key is a pattern for the whole text of a recorded call that really raises.
"""

from __future__ import annotations

_BACKEND = "only Keras' TensorFlow backend raises, others compute it"
_VARIABLES = "variables of Keras and of TensorFlow are one kind, with different rules"
_LIST = "a list of axes reads as a tuple"

MISSES: dict[str, str] = {
    r"numpy\.\w+\(a, \[0, -1\], keepdims=True\).*": _LIST,
    r"a\.\w+\(\[0, -1\], keepdims=True\).*": _LIST,
    r"tf\.saturate_cast\(a, 'float32'\); a: bool.*": "booleans do not saturate",
    r"keras\.(ops|activations)\.\w+\(a(, b)?\); a: (bool|int).*": _BACKEND,
    r"keras\.ops\.pad\(a, \[\[1, 1\]\]\).*": _BACKEND,
    r"keras\.ops\.bitwise_\w+\(a(, b)?\); a: float.*": _BACKEND,
    r"keras\.ops\.logsumexp\(a, 1\); a: (bool|u?int).*": _BACKEND,
    r"keras\.ops\.a?(max|min)\(a, 1\); a: float32\[0, 3\]": _BACKEND,
    r"keras\.ops\.hstack\(\[a, b\]\); a: float32\[\].*": _BACKEND,
    r"keras\.ops\.arange\(3, 1\)": _BACKEND,
    r"keras\.backend\.repeat_elements\(a, \[1, 4\], 0\).*": "takes one number only",
    r"keras\.backend\.conv.*'(VALID|SAME)'.*": "takes lower case only",
    r"keras\.backend\.bias_add.*": "the bias' leading axes are not checked",
    r"keras\.ops\.(depthwise_conv\(|\w+_pool).*'(VALID|SAME)'.*": _BACKEND,
    r"keras\.backend\.squeeze\(a, \(0, 2\)\).*": "takes one axis only",
    r"tf\.(math\.)?(divide|truediv|divide_no_nan|multiply)\(a, b\); a: bool.*": (
        "the operators / and * take booleans where these do not"
    ),
    r"keras\.backend\.update\w*\(a, b\).*": "takes variables, the cases are tensors",
    r"a\.reshape\(-1\); a: float32\[2, 3\] keras\.KerasTensor": "takes a sequence only",
    r"a (//|%) b; a: int32\[2, 2\]; b: float32\[2, 2\] numpy\.ndarray": "an array adapts",
    r"a\[\[True, .*": "booleans in a list are not followed",
    r"\S+ \S+ \S+; .*\.Variable.*": _VARIABLES,
}

# Reasons for which a result is left open on purpose.
UNKNOWN = frozenset({"vectors are stacked differently by Keras' backends"})

# Names whose own signature says less than what they take.
SIGNATURES: dict[str, str] = {
    "tf.Variable": "its metaclass takes *args and **kwargs",
    "tf.Tensor.numpy": "only tensors of eager execution have it",
    "tf.Variable.numpy": "only variables of eager execution have it",
    "numpy.dtype": "tells no names",
    "numpy.einsum": "takes the subscripts as the first of its operands",
}
