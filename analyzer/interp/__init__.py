"""The abstract interpreter: read `interpreter.py`, then `statements.py` and `calls.py`."""
