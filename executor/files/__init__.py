"""Saved models and weights, in the layout that Keras reads and writes."""
