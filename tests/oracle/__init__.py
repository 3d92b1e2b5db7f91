"""Scripts that ask real Keras and record what it does; the tests read what they wrote."""
