"""Rules about graphs and models (GRF)."""
