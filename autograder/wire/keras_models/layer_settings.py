"""Define what the table of accepted layers consists of, and groups of settings that layers have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from ..array_blobs import MAX_LENGTH
from .allowed_objects import (
    ACTIVATIONS,
    CONSTRAINTS,
    MAX_DIMENSIONS,
    POSITIVE,
    REGULARIZERS,
    SEEDS,
    SHARE,
)
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
from .weights import (
    INITIALIZERS,
    Weight,
    convolution_weights,
    gru_weights,
    lstm_weights,
    separable_weights,
    simple_recurrent_weights,
    transposed_convolution_weights,
    with_weights,
)

MAX_TOKENS = 20_000


@dataclass(frozen=True)
class LayerClass:
    """An accepted class of layers.

    `fields` are its settings. `weights` returns its weights in Keras' order, given all settings and the input
    shape. `generators` names the attributes that hold its random generators (dots reach into parts).
    `computed` returns the number of elements that a call computes in addition to its outputs, given the layer
    and its input shapes.
    """

    fields: Fields
    weights: Callable[[Any, Any], list[Weight]] | None = None
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

COUNT = integer(1, 2**20)
LENGTH = integer(1, 4096)
PIXELS = integer(1, 1024)
LAST_CHANNELS = Field(one_of("channels_last"), "channels_last", explicit=True)
CHANNELS: Fields = {"data_format": LAST_CHANNELS}
PADDING = Field(one_of("valid", "same"), "valid")
ON, OFF = Field(boolean(), True), Field(boolean(), False)
REGULARIZER = Field(optional(REGULARIZERS), mutable=True)
CONSTRAINT = Field(optional(CONSTRAINTS), mutable=True)
RATE = Field(SHARE, mutable=True)
SEED = Field(optional(SEEDS))
ONLY_NONE = Field(default_only(None))
# The attribute of most layers that holds their random generator.
SEEDED = ("seed_generator",)


def activation_setting(default: str, mutable: bool = True) -> Field:
    """Return the setting of an activation."""
    return Field(ACTIVATIONS, default, mutable=mutable)


def initializer_setting(default_class: str) -> Field:
    """Return the setting of an initializer, by default of the class `default_class`."""
    return Field(with_weights(INITIALIZERS), {"class": default_class}, mutable=True)


def weight_settings(weight: str, initializer: str) -> dict[str, Field]:
    """Return the settings that Keras has for each weight of a layer."""
    return {
        f"{weight}_initializer": initializer_setting(initializer),
        f"{weight}_regularizer": REGULARIZER,
        f"{weight}_constraint": CONSTRAINT,
    }


def size_per_dimension(kind: Kind, rank: int) -> Kind:
    """Return the kind of a setting with one size per dimension, where Keras may keep a single number."""
    sizes = list_of(kind, rank, rank)
    return union(kind, sizes) if rank == 1 else sizes


BIASED: Fields = {
    "activation": activation_setting("linear"),
    "use_bias": ON,
    "activity_regularizer": REGULARIZER,
    **weight_settings("bias", "Zeros"),
}


def kernel_settings(rank: int) -> dict[str, Field]:
    """Return the settings that all convolutions with `rank` dimensions share."""
    paddings = ("valid", "same", "causal") if rank == 1 else ("valid", "same")
    return {
        "kernel_size": Field(list_of(LENGTH, rank, rank)),
        "strides": Field(list_of(LENGTH, rank, rank), [1] * rank),
        "padding": Field(one_of(*paddings), "valid"),
        "data_format": LAST_CHANNELS,
        "dilation_rate": Field(list_of(LENGTH, rank, rank), [1] * rank),
        **BIASED,
    }


def padded_inputs(layer: Any, inputs: list[list[int]]) -> int:
    """Return the number of input elements of a convolution for one example, padded for its dilated kernel."""
    lengths = zip(inputs[0][1:-1], layer.kernel_size, layer.dilation_rate, strict=True)
    return int(inputs[0][-1] * prod(length + step * (size - 1) for length, size, step in lengths))


def convolution(rank: int) -> LayerClass:
    """Return an ordinary convolution with `rank` dimensions."""
    fields = {
        **kernel_settings(rank),
        "filters": Field(COUNT),
        "groups": Field(COUNT, 1),
        **weight_settings("kernel", "GlorotUniform"),
        "lora_rank": ONLY_NONE,
    }
    return LayerClass(fields, convolution_weights, computed=padded_inputs)


def transposed_convolution(rank: int) -> LayerClass:
    """Return a transposed convolution with `rank` dimensions."""
    fields = {
        **kernel_settings(rank),
        "padding": PADDING,
        "strides": Field(list_of(integer(1, 64), rank, rank), [1] * rank),
        "output_padding": Field(optional(size_per_dimension(integer(0, 64), rank))),
        "filters": Field(COUNT),
        **weight_settings("kernel", "GlorotUniform"),
    }
    return LayerClass(fields, transposed_convolution_weights, computed=padded_inputs)


def depthwise_settings(rank: int) -> dict[str, Field]:
    """Return the settings of a depthwise convolution with `rank` dimensions."""
    return {
        **kernel_settings(rank),
        "depth_multiplier": Field(COUNT, 1),
        **weight_settings("depthwise", "GlorotUniform"),
    }


def separable_convolution(rank: int) -> LayerClass:
    """Return a separable convolution with `rank` dimensions."""
    fields = {
        **depthwise_settings(rank),
        "filters": Field(COUNT),
        **weight_settings("pointwise", "GlorotUniform"),
    }
    return LayerClass(fields, separable_weights, computed=padded_inputs)


def pooling(rank: int) -> LayerClass:
    """Return a pooling layer with `rank` dimensions."""
    sizes = list_of(LENGTH, rank, rank)
    return LayerClass(
        {
            "pool_size": Field(sizes),
            "strides": Field(sizes),
            "padding": PADDING,
            "data_format": LAST_CHANNELS,
        }
    )


def adaptive_pooling(rank: int) -> LayerClass:
    """Return an adaptive pooling layer with `rank` dimensions."""
    return LayerClass({"output_size": Field(list_of(LENGTH, rank, rank)), **CHANNELS})


def padding_setting(rank: int, high: int = 512) -> Field:
    """Return the setting of a padding or cropping of at most `high` along each dimension."""
    pair = list_of(integer(0, high), 2, 2)
    return Field(pair if rank == 1 else list_of(pair, rank, rank))


def dropout(**more: Field) -> LayerClass:
    """Return a kind of dropout; `more` are its further settings."""
    return LayerClass({"rate": RATE, "seed": SEED, **more}, generators=SEEDED)


NOISE_SHAPE = Field(optional(list_of(optional(COUNT), 0, MAX_DIMENSIONS)))
NORMALIZATION: Fields = {
    "epsilon": Field(POSITIVE, 0.001, mutable=True),
    "center": ON,
    "scale": ON,
    **weight_settings("beta", "Zeros"),
    **weight_settings("gamma", "Ones"),
}

RECURRENT: Fields = {
    "units": Field(integer(1, 65_536)),
    "activation": activation_setting("tanh", mutable=False),
    "use_bias": ON,
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
    "activity_regularizer": REGULARIZER,
    "dropout": Field(SHARE, 0.0),
    "recurrent_dropout": Field(SHARE, 0.0),
    "seed": Field(optional(SEEDS), None, "cell.seed"),
    "return_sequences": OFF,
    "return_state": OFF,
    "go_backwards": OFF,
    "stateful": Field(default_only(False), False),
    "unroll": Field(default_only(False), False),
}
GATED: Fields = {"recurrent_activation": activation_setting("sigmoid", mutable=False)}
CELL_GENERATOR = ("cell.seed_generator",)
RECURRENT_LAYERS: Mapping[str, LayerClass] = {
    "SimpleRNN": LayerClass(RECURRENT, simple_recurrent_weights, CELL_GENERATOR),
    "GRU": LayerClass({**RECURRENT, **GATED, "reset_after": ON}, gru_weights, CELL_GENERATOR),
    "LSTM": LayerClass({**RECURRENT, **GATED, "unit_forget_bias": ON}, lstm_weights, CELL_GENERATOR),
}


def recurrent_layer() -> Kind:
    """Return the kind of a recurrent layer inside `Bidirectional`: its class, its name and its settings."""

    def to_wire(value: Any) -> dict[str, Any]:
        import keras

        class_name = type(value).__name__
        if class_name not in RECURRENT_LAYERS or type(value) is not getattr(keras.layers, class_name):
            raise SchemaError(name_of(value))
        return {
            "class": class_name,
            "name": NAME.to_wire(value.name),
            "dtype": DTYPES.to_wire(value.dtype_policy.name),
            "settings": settings_of(value, RECURRENT_LAYERS[class_name].fields),
        }

    def from_wire(tree: Any) -> Any:
        import keras

        class_name = tree.get("class") if type(tree) is dict else tree
        if type(class_name) is not str or class_name not in RECURRENT_LAYERS:
            raise SchemaError(abbreviate(class_name))
        if set(tree) != {"class", "name", "dtype", "settings"}:
            raise SchemaError("a layer with something else than its settings")
        return getattr(keras.layers, class_name)(
            name=NAME.from_wire(tree["name"]),
            dtype=DTYPES.from_wire(tree["dtype"]),
            **check_settings(tree["settings"], RECURRENT_LAYERS[class_name].fields),
        )

    return Kind(f"a layer of the class {' or '.join(RECURRENT_LAYERS)}", to_wire, from_wire)


def bidirectional_weights(config: Any, shape: Any) -> list[Weight]:
    """Return the weights of the forward layer, then those of the backward layer."""
    weights: list[Weight] = []
    for layer in (config["layer"], config["backward_layer"]):
        layer_class = RECURRENT_LAYERS[type(layer).__name__]
        assert layer_class.weights
        layer_config = {key: getattr(layer, key, None) for key in layer_class.fields}
        weights += layer_class.weights(layer_config, shape)
    return weights


def attention_scores(layer: Any, inputs: list[list[int]]) -> int:
    """Return the number of attention scores for one example; additive scores have one value per feature."""
    queries, values = (prod(shape[1:-1]) for shape in (inputs[0], inputs[min(1, len(inputs) - 1)]))
    return int(queries * values * getattr(layer, "num_heads", inputs[0][-1]))


# The attribute of augmentations that holds their random generator.
GENERATOR = ("generator",)
FACTOR = Field(union(real(-10, 10), list_of(real(-10, 10), 2, 2)), 0.0)
VALUE_RANGE = Field(list_of(real(), 2, 2), [0, 255])
FILLED: Fields = {
    "fill_mode": Field(one_of("reflect", "wrap", "constant", "nearest"), "reflect"),
    "interpolation": Field(one_of("nearest", "bilinear"), "bilinear"),
    "seed": SEED,
    "fill_value": Field(real(), 0.0),
    "data_format": LAST_CHANNELS,
}
TOKENS = list_of(text(400), 0, MAX_TOKENS)


def vocabulary(layer: Any) -> Any:
    """Return the vocabulary of a text layer, without the tokens that it adds itself."""
    if not layer._lookup_layer.vocabulary_size() or layer._lookup_layer.lookup_table is None:
        return None
    known = layer.get_vocabulary(include_special_tokens=False)
    return [str(token) for token in known] or None


GLOBAL_POOLING = LayerClass({**CHANNELS, "keepdims": OFF})
WITHOUT_SETTINGS = LayerClass({})
