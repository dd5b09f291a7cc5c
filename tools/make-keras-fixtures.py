"""Makes the small Keras files of test/fixtures/keras, with Keras's own outputs as expected values.

Run once with Keras 2 and once with Keras 3, each in an environment of its own:

    python -m venv keras2 && keras2/bin/pip install 'tensorflow-cpu==2.15.*'
    python -m venv keras3 && keras3/bin/pip install 'keras>=3.5' jax
    keras2/bin/python tools/make-keras-fixtures.py
    keras3/bin/python tools/make-keras-fixtures.py

A group is one model with one output for each layer that is tested, saved as `GROUP.k2.h5.gz` (HDF5, compressed) and
`GROUP.k2.keras` (archive, compressed), or `.k3`. `k2.json` and `k3.json` hold inputs and outputs of all groups: numbers
drawn with a fixed seed, expected outputs computed by model.predict, rounded to 7 digits.
"""

import gzip
import importlib.metadata
import io
import json
import os
import pathlib
import tempfile
import zipfile

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

try:
    from tensorflow import keras

    VERSION = importlib.metadata.version("keras")
except ImportError:
    import keras

    VERSION = keras.__version__

L = keras.layers
NEW = VERSION.startswith("3")
TAG = "k3" if NEW else "k2"
FOLDER = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "keras"
BATCH = 3

groups = {}


def group(make):
    groups[make.__name__.replace("_", "-")] = make
    return make


@group
def dense():
    x = keras.Input((4,), name="x")
    s = keras.Input((5, 4), name="s")
    return [x, s], {
        "plain": L.Dense(3, name="plain")(x),
        "no bias": L.Dense(2, use_bias=False, activation="relu", name="no_bias")(x),
        "rank 3": L.Dense(3, activation="tanh", name="rank3")(s),
        "einsum": L.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de", name="einsum")(s),
        "einsum ellipsis": L.EinsumDense("...x,xy->...y", output_shape=3, bias_axes="y", name="einsum2")(s),
    }


@group
def convolution_1d():
    s = keras.Input((11, 3), name="s")
    outputs = {}
    for padding in ["valid", "same", "causal"]:
        outputs[padding] = L.Conv1D(4, 3, padding=padding, activation="relu", name=padding)(s)
        outputs[f"{padding} stride"] = L.Conv1D(4, 4, strides=2, padding=padding, name=f"{padding}_stride")(s)
        outputs[f"{padding} dilated"] = L.Conv1D(2, 2, dilation_rate=3, padding=padding, name=f"{padding}_dilated")(s)
    outputs["depthwise"] = L.DepthwiseConv1D(3, depth_multiplier=2, padding="same", name="depthwise")(s)
    outputs["depthwise stride"] = L.DepthwiseConv1D(2, strides=2, use_bias=False, name="depthwise_stride")(s)
    outputs["separable"] = L.SeparableConv1D(4, 3, padding="same", depth_multiplier=2, activation="relu", name="separable")(s)
    outputs["separable causal"] = L.SeparableConv1D(2, 3, padding="valid", strides=2, use_bias=False, name="separable2")(s)
    for padding in ["valid", "same"]:
        for k, stride in [(3, 2), (2, 3), (4, 1)]:
            name = f"transposed_{padding}_{k}_{stride}"
            outputs[name.replace("_", " ")] = L.Conv1DTranspose(2, k, strides=stride, padding=padding, name=name)(s)
    outputs["transposed output padding"] = L.Conv1DTranspose(2, 3, strides=2, padding="same", output_padding=1, name="tp_op")(s)
    if NEW:
        outputs["groups"] = L.Conv1D(6, 3, groups=3, name="groups")(s)
    return [s], outputs


