"""The graph between the inputs and outputs of a Functional model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..facts import LayerCalled, OpCalled
from ..mismatch import Mismatch
from ..specs.base import Mask
from ..unknown import Unknown
from ..values import Instance, Tensor, Value
from .kinds import class_name, is_layer, state_of
from .leaves import leaves, tensors

Node = LayerCalled | OpCalled


class UnknownOrigin(Exception):
    """A tensor comes from what the analysis does not know."""


def check_ends(inputs: Value, outputs: Value) -> None:
    """Raise `Mismatch` unless both are KerasTensors in some structure."""
    for name, value in (("inputs", inputs), ("outputs", outputs)):
        for leaf in leaves(value):
            if isinstance(leaf, Unknown) or (isinstance(leaf, Tensor) and leaf.kind == "keras"):
                continue
            hint = "call the layer on a tensor first" if is_layer(leaf) else ""
            got = {"": _shown(leaf)}
            raise Mismatch("model-ends", f"KerasTensors as {name}", got, {"argument": name}, hint)


def _shown(leaf: Value) -> str:
    if isinstance(leaf, Instance):
        return f"the layer {class_name(leaf)} itself" if is_layer(leaf) else "an object"
    return "an array" if isinstance(leaf, Tensor) else repr(leaf)


def nodes_between(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> list[Node]:
    """The calls between inputs and outputs, in order of execution.

    Raises `Mismatch` for an Input that is not listed, `UnknownOrigin` where a tensor comes
    from what the analysis does not know.
    """
    order: list[Node] = []
    seen = {id(t) for t in inputs}
    done: set[int] = set()
    # An explicit stack: graphs are deeper than Python's recursion allows.
    stack: list[tuple[Tensor, bool]] = [(t, False) for t in reversed(outputs)]
    while stack:
        tensor, finished = stack.pop()
        made = tensor.producer
        if finished:
            if isinstance(made, Node) and id(made) not in done:
                done.add(id(made))
                order.append(made)
            continue
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        node = _node_of(tensor)
        stack.append((tensor, True))
        stack += [(t, False) for t in reversed(_sources(node))]
    return order


def _node_of(tensor: Tensor) -> Node:
    made = tensor.producer
    if not isinstance(made, Node):
        raise UnknownOrigin
    if isinstance(made, LayerCalled) and is_input_layer(made.layer):
        raise _disconnected(tensor, made)
    return made


def _sources(node: Node) -> list[Tensor]:
    found = []
    for value in leaves((list(node.args), dict(node.kwargs))):
        if isinstance(value, Unknown):
            raise UnknownOrigin
        if isinstance(value, Tensor) and value.kind == "keras":
            found.append(value)
    return found


def is_input_layer(layer: Value) -> bool:
    """Whether a layer is an InputLayer."""
    state = state_of(layer)
    return state is not None and state.spec is not None and state.spec.name == "InputLayer"


def _disconnected(tensor: Tensor, made: LayerCalled) -> Mismatch:
    state = state_of(made.layer)
    name = state.name if state else "?"
    needs = "every Input the outputs depend on among its inputs"
    got = {f"Input '{name}'": tensor.type.shape}
    return Mismatch("disconnected", needs, got, {}, f"add the Input '{name}' to inputs=")


def layers_of(inputs: Sequence[Tensor], nodes: Sequence[Node]) -> list[Instance]:
    """The layers of a graph as Keras lists them: by depth, then as met from the outputs."""
    sources = [t.producer for t in inputs if isinstance(t.producer, LayerCalled)]
    ends: list[Node] = [m for m in sources if is_input_layer(m.layer)]
    depths = _depths([*ends, *nodes])
    met = {id(_operation(n)): i for i, n in reversed(list(enumerate(_from_outputs(nodes))))}
    layers = {id(n.layer): n.layer for n in [*ends, *nodes] if isinstance(n, LayerCalled)}
    order = sorted(layers, key=lambda key: (-depths.get(key, 0), met.get(key, -1)))
    return [layers[key] for key in order]


def _operation(node: Node) -> object:
    return node.layer if isinstance(node, LayerCalled) else node


def _depths(nodes: Sequence[Node]) -> dict[int, int]:
    """How far each layer or op (by id) is from the outputs at most."""
    own: dict[int, int] = {}
    depths: dict[int, int] = {}
    for node in reversed(nodes):
        key = id(_operation(node))
        depth = max(own.get(id(node), 0), depths.get(key, 0))
        depths[key] = own[id(node)] = depth
        for tensor in tensors((list(node.args), dict(node.kwargs))):
            made = tensor.producer
            if isinstance(made, Node):
                own[id(made)] = max(own.get(id(made), 0), depth + 1)
    return depths


def _from_outputs(nodes: Sequence[Node]) -> list[Node]:
    """The nodes as a walk from the outputs meets them, inputs of the graph included."""
    inside = {id(n) for n in nodes}
    fed = {id(t.producer) for n in nodes for t in _given(n)}
    met: list[Node] = []
    seen: set[int] = set()
    stack = [n for n in nodes if id(n) not in fed]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        met.append(node)
        if id(node) in inside:
            before = [t.producer for t in _given(node) if isinstance(t.producer, Node)]
            stack += reversed(before)
    return met


def check_names(layers: Sequence[Instance]) -> None:
    """Raise `Mismatch` where two layers have one name."""
    names: dict[str, Instance] = {}
    for layer in layers:
        state = state_of(layer)
        if state is None or state.name in ("", "?"):
            continue
        first = names.setdefault(state.name, layer)
        if first is not layer:
            needs = "a different name for every layer"
            raise Mismatch("layer-name", needs, {"name": state.name}, {}, "rename one of them")


def masked_outputs(
    inputs: Sequence[Tensor], masked: Sequence[bool], nodes: Sequence[Node], outputs: Value
) -> Iterator[bool]:
    """For each output whether it carries a mask when these inputs do."""
    carries = {id(t): m for t, m in zip(inputs, masked, strict=False)}
    for node in nodes:
        if isinstance(node, LayerCalled):
            arriving = [carries.get(id(t), False) or t.mask is not None for t in _given(node)]
            for tensor in tensors(node.outputs):
                carries[id(tensor)] = tensor.mask is not None or _keeps(node, arriving)
    for tensor in tensors(outputs):
        yield carries.get(id(tensor), tensor.mask is not None)


def _given(node: Node) -> list[Tensor]:
    return tensors((list(node.args), dict(node.kwargs)))


def _keeps(node: LayerCalled, arriving: Sequence[bool]) -> bool:
    if node.mask_rule is Mask.MERGE:
        return bool(arriving) and all(arriving)
    keeping = (Mask.PASS, Mask.CONSUME_PASS, Mask.CONCAT)
    return node.mask_rule in keeping and any(arriving)
