"""Assert what a model is made of: layers, sizes, parameters, flags and compile settings.

Every assertion raises ExpectationError, also for None and values of other types.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from .backend import keras
from .errors import fail
from .language import gettext as _
from .networks import Counts, all_layers, count_parameters, trainable_flags, weighted_layers, weights
from .running import predict

RATE_TOLERANCE = 1e-6
# Above this share, labels say little about the class.
MAX_SMOOTHING = 0.2
# Of a network with more layers, a message does not say which are trainable.
MAX_LISTED = 12


def assert_layers(model: Any, expected: Sequence[tuple[int, ...]], hint: str = "") -> None:
    """Assert that the layers with weights have these sizes in order, such as (inputs, units) if Dense.

    The size of a layer is the shape of its first weight.
    """
    __tracebackhide__ = True
    found = weighted_layers(model)
    received = [tuple(layer.weights[0].shape) for layer in found]
    if received != (wanted := [tuple(size) for size in expected]):
        kinds = [type(layer).__name__ for layer in found]
        others = f" ({', '.join(kinds)})" if set(kinds) - {"Dense"} else ""
        hint = hint or layers_question(len(received), len(wanted))
        fail(_("layers with weights of the sizes {wanted}", wanted=wanted), f"{received}{others}", hint)


def assert_parameter_counts(model: Any, total: int, trainable: int, hint: str = "") -> None:
    """Assert the number of parameters, and how many of them training can change.

    The hint is for a wrong number of trainable ones.
    """
    __tracebackhide__ = True
    expected, received = Counts(total, trainable, total - trainable), count_parameters(model)
    if received == expected:
        return
    text = counts_text(received)
    if received.total != total:
        hint = "Which layers are there, and which of them have a bias?"
    elif len(flags := trainable_flags(model)) <= MAX_LISTED:
        kinds = [type(layer).__name__ for layer in weighted_layers(model)]
        text = _("{counts}; {layers}", counts=text, layers=_trainable_words(flags, kinds))
    fail(counts_text(expected), text, hint or "Which of the layers are trainable?")


def assert_trainable(model: Any, expected: Sequence[bool], hint: str = "") -> None:
    """Assert for each layer with weights, in order, whether training can change it."""
    __tracebackhide__ = True
    received = trainable_flags(model)
    if received != list(expected):
        kinds = [type(layer).__name__ for layer in weighted_layers(model)]
        hint = hint or "Which property of a layer decides whether training changes it?"
        fail(_trainable_words(expected), _trainable_words(received, kinds), hint)


def assert_compiled(
    model: Any,
    loss: str = "categorical_crossentropy",
    optimizer: str = "Adam",
    learning_rate: float | None = None,
) -> None:
    """Assert the loss, the optimizer and, if given, its learning rate.

    A cross-entropy has to take probabilities, as softmax and sigmoid give them, not logits.
    """
    __tracebackhide__ = True
    assert_is_compiled(model)
    if (found := type(model.optimizer).__name__) != optimizer:
        fail(
            _("the optimizer {optimizer}", optimizer=optimizer), found, "Which optimizer does the task name?"
        )
    if learning_rate is not None:
        rate = _learning_rate(model.optimizer)
        if rate is None or abs(rate - learning_rate) > RATE_TOLERANCE:
            received = _("a schedule") if rate is None else f"{rate:g}"
            fail(
                _("the learning rate {rate:g}", rate=learning_rate),
                received,
                "Which rate did the caller ask for?",
            )
    used, words = _loss(model.loss), loss.replace("_", " ")
    if isinstance(used, str):
        known = [name for name in dir(keras.losses) if not name.startswith("_")]
        near = get_close_matches(used, known, n=1)
        hint = _("Did you mean {name!r}?", name=near[0]) if near else "Which name does Keras give this loss?"
        fail(_("the loss {name}", name=words), _("{name!r}, which Keras does not know", name=used), hint)
    if _loss_name(used) != _loss_name(_loss(loss)):
        received = getattr(used, "__name__", type(used).__name__)
        fail(_("the loss {name}", name=words), received, "Which loss suits the targets?")
    if loss == "categorical_crossentropy":
        _assert_takes_probabilities(used)


def assert_is_compiled(model: Any) -> None:
    """Assert that the model has a loss and an optimizer."""
    __tracebackhide__ = True
    all_layers(model)
    if getattr(model, "optimizer", None) is None or getattr(model, "loss", None) is None:
        fail("a compiled model", "one without loss or optimizer", "Which call says how a model is trained?")


def assert_can_train(model: Any, x: np.ndarray, y: np.ndarray) -> None:
    """Assert that the model is compiled, takes x, gives something of y's shape, and that a layer trains."""
    __tracebackhide__ = True
    assert_is_compiled(model)
    if (shape := predict(model, x[:2]).shape) != (len(x[:2]), *y.shape[1:]):
        hint = "How many classes are there to tell apart?"
        if y.shape[1:] == (1,):
            hint = "How many numbers does the model predict for a row?"
        fail(
            _(
                "outputs of shape {shape} for {count} rows",
                shape=(len(x[:2]), *y.shape[1:]),
                count=len(x[:2]),
            ),
            shape,
            hint,
        )
    if not any(trainable_flags(model)):
        fail(
            "a layer that trains", "a model that is frozen as a whole", "Which layer should training change?"
        )


