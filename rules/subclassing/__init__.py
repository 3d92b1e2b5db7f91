"""Rules about subclassed layers and models (SUB)."""
