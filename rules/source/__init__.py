"""Rules about the text itself: what cannot be read, and comments of no use."""