@group
def convolution_2d():
    x = keras.Input((7, 6, 3), name="x")
    outputs = {
        "valid": L.Conv2D(4, (3, 2), activation="relu", name="valid")(x),
        "same": L.Conv2D(4, 3, padding="same", use_bias=False, name="same")(x),
        "same stride": L.Conv2D(2, (4, 3), strides=2, padding="same", name="same_stride")(x),
        "valid stride": L.Conv2D(2, 2, strides=(3, 2), name="valid_stride")(x),
        "dilated": L.Conv2D(2, 3, dilation_rate=(2, 1), padding="same", name="dilated")(x),
        "depthwise": L.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="relu6" if NEW else "relu", name="depthwise")(x),
        "depthwise stride": L.DepthwiseConv2D((3, 3), strides=2, padding="same", use_bias=False, name="depthwise_stride")(x),
        "depthwise dilated": L.DepthwiseConv2D(2, dilation_rate=2, name="depthwise_dilated")(x),
        "separable": L.SeparableConv2D(4, 3, padding="same", depth_multiplier=2, name="separable")(x),
        "separable stride": L.SeparableConv2D(4, 3, strides=2, use_bias=False, activation="relu", name="separable_stride")(x),
    }
    for padding in ["valid", "same"]:
        for k, stride in [(3, 2), (2, 3), ((4, 3), (1, 2))]:
            name = f"transposed_{padding}_{k}_{stride}".replace("(", "").replace(")", "").replace(", ", "x")
            outputs[name.replace("_", " ")] = L.Conv2DTranspose(2, k, strides=stride, padding=padding, activation="relu", name=name)(x)
    outputs["transposed output padding"] = L.Conv2DTranspose(2, 3, strides=(2, 2), padding="valid", output_padding=(1, 0), name="tp_op")(x)
    outputs["stacked"] = L.Flatten(name="flat")(L.Conv2D(2, 2, name="s2")(L.Conv2D(3, 3, activation="elu", name="s1")(x)))
    if NEW:
        outputs["groups"] = L.Conv2D(6, 3, groups=3, name="groups")(x)
    return [x], outputs


@group
def convolution_3d():
    x = keras.Input((5, 4, 6, 2), name="x")
    return [x], {
        "valid": L.Conv3D(3, 2, activation="relu", name="valid")(x),
        "same stride": L.Conv3D(2, (3, 2, 3), strides=2, padding="same", name="same")(x),
        "transposed": L.Conv3DTranspose(2, 3, strides=2, padding="same", name="transposed")(x),
        "transposed valid": L.Conv3DTranspose(1, (2, 3, 2), strides=(1, 2, 1), name="transposed_valid")(x),
        "max": L.MaxPooling3D(2, name="max")(x),
        "average same": L.AveragePooling3D(2, strides=(2, 1, 3), padding="same", name="average")(x),
        "global max": L.GlobalMaxPooling3D(name="gmax")(x),
        "global average": L.GlobalAveragePooling3D(keepdims=True, name="gave")(x),
        "padding": L.ZeroPadding3D(((1, 0), (0, 2), (1, 1)), name="pad")(x),
        "cropping": L.Cropping3D(((1, 0), (0, 2), (1, 1)), name="crop")(x),
        "upsampling": L.UpSampling3D((2, 1, 2), name="up")(x),
        "flatten": L.Flatten(name="flatten")(x),
    }


@group
def pooling():
    s = keras.Input((9, 3), name="s")
    x = keras.Input((7, 6, 2), name="x")
    outputs = {}
    for padding in ["valid", "same"]:
        outputs[f"max 1d {padding}"] = L.MaxPooling1D(3, strides=2, padding=padding, name=f"m1{padding}")(s)
        outputs[f"average 1d {padding}"] = L.AveragePooling1D(2, padding=padding, name=f"a1{padding}")(s)
        outputs[f"max 2d {padding}"] = L.MaxPooling2D((2, 3), strides=2, padding=padding, name=f"m2{padding}")(x)
        outputs[f"average 2d {padding}"] = L.AveragePooling2D((3, 2), strides=(1, 2), padding=padding, name=f"a2{padding}")(x)
    for keep in [False, True]:
        outputs[f"global max 1d {keep}"] = L.GlobalMaxPooling1D(keepdims=keep, name=f"gm1{keep}")(s)
        outputs[f"global average 1d {keep}"] = L.GlobalAveragePooling1D(keepdims=keep, name=f"ga1{keep}")(s)
        outputs[f"global max 2d {keep}"] = L.GlobalMaxPooling2D(keepdims=keep, name=f"gm2{keep}")(x)
        outputs[f"global average 2d {keep}"] = L.GlobalAveragePooling2D(keepdims=keep, name=f"ga2{keep}")(x)
    return [s, x], outputs


