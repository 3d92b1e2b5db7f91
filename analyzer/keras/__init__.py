"""What Keras does when its objects are made and called: start with `layer.py`."""
