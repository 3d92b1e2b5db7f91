"""What Keras and TensorFlow names are, as data: start with `base.py`.

`*_layers.py` (and `recurrent_wrappers.py`) hold layers, `*_ops.py` tensor functions,
`*_names.py` losses, metrics, optimizers and whatever else a string can mean; the registry
finds them by walking this package. `signature.py` lists the kinds of parameters,
`domains.py` what they reject, `applied.py` how a layer spec meets its inputs, `labels.py`
how targets meet outputs.
"""
