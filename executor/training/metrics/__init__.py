"""Metrics: `basic.py` holds the means everything else is made of."""