@group
def normalisation():
    x = keras.Input((4, 5, 6), name="x")
    v = keras.Input((6,), name="v")
    adapted = L.Normalization(name="adapted")
    adapted.adapt(np.random.default_rng(1).normal(3, 2, (50, 6)).astype("float32"))
    outputs = {
        "batch": L.BatchNormalization(name="batch")(x),
        "batch after convolution": L.BatchNormalization(epsilon=0.01, name="batch_c")(L.Conv2D(3, 2, name="c")(x)),
        "batch of a vector": L.BatchNormalization(scale=False, name="batch_v")(v),
        "batch without centre": L.BatchNormalization(center=False, name="batch_n")(x),
        "batch axis 1": L.BatchNormalization(axis=1, name="batch_1")(x),
        "batch axis 2": L.BatchNormalization(axis=2, name="batch_2")(x),
        "layer": L.LayerNormalization(name="layer")(x),
        "layer of a vector": L.LayerNormalization(center=False, name="layer_v")(v),
        "layer two axes": L.LayerNormalization(axis=[2, 3], name="layer_2")(x),
        "layer axis 1": L.LayerNormalization(axis=1, epsilon=1e-5, name="layer_1")(x),
        "group": L.GroupNormalization(groups=3, name="group")(x),
        "group after convolution": L.GroupNormalization(groups=2, scale=False, name="group_c")(L.Conv2D(4, 2, name="c2")(x)),
        "instance": L.GroupNormalization(groups=-1, name="instance")(x),
        "unit": L.UnitNormalization(name="unit")(v),
        "normalization": L.Normalization(mean=[1.0, 2, 3, 4, 5, 6], variance=[1.0, 4, 9, 1, 2, 3], name="given")(v),
        "normalization scalar": L.Normalization(axis=None, mean=2.0, variance=5.0, name="scalar")(x),
        "normalization adapted": adapted(v),
        "normalization inverted": L.Normalization(mean=1.0, variance=4.0, invert=True, axis=None, name="inverted")(v),
        "rescaling": L.Rescaling(1 / 127.5, offset=-1, name="rescaling")(x),
        "rescaling channels": L.Rescaling([1.0, 2, 3, 4, 5, 6], offset=[0.5] * 6, name="rescaling_c")(x),
        "dropout": L.Dropout(0.5, name="dropout")(v),
        "noise": L.GaussianNoise(0.5, name="noise")(L.SpatialDropout2D(0.5, name="spatial")(L.AlphaDropout(0.1, name="alpha")(x))),
    }
    if NEW:
        outputs["rms"] = L.RMSNormalization(name="rms")(x)
    return [x, v], outputs


