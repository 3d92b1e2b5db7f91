"""Public names that are neither layers, losses, ... nor tensor functions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from .. import random, structure
from ..data.dataset import AUTOTUNE, Dataset
from ..function import Function
from ..layers.variables import KerasVariable
from ..tape import GradientTape
from ..tensor import Tensor, TensorLike

# The releases whose behaviour is followed.
VERSIONS = {"keras": "3.15.1", "tf": "2.21.0"}


def tf_function(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """`@tf.function`: the function traced and planned for each signature."""
    if function is None:
        return tf_function
    return function if isinstance(function, Function) else Function(function)


def nothing(*args: Any, **kwargs: Any) -> None:
    """A setting that has no meaning here."""
    return


def no_devices(*args: Any, **kwargs: Any) -> list[Any]:
    """There is no accelerator."""
    return []


TABLE: dict[str, Any] = {
    "tf.Tensor": TensorLike,
    "tf.GradientTape": GradientTape,
    "tf.function": tf_function,
    "tf.newaxis": None,
    "tf.data.Dataset": Dataset,
    "tf.data.AUTOTUNE": AUTOTUNE,
    "tf.data.experimental.AUTOTUNE": AUTOTUNE,
    "tf.random.set_seed": random.set_seed,
    "tf.config.list_physical_devices": no_devices,
    "tf.config.run_functions_eagerly": nothing,
    "tf.get_logger": nothing,
    # One device, names of no effect, statements in their order: nothing to enter.
    "tf.name_scope": nullcontext,
    "tf.device": nullcontext,
    "tf.init_scope": nullcontext,
    "tf.control_dependencies": nullcontext,
    "tf.nest.flatten": structure.flatten,
    "tf.nest.map_structure": structure.map_structure,
    "tf.version.VERSION": VERSIONS["tf"],
    "tf.__version__": VERSIONS["tf"],
    "keras.__version__": VERSIONS["keras"],
    "keras.Variable": KerasVariable,
    "keras.random.SeedGenerator": random.SeedGenerator,
    "keras.config.disable_interactive_logging": nothing,
}

__all__ = ["TABLE", "Tensor"]
