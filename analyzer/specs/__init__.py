"""What Keras and TensorFlow names are, as data: start with `base.py`."""