@group
def shape():
    s = keras.Input((6, 4), name="s")
    x = keras.Input((6, 5, 3), name="x")
    v = keras.Input((4,), name="v")
    c = L.Conv2D(2, 2, name="conv")(x)
    return [s, x, v], {
        "flatten": L.Flatten(name="flatten")(s),
        "flatten after convolution": L.Flatten(name="flatten_c")(c),
        "flatten vector": L.Flatten(name="flatten_v")(v),
        "reshape": L.Reshape((3, 8), name="reshape")(s),
        "reshape free": L.Reshape((-1, 2), name="reshape_free")(c),
        "reshape vector": L.Reshape((2, 1, 2), name="reshape_v")(v),
        "permute": L.Permute((2, 1), name="permute")(s),
        "permute after convolution": L.Permute((3, 1, 2), name="permute_c")(c),
        "repeat": L.RepeatVector(3, name="repeat")(v),
        "padding 1d": L.ZeroPadding1D((2, 1), name="pad1")(s),
        "padding 2d": L.ZeroPadding2D(((1, 0), (2, 3)), name="pad2")(x),
        "padding after convolution": L.ZeroPadding2D(1, name="pad_c")(c),
        "cropping 1d": L.Cropping1D((1, 2), name="crop1")(s),
        "cropping 2d": L.Cropping2D(((1, 0), (2, 1)), name="crop2")(x),
        "cropping after convolution": L.Cropping2D(1, name="crop_c")(c),
        "upsampling 1d": L.UpSampling1D(3, name="up1")(s),
        "upsampling 2d": L.UpSampling2D((2, 3), name="up2")(x),
        "upsampling bilinear": L.UpSampling2D((2, 3), interpolation="bilinear", name="upb")(c),
        "upsampling bicubic": L.UpSampling2D(2, interpolation="bicubic", name="upc")(x),
        "resizing": L.Resizing(4, 7, name="resizing")(x),
        "centre crop": L.CenterCrop(3, 2, name="centre")(x),
    }


@group
def merge():
    a = keras.Input((4, 3), name="a")
    b = keras.Input((4, 3), name="b")
    v = keras.Input((3,), name="v")
    w = keras.Input((3,), name="w")
    x = keras.Input((5, 5, 3), name="x")
    c = L.Conv2D(3, 3, padding="same", name="conv")(x)
    se = L.Reshape((1, 1, 3), name="se_r")(L.Dense(3, activation="sigmoid", name="se_d")(L.GlobalAveragePooling2D(name="se_g")(c)))
    return [a, b, v, w, x], {
        "add": L.Add(name="add_l")([a, b, a]),
        "subtract": L.Subtract(name="sub_l")([a, b]),
        "multiply": L.Multiply(name="mul_l")([a, b]),
        "average": L.Average(name="ave_l")([a, b, b]),
        "maximum": L.Maximum(name="max_l")([a, b]),
        "minimum": L.Minimum(name="min_l")([a, b]),
        "add of two layouts": L.Add(name="add_c")([c, x]),
        "squeeze and excite": L.Multiply(name="se_m")([c, se]),
        "concatenate": L.Concatenate(name="cat")([a, b]),
        "concatenate axis 1": L.Concatenate(axis=1, name="cat1")([a, b]),
        "concatenate of two layouts": L.Concatenate(name="cat_c")([c, x]),
        "concatenate pixels": L.Concatenate(axis=2, name="cat_p")([c, c]),
        "dot vectors": L.Dot(axes=1, name="dot_v")([v, w]),
        "cosine": L.Dot(axes=1, normalize=True, name="cosine")([v, w]),
        "dot": L.Dot(axes=2, name="dot_2")([a, b]),
        "dot axes": L.Dot(axes=(1, 1), name="dot_11")([a, b]),
        "dot matrix vector": L.Dot(axes=(2, 1), name="dot_21")([a, v]),
    }


ACTIVATIONS = ["linear", "relu", "relu6", "sigmoid", "hard_sigmoid", "tanh", "elu", "selu", "gelu", "swish", "mish", "softplus",
               "softsign", "exponential", "leaky_relu", "softmax", "log_softmax"]
NEW_ACTIVATIONS = ["silu", "hard_silu", "celu", "log_sigmoid", "hard_tanh", "tanh_shrink", "hard_shrink", "soft_shrink", "squareplus",
                   "sparse_plus", "sparse_sigmoid"]


