"""Commands and rendering: start with `main.py`."""
