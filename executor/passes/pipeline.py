"""The order of the passes."""

from __future__ import annotations

from ..graph import Graph
from .algebra import simplify
from .chains import fuse_chains
from .cleanup import fold_constants, merge_equal, remove_dead
from .epilogue import fuse_epilogues
from .row_updates import update_rows
from .state import keep_old_state


def optimise(graph: Graph) -> Graph:
    """The graph with less to do, its inputs, state and results unchanged in meaning."""
    remove_dead(graph)
    fold_constants(graph)
    simplify(graph)
    merge_equal(graph)
    remove_dead(graph)
    keep_old_state(graph)
    update_rows(graph)
    fuse_epilogues(graph)
    fuse_chains(graph)
    return graph
