"""Given code of week 9: how to look at a network, whatever style it is written in. Nothing here is yours.

A network may be Sequential or Functional, flat or nested, with its activations inside the layers or as
layers of their own. So these functions look at the layers that have weights, and at what comes out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

# First, for it sets what TensorFlow reads while it is imported.
import lesson

# isort: split
import keras
import numpy as np
import tensorflow as tf

# What Keras paints its messages with.
ESCAPES = re.compile(r"\x1b\[[\d;]*m")

Weights = list[tuple[np.ndarray, np.ndarray]]


def _softmax(z: np.ndarray) -> np.ndarray:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "softmax": _softmax,
}


class Counts(NamedTuple):
    """How many parameters a network has, how many of them training can change, and how many not."""

    total: int
    trainable: int
    frozen: int

    def __str__(self) -> str:
        return f"{self.total:,} parameters, {self.trainable:,} trainable and {self.frozen:,} frozen"


def flat(model: Any) -> list[Any]:
    """All layers of a network, in order, those of networks inside it included.

    Raises AssertionError for what is no Keras network, for classes that are not Keras' own, and where a layer
    has no weights yet because nothing told it the size of its input.
    """
    __tracebackhide__ = True
    if not isinstance(model, keras.Model):
        what = "None" if model is None else f"a {type(model).__name__}"
        raise AssertionError(f"Expected a Keras model, received {what}. What does the function return?")
    found: list[Any] = []
    for part in (model, *getattr(model, "operations", model.layers)):
        own = isinstance(part, keras.Layer) and type(part).__module__.split(".")[0] == "keras"
        if not own or isinstance(part, keras.layers.Lambda):
            raise AssertionError(
                f"Expected models and layers of Keras' own classes, received {type(part).__name__}. Custom "
                "classes, Lambda layers and bare operations are not accepted: which layer does the same?"
            )
        if part is not model:
            found += flat(part) if isinstance(part, keras.Model) else [part]
    if not all(layer.built for layer in found):
        raise AssertionError(
            "Expected a built network, received one whose layers have no weights yet. Where does it learn "
            "how many numbers a row has? It could begin with keras.Input."
        )
    return found


def weighted(model: Any) -> list[Any]:
    """The layers that have weights, in order; raises AssertionError where one of them is not Dense."""
    __tracebackhide__ = True
    layers = [layer for layer in flat(model) if layer.weights]
    if strange := sorted({type(layer).__name__ for layer in layers} - {"Dense"}):
        raise AssertionError(f"Expected weights in Dense layers alone, received {', '.join(strange)} too.")
    return layers


def weights(model: Any) -> Weights:
    """Copies of each Dense layer's kernel (inputs, units) and bias (units,), zeros where it has none."""
    __tracebackhide__ = True
    arrays = [layer.get_weights() for layer in weighted(model)]
    return [(kernel, *bias) if bias else (kernel, np.zeros(kernel.shape[1])) for kernel, *bias in arrays]


def flags(model: Any) -> list[bool]:
    """Of each Dense layer, in order, whether training can change it."""
    __tracebackhide__ = True
    layers = weighted(model)
    trained = {id(variable) for variable in model.trainable_variables}
    return [any(id(variable) in trained for variable in layer.weights) for layer in layers]


def counts(model: Any) -> Counts:
    """Count the parameters of a network; what is used twice counts once."""
    __tracebackhide__ = True
    sizes = {id(variable): math.prod(variable.shape) for layer in flat(model) for variable in layer.weights}
    trained = {id(variable) for variable in model.trainable_variables}
    trainable = sum(size for variable, size in sizes.items() if variable in trained)
    return Counts(sum(sizes.values()), trainable, sum(sizes.values()) - trainable)


def forward(pairs: Weights, activations: Sequence[str], x: np.ndarray) -> np.ndarray:
    """What Dense layers with these weights and activations make of the rows of x, computed by NumPy.

    Raises AssertionError where the layers are more or fewer than the activations, or do not fit together.
    """
    __tracebackhide__ = True
    if len(pairs) != len(activations):
        raise AssertionError(
            f"Expected {len(activations)} Dense layers, received {len(pairs)}. Which is missing, or too many?"
        )
    for (kernel, bias), activation in zip(pairs, activations, strict=True):
        if x.shape[1] != len(kernel):
            raise AssertionError(
                f"Expected a layer for {x.shape[1]} numbers a row, received one for {len(kernel)}. What does "
                "the layer below it give?"
            )
        x = ACTIVATIONS[activation](x.astype(np.float64) @ kernel + bias)
    return x


def outputs(model: Any, x: np.ndarray) -> np.ndarray:
    """What the network makes of the rows of x (n, features); raises AssertionError if it cannot take them."""
    __tracebackhide__ = True
    flat(model)
    try:
        return lesson.outputs(model, x)
    except (ValueError, TypeError, tf.errors.OpError) as error:
        said = f"{type(error).__name__}: {ESCAPES.sub('', str(error))}"
        raise AssertionError(
            f"Expected a network for rows of {x.shape[1]} numbers, received {said}"
        ) from None


def probes(features: int) -> np.ndarray:
    """Rows (64, features) that tell activations apart: of both signs, small and large."""
    rng = np.random.default_rng(features)
    return (rng.normal(size=(64, features)) * np.geomspace(0.3, 20, 64)[:, None]).astype(np.float32)


def draw_top(model: Any, seed: int) -> None:
    """Draw the last layer's weights anew from `seed` alone, as Keras would: Glorot uniform, biases 0."""
    top = weighted(model)[-1]
    kernel, *bias = top.get_weights()
    top.set_weights([glorot(kernel.shape, seed), *(np.zeros_like(array) for array in bias)])


def glorot(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """A kernel (inputs, units) as Keras draws it by default, uniform, but by NumPy from `seed` alone."""
    limit = np.sqrt(6 / sum(shape))
    return np.random.default_rng(seed).uniform(-limit, limit, shape).astype(np.float32)
