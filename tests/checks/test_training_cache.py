"""Stored trainings: equal ones are found again, others never, and files come back whole or not at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.checks.training_cache import Training, TrainingCache

X, Y = np.ones((4, 3), "float32"), np.ones((4, 2), "float32")


def dense(units: int = 2, loss: Any = "mse", name: str | None = None, top: str | None = None) -> Any:
    import keras

    weights = keras.initializers.Constant(0.5)
    layer = keras.layers.Dense(units, kernel_initializer=weights, name=top)
    model = keras.Sequential([keras.Input((3,)), layer], name=name)
    model.compile(loss=loss, optimizer="sgd")
    return model


def two_headed(losses: dict[str, str], names: tuple[str, str]) -> Any:
    import keras

    source = keras.Input((3,), name="in")
    weights = keras.initializers.Constant(0.5)
    heads = [keras.layers.Dense(1, kernel_initializer=weights, name=name)(source) for name in names]
    model = keras.Model(source, heads)
    model.compile(loss=losses, optimizer="sgd")
    return model


def key(model: Any, x: Any = X, epochs: int = 1, seed: int = 1, sources: str = "") -> str | None:
    return TrainingCache(lambda *_: None, sources).key(model, x, Y, epochs, seed)


def test_what_layers_are_called_does_not_count() -> None:
    """Keras numbers names, so that equal networks of two students have different ones."""
    assert key(dense(name="mine", top="a")) == key(dense(name="yours", top="b")) is not None


@pytest.mark.parametrize(
    "other",
    [
        lambda: key(dense(units=3)),
        lambda: key(dense(loss="mae")),
        lambda: key(dense(), x=X * 2),
        lambda: key(dense(), epochs=2),
        lambda: key(dense(), seed=2),
        lambda: key(dense(), sources="another version"),
        lambda: key(dense(), x={"name": X}),
    ],
)
def test_whatever_decides_a_training_counts(other: Callable[[], str | None]) -> None:
    """Network, settings, data, epochs, seed, code: with another of these it is another training."""
    assert other() != key(dense())


def test_names_that_losses_refer_to_count() -> None:
    """With a loss for each output by name, names decide which output gets which."""
    losses = {"left": "mse", "right": "mae"}
    assert key(two_headed(losses, ("left", "right"))) != key(two_headed(losses, ("right", "left")))


def test_an_input_called_name_counts() -> None:
    """Only names of layers are left out, not data that happens to be called so."""
    assert key(dense(), x={"name": X}) != key(dense(), x={"name": X * 2})


def test_what_cannot_be_told_is_trained_every_time() -> None:
    """Two networks too large for a message look the same in one: neither may get what the other learned."""
    asked: list[Any] = []
    trainings = TrainingCache(lambda *arguments: asked.append(arguments), "")
    stored: list[Training] = []
    trainings.report = stored.append
    large = np.zeros((9_000_000,), "float32")
    for _ in range(2):
        trainings(dense(), large, Y, 1, 1)
    assert len(asked) == 2
    assert stored == []


def test_a_training_is_done_once() -> None:
    """An equal network gets the weights and the value that training gave the first."""
    asked: list[Any] = []

    def train(model: Any, *_: Any) -> float:
        asked.append(model)
        model.set_weights([weight + 1 for weight in model.get_weights()])
        return math.pi

    trainings = TrainingCache(train, "")
    trainings.report = trainings.store
    first, second = dense(), dense()
    assert trainings(first, X, Y, 1, 1) == trainings(second, X, Y, 1, 1) == math.pi
    assert asked == [first]
    assert all(map(np.array_equal, first.get_weights(), second.get_weights()))
