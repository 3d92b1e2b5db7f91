"""Verified models to numbers: start with `op.py`, then `graph.py` and `plan.py`."""
