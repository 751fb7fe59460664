"""The short list of layers: the settings of each class, and how its weights follow from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import weights
from .accepted import ACTIVATIONS, AXES, CONSTRAINTS, INITIALIZERS, POSITIVE, REGULARIZERS, SEEDS, SHARE
from .fields import Field, flag, maybe, name, one_of, only, real, several, whole
from .objects import Fields
from .weights import Config, Shape, Weight

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
    "batch_shape": Field(several(maybe(whole(0, MOST_LENGTH)), 1, MOST_DIMENSIONS)),
    "dtype": Field(one_of("float32", "float64", "float16", "int32", "int64", "uint8", "bool"), "float32"),
    "sparse": Field(only(False), False),
    "ragged": Field(only(False), False),
    "optional": Field(only(False), False),
}

_COUNT = whole(1, 2**20)
_LENGTH = whole(1, 4096)
_AXIS = whole(-MOST_DIMENSIONS, MOST_DIMENSIONS)
_LAST_CHANNELS = Field(one_of("channels_last"), "channels_last")
_PADDING = one_of("valid", "same")
_ACTIVATION = Field(ACTIVATIONS, "linear", changes=True)
_ON, _OFF = Field(flag(), True), Field(flag(), False)
_REGULARIZER = Field(maybe(REGULARIZERS), changes=True)
_CONSTRAINT = Field(maybe(CONSTRAINTS), changes=True)
_RATE = Field(SHARE, changes=True)
_SEED = Field(maybe(SEEDS))


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
        "kernel_size": Field(several(_LENGTH, rank, rank)),
        "strides": Field(several(_LENGTH, rank, rank), [1] * rank),
        "padding": Field(one_of("valid", "same", "causal") if rank == 1 else _PADDING, "valid"),
        "data_format": _LAST_CHANNELS,
        "dilation_rate": Field(several(_LENGTH, rank, rank), [1] * rank),
        **_BIASED,
    }


def _convolution(rank: int) -> LayerClass:
    return LayerClass(
        {
            **_convolving(rank),
            "filters": Field(_COUNT),
            "groups": Field(_COUNT, 1),
            **_weight("kernel", "GlorotUniform"),
            "lora_rank": Field(only(None)),
        },
        weights.convolution,
    )


def _pooling(rank: int) -> LayerClass:
    return LayerClass(
        {
            "pool_size": Field(several(_LENGTH, rank, rank)),
            "strides": Field(several(_LENGTH, rank, rank)),
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
            "lora_rank": Field(only(None)),
            "quantization_config": Field(only(None)),
        },
        weights.dense,
    ),
    "Activation": LayerClass({"activation": Field(ACTIVATIONS, changes=True)}),
    "ReLU": LayerClass(
        {
            "max_value": Field(maybe(POSITIVE), changes=True),
            "negative_slope": Field(POSITIVE, 0.0, changes=True),
            "threshold": Field(POSITIVE, 0.0, changes=True),
        }
    ),
    "LeakyReLU": LayerClass({"negative_slope": Field(real(), 0.3, changes=True)}),
    "ELU": LayerClass({"alpha": Field(real(), 1.0, changes=True)}),
    "PReLU": LayerClass(
        {
            **_weight("alpha", "Zeros"),
            "shared_axes": Field(maybe(several(whole(1, MOST_DIMENSIONS), 0, MOST_DIMENSIONS))),
        },
        weights.prelu,
    ),
    "Softmax": LayerClass({"axis": Field(AXES, -1)}),
    "Dropout": LayerClass(
        {
            "rate": _RATE,
            "seed": _SEED,
            "noise_shape": Field(maybe(several(maybe(_COUNT), 0, MOST_DIMENSIONS))),
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
            "synchronized": Field(only(False), False),
            "renorm": Field(only(False), False),
        },
        weights.batch_normalization,
    ),
    "LayerNormalization": LayerClass(
        {"axis": Field(AXES, -1), **_NORMALIZING, "rms_scaling": Field(only(False), False)},
        weights.layer_normalization,
    ),
    "Flatten": LayerClass({"data_format": _LAST_CHANNELS}),
    "Reshape": LayerClass({"target_shape": Field(several(whole(-1, MOST_LENGTH), 0, MOST_DIMENSIONS))}),
    "Permute": LayerClass({"dims": Field(several(whole(1, MOST_DIMENSIONS), 1, MOST_DIMENSIONS))}),
    "Conv1D": _convolution(1),
    "Conv2D": _convolution(2),
    "DepthwiseConv2D": LayerClass(_DEPTHWISE, weights.depthwise),
    "SeparableConv2D": LayerClass(
        {**_DEPTHWISE, "filters": Field(_COUNT), **_weight("pointwise", "GlorotUniform")}, weights.separable
    ),
    "MaxPooling1D": _pooling(1),
    "MaxPooling2D": _pooling(2),
    "AveragePooling2D": _pooling(2),
    "GlobalAveragePooling1D": _GLOBAL,
    "GlobalAveragePooling2D": _GLOBAL,
    "GlobalMaxPooling2D": _GLOBAL,
    "ZeroPadding2D": LayerClass(
        {"padding": Field(several(several(whole(0, 4096), 2, 2), 2, 2)), "data_format": _LAST_CHANNELS}
    ),
    "UpSampling2D": LayerClass(
        {
            "size": Field(several(whole(1, 64), 2, 2), [2, 2]),
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