@group
def activation():
    x = keras.Input((3, 5), name="x")
    p = keras.Input((4, 4, 2), name="p")
    c = L.Conv2D(3, 2, name="conv")(p)
    outputs = {a: L.Activation(a, name=f"act_{a}")(x) for a in ACTIVATIONS + (NEW_ACTIVATIONS if NEW else [])
               if NEW or a not in ("log_softmax", "leaky_relu", "relu6") or hasattr(keras.activations, a)}
    outputs.update({
        "inside a dense": L.Dense(2, activation="gelu", name="gelu_dense")(x),
        "softmax of channels": L.Activation("softmax", name="softmax_c")(c),
        "relu layer": L.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.2, name="relu_all")(x),
        "relu layer maximum": L.ReLU(max_value=1.0, name="relu_max")(x),
        "relu layer slope": L.ReLU(negative_slope=0.3, name="relu_slope")(c),
        "leaky": L.LeakyReLU(0.15, name="leaky")(x),
        "prelu": L.PReLU(name="prelu")(x),
        "prelu shared": L.PReLU(shared_axes=[1, 2], name="prelu_s")(c),
        "elu layer": L.ELU(0.7, name="elu_l")(c),
        "softmax layer": L.Softmax(name="softmax_l")(x),
        "softmax layer axis 1": L.Softmax(axis=1, name="softmax_1")(c),
        "softmax layer two axes": L.Softmax(axis=[1, 2], name="softmax_2")(x),
    })
    if not NEW:
        outputs["thresholded"] = L.ThresholdedReLU(0.3, name="thresholded")(x)
    return [x, p], outputs


@group
def recurrent():
    s = keras.Input((6, 3), name="s")
    h = keras.Input((4,), name="h")
    k = keras.Input((4,), name="k")
    outputs = {
        "lstm": L.LSTM(4, name="lstm")(s),
        "lstm sequences": L.LSTM(3, return_sequences=True, name="lstm_s")(s),
        "lstm backwards": L.LSTM(3, return_sequences=True, go_backwards=True, name="lstm_b")(s),
        "lstm hard": L.LSTM(3, recurrent_activation="hard_sigmoid", use_bias=False, name="lstm_h")(s),
        "lstm relu": L.LSTM(3, activation="relu", return_sequences=True, name="lstm_r")(s),
        "lstm linear": L.LSTM(2, activation="linear", recurrent_activation="hard_sigmoid", name="lstm_l")(s),
        "gru": L.GRU(4, name="gru")(s),
        "gru reset before": L.GRU(3, reset_after=False, return_sequences=True, name="gru_b")(s),
        "gru no bias": L.GRU(3, use_bias=False, go_backwards=True, name="gru_n")(s),
        "gru elu": L.GRU(3, activation="elu", recurrent_activation="hard_sigmoid", name="gru_e")(s),
        "simple": L.SimpleRNN(4, name="simple")(s),
        "simple relu": L.SimpleRNN(3, activation="relu", return_sequences=True, name="simple_r")(s),
        "lstm from a state": L.LSTM(4, name="lstm_i")(s, initial_state=[h, k]),
        "gru from a state": L.GRU(4, name="gru_i")(s, initial_state=h),
        "cell": L.RNN(L.LSTMCell(3), return_sequences=True, name="cell")(s),
        "cell gru": L.RNN(L.GRUCell(2), name="cell_gru")(s),
    }
    y, state_h, state_c = L.LSTM(4, return_state=True, return_sequences=True, name="states")(s)
    outputs.update({"state y": y, "state h": state_h, "state c": state_c})
    outputs["decoder"] = L.LSTM(4, name="decoder")(s, initial_state=[state_h, state_c])
    return [s, h, k], outputs


@group
def bidirectional():
    s = keras.Input((5, 3), name="s")
    outputs = {}
    for mode in ["concat", "sum", "mul", "ave"]:
        outputs[mode] = L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=mode, name=f"b_{mode}")(s)
    outputs["last"] = L.Bidirectional(L.GRU(2), name="b_last")(s)
    outputs["own backward layer"] = L.Bidirectional(L.LSTM(2), backward_layer=L.LSTM(2, activation="relu", go_backwards=True), name="b_own")(s)
    outputs["simple"] = L.Bidirectional(L.SimpleRNN(2, return_sequences=True), name="b_simple")(s)
    one, two = L.Bidirectional(L.LSTM(2), merge_mode=None, name="b_none")(s)
    outputs["no merge, forwards"] = one
    outputs["no merge, backwards"] = two
    outputs["stacked"] = L.Bidirectional(L.LSTM(2), name="b_2")(L.Bidirectional(L.LSTM(2, return_sequences=True), name="b_1")(s))
    return [s], outputs


