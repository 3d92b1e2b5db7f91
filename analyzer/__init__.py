"""Source text to facts about models: start with `analysis.py`, then `interp/` and `specs/`."""
