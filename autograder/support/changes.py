"""Compare a model with what it was before, and see what a few steps of training change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .backend import keras, tf
from .errors import fail
from .language import gettext as _
from .networks import (
    Counts,
    Weights,
    activation_name,
    all_layers,
    count_parameters,
    forward,
    present_layers,
    settings,
    trainable_flags,
    weighted_layers,
    weights,
)
from .running import as_columns, call_model, predict
from .structure import (
    assert_can_train,
    assert_compiled,
    assert_no_extras,
    counts_text,
    flag_words,
)

# Enough steps to see whether a model learns.
STEPS = 8
MIN_SHARE, MIN_SHARE_AVERAGED = 0.2, 0.02
# By this step no schedule may have ended the training, or let the steps grow without bound.
LATE_STEP, MIN_LATE_RATE, MAX_LATE_RATE = 300, 1e-5, 1.0
# A weight that follows its average more slowly does not arrive in the epochs of a lesson.
MAX_MOMENTUM = 0.99
HINT = "What does your function change in its argument?"
FLAGS = "What does your function set, on which layers, and to which value?"


@dataclass(frozen=True)
class Snapshot:
    """A model at one moment; later changes of the model do not reach this copy."""

    layers: tuple[Any, ...]
    own_flags: tuple[bool, ...]
    flags: tuple[bool, ...]
    weights: Weights
    activations: tuple[str, ...]
    counts: Counts
    settings: dict[str, Any]

    def outputs(self, x: np.ndarray, layers: int | None = None) -> np.ndarray:
        """Return what all Dense layers, or `[:layers]`, make of the rows of x, computed by NumPy."""
        __tracebackhide__ = True
        return forward(self.weights[:layers], self.activations[:layers], x)


def snapshot(model: Any) -> Snapshot:
    """Return the layers, weights, flags and settings of a model as they are now."""
    __tracebackhide__ = True
    layers = all_layers(model)
    return Snapshot(
        layers=tuple(layers),
        own_flags=tuple(layer.trainable for layer in layers),
        flags=tuple(trainable_flags(model)),
        weights=weights(model),
        activations=tuple(activation_name(layer) or "linear" for layer in weighted_layers(model)),
        counts=count_parameters(model),
        settings=settings(model),
    )


def assert_unchanged(model: Any, before: Snapshot, but_flags: bool = False) -> None:
    """Assert that a model is as it was: layers, weights, flags, names, activations and compile settings.

    With `but_flags`, its `trainable` flags may have changed.
    """
    __tracebackhide__ = True
    layers = present_layers(model)
    if [id(layer) for layer in layers] != [id(layer) for layer in before.layers]:
        hint = "Whose list of layers does your function change?"
        expected = _("the argument unchanged, with its {count} layers", count=len(before.layers))
        fail(expected, _layers_now(layers, before.layers), hint)
    now = count_parameters(model)
    if not but_flags and (
        [layer.trainable for layer in layers] != list(before.own_flags) or now != before.counts
    ):
        hint = "Which other network uses the layers whose `trainable` you set?"
        fail(
            _("the argument unchanged, with {counts}", counts=counts_text(before.counts)),
            _("one with {counts}", counts=counts_text(now)),
            hint,
        )
    for layer, old in zip(weighted_layers(model), before.weights, strict=True):
        if not _same(layer.get_weights(), old):
            expected = _("the argument unchanged, with its weights in {name}", name=layer.name)
            hint = "Which line of your function writes other weights into it?"
            fail(expected, "different weights", hint, layer.name)
    found, wanted = settings(model), before.settings
    if but_flags:
        found, wanted = _without_flags(found), _without_flags(wanted)
    for what, old in wanted.items():
        if found.get(what) != old:
            expected = _("the argument unchanged, with its {what}", what=_(what))
            fail(expected, _difference(_(what), old, found.get(what)), HINT)


def assert_froze(model: Any, before: Snapshot) -> None:
    """Assert that fewer parameters train than before: a function that does nothing keeps weights, too."""
    __tracebackhide__ = True
    now = count_parameters(model)
    if now.trainable >= before.counts.trainable:
        expected = _(
            "fewer trainable parameters than the {count:,} from before", count=before.counts.trainable
        )
        fail(expected, _("{count:,} trainable parameters", count=now.trainable), FLAGS)


def assert_thawed(model: Any, before: Snapshot) -> None:
    """Assert that more parameters train than before."""
    __tracebackhide__ = True
    now = count_parameters(model)
    if now.trainable <= before.counts.trainable:
        expected = _(
            "more trainable parameters than the {count:,} from before", count=before.counts.trainable
        )
        fail(expected, _("{count:,} trainable parameters", count=now.trainable), FLAGS)


def assert_only_trained(
    model: Any, before: Snapshot | Weights, layers: Sequence[int], hint: str = ""
) -> None:
    """Assert that training changed these layers, counted among those with weights, and no others."""
    __tracebackhide__ = True
    old = before.weights if isinstance(before, Snapshot) else before
    now = weights(model)
    expected = sorted(range(len(old))[index] for index in layers)
    received = [index for index, pair in enumerate(zip(old, now, strict=True)) if not _same(*pair)]
    if received != expected:
        if not received:
            hint = "What keeps the trainable layers from learning?"
        hint = hint or "Which layers were frozen when the model was compiled?"
        fail(
            _("a change in layers {numbers} alone", numbers=_places(expected)),
            _("one in layers {numbers}", numbers=_places(received)) if received else _("no change at all"),
            hint,
        )


def assert_learns(
    model: Any,
    x: np.ndarray,
    y: np.ndarray,
    learning_rate: float | None = None,
    loss: str = "categorical_crossentropy",
) -> None:
    """Assert that a few steps with the model's own compile settings lower the loss about as Adam does.

    The model has to be compiled with Adam and this loss, such as `mean_squared_error` for a regression, every
    trainable layer changes, and no setting of the optimizer ends the training after these steps.
    """
    __tracebackhide__ = True
    assert_compiled(model, loss, learning_rate=learning_rate)
    y = as_columns(y)
    assert_can_train(model, x, y)
    assert_no_extras(model)
    rate = float(model.optimizer.learning_rate)
    fell, changed = train_briefly(model, x, y, loss)
    if (usual := 1e-4 <= rate <= 1) and _is_plain(model):
        expected = fell
    else:
        expected = train_briefly(model, x, y, loss, rate if usual else 0.001)[0]
    # Averaged weights follow the trained ones slowly.
    share = MIN_SHARE_AVERAGED if model.optimizer.use_ema else MIN_SHARE
    if not fell > share * expected:
        fail(
            _(
                "a loss that falls in {steps} steps of training, by {expected:.3g} with plain Adam",
                steps=STEPS,
                expected=expected,
            ),
            _("one that falls by {fell:.3g} (learning rate {rate:g})", fell=fell, rate=rate),
            "Which settings of the optimizer, the loss or a layer keep the model from learning?",
        )
    if changed != (flags := trainable_flags(model)):
        hint = "What keeps a layer from learning besides its `trainable` flag?"
        fail(
            _("a change in {flags}", flags=flag_words(flags)),
            _("one in {flags}", flags=flag_words(changed)),
            hint,
        )
    _assert_lasts(model.optimizer)


def _is_plain(model: Any) -> bool:
    """Return whether the model has a loss by name, and Adam with no other setting than a learning rate."""
    optimizer, settings = model.optimizer, model.get_compile_config()
    found, usual = optimizer.get_config(), keras.optimizers.Adam().get_config()
    return (
        type(optimizer) is keras.optimizers.Adam
        and isinstance(found["learning_rate"], float)
        and all(found[key] == value for key, value in usual.items() if key not in ("name", "learning_rate"))
        and isinstance(settings["loss"], str)
        and settings["loss_weights"] is None
    )


def _assert_lasts(optimizer: Any) -> None:
    """Assert that neither a schedule nor averages of the weights end or spoil the training early."""
    __tracebackhide__ = True
    iteration = optimizer.variables[0]
    now = int(iteration)
    iteration.assign(LATE_STEP)
    rate = float(optimizer.learning_rate)
    iteration.assign(now)
    if rate < MIN_LATE_RATE:
        expected = _(
            "a learning rate above {rate:g} after {steps} steps", rate=MIN_LATE_RATE, steps=LATE_STEP
        )
        hint = "How many steps does the training take, and what is left of the rate then?"
        fail(expected, f"{rate:g}", hint)
    if not rate <= MAX_LATE_RATE:
        expected = _(
            "a learning rate of at most {rate:g} after {steps} steps", rate=MAX_LATE_RATE, steps=LATE_STEP
        )
        hint = "How many steps does the training take, and how large is the rate then?"
        fail(expected, f"{rate:g}", hint)
    every = optimizer.ema_overwrite_frequency
    if optimizer.use_ema and (optimizer.ema_momentum > MAX_MOMENTUM or every):
        expected = _("averaged weights with ema_momentum of at most {momentum:g}", momentum=MAX_MOMENTUM)
        if every:
            expected = _("averaged weights that replace the others after the training")
        received = f"ema_momentum={optimizer.ema_momentum:g}, ema_overwrite_frequency={every}"
        fail(expected, received, "How quickly do the averages follow the weights?")


def train_briefly(
    model: Any,
    x: np.ndarray,
    y: np.ndarray,
    loss: str = "categorical_crossentropy",
    rate: float | None = None,
) -> tuple[float, list[bool]]:
    """Take a few steps of training on all rows; return by how much `loss` fell, and which layers changed.

    The steps are those of the model's own loss and optimizer. With `rate` they are those of `loss` and plain
    Adam instead. The weights are put back afterwards.
    """
    __tracebackhide__ = True
    measure = keras.losses.get(loss)
    start, before, variables = model.get_weights(), weights(model), model.trainable_variables
    optimizer = model.optimizer if rate is None else keras.optimizers.Adam(rate)
    first = _mean_loss(measure, model, x, y)
    for _step in range(STEPS):
        with tf.GradientTape() as tape:
            said = call_model(model, x, training=True)
            if rate is None:
                off = model.compute_loss(x=x, y=y, y_pred=said, training=True)
            else:
                off = measure(y, said)
        optimizer.apply(tape.gradient(off, variables), variables)
    optimizer.finalize_variable_values(variables)
    fell = first - _mean_loss(measure, model, x, y)
    changed = [not _same(old, now) for old, now in zip(before, weights(model), strict=True)]
    model.set_weights(start)
    return fell, changed


def _mean_loss(measure: Callable[..., Any], model: Any, x: np.ndarray, y: np.ndarray) -> float:
    __tracebackhide__ = True
    return float(np.mean(measure(y, predict(model, x))))


def _same(old: Sequence[np.ndarray], now: Sequence[np.ndarray]) -> bool:
    return len(old) == len(now) and all(np.array_equal(*pair) for pair in zip(old, now, strict=True))


def _layers_now(layers: Sequence[Any], before: Sequence[Any]) -> str:
    """Return how many layers there are now, and which are gone or new."""
    gone, new = (
        ", ".join(layer.name for layer in some if all(layer is not other for other in others))
        for some, others in ((before, layers), (layers, before))
    )
    if gone:
        return _("{count} layers, without {names}", count=len(layers), names=gone)
    if new:
        return _("{count} layers, with {names}", count=len(layers), names=new)
    return _("the same layers in another order")


def _difference(what: str, old: Any, now: Any) -> str:
    """Return which settings are others than before."""
    if not isinstance(old, dict) or not isinstance(now, dict):
        return _("a change of its {what}", what=what)
    names = ", ".join(key for key in old | now if old.get(key) != now.get(key))
    return _("a change of its {what}: {names}", what=what, names=names)


def _without_flags(described: dict[str, Any]) -> dict[str, Any]:
    """Return settings without any `trainable` flag."""
    return {
        what: {key: part for key, part in value.items() if key != "trainable"}
        if isinstance(value, dict)
        else value
        for what, value in described.items()
        if what != "`trainable` flag"
    }


def _places(layers: Sequence[int]) -> str:
    return ", ".join(str(index + 1) for index in layers)