@group
def mask():
    i = keras.Input((7,), name="ids")
    s = keras.Input((7, 2), name="masked")
    e = L.Embedding(9, 3, mask_zero=True, name="embedding")(i)
    m = L.Masking(mask_value=0.0, name="masking")(s)
    return [i, s], {
        "embedding": L.Embedding(9, 2, name="plain")(i),
        "lstm": L.LSTM(3, name="lstm")(e),
        "lstm sequences": L.LSTM(3, return_sequences=True, name="lstm_s")(e),
        "lstm backwards": L.LSTM(2, go_backwards=True, name="lstm_b")(e),
        "gru": L.GRU(3, return_sequences=True, name="gru")(e),
        "simple": L.SimpleRNN(3, name="simple")(e),
        "bidirectional": L.Bidirectional(L.LSTM(2), name="bi")(e),
        "bidirectional sequences": L.Bidirectional(L.GRU(2, return_sequences=True), name="bi_s")(e),
        "stacked": L.LSTM(2, name="st2")(L.Dropout(0.5, name="drop")(L.LSTM(3, return_sequences=True, name="st1")(e))),
        "through dense": L.GRU(2, name="td_g")(L.TimeDistributed(L.Dense(2), name="td")(L.Dense(3, activation="relu", name="d")(e))),
        "average": L.GlobalAveragePooling1D(name="ga")(e),
        "maximum": L.GlobalMaxPooling1D(name="gm")(e),
        "masking": L.LSTM(3, name="m_l")(m),
        "masking sequences": L.LSTM(3, return_sequences=True, name="m_s")(m),
        "masking value": m,
    }


@group
def attention():
    q = keras.Input((4, 6), name="q")
    v = keras.Input((5, 3), name="v")
    k = keras.Input((5, 6), name="k")
    i = keras.Input((5,), name="ids")
    e = L.Embedding(9, 6, mask_zero=True, name="embedding")(i)
    outputs = {
        "self": L.MultiHeadAttention(2, 3, name="self")(q, q),
        "cross": L.MultiHeadAttention(3, 2, value_dim=2 if NEW else 4, output_shape=5, name="cross")(q, v),
        "key": L.MultiHeadAttention(2, 2, use_bias=False, name="key_m")(q, v, key=k),
        "causal": L.MultiHeadAttention(2, 2, name="causal")(q, q, use_causal_mask=True),
        "masked": L.MultiHeadAttention(2, 2, name="masked")(q, e),
        "dot": L.Attention(name="dot")([q, k]),
        "dot scaled": L.Attention(use_scale=True, name="dot_s")([q, k, k]),
        "dot concat": L.Attention(score_mode="concat", name="dot_c")([q, k]),
        "dot masked": L.Attention(name="dot_m")([q, e]),
        "additive": L.AdditiveAttention(name="additive")([q, k]),
        "additive plain": L.AdditiveAttention(use_scale=False, name="additive_p")([q, k]),
    }
    return [q, v, k, i], outputs


@group
def wrapper():
    s = keras.Input((4, 6), name="s")
    p = keras.Input((3, 5, 5, 2), name="p")
    inner = keras.Sequential([keras.Input((5, 5, 2)), L.Conv2D(3, 2, activation="relu", name="ic"), L.BatchNormalization(name="ib"), L.Flatten(name="if")], name="frames")
    return [s, p], {
        "dense": L.TimeDistributed(L.Dense(3, activation="relu"), name="td_dense")(s),
        "convolution": L.TimeDistributed(L.Conv2D(2, 3, padding="same"), name="td_conv")(p),
        "model": L.TimeDistributed(inner, name="td_model")(p),
        "then recurrent": L.LSTM(2, name="then")(L.TimeDistributed(L.GlobalAveragePooling2D(), name="td_gap")(p)),
    }


