"""Define the table of accepted layers: the settings, weights and random generators of each class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from . import weight_shapes as shapes
from .allowed_objects import (
    ACTIVATIONS,
    AXES,
    CONSTRAINTS,
    INITIALIZERS,
    POSITIVE,
    REGULARIZERS,
    SEEDS,
    SHARE,
)
from .initializers import with_weights
from .schema import (
    Field,
    Fields,
    Kind,
    SchemaError,
    abbreviate,
    boolean,
    check_settings,
    default_only,
    integer,
    list_of,
    name,
    name_of,
    one_of,
    optional,
    real,
    settings_of,
    text,
    union,
)

MAX_DIMENSIONS = 8
MAX_LENGTH = 2**31 - 1
MAX_TOKENS = 20_000


@dataclass(frozen=True)
class LayerClass:
    """An accepted class of layers.

    `weights` lists its weights in Keras' order. `generators` names the attributes that hold its random
    generators (dots reach into parts). `computed` returns the number of elements that a call computes in
    addition to its outputs, given the layer and its input shapes.
    """

    fields: Fields
    weights: Callable[[Any, Any], list[shapes.Weight]] | None = None
    generators: tuple[str, ...] = ()
    computed: Callable[[Any, list[list[int]]], int] | None = None


NAME = name()
DTYPES = one_of("float32", "float64", "float16")
MODELS = ("Sequential", "Functional")
INPUT: Fields = {
    "batch_shape": Field(list_of(optional(integer(0, MAX_LENGTH)), 1, MAX_DIMENSIONS)),
    "dtype": Field(
        one_of("float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "bool", "string"),
        "float32",
        explicit=True,
    ),
    "sparse": Field(default_only(False), False),
    "ragged": Field(default_only(False), False),
    "optional": Field(default_only(False), False),
}

_COUNT = integer(1, 2**20)
_LENGTH = integer(1, 4096)
_PIXELS = integer(1, 1024)
_AXIS = integer(-MAX_DIMENSIONS, MAX_DIMENSIONS)
_LAST_CHANNELS = Field(one_of("channels_last"), "channels_last", explicit=True)
_CHANNELS: Fields = {"data_format": _LAST_CHANNELS}
_PADDING = Field(one_of("valid", "same"), "valid")
_ON, _OFF = Field(boolean(), True), Field(boolean(), False)
_REGULARIZER = Field(optional(REGULARIZERS), mutable=True)
_CONSTRAINT = Field(optional(CONSTRAINTS), mutable=True)
_RATE = Field(SHARE, mutable=True)
_SEED = Field(optional(SEEDS))
_UNCHANGED = Field(default_only(None))
_RANDOM = ("seed_generator",)


def _activation(default: str, mutable: bool = True) -> Field:
    return Field(ACTIVATIONS, default, mutable=mutable)


def _initializer(kind: str) -> Field:
    return Field(with_weights(INITIALIZERS), {"class": kind}, mutable=True)


def _weight(weight: str, initializer: str) -> dict[str, Field]:
    return {
        f"{weight}_initializer": _initializer(initializer),
        f"{weight}_regularizer": _REGULARIZER,
        f"{weight}_constraint": _CONSTRAINT,
    }


def _sizes(kind: Kind, rank: int) -> Kind:
    """Return the kind of a setting with one size per dimension, where Keras may keep a single number."""
    sizes = list_of(kind, rank, rank)
    return union(kind, sizes) if rank == 1 else sizes


_BIASED: Fields = {
    "activation": _activation("linear"),
    "use_bias": _ON,
    "activity_regularizer": _REGULARIZER,
    **_weight("bias", "Zeros"),
}


def _kernel(rank: int) -> dict[str, Field]:
    paddings = ("valid", "same", "causal") if rank == 1 else ("valid", "same")
    return {
        "kernel_size": Field(list_of(_LENGTH, rank, rank)),
        "strides": Field(list_of(_LENGTH, rank, rank), [1] * rank),
        "padding": Field(one_of(*paddings), "valid"),
        "data_format": _LAST_CHANNELS,
        "dilation_rate": Field(list_of(_LENGTH, rank, rank), [1] * rank),
        **_BIASED,
    }


def _padded_inputs(layer: Any, inputs: list[list[int]]) -> int:
    """Return the number of input elements of a convolution for one example, padded for its dilated kernel."""
    lengths = zip(inputs[0][1:-1], layer.kernel_size, layer.dilation_rate, strict=True)
    return int(inputs[0][-1] * prod(length + step * (size - 1) for length, size, step in lengths))


def _convolution(rank: int) -> LayerClass:
    fields = {
        **_kernel(rank),
        "filters": Field(_COUNT),
        "groups": Field(_COUNT, 1),
        **_weight("kernel", "GlorotUniform"),
        "lora_rank": _UNCHANGED,
    }
    return LayerClass(fields, shapes.convolution_weights, computed=_padded_inputs)


def _transposed_convolution(rank: int) -> LayerClass:
    fields = {
        **_kernel(rank),
        "padding": _PADDING,
        "strides": Field(list_of(integer(1, 64), rank, rank), [1] * rank),
        "output_padding": Field(optional(_sizes(integer(0, 64), rank))),
        "filters": Field(_COUNT),
        **_weight("kernel", "GlorotUniform"),
    }
    return LayerClass(fields, shapes.transposed_convolution_weights, computed=_padded_inputs)


def _depthwise(rank: int) -> dict[str, Field]:
    return {
        **_kernel(rank),
        "depth_multiplier": Field(_COUNT, 1),
        **_weight("depthwise", "GlorotUniform"),
    }


def _separable_convolution(rank: int) -> LayerClass:
    fields = {**_depthwise(rank), "filters": Field(_COUNT), **_weight("pointwise", "GlorotUniform")}
    return LayerClass(fields, shapes.separable_weights, computed=_padded_inputs)


def _pooling(rank: int) -> LayerClass:
    sizes = list_of(_LENGTH, rank, rank)
    return LayerClass(
        {
            "pool_size": Field(sizes),
            "strides": Field(sizes),
            "padding": _PADDING,
            "data_format": _LAST_CHANNELS,
        }
    )


def _adaptive_pooling(rank: int) -> LayerClass:
    return LayerClass({"output_size": Field(list_of(_LENGTH, rank, rank)), **_CHANNELS})


def _padding(rank: int, high: int = 512) -> Field:
    pair = list_of(integer(0, high), 2, 2)
    return Field(pair if rank == 1 else list_of(pair, rank, rank))


def _dropout(**more: Field) -> LayerClass:
    return LayerClass({"rate": _RATE, "seed": _SEED, **more}, generators=_RANDOM)


_NOISE_SHAPE = Field(optional(list_of(optional(_COUNT), 0, MAX_DIMENSIONS)))
_NORMALIZATION: Fields = {
    "epsilon": Field(POSITIVE, 0.001, mutable=True),
    "center": _ON,
    "scale": _ON,
    **_weight("beta", "Zeros"),
    **_weight("gamma", "Ones"),
}

_RECURRENT: Fields = {
    "units": Field(integer(1, 65_536)),
    "activation": _activation("tanh", mutable=False),
    "use_bias": _ON,
    **{
        f"{weight}_{setting}": field
        for weight, initializer in (
            ("kernel", "GlorotUniform"),
            ("recurrent", "Orthogonal"),
            ("bias", "Zeros"),
        )
        for setting, field in (
            ("initializer", Field(with_weights(INITIALIZERS), {"class": initializer})),
            ("regularizer", Field(optional(REGULARIZERS))),
            ("constraint", Field(optional(CONSTRAINTS))),
        )
    },
    "activity_regularizer": _REGULARIZER,
    "dropout": Field(SHARE, 0.0),
    "recurrent_dropout": Field(SHARE, 0.0),
    "seed": Field(optional(SEEDS), None, "cell.seed"),
    "return_sequences": _OFF,
    "return_state": _OFF,
    "go_backwards": _OFF,
    "stateful": Field(default_only(False), False),
    "unroll": Field(default_only(False), False),
}
_GATED: Fields = {"recurrent_activation": _activation("sigmoid", mutable=False)}
_CELL = ("cell.seed_generator",)
RECURRENT_LAYERS: Mapping[str, LayerClass] = {
    "SimpleRNN": LayerClass(_RECURRENT, shapes.simple_recurrent_weights, _CELL),
    "GRU": LayerClass({**_RECURRENT, **_GATED, "reset_after": _ON}, shapes.gru_weights, _CELL),
    "LSTM": LayerClass({**_RECURRENT, **_GATED, "unit_forget_bias": _ON}, shapes.lstm_weights, _CELL),
}


def _recurrent_layer() -> Kind:
    """Return the kind of a recurrent layer inside `Bidirectional`: its class, its name and its settings."""

    def to_wire(value: Any) -> dict[str, Any]:
        import keras

        kind = type(value).__name__
        if kind not in RECURRENT_LAYERS or type(value) is not getattr(keras.layers, kind):
            raise SchemaError(name_of(value))
        return {
            "class": kind,
            "name": NAME.to_wire(value.name),
            "dtype": DTYPES.to_wire(value.dtype_policy.name),
            "settings": settings_of(value, RECURRENT_LAYERS[kind].fields),
        }

    def from_wire(tree: Any) -> Any:
        import keras

        kind = tree.get("class") if type(tree) is dict else tree
        if type(kind) is not str or kind not in RECURRENT_LAYERS:
            raise SchemaError(abbreviate(kind))
        if set(tree) != {"class", "name", "dtype", "settings"}:
            raise SchemaError("a layer with something else than its settings")
        return getattr(keras.layers, kind)(
            name=NAME.from_wire(tree["name"]),
            dtype=DTYPES.from_wire(tree["dtype"]),
            **check_settings(tree["settings"], RECURRENT_LAYERS[kind].fields),
        )

    return Kind(f"a layer of the class {' or '.join(RECURRENT_LAYERS)}", to_wire, from_wire)


def _bidirectional_weights(config: Any, shape: Any) -> list[shapes.Weight]:
    """Return the weights of the forward layer, then those of the backward layer."""
    weights: list[shapes.Weight] = []
    for layer in (config["layer"], config["backward_layer"]):
        listed = RECURRENT_LAYERS[type(layer).__name__]
        assert listed.weights
        weights += listed.weights({key: getattr(layer, key, None) for key in listed.fields}, shape)
    return weights


def _attention_scores(layer: Any, inputs: list[list[int]]) -> int:
    """Return the number of attention scores for one example; additive scores have one value per feature."""
    queries, values = (prod(shape[1:-1]) for shape in (inputs[0], inputs[min(1, len(inputs) - 1)]))
    return int(queries * values * getattr(layer, "num_heads", inputs[0][-1]))


_AUGMENTATION = ("generator",)
_FACTOR = Field(union(real(-10, 10), list_of(real(-10, 10), 2, 2)), 0.0)
_RANGE = Field(list_of(real(), 2, 2), [0, 255])
_FILLED: Fields = {
    "fill_mode": Field(one_of("reflect", "wrap", "constant", "nearest"), "reflect"),
    "interpolation": Field(one_of("nearest", "bilinear"), "bilinear"),
    "seed": _SEED,
    "fill_value": Field(real(), 0.0),
    "data_format": _LAST_CHANNELS,
}
_TOKENS = list_of(text(400), 0, MAX_TOKENS)


def _vocabulary(layer: Any) -> Any:
    """Return the vocabulary of a text layer, without the tokens that it adds itself."""
    if not layer._lookup_layer.vocabulary_size() or layer._lookup_layer.lookup_table is None:
        return None
    known = layer.get_vocabulary(include_special_tokens=False)
    return [str(token) for token in known] or None


_GLOBAL = LayerClass({**_CHANNELS, "keepdims": _OFF})
_PLAIN = LayerClass({})

LAYERS: Mapping[str, LayerClass] = {
    # Dense layers and embeddings
    "Dense": LayerClass(
        {
            "units": Field(_COUNT),
            **_BIASED,
            **_weight("kernel", "GlorotUniform"),
            "lora_rank": _UNCHANGED,
            "quantization_config": _UNCHANGED,
        },
        shapes.dense_weights,
    ),
    "Embedding": LayerClass(
        {
            "input_dim": Field(_COUNT),
            "output_dim": Field(_COUNT),
            **_weight("embeddings", "RandomUniform"),
            "mask_zero": _OFF,
            "lora_rank": _UNCHANGED,
            "quantization_config": _UNCHANGED,
        },
        shapes.embedding_weights,
    ),
    "Identity": _PLAIN,
    "Masking": LayerClass({"mask_value": Field(real(), 0.0)}),
    # Activations
    "Activation": LayerClass({"activation": Field(ACTIVATIONS, mutable=True)}),
    "ReLU": LayerClass(
        {
            "max_value": Field(optional(POSITIVE), mutable=True),
            "negative_slope": Field(POSITIVE, 0.0, mutable=True),
            "threshold": Field(POSITIVE, 0.0, mutable=True),
        }
    ),
    "LeakyReLU": LayerClass({"negative_slope": Field(real(), 0.3, mutable=True)}),
    "ELU": LayerClass({"alpha": Field(real(), 1.0, mutable=True)}),
    "PReLU": LayerClass(
        {
            **_weight("alpha", "Zeros"),
            "shared_axes": Field(optional(list_of(integer(1, MAX_DIMENSIONS), 0, MAX_DIMENSIONS))),
        },
        shapes.prelu_weights,
    ),
    "Softmax": LayerClass({"axis": Field(AXES, -1)}),
    # Regularization
    "ActivityRegularization": LayerClass({"l1": Field(real(), 0.0), "l2": Field(real(), 0.0)}),
    "Dropout": LayerClass({"rate": _RATE, "seed": _SEED, "noise_shape": _NOISE_SHAPE}, generators=_RANDOM),
    "AlphaDropout": LayerClass(
        {"rate": _RATE, "seed": _SEED, "noise_shape": _NOISE_SHAPE}, generators=_RANDOM
    ),
    "GaussianDropout": _dropout(),
    "GaussianNoise": LayerClass({"stddev": Field(POSITIVE, mutable=True), "seed": _SEED}, generators=_RANDOM),
    "SpatialDropout1D": _dropout(),
    "SpatialDropout2D": _dropout(data_format=_LAST_CHANNELS),
    "SpatialDropout3D": _dropout(data_format=_LAST_CHANNELS),
    # Normalization
    "BatchNormalization": LayerClass(
        {
            "axis": Field(_AXIS, -1),
            "momentum": Field(SHARE, 0.99, mutable=True),
            **_NORMALIZATION,
            "moving_mean_initializer": _initializer("Zeros"),
            "moving_variance_initializer": _initializer("Ones"),
            "synchronized": Field(default_only(False), False),
            "renorm": Field(default_only(False), False),
        },
        shapes.batch_normalization_weights,
    ),
    "GroupNormalization": LayerClass(
        {"groups": Field(integer(-1, 2**20), 32), "axis": Field(_AXIS, -1), **_NORMALIZATION},
        shapes.layer_normalization_weights,
    ),
    "LayerNormalization": LayerClass(
        {"axis": Field(AXES, -1), **_NORMALIZATION, "rms_scaling": Field(default_only(False), False)},
        shapes.layer_normalization_weights,
    ),
    "RMSNormalization": LayerClass(
        {"axis": Field(AXES, -1), "epsilon": Field(POSITIVE, 1e-6, mutable=True)}, shapes.scale_weights
    ),
    "UnitNormalization": LayerClass({"axis": Field(AXES, -1)}),
    "Normalization": LayerClass(
        {
            "axis": Field(optional(list_of(_AXIS, 0, MAX_DIMENSIONS)), [-1]),
            "mean": Field(optional(union(real(), list_of(real(), 1, 4096))), None, "input_mean"),
            "variance": Field(optional(union(real(), list_of(real(), 1, 4096))), None, "input_variance"),
            "invert": _OFF,
        },
        shapes.statistics_weights,
    ),
    # Convolutions
    "Conv1D": _convolution(1),
    "Conv2D": _convolution(2),
    "Conv3D": _convolution(3),
    "Conv1DTranspose": _transposed_convolution(1),
    "Conv2DTranspose": _transposed_convolution(2),
    "Conv3DTranspose": _transposed_convolution(3),
    "DepthwiseConv1D": LayerClass(_depthwise(1), shapes.depthwise_weights, computed=_padded_inputs),
    "DepthwiseConv2D": LayerClass(_depthwise(2), shapes.depthwise_weights, computed=_padded_inputs),
    "SeparableConv1D": _separable_convolution(1),
    "SeparableConv2D": _separable_convolution(2),
    # Pooling
    **{f"{kind}Pooling{rank}D": _pooling(rank) for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Global{kind}Pooling{rank}D": _GLOBAL for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{
        f"Adaptive{kind}Pooling{rank}D": _adaptive_pooling(rank)
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    # Shapes
    "Flatten": LayerClass(_CHANNELS),
    "Reshape": LayerClass({"target_shape": Field(list_of(integer(-1, MAX_LENGTH), 0, MAX_DIMENSIONS))}),
    "Permute": LayerClass({"dims": Field(list_of(integer(1, MAX_DIMENSIONS), 1, MAX_DIMENSIONS))}),
    "RepeatVector": LayerClass({"n": Field(_LENGTH)}),
    "ZeroPadding1D": LayerClass({"padding": _padding(1), **_CHANNELS}),
    "ZeroPadding2D": LayerClass({"padding": _padding(2), **_CHANNELS}),
    "ZeroPadding3D": LayerClass({"padding": _padding(3), **_CHANNELS}),
    "Cropping1D": LayerClass({"cropping": _padding(1, 4096)}),
    "Cropping2D": LayerClass({"cropping": _padding(2, 4096), **_CHANNELS}),
    "Cropping3D": LayerClass({"cropping": _padding(3, 4096), **_CHANNELS}),
    "UpSampling1D": LayerClass({"size": Field(integer(1, 64), 2)}),
    "UpSampling2D": LayerClass(
        {
            "size": Field(list_of(integer(1, 64), 2, 2), [2, 2]),
            "interpolation": Field(one_of("nearest", "bilinear"), "nearest"),
            **_CHANNELS,
        }
    ),
    "UpSampling3D": LayerClass({"size": Field(list_of(integer(1, 64), 3, 3), [2, 2, 2]), **_CHANNELS}),
    # Merging
    "Concatenate": LayerClass({"axis": Field(_AXIS, -1)}),
    "Dot": LayerClass({"axes": Field(AXES), "normalize": _OFF}),
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), _PLAIN),
    # Sequences and attention
    **RECURRENT_LAYERS,
    "Bidirectional": LayerClass(
        {
            "layer": Field(_recurrent_layer(), None, "forward_layer"),
            "backward_layer": Field(_recurrent_layer()),
            "merge_mode": Field(optional(one_of("concat", "sum", "mul", "ave")), "concat"),
        },
        _bidirectional_weights,
        tuple(f"{way}_layer.cell.seed_generator" for way in ("forward", "backward")),
    ),
    "MultiHeadAttention": LayerClass(
        {
            "num_heads": Field(integer(1, 1024)),
            "key_dim": Field(integer(1, 4096)),
            "value_dim": Field(optional(integer(1, 4096))),
            "dropout": Field(SHARE, 0.0),
            "use_bias": _ON,
            "output_shape": Field(optional(list_of(_LENGTH, 1, 1)), None, "_output_shape"),
            "attention_axes": Field(optional(list_of(_AXIS, 0, MAX_DIMENSIONS))),
            "sliding_window": Field(optional(_LENGTH), None, "_sliding_window"),
            "use_gate": Field(default_only(False), False, "_use_gate"),
            "seed": _SEED,
            **{
                f"{weight}_{setting}": Field(kind, default, f"_{weight}_{setting}")
                for weight, initializer in (("kernel", "GlorotUniform"), ("bias", "Zeros"))
                for setting, kind, default in (
                    ("initializer", with_weights(INITIALIZERS), {"class": initializer}),
                    ("regularizer", optional(REGULARIZERS), None),
                    ("constraint", optional(CONSTRAINTS), None),
                )
            },
            "activity_regularizer": Field(optional(REGULARIZERS), None, "_activity_regularizer"),
        },
        shapes.multi_head_attention_weights,
        ("_dropout_layer.seed_generator",),
        _attention_scores,
    ),
    "Attention": LayerClass(
        {
            "use_scale": _OFF,
            "score_mode": Field(one_of("dot", "concat"), "dot"),
            "dropout": Field(SHARE, 0.0),
            "seed": _SEED,
        },
        shapes.attention_weights,
        _RANDOM,
        _attention_scores,
    ),
    "AdditiveAttention": LayerClass(
        {"use_scale": _ON, "dropout": Field(SHARE, 0.0), "seed": _SEED},
        shapes.additive_attention_weights,
        _RANDOM,
        _attention_scores,
    ),
    # Preprocessing
    "Rescaling": LayerClass({"scale": Field(real()), "offset": Field(real(), 0.0)}),
    "Resizing": LayerClass(
        {
            "height": Field(_PIXELS),
            "width": Field(_PIXELS),
            "interpolation": Field(
                one_of("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"), "bilinear"
            ),
            "crop_to_aspect_ratio": _OFF,
            "pad_to_aspect_ratio": _OFF,
            "fill_mode": Field(one_of("constant"), "constant"),
            "fill_value": Field(real(), 0.0),
            "antialias": _OFF,
            **_CHANNELS,
        }
    ),
    "CenterCrop": LayerClass({"height": Field(_PIXELS), "width": Field(_PIXELS), **_CHANNELS}),
    "CategoryEncoding": LayerClass(
        {
            "num_tokens": Field(_COUNT),
            "output_mode": Field(one_of("multi_hot", "one_hot", "count"), "multi_hot"),
            "sparse": Field(default_only(False), False),
        }
    ),
    "TextVectorization": LayerClass(
        {
            "max_tokens": Field(optional(integer(2, MAX_TOKENS)), None, "_max_tokens"),
            "standardize": Field(
                optional(one_of("lower_and_strip_punctuation", "lower", "strip_punctuation")),
                "lower_and_strip_punctuation",
                "_standardize",
            ),
            "split": Field(optional(one_of("whitespace", "character")), "whitespace", "_split"),
            "ngrams": Field(
                optional(union(integer(1, 5), list_of(integer(1, 5), 1, 5))), None, "_ngrams_arg"
            ),
            "output_mode": Field(one_of("int", "multi_hot", "count"), "int", "_output_mode"),
            "output_sequence_length": Field(optional(_LENGTH), None, "_output_sequence_length"),
            "pad_to_max_tokens": Field(boolean(), False, "_lookup_layer.pad_to_max_tokens"),
            "vocabulary": Field(optional(_TOKENS), None, _vocabulary),
            "sparse": Field(default_only(False), False, "_lookup_layer.sparse"),
            "ragged": Field(default_only(False), False, "_ragged"),
            "encoding": Field(one_of("utf-8"), "utf-8", "_encoding"),
        }
    ),
    # Augmentation
    "RandomFlip": LayerClass(
        {
            "mode": Field(
                one_of("horizontal", "vertical", "horizontal_and_vertical"), "horizontal_and_vertical"
            ),
            "seed": _SEED,
            **_CHANNELS,
        },
        generators=_AUGMENTATION,
    ),
    "RandomRotation": LayerClass({"factor": _FACTOR, **_FILLED}, generators=_AUGMENTATION),
    "RandomZoom": LayerClass(
        {"height_factor": _FACTOR, "width_factor": Field(optional(_FACTOR.kind)), **_FILLED},
        generators=_AUGMENTATION,
    ),
    "RandomTranslation": LayerClass(
        {"height_factor": _FACTOR, "width_factor": _FACTOR, **_FILLED}, generators=_AUGMENTATION
    ),
    "RandomContrast": LayerClass(
        {"factor": _FACTOR, "value_range": _RANGE, "seed": _SEED}, generators=_AUGMENTATION
    ),
    "RandomBrightness": LayerClass(
        {"factor": _FACTOR, "value_range": _RANGE, "seed": _SEED}, generators=_AUGMENTATION
    ),
    "RandomCrop": LayerClass(
        {"height": Field(_PIXELS), "width": Field(_PIXELS), "seed": _SEED, **_CHANNELS},
        generators=_AUGMENTATION,
    ),
}

ACCEPTED = (*LAYERS, "InputLayer", *MODELS)
