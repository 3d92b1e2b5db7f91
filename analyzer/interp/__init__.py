"""Python itself over abstract values: start with `interpreter.py`."""
