"""The imports that stand before every case of a rule."""

from __future__ import annotations

PRELUDE = {
    "keras3": """\
import os
import numpy as np
import tensorflow as tf
import keras
from keras import Input, Model, Sequential, layers, ops
from keras.layers import Layer
""",
    "keras2": """\
import os
import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import Input, Model, Sequential, layers
from tf_keras.layers import Layer
""",
}
