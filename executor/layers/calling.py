"""What happens when a layer is called: conversion, build, training, masks, call, node."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import functions, structure
from ..dialect import keras2
from ..dtypes import dtype_name, is_float
from ..tensor import Tensor, TensorLike
from .abstract import infer_outputs
from .arguments import BoundCall, CallSignature, call_signature, is_tensor, shapes_for
from .context import CallContext, layer_call
from .input_spec import check_input
from .keras_tensor import KerasTensor, Node, symbolic_leaves
from .naming import name_scope

if TYPE_CHECKING:
    from .base import Layer


def call_layer(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The outputs of `layer(*args, **kwargs)`, with everything Keras does around `call`."""
    given, given_kwargs = args, kwargs
    if layer._convert_inputs:
        args = structure.map_structure(lambda v: converted(layer, v), args)
        kwargs = {
            k: structure.map_structure(lambda v: converted(layer, v), w) for k, w in kwargs.items()
        }
    if not layer._any_positional and not keras2():
        _check_positional(layer, args)
    signature = call_signature(layer.call)
    bound = _bind(layer, signature, args, kwargs)
    check_input(layer, bound.first)
    if not layer.built:
        build(layer, bound)
    with layer_call(layer) as context:
        kwargs = _with_training(signature, bound, context, kwargs)
        kwargs = _with_masks(bound, kwargs)
        previous = kwargs.get("mask")
        if previous is None:
            previous = structure.map_structure(mask_of, bound.first)
        outputs = _run(layer, args, kwargs)
        layer._add_activity_loss(outputs)
        set_output_masks(layer, bound.first, outputs, previous)
    if symbolic_leaves(args, kwargs):
        Node(layer, given, given_kwargs, outputs)
    return outputs