@group
def nested():
    def block(name, shape):
        i = keras.Input(shape, name=f"{name}_in")
        y = L.Dense(3, activation="tanh", name="same_name")(i)
        y = L.BatchNormalization(name="bn")(y)
        return keras.Model(i, [y, L.Dense(2, name="second")(y)], name=name)

    a = keras.Input((4,), name="a")
    b = keras.Input((4,), name="b")
    one = block("one", (4,))
    two = block("two", (3,))
    shared = L.Dense(4, activation="relu", name="shared")
    frozen = keras.Sequential([keras.Input((4,)), L.Dense(4, name="fz1"), L.BatchNormalization(name="fz2"), L.Dense(4, name="fz3")], name="frozen")
    frozen.layers[0].trainable = False
    a1, a2 = one(shared(a))
    b1, b2 = one(shared(b))
    c1, c2 = two(a1)
    return [a, b], {
        "first call": a1,
        "first call, second output": a2,
        "second call": b1,
        "second call, second output": b2,
        "nested after nested": c1,
        "nested after nested, second": c2,
        "shared": L.Subtract(name="difference")([shared(a), shared(b)]),
        "frozen": frozen(shared(a)),
    }


@group
def operators():
    a = keras.Input((4,), name="a")
    b = keras.Input((4,), name="b")
    p = keras.Input((4, 4, 2), name="p")
    c = L.Conv2D(2, 2, name="conv")(p)
    return [a, b, p], {
        "number": a * 2.0 + 1.5,
        "tensors": (a - b) * a,
        "division": a / 4.0,
        "after convolution": c * 0.5,
        "number first": 1.0 - a,
    }


@group
def free_sizes():
    x = keras.Input((None, None, 3), name="x")
    s = keras.Input((None, 3), name="s")
    c = L.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="c")(x)
    t = L.TimeDistributed(L.Dense(2), name="td")(s)
    return [x, s], {
        "global": L.GlobalAveragePooling2D(name="gap")(L.MaxPooling2D(2, padding="same", name="mp")(c)),
        "map": L.UpSampling2D(2, name="up")(c),
        "group": L.GroupNormalization(2, name="gn")(c),
        "time": t,
        "convolution": L.Conv1D(2, 3, padding="causal", name="c1")(s),
        "recurrent": L.Bidirectional(L.GRU(2, return_sequences=True), name="g")(s),
        "attention": L.MultiHeadAttention(2, 2, name="mha")(t, t, use_causal_mask=True),
    }


@group
def sequential():
    return keras.Sequential([
        keras.Input((8, 8, 1)), L.Conv2D(3, 3, activation="relu"), L.MaxPooling2D(), L.Dropout(0.2), L.Flatten(), L.Dense(5, activation="softmax")])


@group
def sequential_without_input():
    m = keras.Sequential([L.Dense(5, activation="relu", **({} if NEW else {"input_shape": (4,)})), L.Dense(3, activation="softmax")])
    m.build((None, 4))
    return m


@group
def sequential_nested():
    body = keras.Sequential([L.Dense(5, activation="relu"), L.Dense(4)], name="body")
    return keras.Sequential([keras.Input((4,)), body, L.Activation("relu"), L.Dense(2, activation="sigmoid")])


