"""Given code of week 9: how to look at a network, whatever style it is written in. Nothing here is yours.

A network may be Sequential or Functional, flat or nested, with its activations inside the layers or as
layers of their own. So these functions look at the layers that have weights, and at what comes out.
"""

from __future__ import annotations

import math
import re
import warnings
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


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(z / 2))


ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "silu": lambda z: z * _sigmoid(z),
    "softplus": lambda z: np.logaddexp(z, 0),
    "softmax": _softmax,
}
# The steps of a short training: enough to see whether a network learns.
STEPS = 8


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
    """What the network makes of the rows of x (n, features) while it trains."""
    return np.asarray(_call(model, x))


def _call(model: Any, x: np.ndarray) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        return model(x, training=True)


def _crossentropy(model: Any, x: np.ndarray, y: np.ndarray) -> float:
    return float(-np.mean(np.sum(y * np.log(np.clip(lesson.outputs(model, x), 1e-7, 1)), axis=1)))


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


def examples(features: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows (48, features) and one-hot classes (48, classes) that a network can learn from them."""
    rng = np.random.default_rng([features, classes])
    x = rng.normal(size=(48, features)).astype(np.float32)
    names = np.argmax(x @ rng.normal(size=(features, classes)), axis=1)
    return x, np.eye(classes, dtype=np.float32)[names]


def stack(name: str, features: int, layers: Sequence[tuple[int, str, bool]]) -> Any:
    """Build and compile a network of Dense layers, each (units, activation, trainable), drawn by NumPy.

    Where every layer is frozen, so is the network as a whole.
    """
    rng = np.random.default_rng([features, len(layers)])
    entries = [
        {"name": f"{name}_{number}", "units": units, "activation": activation, "trainable": trainable}
        for number, (units, activation, trainable) in enumerate(layers, 1)
    ]
    model = keras.Sequential(
        [
            keras.Input((features,), name=f"{name}_input"),
            *(
                keras.layers.Dense(**{key: entry[key] for key in ("name", "units", "activation")})
                for entry in entries
            ),
        ],
        name=name,
    )
    for layer, entry in zip(model.layers, entries, strict=True):
        shapes = [variable.shape for variable in layer.weights]
        layer.set_weights(
            [(rng.normal(size=shape) / np.sqrt(shape[0])).astype(np.float32) for shape in shapes]
        )
        layer.trainable = entry["trainable"]
    learns = any(layer.trainable for layer in model.layers)
    if not learns:
        model.trainable = learns
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.003))
    return model


def draw_top(model: Any, seed: int) -> None:
    """Draw the last layer's weights anew from `seed` alone, as Keras would: Glorot uniform, biases 0."""
    top = weighted(model)[-1]
    kernel, *bias = top.get_weights()
    top.set_weights([glorot(kernel.shape, seed), *(np.zeros_like(array) for array in bias)])


def glorot(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """A kernel (inputs, units) as Keras draws it by default, uniform, but by NumPy from `seed` alone."""
    limit = np.sqrt(6 / sum(shape))
    return np.random.default_rng(seed).uniform(-limit, limit, shape).astype(np.float32)
