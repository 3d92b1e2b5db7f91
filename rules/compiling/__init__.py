"""Rules about losses, metrics, labels (CMP)."""
