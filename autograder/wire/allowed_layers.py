"""The short list of layers: the settings of each class, and how its weights follow from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
from .schema import (
    Field,
    Fields,
    SchemaError,
    boolean,
    default_only,
    integer,
    list_of,
    name,
    one_of,
    optional,
    real,
)

Shape = tuple[int | None, ...]
Config = Mapping[str, Any]


@dataclass(frozen=True)
class Weight:
    """One weight that a layer is going to have: the setting that initialises it, and its shape."""

    initializer: str
    shape: Shape


def dense_weights(config: Config, shape: Shape) -> list[Weight]:
    """Kernel and bias of a dense layer."""
    return [Weight("kernel_initializer", (shape[-1], config["units"])), *_bias(config, config["units"])]


def convolution_weights(config: Config, shape: Shape) -> list[Weight]:
    """Kernel and bias of a convolution of any rank."""
    channels = _channels(shape, len(config["kernel_size"]))
    kernel = (*config["kernel_size"], channels // config["groups"], config["filters"])
    return [Weight("kernel_initializer", kernel), *_bias(config, config["filters"])]


def depthwise_weights(config: Config, shape: Shape) -> list[Weight]:
    """Kernel and bias of a convolution that keeps channels apart."""
    channels, times = _channels(shape, 2), config["depth_multiplier"]
    kernel = Weight("depthwise_initializer", (*config["kernel_size"], channels, times))
    return [kernel, *_bias(config, channels * times)]


def separable_weights(config: Config, shape: Shape) -> list[Weight]:
    """Both kernels and the bias of a separable convolution."""
    channels, times = _channels(shape, 2), config["depth_multiplier"]
    return [
        Weight("depthwise_initializer", (*config["kernel_size"], channels, times)),
        Weight("pointwise_initializer", (1, 1, channels * times, config["filters"])),
        *_bias(config, config["filters"]),
    ]


def batch_normalization_weights(config: Config, shape: Shape) -> list[Weight]:
    """Scale and center, if there are, and the moving averages."""
    lengths = (shape[config["axis"]],)
    return [
        *_scale_and_center(config, lengths),
        Weight("moving_mean_initializer", lengths),
        Weight("moving_variance_initializer", lengths),
    ]


def layer_normalization_weights(config: Config, shape: Shape) -> list[Weight]:
    """Scale and center, if there are, over one axis or several."""
    axes = config["axis"] if isinstance(config["axis"], tuple) else (config["axis"],)
    return _scale_and_center(config, tuple(shape[axis] for axis in sorted(axes)))


def prelu_weights(config: Config, shape: Shape) -> list[Weight]:
    """The slopes, one for each position that is not shared."""
    shared = config["shared_axes"] or ()
    lengths = [1 if axis in shared else length for axis, length in enumerate(shape)]
    return [Weight("alpha_initializer", tuple(lengths[1:]))]


def _bias(config: Config, count: int) -> list[Weight]:
    return [Weight("bias_initializer", (count,))] if config["use_bias"] else []


def _channels(shape: Shape, rank: int) -> int:
    channels = shape[-1]
    if len(shape) != rank + 2 or channels is None:
        raise SchemaError(f"an input of shape {shape}")
    return channels


def _scale_and_center(config: Config, lengths: Shape) -> list[Weight]:
    gamma = [Weight("gamma_initializer", lengths)] if config["scale"] else []
    beta = [Weight("beta_initializer", lengths)] if config["center"] else []
    return gamma + beta


MOST_DIMENSIONS = 8
MOST_LENGTH = 2**31 - 1


@dataclass(frozen=True)
class LayerClass:
    """An accepted class: its settings, its weights in Keras' order, and whether it draws random numbers."""

    fields: Fields
    weights: Callable[[Config, Shape], list[Weight]] | None = None
    draws: bool = False


