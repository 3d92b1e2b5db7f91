"""Numba kernels: arrays in, output last, no shape decisions.

Read `jit.py` first (how a kernel is compiled, cached and threaded), then `blas.py`
(matrix products on tiles), then any family. `warmup.py` compiles them all.
"""
