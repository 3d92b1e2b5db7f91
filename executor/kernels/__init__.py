"""Numba kernels: arrays in, output last, no shape decisions."""
