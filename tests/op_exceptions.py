"""Where the op specs knowingly say less than the libraries do, each with its reason.

A key is a pattern for the whole text of a recorded call.
"""

from __future__ import annotations

_BACKEND = "only Keras' TensorFlow backend raises, others compute it"

MISSES: dict[str, str] = {
    r"numpy\.\w+\(a, \[0, -1\], keepdims=True\).*": "a list of axes reads as a tuple",
    r"tf\.saturate_cast\(a, 'float32'\); a: bool.*": "booleans do not saturate",
    r"keras\.\w+\.(gelu|silu|swish)\(a\); a: (bool|int).*": _BACKEND,
    r"keras\.(ops|activations)\.(relu|round)\(a\); a: bool.*": _BACKEND,
    r"keras\.ops\.logsumexp\(a, 1\); a: (bool|u?int).*": _BACKEND,
    r"keras\.ops\.a?(max|min)\(a, 1\); a: float32\[0, 3\]": _BACKEND,
    r"keras\.ops\.arange\(3, 1\)": _BACKEND,
    r"keras\.backend\.repeat_elements\(a, \[1, 4\], 0\).*": "takes one number only",
    r"keras\.backend\.squeeze\(a, \(0, 2\)\).*": "takes one axis only",
}

# Names whose own signature says less than what they take.
SIGNATURES: dict[str, str] = {
    "numpy.einsum": "takes the subscripts as the first of its operands",
}
