"""Given code of week 10: how to look at a network, whatever style it is written in. Nothing here is yours.

A network may be Sequential or Functional, flat or nested, with its activations inside the layers or as
layers of their own. So these functions look at the layers that have weights, and at what comes out.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

# First, for it sets what TensorFlow reads while it is imported.
import lesson

# isort: split
import keras
import numpy as np
import tensorflow as tf

# What Keras paints its messages with.
ESCAPES = re.compile(r"\x1b\[[\d;]*m")
# The steps of a short training: enough to see whether a network learns.
STEPS = 8

Weights = list[list[np.ndarray]]


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
        returns_history = type(model).__name__ == "History"
        think = (
            "`fit` returns that, return the model." if returns_history else "What does the function return?"
        )
        raise AssertionError(f"Expected a Keras model, received {what}. {think}")
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
    if not all(layer.built for layer in (model, *found)):
        raise AssertionError(
            "Expected a built network, received one whose layers have no weights yet. Where does it learn "
            "how large a picture is? It could begin with keras.Input."
        )
    return found


def weighted(model: Any) -> list[Any]:
    """The layers that have weights, in order."""
    __tracebackhide__ = True
    return [layer for layer in flat(model) if layer.weights]


def weights(model: Any) -> Weights:
    """Copies of the weights of each layer that has some, in Keras' order."""
    __tracebackhide__ = True
    return [layer.get_weights() for layer in weighted(model)]


def kinds(model: Any) -> list[str]:
    """The classes of the layers that have weights, in order."""
    __tracebackhide__ = True
    return [type(layer).__name__ for layer in weighted(model)]


def flags(model: Any) -> list[bool]:
    """Of each layer with weights, in order, whether training can change it.

    Where the network itself is frozen all of its layers are, whatever their own flags say.
    """
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


def settings(model: Any) -> dict[str, Any]:
    """Describe all of a network but its weights: by name, what each layer is, and how it is compiled."""
    __tracebackhide__ = True
    described = {f"layer {layer.name}": layer.get_config() for layer in flat(model)}
    compiled = model.get_compile_config() if model.compiled else None
    return {"name": model.name, "`trainable` flag": model.trainable, "compile settings": compiled} | described


def train_briefly(
    model: Any, x: np.ndarray, y: np.ndarray, rate: float | None = None
) -> tuple[float, list[bool]]:
    """Take a few steps of training on all rows; return by how much the loss fell, and which layers changed.

    The steps are those of the model's own loss and optimizer. With `rate` they are those of plain Adam and
    categorical cross-entropy instead. The weights are put back afterwards.
    """
    __tracebackhide__ = True
    start, before, variables = model.get_weights(), weights(model), model.trainable_variables
    optimizer = model.optimizer if rate is None else keras.optimizers.Adam(rate)
    first = _crossentropy(model, x, y)
    for _ in range(STEPS):
        with tf.GradientTape() as tape:
            said = _call(model, x)
            if rate is None:
                loss = model.compute_loss(x=x, y=y, y_pred=said, training=True)
            else:
                loss = keras.losses.categorical_crossentropy(y, said)
        optimizer.apply(tape.gradient(loss, variables), variables)
    optimizer.finalize_variable_values(variables)
    fell = first - _crossentropy(model, x, y)
    moved = [
        not all(np.array_equal(*pair) for pair in zip(old, now, strict=True))
        for old, now in zip(before, weights(model), strict=True)
    ]
    model.set_weights(start)
    return fell, moved


def training_outputs(model: Any, x: np.ndarray) -> np.ndarray:
    """What the network makes of the rows of x (n, …) while it trains; its averages are put back."""
    start = model.get_weights()
    made = np.asarray(_call(model, x))
    model.set_weights(start)
    return made


def _call(model: Any, x: np.ndarray) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        return model(x, training=True)


def _crossentropy(model: Any, x: np.ndarray, y: np.ndarray) -> float:
    return float(-np.mean(np.sum(y * np.log(np.clip(lesson.outputs(model, x), 1e-7, 1)), axis=1)))


def outputs(model: Any, x: np.ndarray, training: bool = False) -> np.ndarray:
    """What the network makes of the rows of x (n, …); raises AssertionError if it cannot take them."""
    __tracebackhide__ = True
    flat(model)
    try:
        return np.asarray(model(x, training=True)) if training else lesson.outputs(model, x)
    except (ValueError, TypeError, tf.errors.OpError) as error:
        said = f"{type(error).__name__}: {ESCAPES.sub('', str(error))}"
        shape = " × ".join(map(str, x.shape[1:]))
        raise AssertionError(f"Expected a network for inputs of {shape} numbers, received {said}") from None


def until(model: Any, name: str) -> Any:
    """The layers of one of the lesson's flat networks up to the one of this name."""
    names = [layer.name for layer in model.layers]
    return keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[: names.index(name) + 1]])


def functional(model: Any) -> Any:
    """The same layers as a Functional network."""
    return keras.Model(model.inputs[0], model.outputs[0], name=f"{model.name}_functional")


def alone(layer: Any) -> Any:
    """A network of one layer."""
    return keras.Sequential([keras.Input(layer.input.shape[1:]), layer])


def stack(
    name: str, layers: Sequence[tuple[str, dict[str, Any]]], shape: tuple[int, ...] = (24, 24, 1)
) -> Any:
    """Build and compile a network of layers, each (class, settings), with weights drawn by NumPy.

    Where every layer is frozen, so is the network as a whole.
    """
    made = [
        getattr(keras.layers, kind)(name=f"{name}_{number}", **settings)
        for number, (kind, settings) in enumerate(layers, 1)
    ]
    model = keras.Sequential([keras.Input(shape, name=f"{name}_input"), *made], name=name)
    lesson.draw_weights(model, len(layers))
    learns = any(layer.trainable for layer in model.layers)
    if not learns:
        model.trainable = learns
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.003))
    return model


def examples(shape: tuple[int, ...], classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (16, *shape) and one-hot classes (16, classes) that a network can learn from them."""
    x = probes(shape, 16)
    return x, np.eye(classes, dtype=np.float32)[np.arange(16) % classes]


def ready(model: Any, rate: float) -> Any:
    """One of the lesson's networks, compiled for `lesson.train` as the tasks ask."""
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(rate))
    return model


def probes(shape: tuple[int, ...], count: int = 12) -> np.ndarray:
    """Inputs (count, *shape) to compare networks with, the same ones at every call."""
    return np.random.default_rng(sum(shape)).normal(0.3, 0.7, (count, *shape)).astype(np.float32)


def softmax(z: np.ndarray) -> np.ndarray:
    """Shares that grow with z (n, classes) and sum to 1 in every row."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def draw_top(model: Any, seed: int) -> None:
    """Draw the last layer's weights anew from `seed` alone, as Keras would: Glorot uniform, biases 0."""
    top = weighted(model)[-1]
    kernel, *bias = top.get_weights()
    limit = np.sqrt(6 / sum(kernel.shape))
    drawn = np.random.default_rng(seed).uniform(-limit, limit, kernel.shape).astype(np.float32)
    top.set_weights([drawn, *(np.zeros_like(array) for array in bias)])
