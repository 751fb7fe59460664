"""Assert what a model computes: weights, outputs, activations and accuracies.

Every assertion raises ExpectationError, also for None and values of other types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import ATOL, RTOL, assert_allclose
from .errors import fail
from .language import gettext as _
from .networks import Weights, forward, softmax, weighted_layers, weights
from .running import predict
from .structure import last_layer, weight_shapes

MOVED_HINT = "A new layer starts with random weights. How do you copy the old ones into it?"


def assert_weights_equal(model: Any, expected: Weights, hint: str = "", first: int | None = None) -> None:
    """Assert that the layers with weights have these, bit for bit.

    With `first`, only that many layers are compared; a negative number leaves out layers at the end.
    """
    __tracebackhide__ = True
    layers = weighted_layers(model)[:first]
    received = weights(model)[:first]
    shapes = [[[array.shape for array in arrays] for arrays in each] for each in (expected, received)]
    if shapes[0] != shapes[1]:
        hint = hint or "Which layers have to be there?"
        fail(
            _("layers with weights of the shapes {shapes}", shapes=weight_shapes(expected)),
            weight_shapes(received),
            hint,
        )
    for number, (layer, old, now) in enumerate(zip(layers, expected, received, strict=True), 1):
        for variable, array, other in zip(layer.weights, old, now, strict=True):
            if not np.array_equal(array, other):
                fail(
                    _(
                        "in layer {number} the {name} that was there before",
                        number=number,
                        name=variable.name,
                    ),
                    _("other numbers, off by up to {size:.2g}", size=np.abs(array - other).max()),
                    MOVED_HINT,
                    layer.name,
                )


def assert_outputs(model: Any, x: np.ndarray, expected: np.ndarray, hint: str = "") -> None:
    """Assert that the model gives the expected outputs for the rows of x."""
    __tracebackhide__ = True
    assert_allclose("outputs", predict(model, x), expected, hint or "Which layer computes something else?")


def assert_training_outputs(model: Any, x: np.ndarray, expected: np.ndarray) -> None:
    """Assert the outputs of a training step: nothing drops out or is noisy."""
    __tracebackhide__ = True
    hint = "Which layer does something else in training, and does the task ask for it?"
    assert_allclose("outputs in training", predict(model, x, training=True), expected, hint)


def assert_same_in_training(model: Any, x: np.ndarray) -> None:
    """Assert that the model gives the same while it trains as it gives afterwards.

    Dropout and noise do not, and BatchNormalization does only if it is frozen.
    """
    __tracebackhide__ = True
    still, training = predict(model, x), predict(model, x, training=True)
    if not np.allclose(still, training, rtol=RTOL, atol=ATOL):
        fail(
            "the same outputs in training as afterwards",
            _("other ones, off by up to {size:.2g}", size=float(np.abs(still - training).max())),
            "Which layers do something else in training, such as BatchNormalization that is not frozen?",
        )


def assert_activations(model: Any, activations: Sequence[str], x: np.ndarray, hint: str = "") -> None:
    """Assert that Dense layers have these activations: the outputs are what NumPy computes.

    It computes them from the model's own weights.
    """
    __tracebackhide__ = True
    hint = hint or "Which activation follows which layer, and does each follow only once?"
    found = weights(model)
    if len(found) != len(activations):
        fail(
            _("{count} Dense layers, for {names}", count=len(activations), names=", ".join(activations)),
            len(found),
            hint,
        )
    assert_outputs(model, x, forward(found, activations, x), hint)


def assert_softmax_on(
    model: Any, features: np.ndarray, x: np.ndarray, hint: str = "", needs_bias: bool = False
) -> None:
    """Assert that for x the model gives the softmax of its last layer's scores for `features`."""
    __tracebackhide__ = True
    top = last_layer(model)
    hint = hint or "Does softmax come once, at the end?"
    dense = [array.ndim for array in top] in ([[2, 1]] if needs_bias else [[2], [2, 1]])
    if not dense or len(top[0]) != features.shape[1]:
        shapes = ", ".join(str(array.shape) for array in top)
        count = features.shape[1]
        if needs_bias:
            expected = _("a last layer with a bias for {count} features", count=count)
        else:
            expected = _("a last layer for {count} features", count=count)
        fail(expected, _("weights of the shapes {shapes}", shapes=shapes), hint)
    scores = features.astype(np.float64) @ top[0] + (top[1] if needs_bias or len(top) > 1 else 0)
    assert_outputs(model, x, softmax(scores), hint)


def assert_accuracy(
    received: float, threshold: float, what: str = "after the training", hint: str = ""
) -> None:
    """Assert that at least this share of the rows is classified correctly."""
    __tracebackhide__ = True
    if not received >= threshold:
        hint = hint or "Do the right layers train, with the right loss, and not too slowly?"
        fail(
            _("an accuracy of at least {threshold:.5g} {when}", threshold=threshold, when=_(what)),
            f"{received:.3f}",
            hint,
        )