if NEW:
    @group
    def channels_first():
        x = keras.Input((3, 6, 5), name="x")
        s = keras.Input((3, 8), name="s")
        f = dict(data_format="channels_first")
        c = L.Conv2D(4, 3, activation="relu", name="conv", **f)(x)
        return [x, s], {
            "convolution": c,
            "batch": L.BatchNormalization(axis=1, name="batch")(c),
            "depthwise": L.DepthwiseConv2D(2, name="depthwise", **f)(x),
            "separable": L.SeparableConv2D(2, 2, name="separable", **f)(x),
            "transposed": L.Conv2DTranspose(2, 3, strides=2, padding="same", name="transposed", **f)(x),
            "convolution 1d": L.Conv1D(2, 3, padding="same", name="conv1", **f)(s),
            "pooling": L.MaxPooling2D(2, name="pool", **f)(c),
            "global": L.GlobalAveragePooling2D(name="global", **f)(c),
            "padding": L.ZeroPadding2D(1, name="pad", **f)(x),
            "cropping": L.Cropping2D(1, name="crop", **f)(x),
            "upsampling": L.UpSampling2D(2, name="up", **f)(x),
            "flatten": L.Flatten(name="flatten", **f)(c),
        }

    @group
    def lambda_layer():
        x = keras.Input((4,), name="x")
        return [x], {"lambda": L.Lambda(lambda t: t * 2, name="twice")(x)}


@group
def custom_layer():
    @keras.utils.register_keras_serializable(package="Own")
    class Doubling(L.Layer):
        def call(self, x):
            return x * 2

    x = keras.Input((4,), name="x")
    return [x], {"custom": Doubling(name="doubling")(x)}


def value(name, shape, rng):
    """Weights that keep every layer in its interesting range."""
    if "variance" in name:
        return rng.uniform(0.5, 1.5, shape)
    if "gamma" in name or "scale" in name:
        return rng.uniform(0.5, 1.5, shape)
    return rng.normal(0, 0.5, shape)


def numbers(array):
    return {"shape": list(array.shape), "data": [float(f"{v:.7g}") for v in np.asarray(array, "float64").ravel()]}


def rezip(data):
    """The archive with its parts compressed, as any zip program makes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename, (2026, 1, 1, 0, 0, 0)), old.read(info.filename), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    expected = {"keras": VERSION, "groups": {}}
    for name, make in groups.items():
        keras.backend.clear_session()
        made = make()
        if isinstance(made, tuple):
            names = list(made[1])
            m = keras.Model(made[0], list(made[1].values()))
        else:
            m, names = made, ["output"]
        rng = np.random.default_rng(7)
        for w in m.weights:
            if "count" in w.name or "seed" in w.name or "normalization" == name and "adapted" in getattr(w, "path", w.name):
                continue
            if name == "normalisation" and (w.name.startswith(("mean", "variance")) or "adapted" in w.name):
                continue
            w.assign(value(w.name, tuple(w.shape), rng).astype("float32"))
        inputs = []
        for i in m.inputs:
            shape = (BATCH, *[size or 6 for size in i.shape[1:]])
            if i.name.startswith("ids"):
                array = rng.integers(1, 9, shape)
                # Padding in front, behind, in the middle; and with the second row a whole one.
                array[0, :2] = 0
                array[1, 3] = 0
                array[1, -1] = 0
                array[2, -2:] = 0
            else:
                array = np.round(rng.normal(0, 1.2, shape), 3)
                if i.name.startswith("masked"):
                    array[0, :2] = 0
                    array[1, 3] = 0
                    array[2, 1:] = 0
            inputs.append(array.astype("float32"))
        outputs = m.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        expected["groups"][name] = {
            "inputs": [{"name": i.name.split(":")[0], **numbers(a)} for i, a in zip(m.inputs, inputs)],
            "outputs": [{"name": n, **numbers(np.asarray(a))} for n, a in zip(names, outputs)],
        }
        with tempfile.TemporaryDirectory() as folder:
            for extension in ["h5", "keras"]:
                path = pathlib.Path(folder) / f"m.{extension}"
                m.save(path if extension == "keras" else str(path))
                data = path.read_bytes()
                if extension == "h5":
                    (FOLDER / f"{name}.{TAG}.h5.gz").write_bytes(gzip.compress(data, 9, mtime=0))
                else:
                    (FOLDER / f"{name}.{TAG}.keras").write_bytes(rezip(data))
        print(name, len(names))
    text = json.dumps(expected, separators=(",", ":"))
    (FOLDER / f"{TAG}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
