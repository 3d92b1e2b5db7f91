"""The modules `keras` and `tensorflow` as user code imports them."""