NAME = name()
DTYPES = one_of("float32", "float64", "float16")
MODELS = ("Sequential", "Functional")
INPUT: Fields = {
    "batch_shape": Field(list_of(optional(integer(0, MOST_LENGTH)), 1, MOST_DIMENSIONS)),
    "dtype": Field(one_of("float32", "float64", "float16", "int32", "int64", "uint8", "bool"), "float32"),
    "sparse": Field(default_only(False), False),
    "ragged": Field(default_only(False), False),
    "optional": Field(default_only(False), False),
}

_COUNT = integer(1, 2**20)
_LENGTH = integer(1, 4096)
_AXIS = integer(-MOST_DIMENSIONS, MOST_DIMENSIONS)
_LAST_CHANNELS = Field(one_of("channels_last"), "channels_last")
_PADDING = one_of("valid", "same")
_ACTIVATION = Field(ACTIVATIONS, "linear", changes=True)
_ON, _OFF = Field(boolean(), True), Field(boolean(), False)
_REGULARIZER = Field(optional(REGULARIZERS), changes=True)
_CONSTRAINT = Field(optional(CONSTRAINTS), changes=True)
_RATE = Field(SHARE, changes=True)
_SEED = Field(optional(SEEDS))


def _initial(kind: str) -> Field:
    return Field(INITIALIZERS, {"class": kind}, changes=True)


def _weight(weight: str, initial: str) -> dict[str, Field]:
    return {
        f"{weight}_initializer": _initial(initial),
        f"{weight}_regularizer": _REGULARIZER,
        f"{weight}_constraint": _CONSTRAINT,
    }


_BIASED: Fields = {
    "activation": _ACTIVATION,
    "use_bias": _ON,
    "activity_regularizer": _REGULARIZER,
    **_weight("bias", "Zeros"),
}


def _convolving(rank: int) -> dict[str, Field]:
    return {
        "kernel_size": Field(list_of(_LENGTH, rank, rank)),
        "strides": Field(list_of(_LENGTH, rank, rank), [1] * rank),
        "padding": Field(one_of("valid", "same", "causal") if rank == 1 else _PADDING, "valid"),
        "data_format": _LAST_CHANNELS,
        "dilation_rate": Field(list_of(_LENGTH, rank, rank), [1] * rank),
        **_BIASED,
    }


def _convolution(rank: int) -> LayerClass:
    return LayerClass(
        {
            **_convolving(rank),
            "filters": Field(_COUNT),
            "groups": Field(_COUNT, 1),
            **_weight("kernel", "GlorotUniform"),
            "lora_rank": Field(default_only(None)),
        },
        convolution_weights,
    )


def _pooling(rank: int) -> LayerClass:
    return LayerClass(
        {
            "pool_size": Field(list_of(_LENGTH, rank, rank)),
            "strides": Field(list_of(_LENGTH, rank, rank)),
            "padding": Field(_PADDING, "valid"),
            "data_format": _LAST_CHANNELS,
        }
    )


_GLOBAL = LayerClass({"data_format": _LAST_CHANNELS, "keepdims": _OFF})
_PLAIN = LayerClass({})
_DEPTHWISE: Fields = {
    **_convolving(2),
    "depth_multiplier": Field(_COUNT, 1),
    **_weight("depthwise", "GlorotUniform"),
}
_NORMALIZING: Fields = {
    "epsilon": Field(POSITIVE, 0.001, changes=True),
    "center": _ON,
    "scale": _ON,
    **_weight("beta", "Zeros"),
    **_weight("gamma", "Ones"),
}