def assert_no_extras(model: Any) -> None:
    """Assert that nothing regularizes or constrains the model, and that its optimizer has no weight decay.

    A layer such as Dropout counts, whatever its rate.
    """
    __tracebackhide__ = True
    if decay := getattr(getattr(model, "optimizer", None), "weight_decay", None):
        hint = "Which settings of the optimizer does the task leave to you?"
        fail("no weight decay", _("one of {decay:g}", decay=decay), hint)
    for layer in all_layers(model):
        if ".regularization." in type(layer).__module__:
            hint = "Which layers does the task ask for?"
            fail("no Dropout, noise or penalty", type(layer).__name__, hint, layer.name)
        for name, value in vars(layer).items():
            if name.endswith(("_regularizer", "_constraint")) and value is not None:
                hint = "Which arguments does the task name for this layer?"
                fail(
                    _("no {part} in {layer}", part=name.strip("_"), layer=layer.name),
                    type(value).__name__,
                    hint,
                    layer.name,
                )


def assert_is_new(answer: Any, argument: Any) -> None:
    """Assert that the answer is a model of its own, not the one that was passed to the task."""
    __tracebackhide__ = True
    all_layers(answer)
    if answer is argument:
        fail("a new model", "the same model that was passed in", "Where does your function make a new one?")


def assert_shares_no_layers(first: Any, second: Any, allowed: Any = None, hint: str = "") -> None:
    """Assert that two models have no layer and no optimizer in common.

    Layers of the model `allowed` may be shared.
    """
    __tracebackhide__ = True
    own = {id(layer) for layer in all_layers(second)}
    free = {id(layer) for layer in all_layers(allowed)} if allowed is not None else set()
    shared = [
        layer
        for layer in all_layers(first)
        if id(layer) in own - free and not isinstance(layer, keras.layers.InputLayer)
    ]
    if first is second or shared:
        received = (
            _("two that share {layers}", layers=layer_names(shared)) if shared else _("one model twice")
        )
        hint = hint or "Whatever changes a shared layer changes both models."
        fail("two models with layers of their own", received, hint, shared[0].name if shared else "")
    optimizer = getattr(first, "optimizer", None)
    if optimizer is not None and optimizer is getattr(second, "optimizer", None):
        hint = hint or "An optimizer stores values for one model: where do you create it?"
        fail("two models with optimizers of their own", "one optimizer for both", hint)


def assert_last_layer_is(model: Any, layer: Any) -> None:
    """Assert that the last layer with weights is this very object."""
    __tracebackhide__ = True
    found = weighted_layers(model)
    if not found or found[-1] is not layer:
        hint = "Does the model learn what a copy of its layer learns?"
        fail(
            _("the layer object {name} of the model itself", name=layer.name),
            _("another one"),
            hint,
            layer.name,
        )


