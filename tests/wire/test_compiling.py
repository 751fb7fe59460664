"""Compiling: loss, loss weights and optimizer cross in the form they had, or are refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograder.wire.arrays import NotAllowedError
from autograder.wire.codec import pack, unpack

Make = Callable[..., Any]


def keras() -> Any:
    import keras

    return keras


def settings(thing: Any) -> Any:
    """What a loss or an optimizer is, in a form that compares."""
    return (type(thing), thing.get_config()) if hasattr(thing, "get_config") else thing


LOSSES = {
    "a string": lambda: "categorical_crossentropy",
    "a short string": lambda: "mse",
    "a class as a string": lambda: "CategoricalCrossentropy",
    "a function": lambda: keras().losses.categorical_crossentropy,
    "an object": lambda: keras().losses.CategoricalCrossentropy(),
    "an object with numbers": lambda: keras().losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=0.25
    ),
    "sparse": lambda: keras().losses.SparseCategoricalCrossentropy(ignore_class=1),
    "focal": lambda: keras().losses.BinaryFocalCrossentropy(gamma=3.0, reduction="sum"),
    "none": lambda: None,
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_keeps_its_form(name: str, donor: Make, cross: Callable[[Any], Any]) -> None:
    loss = LOSSES[name]()
    model = cross(donor(optimizer="adam", loss=loss))
    assert model.compiled
    assert settings(model.loss) == settings(loss)


OPTIMIZERS = {
    "a string": lambda: "adam",
    "adam": lambda: keras().optimizers.Adam(0.01, beta_1=0.8, amsgrad=True, clipnorm=1.0),
    "adamw": lambda: keras().optimizers.AdamW(weight_decay=0.01),
    "sgd": lambda: keras().optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda: keras().optimizers.RMSprop(rho=0.8, centered=True),
    "adagrad": lambda: keras().optimizers.Adagrad(initial_accumulator_value=0.2),
    "adadelta": lambda: keras().optimizers.Adadelta(),
    "adamax": lambda: keras().optimizers.Adamax(epsilon=1e-5),
    "nadam": lambda: keras().optimizers.Nadam(use_ema=True),
    "a schedule": lambda: keras().optimizers.Adam(
        keras().optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    ),
    "another schedule": lambda: keras().optimizers.SGD(
        keras().optimizers.schedules.CosineDecay(0.1, 10, alpha=0.1)
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_keeps_its_numbers(name: str, donor: Make, cross: Callable[[Any], Any]) -> None:
    model = donor(optimizer=OPTIMIZERS[name](), loss="mse")
    arrived = cross(model).optimizer
    mine, yours = model.optimizer.get_config(), arrived.get_config()
    assert type(arrived) is type(model.optimizer)
    assert mine == yours


def test_a_model_that_is_not_compiled_stays_so(donor: Make, cross: Callable[[Any], Any]) -> None:
    assert not cross(donor()).compiled


def test_losses_of_several_outputs_cross(cross: Callable[[Any], Any]) -> None:
    inputs = keras().Input((2,), name="in")
    one, two = (keras().layers.Dense(1, name=name)(inputs) for name in ("one", "two"))
    model = keras().Model(inputs, {"one": one, "two": two})
    model.compile(
        "sgd", loss={"one": "mse", "two": keras().losses.mean_absolute_error}, loss_weights={"one": 0.5}
    )
    arrived = cross(model)
    assert arrived.loss == model.loss
    assert arrived._compile_loss._user_loss_weights == {"one": 0.5}


def test_metrics_do_not_cross(donor: Make, cross: Callable[[Any], Any]) -> None:
    model = cross(
        donor(optimizer="adam", loss="mse", metrics=["accuracy", keras().metrics.AUC(num_thresholds=10)])
    )
    assert [metric.name for metric in model.metrics] == ["loss"]


def test_compiling_there_compiles_here(donor: Make, call: Callable[..., Any]) -> None:
    base = donor()
    call(lambda model: model.compile(keras().optimizers.SGD(0.5), "mae"), base)
    assert type(base.optimizer) is keras().optimizers.SGD
    assert base.loss == "mae"


def test_a_model_that_nobody_compiled_anew_keeps_its_optimizer(donor: Make, call: Callable[..., Any]) -> None:
    base = donor(optimizer="adam", loss="mse")
    optimizer = base.optimizer
    call(lambda model: None, base)
    assert base.optimizer is optimizer


def test_a_learning_rate_set_there_is_set_here(donor: Make, call: Callable[..., Any]) -> None:
    def slow_down(model: Any) -> None:
        model.optimizer.learning_rate = 0.25

    base = donor(optimizer="adam", loss="mse")
    call(slow_down, base)
    assert float(base.optimizer.learning_rate) == 0.25


def custom_loss(y_true: Any, y_pred: Any) -> Any:
    return y_pred


REFUSED = {
    "a lambda": (lambda: {"loss": lambda y, p: p}, "function <lambda>"),
    "a function of one's own": (lambda: {"loss": custom_loss}, "function custom_loss"),
    "a string that is no loss": (lambda: {"loss": "set_epsilon"}, "set_epsilon"),
    "a loss of one's own": (lambda: {"loss": type("Mine", (keras().losses.Loss,), {})()}, "Mine"),
    "an optimizer of one's own": (
        lambda: {"optimizer": type("Mine", (keras().optimizers.Adam,), {})(), "loss": "mse"},
        "Mine",
    ),
    "another optimizer": (lambda: {"optimizer": keras().optimizers.Muon(), "loss": "mse"}, "Muon"),
    "a learning rate that is no number": (
        lambda: {"optimizer": keras().optimizers.Adam(float("nan")), "loss": "mse"},
        "nan",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_on_the_short_lists_is_refused_by_name(name: str, donor: Make) -> None:
    compiled, found = REFUSED[name]
    model = donor(optimizer="adam", loss="mse")
    # Compiling with such a thing may itself fail in Keras; what the wire sees is the attribute.
    for key, value in compiled().items():
        setattr(model, key, value)
    packed = pack(model)
    with pytest.raises(NotAllowedError, match=found):
        unpack(packed.head, packed.blob)
