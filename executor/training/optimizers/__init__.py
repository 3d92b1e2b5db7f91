"""Optimizers: `base.py` applies gradients, the other modules hold the update rules."""
