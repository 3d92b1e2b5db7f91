"""Variables, type specs, and functions whose result is plain data or nothing."""

from __future__ import annotations

from ..unknown import Undecided
from . import dtypes
from .base import Args, Call, OpSpec, TensorType


def _variable(a: Args) -> TensorType:
    """An initial value -> a variable of its type."""
    value = a.value
    if value is None:
        raise Undecided("a variable made by an initializer")
    dtype = a.dtype or dtypes.strong(value.dtype, a.library)
    return TensorType(value.shape if a.shape is None else a.shape, dtype, None, "variable")


VARIABLE = OpSpec(
    "variable",
    "(value: tensor = None, trainable=True, dtype: dtype = None, shape: shape = None, name=None)",
    _variable,
    names={
        "tf.Variable": "(initial_value: value = None, trainable=None, "
        "validate_shape: _ = True, caching_device: _ = None, name=None, "
        "variable_def: _ = None, dtype=None, import_scope: _ = None, constraint: _ = None, "
        "synchronization: _ = None, aggregation: _ = None, shape=None, "
        "experimental_enable_variable_lifting: _ = True)",
        "keras.backend.variable": "(value, dtype=None, name=None, constraint: _ = None)",
    },
    any_rank=True,
)


def _tensor_spec(a: Args) -> TensorType:
    """A shape and a dtype -> the type they describe."""
    return TensorType(a.shape, a.dtype, None, "spec")


TENSOR_SPEC = OpSpec(
    "tensor_spec",
    "(shape: shape, dtype: dtype = 'float32', name=None)",
    _tensor_spec,
    names={"tf.TensorSpec": None},
)

TENSOR_SHAPE = OpSpec(
    "tensor_shape",
    "(dims: shape)",
    lambda a: tuple(a.dims),
    names={"tf.TensorShape": None},
)


def _plain(name: str, value: object, names: dict[str, str | None]) -> OpSpec:
    return OpSpec(name, "()", lambda a: value, names)


SETTINGS = (
    _plain("floatx", "float32", {"keras.backend.floatx": None, "keras.config.floatx": None}),
    _plain("epsilon", 1e-7, {"keras.backend.epsilon": None, "keras.config.epsilon": None}),
    _plain(
        "image_data_format",
        "channels_last",
        {"keras.backend.image_data_format": None, "keras.config.image_data_format": None},
    ),
)


def _undecided(a: Args) -> object:
    raise Undecided("depends on how the program is run")


RUN_DEPENDENT = OpSpec(
    "run_dependent",
    "()",
    _undecided,
    names={
        "tf.executing_eagerly": None,
        "tf.inside_function": None,
        "keras.backend.backend": None,
        "keras.config.backend": None,
        "keras.backend.learning_phase": None,
    },
)

# What is called for its effect on the world outside the model.
_EFFECTS = """
    keras.backend.clear_session keras.backend.set_epsilon keras.backend.set_floatx
    keras.backend.set_image_data_format keras.backend.set_learning_phase
    keras.config.set_epsilon keras.config.set_floatx keras.config.set_image_data_format
    keras.config.disable_traceback_filtering keras.config.enable_unsafe_deserialization
    keras.mixed_precision.set_global_policy keras.utils.clear_session keras.utils.plot_model
    keras.utils.save_img keras.utils.set_random_seed keras.utils.disable_interactive_logging
    numpy.save numpy.savetxt numpy.savez numpy.savez_compressed numpy.set_printoptions
    numpy.seterr tf.config.experimental.enable_tensor_float_32_execution
    tf.config.experimental.set_memory_growth tf.config.experimental_run_functions_eagerly
    tf.config.run_functions_eagerly tf.config.set_soft_device_placement
    tf.config.set_visible_devices tf.config.set_logical_device_configuration
    tf.config.optimizer.set_jit tf.config.threading.set_inter_op_parallelism_threads
    tf.config.threading.set_intra_op_parallelism_threads tf.debugging.disable_traceback_filtering
    tf.debugging.enable_check_numerics tf.debugging.set_log_device_placement tf.group tf.print
    tf.random.set_seed tf.saved_model.save tf.summary.histogram tf.summary.image
    tf.summary.scalar
"""


def _nothing(a: Args) -> None:
    """Whatever it is given, it returns None."""
    return


EFFECT = OpSpec(
    "effect",
    "(given=None, named=None)",
    _nothing,
    names=dict.fromkeys(_EFFECTS.split(), "(*args: _, **kwargs: _)"),
)


def _as_dtype(a: Args) -> str:
    """Anything that names a dtype -> its name."""
    if a.dtype is None:
        raise Undecided("dtype unknown")
    return a.dtype


AS_DTYPE = OpSpec(
    "as_dtype",
    "(dtype: dtype)",
    _as_dtype,
    names={
        "tf.as_dtype": "(type_value: dtype)",
        "keras.utils.standardize_dtype": None,
        "numpy.dtype": "(dtype, align: _ = False, copy: _ = False)",
    },
    cases=(Call(dtype="float32"),),
)


def _is_tensor(a: Args) -> bool:
    """Whether it is a tensor."""
    if a.x.kind in ("tensor", "variable"):
        return True
    raise Undecided("whether it is a tensor")


IS_TENSOR = OpSpec(
    "is_tensor",
    "(x: tensor)",
    _is_tensor,
    names={
        "tf.is_tensor": None,
        "keras.ops.is_tensor": None,
    },
    any_rank=True,
)


def _checked(a: Args) -> TensorType:
    """(...) -> (...)."""
    return TensorType(a.x.shape, a.x.dtype, a.x.content)


CHECK_NUMERICS = OpSpec(
    "check_numerics",
    "(x: tensor)",
    _checked,
    names={
        "tf.debugging.check_numerics": "(tensor: x, message: _, name: _ = None)",
        "keras.backend.print_tensor": "(x, message: _ = '', summarize: _ = 3)",
    },
    any_rank=True,
)
