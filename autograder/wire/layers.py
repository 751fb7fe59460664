"""The short list of layers: the settings of each class, and the weights that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .accepted import ACTIVATIONS, CONSTRAINTS, INITIALIZERS, REGULARIZERS
from .fields import Either, Field, Flag, Maybe, OneOf, Only, Real, Several, Unfit, Whole

MOST_UNITS = 2**20
MOST_DIMENSIONS = 8
MOST_LENGTH = 2**31 - 1

Shape = tuple[int | None, ...]
Config = Mapping[str, Any]


@dataclass(frozen=True)
class Weight:
    """One weight that a layer is going to have: the setting that initialises it, its shape, whether it trains."""

    initializer: str
    shape: Shape
    trains: bool = True


@dataclass(frozen=True)
class LayerClass:
    """An accepted class of layers. `weights` tells a built layer's weights, in the order of `layer.weights`."""

    fields: Mapping[str, Field]
    weights: Callable[[Config, Shape], list[Weight]] | None = None
    draws: bool = False


_COUNT = Whole(1, MOST_UNITS)
_LENGTH = Whole(1, 4096)
_PAD = Whole(0, 4096)
_AXIS = Whole(-MOST_DIMENSIONS, MOST_DIMENSIONS)
_AXES = Either((_AXIS, Several(_AXIS, 1, MOST_DIMENSIONS)))
_CHANNELS = Field(OneOf(("channels_last",)), "channels_last")
_ACTIVATION = Field(ACTIVATIONS, "linear", changes=True)
_FLAG_ON, _FLAG_OFF = Field(Flag(), True), Field(Flag(), False)
_REGULARIZER = Field(Maybe(REGULARIZERS), changes=True)
_CONSTRAINT = Field(Maybe(CONSTRAINTS), changes=True)
_DEFAULTS = {
    "glorot": {"class": "GlorotUniform"},
    "zeros": {"class": "Zeros"},
    "ones": {"class": "Ones"},
}


def _weight_fields(name: str, initial: str) -> dict[str, Field]:
    return {
        f"{name}_initializer": Field(INITIALIZERS, _DEFAULTS[initial], changes=True),
        f"{name}_regularizer": _REGULARIZER,
        f"{name}_constraint": _CONSTRAINT,
    }


def _dense_weights(config: Config, shape: Shape) -> list[Weight]:
    weights = [Weight("kernel_initializer", (shape[-1], config["units"]))]
    return weights + _bias(config, config["units"])


def _bias(config: Config, count: int) -> list[Weight]:
    return [Weight("bias_initializer", (count,))] if config["use_bias"] else []


def _channels(shape: Shape, rank: int) -> int:
    channels = shape[-1]
    if len(shape) != rank + 2 or channels is None:
        raise Unfit(f"an input of shape {shape}")
    return channels


