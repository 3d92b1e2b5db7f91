"""Callbacks: `base.py` says when they are called; the others are the ready-made ones."""
