"""Random model programs in the three styles, some of them wrong, as source text.

`program(seed)` is a complete module: imports, a model, often compile and fit on small
data. Real Keras labels it (`record_programs.py`); the analyzer must agree.
"""

from __future__ import annotations

import random
from collections.abc import Callable

HEADERS = (
    "import keras\nfrom keras import layers\n",
    "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n",
    "import keras\nimport keras.layers as layers\n",
)
Step = Callable[[random.Random, int], str]


def _odd(r: random.Random, usual: str, wrong: str, chance: float = 0.04) -> str:
    """The usual text, rarely the wrong one."""
    return wrong if r.random() < chance else usual


def _dense(r: random.Random, rank: int) -> str:
    activation = r.choice(["", ', activation="relu"', ', activation="tanh"', ", use_bias=False"])
    return f"layers.Dense({r.choice([1, 3, 8, 16])}{activation})"


def _conv(r: random.Random, rank: int) -> str:
    n = rank - 2
    kernel = r.choice([1, 2, 3, 3, 5, 7])
    extra = r.choice(["", "", ', padding="same"', ", strides=2", ", use_bias=False"])
    if r.random() < 0.1:
        extra = f", groups={r.choice([2, 3])}"
    name = r.choice([f"Conv{n}D", f"Conv{n}D", f"SeparableConv{n}D", f"Conv{n}DTranspose"])
    if name.startswith("Sep") or name.endswith("Transpose"):
        extra = r.choice(["", ', padding="same"', ", strides=2"])
    return f"layers.{name}({r.choice([2, 4, 6])}, {kernel}{extra})"


def _pool(r: random.Random, rank: int) -> str:
    n = rank - 2
    kind = r.choice(["MaxPooling", "AveragePooling"])
    extra = r.choice(["", "", ', padding="same"', ", strides=1"])
    return f"layers.{kind}{n}D({r.choice([2, 2, 3])}{extra})"


def _sized(r: random.Random, rank: int) -> str:
    n = rank - 2
    kind = r.choice(["UpSampling", "ZeroPadding", "Cropping"])
    return f"layers.{kind}{n}D({r.choice([1, 2])})"


def _rnn(r: random.Random, rank: int) -> str:
    cell = f"layers.{r.choice(['LSTM', 'GRU', 'SimpleRNN'])}({r.choice([3, 5])}"
    cell += ", return_sequences=True)" if r.random() < 0.6 else ")"
    return f"layers.Bidirectional({cell})" if r.random() < 0.3 else cell


def _plain(r: random.Random, rank: int) -> str:
    return r.choice(
        [
            "layers.Dropout(0.3)",
            "layers.BatchNormalization()",
            "layers.LayerNormalization()",
            'layers.Activation("relu")',
            "layers.LeakyReLU()",
            "layers.ReLU()",
            "layers.GaussianNoise(0.1)",
            "layers.Softmax()",
        ]
    )


def _time(r: random.Random, rank: int) -> str:
    return r.choice(
        [
            "layers.TimeDistributed(layers.Dense(4))",
            "layers.SpatialDropout1D(0.2)",
            "layers.Permute((2, 1))",
        ]
    )


def _vector(r: random.Random, rank: int) -> str:
    return r.choice(["layers.RepeatVector(3)", f"layers.Reshape(({r.choice([2, 4])}, -1))"])


BY_RANK: dict[int, list[Step]] = {
    2: [_dense, _dense, _plain, _vector],
    3: [_dense, _conv, _pool, _rnn, _rnn, _plain, _time, _sized],
    4: [_conv, _conv, _pool, _plain, _dense, _sized],
}


def _step(r: random.Random, rank: int) -> tuple[str, int]:
    """One layer for a tensor of this rank (now and then of another), and the rank after."""
    wanted = rank if r.random() > 0.03 else r.choice([2, 3, 4])
    text = r.choice(BY_RANK[wanted])(r, wanted)
    if "RepeatVector" in text or "Reshape" in text:
        return text, 3
    recurrent = any(c in text for c in ("LSTM", "GRU", "SimpleRNN"))
    if recurrent and "return_sequences" not in text:
        return text, 2
    return text, rank


def _squeeze(r: random.Random, rank: int) -> tuple[str, int]:
    if rank == 2:
        return _dense(r, 2), 2
    n = rank - 2
    choice = r.choice(
        ["layers.Flatten()", f"layers.Global{r.choice(['Average', 'Max'])}Pooling{n}D()"]
    )
    return choice, 2


