"""Rules about masks (MSK)."""
