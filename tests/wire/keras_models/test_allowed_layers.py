"""The law of the table of layers: what is accepted crosses, and then computes and trains as it would have."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from autograder.wire.keras_models.allowed_layers import ACCEPTED, LAYERS
from autograder.wire.keras_models.layer_settings import RECURRENT_LAYERS
from autograder.wire.keras_models.rebuild import REFUSED_LAYERS

Cross = Callable[[Any], Any]


def keras() -> Any:
    import keras

    return keras


def zeros(shape: Any, dtype: Any = None) -> Any:
    """An initializer of a student's own."""
    return np.zeros(shape, dtype or "float32")


def own_silu(x: Any) -> Any:
    """An activation of a student's own that computes one of Keras'."""
    return x * keras().ops.sigmoid(x)


def recurrent(kind: str) -> Any:
    return getattr(keras().layers, kind)(3, dropout=0.2, return_sequences=True, name=kind.lower())


# What a setting is drawn from, by its name or the end of its name: each a value or a function that makes one.
VALUES: dict[str, list[Any]] = {
    "_initializer": ["he_normal", "ones", lambda: zeros, lambda: keras().initializers.Constant(0.5)],
    "_regularizer": [None, "l1", lambda: keras().regularizers.L2(0.25), "l1_l2"],
    "_constraint": [None, "non_neg", "unit_norm", lambda: keras().constraints.MinMaxNorm(0.1, 0.9)],
    "activation": [
        "relu",
        "tanh",
        "softmax",
        lambda: keras().layers.LeakyReLU(negative_slope=0.25, name="l"),
    ],
    "recurrent_activation": ["sigmoid", "hard_sigmoid", lambda: lambda x: 1 / (1 + keras().ops.exp(-x))],
    "alpha": [0.5, 2],
    "antialias": [True, False],
    "center": [True, False],
    "crop_to_aspect_ratio": [True, False],
    "dilation_rate": [1, 2],
    "dropout": [0.0, 0.25],
    "encoding": ["utf-8"],
    "epsilon": [0.01, 0.5],
    "fill_mode": ["constant"],
    "fill_value": [0.0, 1],
    "go_backwards": [True, False],
    "interpolation": ["nearest", "bilinear"],
    "invert": [True, False],
    "keepdims": [True, False],
    "l1": [0.0, 0.5],
    "l2": [0.0, 0.5],
    "mask_value": [0.0, 1],
    "mask_zero": [True, False],
    "max_value": [None, 0.5],
    "merge_mode": ["concat", "sum", "mul", "ave"],
    "momentum": [0.5, 0.99],
    "negative_slope": [0.0, 0.25],
    "normalize": [True, False],
    "offset": [0.0, -1.5],
    "pad_to_aspect_ratio": [False],
    "pad_to_max_tokens": [False],
    "padding": ["valid", "same"],
    "recurrent_dropout": [0.0, 0.25],
    "reset_after": [True, False],
    "return_sequences": [True, False],
    "score_mode": ["dot", "concat"],
    "scale": [True, False],
    "seed": [None, 7],
    "sliding_window": [None, 2],
    "strides": [1, 2],
    "threshold": [0.0, 0.25],
    "unit_forget_bias": [True, False],
    "use_bias": [True, False],
    "use_scale": [True, False],
    "value_dim": [None, 2],
    "value_range": [(0, 1), (0, 255)],
}
# Settings that have one accepted value, or that Keras derives from others.
FIXED = {"data_format", "lora_rank", "quantization_config", "ragged", "renorm"}
FIXED |= {"rms_scaling", "sparse", "stateful", "synchronized", "unroll", "use_gate", "return_state"}

LINE, PICTURE, VOLUME = (4, 3), (6, 6, 4), (5, 5, 5, 2)
BY_RANK = {1: (6, 4), 2: PICTURE, 3: VOLUME}
MERGED: list[Any] = [LINE, LINE]
RATES = [0.0, 0.25, 0.5]


def conv(**more: Any) -> dict[str, Any]:
    return {"filters": 4, "kernel_size": 2, "groups": [1, 2], **more}