def _conv_weights(config: Config, shape: Shape) -> list[Weight]:
    channels = _channels(shape, len(config["kernel_size"]))
    kernel = (*config["kernel_size"], channels // config["groups"], config["filters"])
    return [Weight("kernel_initializer", kernel), *_bias(config, config["filters"])]


def _depthwise_weights(config: Config, shape: Shape) -> list[Weight]:
    channels, times = _channels(shape, 2), config["depth_multiplier"]
    kernel = Weight("depthwise_initializer", (*config["kernel_size"], channels, times))
    return [kernel, *_bias(config, channels * times)]


def _separable_weights(config: Config, shape: Shape) -> list[Weight]:
    channels, times = _channels(shape, 2), config["depth_multiplier"]
    return [
        Weight("depthwise_initializer", (*config["kernel_size"], channels, times)),
        Weight("pointwise_initializer", (1, 1, channels * times, config["filters"])),
        *_bias(config, config["filters"]),
    ]


def _scale_and_center(config: Config, lengths: Shape) -> list[Weight]:
    gamma = [Weight("gamma_initializer", lengths)] if config["scale"] else []
    beta = [Weight("beta_initializer", lengths)] if config["center"] else []
    return gamma + beta


def _batch_weights(config: Config, shape: Shape) -> list[Weight]:
    lengths = (shape[config["axis"]],)
    return [
        *_scale_and_center(config, lengths),
        Weight("moving_mean_initializer", lengths, trains=False),
        Weight("moving_variance_initializer", lengths, trains=False),
    ]


def _normalized_weights(config: Config, shape: Shape) -> list[Weight]:
    axes = config["axis"] if isinstance(config["axis"], tuple) else (config["axis"],)
    return _scale_and_center(config, tuple(shape[axis] for axis in sorted(axes)))


def _prelu_weights(config: Config, shape: Shape) -> list[Weight]:
    shared = config["shared_axes"] or ()
    lengths = [1 if axis in shared else length for axis, length in enumerate(shape)]
    return [Weight("alpha_initializer", tuple(lengths[1:]))]


def _conv_fields(rank: int, **more: Field) -> dict[str, Field]:
    ones = [1] * rank
    return {
        "kernel_size": Field(Several(_LENGTH, rank, rank)),
        "strides": Field(Several(_LENGTH, rank, rank), ones),
        "padding": Field(OneOf(("valid", "same", "causal") if rank == 1 else ("valid", "same")), "valid"),
        "data_format": _CHANNELS,
        "dilation_rate": Field(Several(_LENGTH, rank, rank), ones),
        "activation": _ACTIVATION,
        "use_bias": _FLAG_ON,
        "activity_regularizer": _REGULARIZER,
        **_weight_fields("bias", "zeros"),
        **more,
    }


def _conv(rank: int) -> LayerClass:
    fields = _conv_fields(
        rank, filters=Field(_COUNT), groups=Field(_COUNT, 1), **_weight_fields("kernel", "glorot")
    )
    return LayerClass({**fields, "lora_rank": Field(Only(None))}, _conv_weights)


def _pooling(rank: int) -> LayerClass:
    return LayerClass(
        {
            "pool_size": Field(Several(_LENGTH, rank, rank)),
            "strides": Field(Several(_LENGTH, rank, rank)),
            "padding": Field(OneOf(("valid", "same")), "valid"),
            "data_format": _CHANNELS,
        }
    )


_GLOBAL_POOLING = LayerClass({"data_format": _CHANNELS, "keepdims": _FLAG_OFF})
_DROPOUT = Field(Real(0.0, 1.0), changes=True)
_DRAWN = Field(Maybe(Whole(-(2**63), 2**63 - 1)))
_MERGING = LayerClass({})
_NORMALIZATION = {
    "axis": Field(_AXES, -1),
    "epsilon": Field(Real(0.0), 0.001, changes=True),
    "center": _FLAG_ON,
    "scale": _FLAG_ON,
    **_weight_fields("beta", "zeros"),
    **_weight_fields("gamma", "ones"),
}

LAYERS: Mapping[str, LayerClass] = {
    "Dense": LayerClass(
        {
            "units": Field(_COUNT),
            "activation": _ACTIVATION,
            "use_bias": _FLAG_ON,
            "activity_regularizer": _REGULARIZER,
            **_weight_fields("kernel", "glorot"),
            **_weight_fields("bias", "zeros"),
            "lora_rank": Field(Only(None)),
            "quantization_config": Field(Only(None)),
        },
        _dense_weights,
    ),
    "Activation": LayerClass({"activation": Field(ACTIVATIONS, changes=True)}),
    "ReLU": LayerClass(
        {
            "max_value": Field(Maybe(Real(0.0)), changes=True),
            "negative_slope": Field(Real(0.0), 0.0, changes=True),
            "threshold": Field(Real(0.0), 0.0, changes=True),
        }
    ),
    "LeakyReLU": LayerClass({"negative_slope": Field(Real(), 0.3, changes=True)}),
    "ELU": LayerClass({"alpha": Field(Real(), 1.0, changes=True)}),
    "PReLU": LayerClass(
        {
            **_weight_fields("alpha", "zeros"),
            "shared_axes": Field(Maybe(Several(Whole(1, MOST_DIMENSIONS), 0, MOST_DIMENSIONS))),
        },
        _prelu_weights,
    ),
    "Softmax": LayerClass({"axis": Field(_AXES, -1)}),
    "Dropout": LayerClass(
        {
            "rate": _DROPOUT,
            "seed": _DRAWN,
            "noise_shape": Field(Maybe(Several(Maybe(_COUNT), 0, MOST_DIMENSIONS))),
        },
        draws=True,
    ),
    "SpatialDropout2D": LayerClass({"rate": _DROPOUT, "seed": _DRAWN, "data_format": _CHANNELS}, draws=True),
    "GaussianNoise": LayerClass({"stddev": Field(Real(0.0), changes=True), "seed": _DRAWN}, draws=True),
    "BatchNormalization": LayerClass(
        {
            **_NORMALIZATION,
            "axis": Field(_AXIS, -1),
            "momentum": Field(Real(0.0, 1.0), 0.99, changes=True),
            "moving_mean_initializer": Field(INITIALIZERS, _DEFAULTS["zeros"], changes=True),
            "moving_variance_initializer": Field(INITIALIZERS, _DEFAULTS["ones"], changes=True),
            "synchronized": Field(Only(False), False),
            "renorm": Field(Only(False), False),
        },
        _batch_weights,
    ),
    "LayerNormalization": LayerClass(
        {**_NORMALIZATION, "rms_scaling": Field(Only(False), False)}, _normalized_weights
    ),
    "Flatten": LayerClass({"data_format": _CHANNELS}),
    "Reshape": LayerClass({"target_shape": Field(Several(Whole(-1, MOST_LENGTH), 0, MOST_DIMENSIONS))}),
    "Permute": LayerClass({"dims": Field(Several(Whole(1, MOST_DIMENSIONS), 1, MOST_DIMENSIONS))}),
    "Conv1D": _conv(1),
    "Conv2D": _conv(2),
    "SeparableConv2D": LayerClass(
        _conv_fields(
            2,
            filters=Field(_COUNT),
            depth_multiplier=Field(_COUNT, 1),
            **_weight_fields("depthwise", "glorot"),
            **_weight_fields("pointwise", "glorot"),
        ),
        _separable_weights,
    ),
    "DepthwiseConv2D": LayerClass(
        _conv_fields(2, depth_multiplier=Field(_COUNT, 1), **_weight_fields("depthwise", "glorot")),
        _depthwise_weights,
    ),
    "MaxPooling1D": _pooling(1),
    "MaxPooling2D": _pooling(2),
    "AveragePooling2D": _pooling(2),
    "GlobalAveragePooling1D": _GLOBAL_POOLING,
    "GlobalAveragePooling2D": _GLOBAL_POOLING,
    "GlobalMaxPooling2D": _GLOBAL_POOLING,
    "ZeroPadding2D": LayerClass(
        {"padding": Field(Several(Several(_PAD, 2, 2), 2, 2)), "data_format": _CHANNELS}
    ),
    "UpSampling2D": LayerClass(
        {
            "size": Field(Several(Whole(1, 64), 2, 2), [2, 2]),
            "interpolation": Field(OneOf(("nearest", "bilinear")), "nearest"),
            "data_format": _CHANNELS,
        }
    ),
    "Concatenate": LayerClass({"axis": Field(_AXIS, -1)}),
    "Add": _MERGING,
    "Subtract": _MERGING,
    "Multiply": _MERGING,
    "Average": _MERGING,
    "Maximum": _MERGING,
    "Minimum": _MERGING,
    "Rescaling": LayerClass({"scale": Field(Real()), "offset": Field(Real(), 0.0)}),
    "Identity": LayerClass({}),
}

INPUT = {
    "batch_shape": Field(Several(Maybe(Whole(0, MOST_LENGTH)), 1, MOST_DIMENSIONS)),
    "dtype": Field(OneOf(("float32", "float64", "float16", "int32", "int64", "uint8", "bool")), "float32"),
    "sparse": Field(Only(False), False),
    "ragged": Field(Only(False), False),
    "optional": Field(Only(False), False),
}

DTYPES = OneOf(("float32", "float64", "float16"))
MODELS = ("Sequential", "Functional")
ACCEPTED = (*LAYERS, "InputLayer", *MODELS)