def layers_question(received: int, wanted: int) -> str:
    """Return a question about layers of which so many are there, and so many should be."""
    if received > wanted:
        return "Which of these layers should not be there?"
    if received < wanted:
        return "Which layer is missing, and which line of your function drops it?"
    return "How many units has each layer, and how many numbers does it take?"


def weight_shapes(layers: Sequence[Sequence[np.ndarray]]) -> str:
    """Return the shape of the first weight of each layer, such as `(4 × 50), (50 × 25)`."""
    shown = ["(" + " × ".join(map(str, arrays[0].shape)) + ")" if arrays else "()" for arrays in layers]
    return ", ".join(shown) or _("none at all")


def counts_text(counts: Counts) -> str:
    """Return the number of parameters in words."""
    total, trainable, frozen = counts
    return _(
        "{total:,} parameters, {trainable:,} trainable and {frozen:,} frozen",
        total=total,
        trainable=trainable,
        frozen=frozen,
    )


def flag_words(flags: Sequence[bool]) -> str:
    """Return flags in words."""
    return _(
        "layers that are {flags}",
        flags=_(", ").join(_("trainable") if flag else _("frozen") for flag in flags),
    )


def _trainable_words(flags: Sequence[bool], kinds: Sequence[str] = ()) -> str:
    """Return which layers with weights are trainable, by number and, if known, by class."""
    if all(flags):
        return _("all {count} layers with weights trainable", count=len(flags))
    if not any(flags):
        return _("all {count} layers with weights frozen", count=len(flags))
    places = [number for number, flag in enumerate(flags) if flag]
    shown = _(", ").join(f"{place + 1} ({kinds[place]})" if kinds else str(place + 1) for place in places)
    return _("{count} layers with weights; trainable: number {places}", count=len(flags), places=shown)


def layer_names(layers: Sequence[Any]) -> str:
    """Return the number of layers and their names."""
    return _("{count} layers ({names})", count=len(layers), names=", ".join(layer.name for layer in layers))


def last_layer(model: Any) -> list[np.ndarray]:
    """Return the weights of the last layer that has some."""
    __tracebackhide__ = True
    if not (found := weights(model)):
        fail("a layer with weights", "none", "Which layers does the model have?")
    return found[-1]


def _learning_rate(optimizer: Any) -> float | None:
    try:
        return float(optimizer.learning_rate)
    except (TypeError, ValueError):
        return None


def _loss(loss: Any) -> Any:
    """Return the loss as a function or an object; a list or dict of one counts as that one."""
    if isinstance(loss, (list, tuple, dict)) and len(loss) == 1:
        loss = next(iter(loss.values() if isinstance(loss, dict) else loss))
    try:
        return keras.losses.get(loss)
    except (ValueError, TypeError):
        return loss


def _loss_name(loss: Any) -> str:
    """Return the name of the function that a loss computes, for Keras' classes of losses too."""
    return str(getattr(getattr(loss, "fn", loss), "__name__", type(loss).__name__))


def _assert_takes_probabilities(loss: Any) -> None:
    __tracebackhide__ = True
    truth, said = np.eye(3, dtype=np.float32)[:1], np.array([[0.6, 0.2, 0.2]], np.float32)
    # One row, so that the reduction makes no difference; smoothed labels are right as well.
    value = float(np.sum(np.asarray(loss(truth, said))))
    smoothing = loss.get_config().get("label_smoothing", 0.0) if hasattr(loss, "get_config") else 0.0
    smoothed = -float(np.sum(((1 - smoothing) * truth + smoothing / 3) * np.log(said)))
    if smoothing > MAX_SMOOTHING:
        hint = "How much do the labels still say about the class?"
        fail(_("label smoothing of at most {most:g}", most=MAX_SMOOTHING), f"{smoothing:g}", hint)
    if abs(value - smoothed) > 1e-3:
        expected = _(
            "a loss for probabilities, {smoothed:.3f} if the right class has probability 0.6",
            smoothed=smoothed,
        )
        hint = "Softmax gives probabilities, not logits: which argument of the loss says so?"
        fail(expected, f"{value:.3f}", hint)
