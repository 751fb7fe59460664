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
from .networks import (
    Weights,
    activation_names,
    forward,
    present_layers,
    softmax,
    weighted_layers,
    weights,
)
from .running import call_model, predict
from .structure import last_layer, layers_question, weight_shapes

MOVED = "A new layer starts with random weights. How do you copy the old ones into it?"
OTHER_WAY = "Which of the two models does your function read the weights from, and which does it change?"
ALL_ARRAYS = "How many arrays of weights does such a layer have, and which of them do you copy?"


def assert_weights_equal(
    model: Any, expected: Weights, hint: str = "", first: int | None = None, source: Any = None
) -> None:
    """Assert that the layers with weights have these, bit for bit.

    With `first`, only that many layers are compared; a negative number leaves out layers at the end. `source`
    is the model whose weights these were, for a message about one that has got other ones instead.
    """
    __tracebackhide__ = True
    layers = weighted_layers(model)[:first]
    received = weights(model)[:first]
    shapes = [[[array.shape for array in arrays] for arrays in each] for each in (expected, received)]
    if shapes[0] != shapes[1]:
        hint = hint or layers_question(len(received), len(expected))
        fail(
            _("layers with weights of the shapes {shapes}", shapes=weight_shapes(expected)),
            weight_shapes(received),
            hint,
        )
    for number, (layer, old, now) in enumerate(zip(layers, expected, received, strict=True), 1):
        for place, (array, other) in enumerate(zip(old, now, strict=True)):
            if np.array_equal(array, other):
                continue
            wanted = _(
                "in layer {number} the {name} of the model that was passed in",
                number=number,
                name=layer.weights[place].name,
            )
            difference, question = _difference(array, other), ALL_ARRAYS if place else MOVED
            if source is not None and _has(source, other, layer):
                difference, question = "other numbers, which the original model now has as well", OTHER_WAY
            fail(wanted, difference, question, layer.name)


def _difference(expected: np.ndarray, received: np.ndarray) -> str:
    if not received.any():
        return _("zeros, as in a new layer")
    return _("other numbers, off by up to {size:.2g}", size=np.abs(expected - received).max())


def _has(model: Any, array: np.ndarray, but: Any) -> bool:
    """Return whether a layer of a model, but for one, has these weights."""
    __tracebackhide__ = True
    others = [layer for layer in present_layers(model) if layer is not but]
    return any(np.array_equal(each, array) for layer in others for each in layer.get_weights())


def assert_outputs(
    model: Any,
    x: np.ndarray,
    expected: np.ndarray,
    hint: str = "",
    name: str = "outputs",
    activations: Sequence[str] = (),
) -> None:
    """Assert that the model gives the expected outputs, called `name`, for the rows of x.

    If it gives others because its layers with weights have other activations than these, the message is about
    them.
    """
    __tracebackhide__ = True
    hint = hint or "Which layer computes something else?"
    _assert_made(model, predict(model, x), expected, hint, name, [[each] for each in activations])


def _assert_made(
    model: Any,
    made: np.ndarray,
    expected: np.ndarray,
    hint: str,
    name: str,
    activations: Sequence[Sequence[str]],
) -> None:
    """Assert that a model made what it should, and if it did not, that it has these activations."""
    __tracebackhide__ = True
    close = made.shape == expected.shape and np.allclose(made, expected, rtol=RTOL, atol=ATOL)
    if activations and not close:
        _assert_named(model, activations)
    assert_allclose(name, made, expected, hint)


def _assert_named(model: Any, activations: Sequence[Sequence[str]]) -> None:
    """Assert that the layers with weights have activations of these names."""
    __tracebackhide__ = True
    received, expected = (
        [[name.lower() for name in names if name != "linear"] for names in every]
        for every in (activation_names(model), activations)
    )
    if received == expected:
        return
    hint = "Where does your function say which activation a layer has?"
    if any(len(names) > 1 for names in received):
        hint = "Which layer has more than one activation, and which one do you remove?"
    elif received.count([]) > expected.count([]):
        hint = "What does a layer without an activation compute?"
    fail(
        _("layers with the activations {names}", names=_activation_words(expected)),
        _activation_words(received),
        hint,
    )


def _activation_words(activations: Sequence[Sequence[str]]) -> str:
    return _(", ").join(_(" and then ").join(names) or _("none") for names in activations)


def assert_training_outputs(model: Any, x: np.ndarray, expected: np.ndarray) -> None:
    """Assert the outputs of a training step: nothing drops out or is noisy."""
    __tracebackhide__ = True
    hint = "Which layer does something else in training, and does the task ask for it?"
    assert_allclose("outputs in training", predict(model, x, training=True), expected, hint)


def assert_averages(model: Any, reference: Any, x: np.ndarray) -> None:
    """Assert that a training step on x moves the averages of BatchNormalization as in a reference model.

    The layers with weights of the model begin with those of the reference. The averages are put back.
    """
    __tracebackhide__ = True
    expected = _weights_in_training(reference, x)
    layers = weighted_layers(model)
    for layer, old, now in zip(layers, expected, _weights_in_training(model, x), strict=False):
        for array, other in zip(old, now, strict=True):
            if not np.allclose(array, other, rtol=RTOL, atol=ATOL):
                fail(
                    _("moving averages in {name} that a step moves as in the argument", name=layer.name),
                    _("other ones, off by up to {size:.2g}", size=np.abs(array - other).max()),
                    "Which settings of BatchNormalization belong to the layer?",
                    layer.name,
                )


def _weights_in_training(model: Any, x: np.ndarray) -> Weights:
    """Return the weights after the outputs of a training step, which are put back."""
    start = model.get_weights()
    call_model(model, x, training=True)
    found = weights(model)
    model.set_weights(start)
    return found


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
            "Which layers do something else in training, such as Dropout or BatchNormalization?",
        )


def assert_activations(model: Any, activations: Sequence[str], x: np.ndarray, hint: str = "") -> None:
    """Assert that Dense layers have these activations: the outputs are what NumPy computes.

    It computes them from the model's own weights.
    """
    __tracebackhide__ = True
    hint = hint or "Which activation follows which layer?"
    found = weights(model)
    if len(found) != len(activations):
        fail(
            _("{count} Dense layers, for {names}", count=len(activations), names=", ".join(activations)),
            len(found),
            hint,
        )
    name = _("outputs of layers with the activations {names}", names=", ".join(activations))
    assert_outputs(model, x, forward(found, activations, x), hint, name, activations)


def assert_softmax_on(
    model: Any,
    features: np.ndarray,
    x: np.ndarray,
    hint: str = "",
    needs_bias: bool = False,
    activations: Sequence[str] = (),
) -> None:
    """Assert that for x the model gives the softmax of its last layer's scores for `features`.

    `activations` are those of the layers with weights below it, for the message.
    """
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
    below = [[each] for each in activations] or activation_names(model)[:-1]
    name = "the softmax of the last layer's scores"
    _assert_made(model, predict(model, x), softmax(scores), hint, name, [*below, ["softmax"]])


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
