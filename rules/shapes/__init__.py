"""Rules about shapes (SHP)."""
