"""Facts to findings, one rule a file: start with `base.py`."""
