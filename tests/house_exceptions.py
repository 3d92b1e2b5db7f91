"""Where the house limits of test_house.py do not hold, by name, each with its reason.

A key is "path::Class.function" for one function, or "path" for a module or a whole folder.
An entry that is no longer needed fails the test.
"""

from __future__ import annotations

KERNELS = "a kernel takes its arrays and sizes one by one; numba has no cheap struct"

KERAS = "the signature is Keras' own: users pass these by position"

CODE_LINES: dict[str, str] = {}

DECIDES = "first version: to be divided with the next change of this file"

DECISIONS: dict[str, str] = {}

PARAMETERS: dict[str, str] = {
    "executor/kernels": KERNELS,
    "executor/training/callbacks": KERAS,
    "executor/ops": "the signature of a public function, or one parameter per input of an op",
}

MODULE_LINES: dict[str, str] = {}

# Modules of the analyzer that may import numpy when they are themselves imported.
EAGER_NUMPY: dict[str, str] = {}

# Folder-wide entries that may stand before the first file that needs them.
STANDING = {"executor/kernels"}
