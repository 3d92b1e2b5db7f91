"""Arrays drawn from a key, the same on both sides: NumPy only, no project imports."""

from __future__ import annotations

import zlib

import numpy as np


def rng(key: str) -> np.random.Generator:
    """A generator that depends on the key alone."""
    return np.random.default_rng(zlib.crc32(key.encode("utf-8")))


def inputs(key: str, shapes: object, dtype: str) -> object:
    """Nested lists of shapes -> arrays: integers below 5, floats around 0."""
    source = rng(key)

    def draw(node: object) -> object:
        if isinstance(node, list):
            return [draw(child) for child in node]
        if "shape" not in node:
            return node["value"]
        shape = [5 if d is None else d for d in node["shape"]]
        if node.get("mask"):
            return source.integers(0, 3, shape) > 0
        if dtype.startswith("int"):
            return source.integers(0, 5, shape).astype(dtype)
        return source.normal(size=shape).astype(dtype)

    return draw(shapes)


def weights(key: str, shapes: list[tuple[int, ...]], names: list[str]) -> list[np.ndarray]:
    """Small values for the weights; variances are positive."""
    source = rng(key + " weights")
    drawn = []
    for shape, name in zip(shapes, names, strict=True):
        value = source.normal(size=shape).astype("float32") * np.float32(0.5)
        positive = "variance" in name or "stddev" in name
        drawn.append(np.abs(value) + np.float32(0.5) if positive else value)
    return drawn


def factors(key: str, shape: tuple[int, ...]) -> np.ndarray:
    """What an output is multiplied with before it is summed up for the gradient."""
    return rng(key + " factors").normal(size=shape).astype("float32")
