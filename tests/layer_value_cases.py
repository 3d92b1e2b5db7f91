"""Layers and inputs on which Dryfit must compute what real Keras computes.

Each case: constructor, inputs (shapes, or ids), options: `listed` (the call takes one
list), `arrays` (call arguments that are arrays), `kwargs` (other call arguments).
"""

from __future__ import annotations

from typing import Any

MASK = [[True, True, False, False, False], [True, True, True, True, False]]
LATE = [[False, True, True, True, False], [True, True, True, True, True]]
Case = tuple[str, list[Any], dict[str, Any]]


def case(code: str, *inputs: Any, **options: Any) -> Case:
    """One case."""
    return f"layers.{code}", list(inputs), options


def ids(*shape: int) -> dict[str, Any]:
    """Integer inputs below 9."""
    return {"ids": 9, "shape": list(shape)}


SEQ, IMG = (2, 5, 3), (2, 6, 7, 3)
CASES: list[Case] = [
    case("Dense(4, activation='relu')", (2, 3)),
    case("Dense(4, activation='tanh', use_bias=False)", SEQ),
    case("Dense(4, activation='softmax')", (2, 3)),
    case("Dense(4, activation='gelu')", (2, 3)),
    case("Dense(4, activation='selu')", (2, 3)),
    case("Activation('swish')", SEQ),
    case("ReLU(max_value=1.0, negative_slope=0.1)", SEQ),
    case("LeakyReLU()", SEQ),
    case("ELU(0.5)", SEQ),
    case("PReLU()", SEQ),
    case("Softmax()", SEQ),
    case("Softmax(axis=1)", SEQ),
    case("Embedding(9, 4)", ids(2, 5)),
    case("Masking(0.0)", SEQ),
    case("Flatten()", IMG),
    case("Reshape((3, -1))", SEQ),
    case("Permute((2, 1))", SEQ),
    case("RepeatVector(3)", (2, 4)),
    case("Conv1D(4, 3)", SEQ),
    case("Conv1D(4, 3, strides=2, padding='same', activation='relu')", SEQ),
    case("Conv1D(4, 3, padding='causal', dilation_rate=2)", SEQ),
    case("Conv1D(6, 2, groups=3)", SEQ),
    case("Conv2D(4, 3)", IMG),
    case("Conv2D(4, (2, 3), strides=2, padding='same', use_bias=False)", IMG),
    case("Conv2D(4, 3, dilation_rate=2, activation='relu')", IMG),
    case("Conv2D(6, 3, groups=3, padding='same')", IMG),
    case("Conv1DTranspose(4, 3, strides=2)", SEQ),
    case("Conv2DTranspose(4, 3)", IMG),
    case("Conv2DTranspose(4, 3, strides=2, padding='same')", IMG),
    case("DepthwiseConv2D(3, depth_multiplier=2)", IMG),
    case("DepthwiseConv2D(3, strides=2, padding='same')", IMG),
    case("SeparableConv2D(4, 3)", IMG),
    case("SeparableConv1D(4, 2, padding='same')", SEQ),
    case("MaxPooling1D(2)", SEQ),
    case("MaxPooling1D(3, strides=1, padding='same')", SEQ),
    case("AveragePooling1D(2, padding='same')", SEQ),
    case("MaxPooling2D(2)", IMG),
    case("MaxPooling2D(3, strides=2, padding='same')", IMG),
    case("AveragePooling2D((2, 3), padding='same')", IMG),
    case("GlobalAveragePooling1D()", SEQ),
    case("GlobalAveragePooling1D()", SEQ, arrays={"mask": MASK}),
    case("GlobalMaxPooling1D()", SEQ),
    case("GlobalAveragePooling2D()", IMG),
    case("GlobalMaxPooling2D(keepdims=True)", IMG),
    case("UpSampling1D(2)", SEQ),
    case("UpSampling2D((2, 3))", IMG),
    case("UpSampling2D(2, interpolation='bilinear')", IMG),
    case("ZeroPadding1D(2)", SEQ),
    case("ZeroPadding2D(((1, 2), (3, 0)))", IMG),
    case("Cropping1D((1, 2))", SEQ),
    case("Cropping2D(((1, 2), (3, 0)))", IMG),
    case("BatchNormalization()", IMG),
    case("BatchNormalization()", IMG, kwargs={"training": True}),
    case("BatchNormalization(scale=False)", (4, 3), kwargs={"training": True}),
    case("BatchNormalization()", SEQ, kwargs={"training": True}, arrays={"mask": MASK}),
    case("LayerNormalization()", SEQ),
    case("LayerNormalization(axis=[1, 2])", SEQ),
    case("GroupNormalization(3)", (2, 4, 4, 6)),
    case("UnitNormalization()", SEQ),
    case("RMSNormalization()", SEQ),
    case("Dropout(0.5)", SEQ),
    case("Add()", SEQ, SEQ, listed=True),
    case("Add()", SEQ, (2, 3), listed=True),
    case("Subtract()", SEQ, SEQ, listed=True),
    case("Multiply()", SEQ, SEQ, SEQ, listed=True),
    case("Average()", SEQ, SEQ, listed=True),
    case("Maximum()", SEQ, SEQ, listed=True),
    case("Minimum()", SEQ, SEQ, listed=True),
    case("Concatenate()", SEQ, (2, 5, 2), listed=True),
    case("Concatenate(axis=1)", SEQ, (2, 4, 3), listed=True),
    case("Dot(axes=2)", SEQ, (2, 4, 3), listed=True),
    case("Dot(axes=(1, 2), normalize=True)", SEQ, (2, 4, 5), listed=True),
    case("LSTM(4)", SEQ),
    case("LSTM(4, return_sequences=True)", SEQ, arrays={"mask": MASK}),
    case("LSTM(4, return_sequences=True)", SEQ, arrays={"mask": LATE}),
    case("LSTM(4, return_state=True, go_backwards=True)", SEQ),
    case("LSTM(4, activation='relu', recurrent_activation='hard_sigmoid')", SEQ),
    case("GRU(4)", SEQ),
    case("GRU(4, return_sequences=True)", SEQ, arrays={"mask": MASK}),
    case("GRU(4, reset_after=False, return_sequences=True)", SEQ),
    case("GRU(4, return_state=True, go_backwards=True)", SEQ),
    case("SimpleRNN(4, return_sequences=True)", SEQ),
    case("SimpleRNN(4, return_sequences=True)", SEQ, arrays={"mask": MASK}),
    case("SimpleRNN(4, activation='relu')", SEQ),
    case("RNN(layers.LSTMCell(4), return_sequences=True)", SEQ),
    case("RNN(layers.GRUCell(4), return_state=True)", SEQ),
    case("Bidirectional(layers.LSTM(4))", SEQ),
    case("Bidirectional(layers.LSTM(4, return_sequences=True))", SEQ, arrays={"mask": MASK}),
    case("Bidirectional(layers.GRU(4, return_sequences=True), merge_mode='sum')", SEQ),
    case("TimeDistributed(layers.Dense(4))", SEQ),
    case("Attention()", SEQ, (2, 4, 3), listed=True),
    case(
        "Attention(use_scale=True)", SEQ, (2, 4, 3), listed=True, kwargs={"use_causal_mask": True}
    ),
    case("AdditiveAttention()", SEQ, (2, 4, 3), listed=True),
    case("MultiHeadAttention(2, 4)", SEQ, SEQ),
    case("MultiHeadAttention(2, 4, value_dim=3)", SEQ, (2, 4, 3)),
    case("MultiHeadAttention(2, 4)", SEQ, SEQ, kwargs={"use_causal_mask": True}),
    case("MultiHeadAttention(2, 4)", SEQ, SEQ, kwargs={"return_attention_scores": True}),
    case("MultiHeadAttention(2, 4)", SEQ, SEQ, arrays={"value_mask": MASK}),
    case("EinsumDense('abc,cd->abd', output_shape=(None, 4), bias_axes='d')", SEQ),
    case("Rescaling(0.5, offset=1.0)", SEQ),
]
