"""Datasets: `dataset.py` is the class, `elements.py` what it consists of."""
