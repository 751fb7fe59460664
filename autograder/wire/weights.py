"""The weights that follow from a layer's settings and its input shape, told before anything is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .fields import Unfit

Shape = tuple[int | None, ...]
Config = Mapping[str, Any]


@dataclass(frozen=True)
class Weight:
    """One weight that a layer is going to have: the setting that initialises it, and its shape."""

    initializer: str
    shape: Shape


def dense(config: Config, shape: Shape) -> list[Weight]:
    """Kernel and bias of a dense layer."""
    return [Weight("kernel_initializer", (shape[-1], config["units"])), *_bias(config, config["units"])]


def convolution(config: Config, shape: Shape) -> list[Weight]:
    """Kernel and bias of a convolution of any rank."""
    channels = _channels(shape, len(config["kernel_size"]))
    kernel = (*config["kernel_size"], channels // config["groups"], config["filters"])
    return [Weight("kernel_initializer", kernel), *_bias(config, config["filters"])]


def depthwise(config: Config, shape: Shape) -> list[Weight]:
    """Kernel and bias of a convolution that keeps channels apart."""
    channels, times = _channels(shape, 2), config["depth_multiplier"]
    kernel = Weight("depthwise_initializer", (*config["kernel_size"], channels, times))
    return [kernel, *_bias(config, channels * times)]


def separable(config: Config, shape: Shape) -> list[Weight]:
    """Both kernels and the bias of a separable convolution."""
    channels, times = _channels(shape, 2), config["depth_multiplier"]
    return [
        Weight("depthwise_initializer", (*config["kernel_size"], channels, times)),
        Weight("pointwise_initializer", (1, 1, channels * times, config["filters"])),
        *_bias(config, config["filters"]),
    ]


def batch_normalization(config: Config, shape: Shape) -> list[Weight]:
    """Scale and center, if there are, and the moving averages."""
    lengths = (shape[config["axis"]],)
    return [
        *_scale_and_center(config, lengths),
        Weight("moving_mean_initializer", lengths),
        Weight("moving_variance_initializer", lengths),
    ]


def layer_normalization(config: Config, shape: Shape) -> list[Weight]:
    """Scale and center, if there are, over one axis or several."""
    axes = config["axis"] if isinstance(config["axis"], tuple) else (config["axis"],)
    return _scale_and_center(config, tuple(shape[axis] for axis in sorted(axes)))


def prelu(config: Config, shape: Shape) -> list[Weight]:
    """The slopes, one for each position that is not shared."""
    shared = config["shared_axes"] or ()
    lengths = [1 if axis in shared else length for axis, length in enumerate(shape)]
    return [Weight("alpha_initializer", tuple(lengths[1:]))]


def _bias(config: Config, count: int) -> list[Weight]:
    return [Weight("bias_initializer", (count,))] if config["use_bias"] else []


def _channels(shape: Shape, rank: int) -> int:
    channels = shape[-1]
    if len(shape) != rank + 2 or channels is None:
        raise Unfit(f"an input of shape {shape}")
    return channels


def _scale_and_center(config: Config, lengths: Shape) -> list[Weight]:
    gamma = [Weight("gamma_initializer", lengths)] if config["scale"] else []
    beta = [Weight("beta_initializer", lengths)] if config["center"] else []
    return gamma + beta