def _start(r: random.Random) -> tuple[str, str, int]:
    """An input shape, its dtype, its rank."""
    kind = r.choice(["vector", "series", "series", "image", "image", "tokens"])
    if kind == "vector":
        return f"({r.choice([4, 6, 12])},)", "float32", 2
    if kind == "series":
        return f"({r.choice([8, 10, 15])}, {r.choice([3, 4])})", "float32", 3
    if kind == "image":
        size = r.choice([8, 12, 16])
        return f"({size}, {r.choice([size, 10])}, {r.choice([1, 3])})", "float32", 4
    return f"({r.choice([6, 9])},)", "int32", 2


def _chain(r: random.Random, rank: int, dtype: str, length: int) -> list[str]:
    steps: list[str] = []
    if dtype == "int32":
        zero = r.choice(["", ", mask_zero=True"])
        steps, rank = [f"layers.Embedding(20, {r.choice([4, 6])}{zero})"], 3
    for _ in range(length):
        text, rank = _step(r, rank)
        steps.append(text)
    text, rank = _squeeze(r, rank)
    return [*steps, text, f"layers.Dense({r.choice([1, 2, 5])})"]


def _data(shape: str, dtype: str) -> str:
    full = f"(8, {shape.strip('()').rstrip(',')})"
    if dtype == "int32":
        return f"np.random.randint(0, 20, size={full})"
    return f"np.random.rand(*{full}).astype('float32')"


def _ending(r: random.Random, shape: str, dtype: str) -> list[str]:
    lines = [f"x = {_data(shape, dtype)}", "y = model.predict(x, verbose=0)"]
    if r.random() < 0.6:
        loss = r.choice(["mse", "mae"])
        lines.append(f'model.compile("{r.choice(["sgd", "adam"])}", "{loss}")')
        lines.append("model.fit(x, np.zeros(y.shape), epochs=1, verbose=0)")
    return lines


def _sequential(r: random.Random) -> list[str]:
    shape, dtype, rank = _start(r)
    steps = _chain(r, rank, dtype, r.randint(1, 5))
    entry = f"keras.Input({shape}, dtype='{dtype}')"
    if r.random() < 0.5:
        body = ["model = keras.Sequential(["] + [f"    {s}," for s in [entry, *steps]] + ["])"]
    else:
        body = ["model = keras.Sequential()"] + [f"model.add({s})" for s in [entry, *steps]]
    return body + _ending(r, shape, dtype)


def _merge(r: random.Random, names: list[str]) -> str:
    kind = r.choice(["Add", "Concatenate", "Multiply", "Average", "Maximum"])
    return f"layers.{kind}()([{', '.join(names)}])"


def _functional(r: random.Random) -> list[str]:
    shape, dtype, rank = _start(r)
    steps = _chain(r, rank, dtype, r.randint(1, 4))
    body = [f"inputs = keras.Input({shape}, dtype='{dtype}')", "x = inputs"]
    fork = r.randrange(1, len(steps)) if len(steps) > 2 and r.random() < 0.6 else 0
    for i, step in enumerate(steps):
        if fork and i == fork:
            branch = step if r.random() < 0.7 else steps[i - 1]
            body += [f"a = {step}(x)", f"b = {branch}(x)", f"x = {_merge(r, ['a', 'b'])}"]
            continue
        body.append(f"x = {step}(x)")
    body.append("model = keras.Model(inputs, x)")
    return body + _ending(r, shape, dtype)


def _subclass(r: random.Random) -> list[str]:
    shape, dtype, rank = _start(r)
    steps = _chain(r, rank, dtype, r.randint(1, 4))
    base = r.choice(["super().__init__()", "super(Net, self).__init__()"])
    body = [
        "class Net(keras.Model):",
        "    def __init__(self):",
        f"        {_odd(r, base, 'pass')}",
    ]
    body += [f"        self.l{i} = {s}" for i, s in enumerate(steps)]
    body += ["", "    def call(self, inputs):", "        x = inputs"]
    for i in range(len(steps)):
        name = _odd(r, f"self.l{i}", f"self.layer{i}", 0.01)
        body.append(f"        x = {name}(x)")
    body += ["        " + _odd(r, "return x", "x", 0.02), "", "", "model = Net()"]
    return body + _ending(r, shape, dtype)


def program(seed: int) -> str:
    """A whole program; the same seed gives the same text."""
    r = random.Random(seed)
    style = r.choice([_sequential, _functional, _subclass])
    return r.choice(HEADERS) + "import numpy as np\n\n" + "\n".join(style(r)) + "\n"