LAYERS: Mapping[str, LayerClass] = {
    "Dense": LayerClass(
        {
            "units": Field(_COUNT),
            **_BIASED,
            **_weight("kernel", "GlorotUniform"),
            "lora_rank": Field(default_only(None)),
            "quantization_config": Field(default_only(None)),
        },
        dense_weights,
    ),
    "Activation": LayerClass({"activation": Field(ACTIVATIONS, changes=True)}),
    "ReLU": LayerClass(
        {
            "max_value": Field(optional(POSITIVE), changes=True),
            "negative_slope": Field(POSITIVE, 0.0, changes=True),
            "threshold": Field(POSITIVE, 0.0, changes=True),
        }
    ),
    "LeakyReLU": LayerClass({"negative_slope": Field(real(), 0.3, changes=True)}),
    "ELU": LayerClass({"alpha": Field(real(), 1.0, changes=True)}),
    "PReLU": LayerClass(
        {
            **_weight("alpha", "Zeros"),
            "shared_axes": Field(optional(list_of(integer(1, MOST_DIMENSIONS), 0, MOST_DIMENSIONS))),
        },
        prelu_weights,
    ),
    "Softmax": LayerClass({"axis": Field(AXES, -1)}),
    "Dropout": LayerClass(
        {
            "rate": _RATE,
            "seed": _SEED,
            "noise_shape": Field(optional(list_of(optional(_COUNT), 0, MOST_DIMENSIONS))),
        },
        draws=True,
    ),
    "SpatialDropout2D": LayerClass({"rate": _RATE, "seed": _SEED, "data_format": _LAST_CHANNELS}, draws=True),
    "GaussianNoise": LayerClass({"stddev": Field(POSITIVE, changes=True), "seed": _SEED}, draws=True),
    "BatchNormalization": LayerClass(
        {
            "axis": Field(_AXIS, -1),
            "momentum": Field(SHARE, 0.99, changes=True),
            **_NORMALIZING,
            "moving_mean_initializer": _initial("Zeros"),
            "moving_variance_initializer": _initial("Ones"),
            "synchronized": Field(default_only(False), False),
            "renorm": Field(default_only(False), False),
        },
        batch_normalization_weights,
    ),
    "LayerNormalization": LayerClass(
        {"axis": Field(AXES, -1), **_NORMALIZING, "rms_scaling": Field(default_only(False), False)},
        layer_normalization_weights,
    ),
    "Flatten": LayerClass({"data_format": _LAST_CHANNELS}),
    "Reshape": LayerClass({"target_shape": Field(list_of(integer(-1, MOST_LENGTH), 0, MOST_DIMENSIONS))}),
    "Permute": LayerClass({"dims": Field(list_of(integer(1, MOST_DIMENSIONS), 1, MOST_DIMENSIONS))}),
    "Conv1D": _convolution(1),
    "Conv2D": _convolution(2),
    "DepthwiseConv2D": LayerClass(_DEPTHWISE, depthwise_weights),
    "SeparableConv2D": LayerClass(
        {**_DEPTHWISE, "filters": Field(_COUNT), **_weight("pointwise", "GlorotUniform")}, separable_weights
    ),
    "MaxPooling1D": _pooling(1),
    "MaxPooling2D": _pooling(2),
    "AveragePooling2D": _pooling(2),
    "GlobalAveragePooling1D": _GLOBAL,
    "GlobalAveragePooling2D": _GLOBAL,
    "GlobalMaxPooling2D": _GLOBAL,
    "ZeroPadding2D": LayerClass(
        {"padding": Field(list_of(list_of(integer(0, 4096), 2, 2), 2, 2)), "data_format": _LAST_CHANNELS}
    ),
    "UpSampling2D": LayerClass(
        {
            "size": Field(list_of(integer(1, 64), 2, 2), [2, 2]),
            "interpolation": Field(one_of("nearest", "bilinear"), "nearest"),
            "data_format": _LAST_CHANNELS,
        }
    ),
    "Concatenate": LayerClass({"axis": Field(_AXIS, -1)}),
    "Add": _PLAIN,
    "Subtract": _PLAIN,
    "Multiply": _PLAIN,
    "Average": _PLAIN,
    "Maximum": _PLAIN,
    "Minimum": _PLAIN,
    "Rescaling": LayerClass({"scale": Field(real()), "offset": Field(real(), 0.0)}),
    "Identity": _PLAIN,
}

ACCEPTED = (*LAYERS, "InputLayer", *MODELS)