# The input shapes of every class, and the settings that it needs: a list is drawn from.
EXAMPLES: dict[str, tuple[Any, dict[str, Any]]] = {
    "Dense": ((4,), {"units": [1, 3]}),
    "Embedding": ((5,), {"input_dim": 9, "output_dim": 2}),
    "Identity": ((4,), {}),
    "Masking": (LINE, {}),
    "Activation": (
        (4,),
        {"activation": [*VALUES["activation"], lambda: lambda x: x * keras().ops.sigmoid(x)]},
    ),
    "ReLU": ((4,), {}),
    "LeakyReLU": ((4,), {}),
    "ELU": ((4,), {}),
    "PReLU": (PICTURE, {"shared_axes": [None, [1, 2]]}),
    "Softmax": (LINE, {"axis": [-1, 1, (1, 2)]}),
    "ActivityRegularization": ((4,), {}),
    "Dropout": (LINE, {"rate": RATES, "noise_shape": [None, (None, 1, 3)]}),
    "AlphaDropout": (LINE, {"rate": RATES, "noise_shape": [None, (None, 1, 3)]}),
    "GaussianDropout": (LINE, {"rate": RATES}),
    "GaussianNoise": (LINE, {"stddev": RATES}),
    "SpatialDropout1D": (LINE, {"rate": RATES}),
    "SpatialDropout2D": (PICTURE, {"rate": RATES}),
    "SpatialDropout3D": (VOLUME, {"rate": RATES}),
    "BatchNormalization": (PICTURE, {"axis": [-1, 1]}),
    "GroupNormalization": (PICTURE, {"groups": [1, 2, -1], "axis": [-1]}),
    "LayerNormalization": (PICTURE, {"axis": [-1, [1, 2]]}),
    "RMSNormalization": (LINE, {"axis": [-1, [1, 2]]}),
    "UnitNormalization": (LINE, {"axis": [-1, (1, 2)]}),
    "Normalization": (LINE, {"axis": [-1, (1, 2), None], "mean": [None], "variance": [None]}),
    **{f"Conv{rank}D": (BY_RANK[rank], conv()) for rank in (1, 2, 3)},
    **{
        f"Conv{rank}DTranspose": (
            BY_RANK[rank],
            {"filters": 3, "kernel_size": 3, "output_padding": [None], "padding": ["valid", "same"]},
        )
        for rank in (1, 2, 3)
    },
    **{
        f"DepthwiseConv{rank}D": (BY_RANK[rank], {"kernel_size": 2, "depth_multiplier": [1, 2]})
        for rank in (1, 2)
    },
    **{
        f"SeparableConv{rank}D": (
            BY_RANK[rank],
            {"filters": 3, "kernel_size": 2, "depth_multiplier": [1, 2]},
        )
        for rank in (1, 2)
    },
    **{
        f"{kind}Pooling{rank}D": (BY_RANK[rank], {"pool_size": [2, 3]})
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    **{
        f"Global{kind}Pooling{rank}D": (BY_RANK[rank], {})
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    **{
        f"Adaptive{kind}Pooling{rank}D": (BY_RANK[rank], {"output_size": [2, 3]})
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    "Flatten": (PICTURE, {}),
    "Reshape": (LINE, {"target_shape": [(3, 4), (-1,), (2, -1)]}),
    "Permute": (LINE, {"dims": [(2, 1), (1, 2)]}),
    "RepeatVector": ((4,), {"n": [1, 3]}),
    "ZeroPadding1D": (LINE, {"padding": [1, (0, 2)]}),
    "ZeroPadding2D": (PICTURE, {"padding": [1, ((0, 2), (1, 0))]}),
    "ZeroPadding3D": (VOLUME, {"padding": [1, ((0, 2), (1, 0), (0, 0))]}),
    "Cropping1D": (LINE, {"cropping": [1, (0, 2)]}),
    "Cropping2D": (PICTURE, {"cropping": [1, ((0, 2), (1, 0))]}),
    "Cropping3D": (VOLUME, {"cropping": [1, ((0, 2), (1, 0), (0, 0))]}),
    "UpSampling1D": (LINE, {"size": [1, 3]}),
    "UpSampling2D": (PICTURE, {"size": [2, (1, 3)]}),
    "UpSampling3D": (VOLUME, {"size": [2, (1, 3, 1)]}),
    "Concatenate": (MERGED, {"axis": [-1, 1]}),
    "Dot": (MERGED, {"axes": [1, 2, (1, 1)]}),
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), (MERGED, {})),
    **dict.fromkeys(RECURRENT_LAYERS, (LINE, {"units": [1, 4]})),
    "Bidirectional": (
        LINE,
        {
            "layer": [lambda kind=kind: recurrent(kind) for kind in RECURRENT_LAYERS],
            "backward_layer": [None],
        },
    ),
    "MultiHeadAttention": (
        MERGED,
        {"num_heads": 2, "key_dim": 3, "output_shape": [None, (5,)], "attention_axes": [None, (1,)]},
    ),
    "Attention": ([LINE, LINE], {}),
    "AdditiveAttention": ([LINE, LINE], {}),
    "Rescaling": (LINE, {"scale": [2.0, 0]}),
    "Resizing": (PICTURE, {"height": 3, "width": 9}),
    "CenterCrop": (PICTURE, {"height": 3, "width": 4}),
    "CategoryEncoding": ((5,), {"num_tokens": 9, "output_mode": ["multi_hot", "count"]}),
    "TextVectorization": (
        (),
        {
            "vocabulary": [["deep", "learning"], ["a"]],
            "max_tokens": [None, 20],
            "standardize": [None, "lower", "strip_punctuation"],
            "split": ["whitespace", "character"],
            "ngrams": [None, 2],
            "output_mode": ["int", "multi_hot", "count"],
            "output_sequence_length": [None],
        },
    ),
    "RandomFlip": (PICTURE, {"mode": ["horizontal", "vertical"]}),
    "RandomRotation": (PICTURE, {"factor": [0.25, (0.0, 0.5)]}),
    "RandomZoom": (PICTURE, {"height_factor": [0.25, (0.1, 0.2)], "width_factor": [None, 0.1]}),
    "RandomTranslation": (PICTURE, {"height_factor": [0.25], "width_factor": [(-0.1, 0.1)]}),
    "RandomContrast": (PICTURE, {"factor": [0.25, (0.1, 0.2)]}),
    "RandomBrightness": (PICTURE, {"factor": [0.25, (0.1, 0.2)]}),
    "RandomCrop": (PICTURE, {"height": 3, "width": 4}),
}
# Classes whose call takes its inputs one by one, or whose inputs are other than numbers from 0 to 1.
SEPARATE = ("MultiHeadAttention",)
TOKENS = ("Embedding", "CategoryEncoding")


def values(kind: str, setting: str) -> list[Any]:
    """Return what a setting of a class is drawn from."""
    given_ = EXAMPLES[kind][1].get(setting)
    if given_ is not None:
        return given_ if isinstance(given_, list) else [given_]
    return VALUES.get(setting) or next(
        (found for end, found in VALUES.items() if end.startswith("_") and setting.endswith(end)), []
    )


def inputs_of(kind: str) -> list[Any]:
    shapes = EXAMPLES[kind][0]
    dtype = "string" if kind == "TextVectorization" else "int32" if kind in TOKENS else "float32"
    return [
        keras().Input(shape, dtype=dtype, name=f"input{number}")
        for number, shape in enumerate(shapes if isinstance(shapes, list) else [shapes])
    ]


def arrays_of(kind: str) -> list[Any]:
    draw = np.random.default_rng(3)
    shapes = EXAMPLES[kind][0]
    if kind == "TextVectorization":
        return [np.array(["deep Learning!", "a"])]
    if kind in TOKENS:
        return [draw.integers(0, 9, (2, *shapes)).astype("int32")]
    return [
        draw.random((2, *shape)).astype("float32")
        for shape in (shapes if isinstance(shapes, list) else [shapes])
    ]


def build(kind: str, drawn: dict[str, Any]) -> Any:
    """Return a model of one layer with random weights, compiled where it can be trained."""
    arguments = {key: value() if inspect.isfunction(value) else value for key, value in drawn.items()}
    inputs = inputs_of(kind)
    layer = getattr(keras().layers, kind)(name="it", **arguments)
    outputs = layer(*inputs) if kind in SEPARATE or len(inputs) == 1 else layer(inputs)
    model = keras().Model(inputs if len(inputs) > 1 else inputs[0], outputs, name="model")
    draw = np.random.default_rng(5).random
    model.set_weights(
        [
            array if array.dtype.kind == "i" else draw(array.shape).astype(array.dtype) + 0.1
            for array in model.get_weights()
        ]
    )
    if kind == "Normalization":
        layer.finalize_state()
    if model.trainable_weights:
        model.compile(keras().optimizers.SGD(0.1), "mean_squared_error")
    return model


def bits(outputs: Any) -> list[bytes]:
    return [np.asarray(output).tobytes() for output in keras().tree.flatten(outputs)]


def close(ones: Any, others: Any) -> None:
    """Compare numbers whose last bits depend on where their arrays lie in memory."""
    flatten = keras().tree.flatten
    for one, other in zip(flatten(ones), flatten(others), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("kind", LAYERS)
@settings(
    max_examples=2,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_an_accepted_layer_computes_and_trains_as_it_would_have(
    kind: str, cross: Cross, data: st.DataObject
) -> None:
    """The same outputs, the same random numbers in training, the same weights afterwards."""
    import tensorflow as tf

    drawn = {
        setting: data.draw(st.sampled_from(choices), label=setting)
        for setting in LAYERS[kind].fields
        if (choices := values(kind, setting)) and (setting in EXAMPLES[kind][1] or data.draw(st.booleans()))
    }
    x = arrays_of(kind)
    x = x[0] if len(x) == 1 else x
    try:
        model = build(kind, drawn)
        model(x)
    except (ValueError, AttributeError, NotImplementedError, tf.errors.InvalidArgumentError):
        assume(False)  # settings that exclude each other, or that Keras cannot combine
    arrived = cross(model)
    assert type(arrived.get_layer("it")) is type(model.get_layer("it"))
    outputs = model(x)
    if any(inspect.isfunction(value) and inspect.isfunction(value()) for value in drawn.values()):
        close(arrived(x), outputs)  # an own function computes another activation's last bits
    else:
        assert bits(arrived(x)) == bits(outputs)
    close(arrived(x, training=True), model(x, training=True))
    if model.trainable_weights:
        y = np.ones(outputs.shape, "float32")
        for each in (model, arrived):
            each.run_eagerly = True
            each.train_on_batch(x, y)
        close(arrived.get_weights(), model.get_weights())
    close(cross(arrived)(x), arrived(x))


def test_what_a_layer_has_adapted_to_crosses(cross: Cross) -> None:
    """Statistics and a vocabulary are data."""
    normalization = keras().layers.Normalization(name="n")
    normalization.adapt(np.array([[1.0, 20.0], [3.0, 40.0]]))
    x = np.array([[2.0, 30.0]], "float32")
    assert bits(cross(normalization)(x)) == bits(normalization(x))
    given_ = keras().layers.Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0], name="g")
    assert bits(cross(given_)(x)) == bits(given_(x))
    words = keras().layers.TextVectorization(max_tokens=5, output_sequence_length=3, name="words")
    words.adapt(["deep learning is deep", "learning"])
    inputs = keras().Input((1,), dtype="string", name="text")
    outputs = keras().layers.Embedding(5, 2, mask_zero=True, name="e")(words(inputs))
    model = keras().Model(inputs, keras().layers.LSTM(2, name="l")(outputs))
    arrived = cross(model)
    texts = np.array([["Deep!"], ["nothing known"]])
    assert arrived.get_layer("words").get_vocabulary() == words.get_vocabulary()
    assert bits(arrived(texts)) == bits(model(texts))


def test_every_class_has_an_example_and_every_setting_is_tried() -> None:
    """A new class, or a new setting, needs a line here."""
    assert set(EXAMPLES) == set(LAYERS)
    untried = {
        (kind, setting)
        for kind, listed in LAYERS.items()
        for setting in listed.fields
        if not values(kind, setting) and setting not in FIXED
    }
    assert untried == set()


def test_every_class_of_keras_is_accepted_or_refused_with_a_reason() -> None:
    """A new class of Keras needs a line in one of the tables."""
    layers = keras().layers
    public = {
        thing.__name__ if getattr(layers, thing.__name__, None) is thing else name
        for name, thing in vars(layers).items()
        if inspect.isclass(thing)
    }
    missing = {name for name in public if name not in ACCEPTED and name not in REFUSED_LAYERS}
    assert missing == set()
    assert not set(ACCEPTED) & set(REFUSED_LAYERS)
    assert {name for name in REFUSED_LAYERS if not hasattr(layers, name)} == set()
    assert {name for name in LAYERS if not hasattr(layers, name)} == set()