def _run(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    with name_scope(layer.name):
        if symbolic_leaves(args, kwargs):
            kwargs = {k: v for k, v in kwargs.items() if k != "training" or v is not None}
            return layer.compute_output_spec(*args, **kwargs)
        return layer.call(*args, **kwargs)


def converted(layer: Layer, value: Any) -> Any:
    """An argument as a tensor; floats take the layer's compute dtype, masks stay attached."""
    if isinstance(value, KerasTensor):
        return value
    if isinstance(value, np.ndarray | np.generic) or hasattr(value, "__dryfit_tensor__"):
        value = Tensor(value)
    if not isinstance(value, TensorLike):
        return value
    if layer.autocast and is_float(value.dtype) and dtype_name(value.dtype) != layer.input_dtype:
        mask = mask_of(value)
        value = functions.cast(value, layer.input_dtype)
        set_mask(value, mask)
    return value


def _check_positional(layer: Layer, args: tuple[Any, ...]) -> None:
    for value in structure.flatten(args):
        if value is not None and not is_tensor(value):
            raise ValueError(
                f"{layer._title} takes only tensors as positional arguments, got {value!r} "
                f"({type(value).__name__})\n    fix: pass it by keyword, e.g. training=True"
            )


def _bind(
    layer: Layer, signature: CallSignature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> BoundCall:
    try:
        return BoundCall(signature, args, kwargs)
    except TypeError as error:
        raise TypeError(
            f"{layer._title}: call{signature.signature} cannot take these arguments: {error}"
        ) from None


# Building.


def build(layer: Layer, bound: BoundCall) -> None:
    """Build a layer for its first call."""
    shapes = bound.shapes()
    if not layer._is_default("build"):
        layer.build(**shapes_for(layer.build, shapes, layer._title))
        check_input(layer, bound.first)
        return
    if layer._sublayers() and any(not child.built for child in layer._flatten_layers()):
        _build_by_running(layer, bound)
    layer.build(next(iter(shapes.values()), None))
    layer._lock()


def _build_by_running(layer: Layer, bound: BoundCall) -> None:
    """Let `call` build the sublayers, on symbolic inputs, where it can."""
    try:
        infer_outputs(layer.call, (), dict(_call_arguments(layer, bound)))
    except Exception as error:
        if all(isinstance(v, TensorLike) for v in structure.flatten(list(bound.tensors.values()))):
            return  # The call itself is about to build them, or to fail where the user sees it.
        warnings.warn(
            f"{layer._title} could not be built by tracing its call(): {error}", stacklevel=2
        )


def _call_arguments(layer: Layer, bound: BoundCall) -> dict[str, Any]:
    """The arguments of a bound call by name, `**kwargs` spread out."""
    values = dict(bound.values)
    for parameter in call_signature(layer.call).signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            values |= values.pop(parameter.name, {})
        elif parameter.kind is parameter.VAR_POSITIONAL:
            values.pop(parameter.name, None)
    return values


# Training and masks.


def _with_training(
    signature: CallSignature, bound: BoundCall, context: CallContext, kwargs: dict[str, Any]
) -> dict[str, Any]:
    """The call's keywords with `training` from the argument, the outer call, or the default.

    What is found is left for the layers called after this one, as Keras does.
    """
    if "training" in bound.given:
        value = bound.given["training"]
    elif context.training is not None:
        value = context.training
    else:
        value = bound.values.get("training")
    context.training = value
    kwargs = {k: v for k, v in kwargs.items() if k != "training"}
    if signature.takes("training") and value is not None:
        kwargs["training"] = value
    return kwargs


def _with_masks(bound: BoundCall, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The call's keywords with the masks that its tensors carry, where `call` names them."""
    if len(bound.tensors) == 1:
        (name,) = bound.tensors
        if "mask" in bound.names and bound.values["mask"] is None:
            return kwargs | {"mask": structure.map_structure(mask_of, bound.tensors[name])}
        return kwargs
    for name, value in bound.tensors.items():
        argument = f"{name}_mask"
        if argument in bound.names and bound.values[argument] is None:
            kwargs = kwargs | {argument: structure.map_structure(mask_of, value)}
    return kwargs


def mask_of(value: Any) -> Any:
    """The mask a tensor carries, or None."""
    return getattr(value, "keras_mask", None)


def set_mask(value: Any, mask: Any) -> None:
    """Attach a mask to a tensor."""
    if mask is not None:
        value.keras_mask = mask


def set_output_masks(layer: Layer, inputs: Any, outputs: Any, previous: Any) -> None:
    """Attach to the outputs the masks that `compute_mask` gives, or say that one is lost."""
    if not layer.supports_masking:
        if any(m is not None for m in structure.flatten(previous)):
            warnings.warn(
                f"{layer._title} was called on a masked input but does not support masking: the "
                "mask is lost here, layers behind it see none",
                stacklevel=4,
            )
        return
    leaves = [leaf for leaf in structure.flatten(outputs) if is_tensor(leaf)]
    if leaves and all(mask_of(leaf) is not None for leaf in leaves):
        return
    masks = _masks(layer, inputs, previous)
    if masks is None:
        return
    for tensor, mask in zip(leaves, structure.flatten(masks), strict=False):
        if mask_of(tensor) is None:
            set_mask(tensor, mask)


def _masks(layer: Layer, inputs: Any, previous: Any) -> Any:
    """What `compute_mask` gives; a user's own is only traced on symbolic inputs."""
    own = not (layer._is_default("compute_mask") or layer._masks_symbolically)
    if own and symbolic_leaves(inputs, previous):
        return infer_outputs(layer.compute_mask, (inputs, previous), {})
    return layer.compute_mask(inputs, previous)


# Symbolic outputs.


def output_spec(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Symbolic outputs from `compute_output_shape` where it is given, else by tracing `call`."""
    if layer._is_default("compute_output_shape"):
        return infer_outputs(layer.call, args, kwargs)
    bound = BoundCall(call_signature(layer.call), args, kwargs)
    wanted = shapes_for(layer.compute_output_shape, bound.shapes(), layer._title)
    shape = layer.compute_output_shape(**wanted)
    if isinstance(shape, list) and structure.is_shape(shape):
        shape = tuple(shape)
    return structure.map_shapes(lambda s: KerasTensor(s, layer.compute_dtype), shape)
