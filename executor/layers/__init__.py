"""Layers: `base.py` is what every layer is, `spec_layer.py` how the built-in ones are made.

`calling.py` says what happens when one is called; `core.py` and its neighbours hold the
computations, one function for each spec.
"""
