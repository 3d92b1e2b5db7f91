"""Adam on a table whose gradient is a sum of a few rows visits only rows that can change."""

from __future__ import annotations

from ..graph import Graph, Node, Value, make
from ..rows import ActiveRows
from ..variable import Variable

# Smaller tables, and those of which a batch reads most rows, are updated as a whole.
_SMALL = 1 << 17
_SPARSE = 4


def update_rows(graph: Graph) -> None:
    """Replace dense Adam steps of large tables by steps of their rows."""
    uses = graph.uses()
    owner = {value: variable for variable, value in graph.reads.items()}
    places = {node: i for i, node in enumerate(graph.nodes)}
    gone: set[Node] = set()
    table: dict[Value, Value] = {}
    for node in graph.nodes:
        gradient = _row_gradient(node, uses, owner, graph.writes)
        if gradient is None:
            continue
        w, m, v, _, alpha = node.inputs
        s = node.call.statics
        active = ActiveRows.of(owner[m], owner[v])
        inputs = (w, m, v, *gradient.inputs, alpha)
        made = make("adam_rows_update", inputs, s.beta_1, s.beta_2, s.epsilon, active)
        places[made] = places[node]
        gone |= {node, gradient}
        table.update(zip(node.outputs, made.outputs, strict=True))
    if table:
        graph.nodes = [n for n in places if n not in gone]
        graph.replace(table)
        graph.sort(places)


def _row_gradient(
    node: Node,
    uses: dict[Value, int],
    owner: dict[Value, Variable],
    writes: dict[Variable, Value],
) -> Node | None:
    """The `add_rows` that alone makes the gradient of an Adam step in place."""
    if node.name != "adam_update" or node.inputs[0].nbytes < 4 * _SMALL:
        return None
    maker = node.inputs[3].node
    if maker is None or maker.name != "add_rows" or uses[node.inputs[3]] != 1:
        return None
    in_place = all(
        value in owner and uses[out] == 1 and writes.get(owner[value]) is out
        for value, out in zip(node.inputs[:3], node.outputs, strict=True)
    )
    few = 0 < maker.inputs[0].nbytes * _SPARSE < node.inputs[0].nbytes
    return maker if in_place and few else None
