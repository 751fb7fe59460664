"""Test a student's own layers: what they compute, their gradients and their configuration.

Keras' own models have more assertions in `structure`, `values` and `changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .arrays import assert_allclose
from .backend import keras, tf
from .checks import Call
from .errors import describe, fail
from .language import gettext as _

HOW_TO_MAKE_ONE = (
    "`keras.Layer` is the base class of layers, and `keras.Model(inputs, outputs)` makes a model. Which one "
    "is missing?"
)
# A step whose square is small, and which double precision still resolves.
STEP = 1e-5


def fresh_layer(call: Call, task: Callable[..., Any], *arguments: Any) -> Any:
    """Return an answer of `task` for this check alone, and assert that it is a layer or a model."""
    __tracebackhide__ = True
    answer = call.fresh(task, *arguments)
    if not isinstance(answer, keras.Layer):
        fail("a layer or a model of Keras", describe(answer), HOW_TO_MAKE_ONE)
    return answer


def assert_shares_no_weights(first: Any, second: Any, x: np.ndarray) -> None:
    """Assert that two layers that take x have weights of their own: a change of one is none of the other."""
    __tracebackhide__ = True
    for layer in (first, second):
        layer(x)
    start, before = first.get_weights(), second.get_weights()
    if not all(isinstance(array, np.ndarray) for array in start):
        fail("weights that are arrays", describe(start), "What does `get_weights` return?")
    first.set_weights([array + 1 for array in start])
    for old, now in zip(before, second.get_weights(), strict=True):
        if not np.array_equal(old, now):
            hint = "What is made in every call, and what is kept?"
            fail("two answers with weights of their own", "two that share some", hint)


def find_layers(layer: Any, kind: str) -> list[Any]:
    """Return the layers inside a layer or model, at any depth, of a class or base class called `kind`."""
    return [
        part for part in layer._flatten_layers() if kind in {base.__name__ for base in type(part).__mro__}
    ]


def constraints(layer: Any) -> list[str]:
    """Return the classes of the constraints on the trainable weights of a layer or model."""
    found = (getattr(weight, "constraint", None) for weight in layer.trainable_weights)
    return [type(constraint).__name__ for constraint in found if constraint is not None]


def symbolic_shape(layer: Any, shape: Sequence[int]) -> tuple[int | None, ...]:
    """Return the shape that Keras expects of the outputs for inputs of `shape`; nothing is computed."""
    return tuple(layer(keras.Input(batch_shape=shape)).shape)


def gradients(layer: Any, x: np.ndarray, **arguments: Any) -> list[np.ndarray | None]:
    """Return the gradient of the sum of squared outputs for each trainable weight; None if it has none."""
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.square(layer(x, **arguments)))
    found = tape.gradient(total, [weight.value for weight in layer.trainable_weights])
    return [None if each is None else np.asarray(tf.convert_to_tensor(each)) for each in found]


def numeric_gradients(function: Callable[..., np.ndarray], arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the gradient of the sum of squares of `function(*arrays)` for each array, by differences."""
    points = [np.array(array, np.float64) for array in arrays]
    found = [np.zeros_like(point) for point in points]
    for point, gradient in zip(points, found, strict=True):
        for place in np.ndindex(point.shape):
            middle, sums = point[place], []
            for step in (STEP, -STEP):
                point[place] = middle + step
                sums.append(np.sum(np.square(function(*points))))
            point[place] = middle
            gradient[place] = (sums[0] - sums[1]) / (2 * STEP)
    return found


def assert_gradients(
    received: Sequence[np.ndarray | None], expected: Sequence[np.ndarray], hint: str = ""
) -> None:
    """Assert that every weight has the expected gradient, but for rounding."""
    __tracebackhide__ = True
    lost = [number for number, gradient in enumerate(received, 1) if gradient is None]
    if lost or len(received) != len(expected):
        reached = len(received) - len(lost)
        hint = hint or "What between weights and outputs is no operation of Keras?"
        fail(_("{count} weights with a gradient", count=len(expected)), reached, hint)
    hint = hint or "Which operation lets no gradient through?"
    for each, wanted in zip(received, expected, strict=True):
        assert_allclose("gradient", each, wanted, hint, rtol=1e-2, atol=1e-3)


def assert_restored(layer: Any, x: np.ndarray) -> None:
    """Assert that a layer made from the configuration of a called one computes the same with its weights."""
    __tracebackhide__ = True
    expected, config = layer(x), layer.get_config()
    if not isinstance(config, dict) or (lost := {"name", "trainable", "dtype"} - set(config)):
        hint = "What does the base class return from `get_config`?"
        received = describe(config)
        if isinstance(config, dict):
            received = _("one without {names}", names=", ".join(sorted(lost)))
        fail("a configuration with the entries of the base class", received, hint)
    twin = layer.from_config(config)
    twin(x)
    twin.set_weights(layer.get_weights())
    assert_allclose("outputs", twin(x), expected, "Which arguments does `get_config` leave out?")
    if twin.name != layer.name:
        hint = "Which entries does the base class add to `get_config`, and what takes them?"
        fail(_("a layer that keeps its name {name}", name=layer.name), twin.name, hint)
