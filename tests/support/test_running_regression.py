"""Regressions are trained and judged by their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder import support
from autograder.support import ExpectationError

pytestmark = pytest.mark.xdist_group("support")
X, Y = support.regression_rows(4)


def model(outputs: int = 1) -> Any:
    layers = [(6, "relu", True), (outputs, "linear", True)]
    return support.compile_regressor(support.dense_model("numbers", 4, layers), 0.01)


def compiled(**settings: Any) -> Any:
    made = model()
    made.compile(**{"loss": "mse", "optimizer": support.keras.optimizers.Adam(0.01)} | settings)
    return made


@pytest.mark.parametrize(("shape", "outputs", "rows"), [(4, 1, 48), (2, 3, 48), ((3, 2), 2, 16)])
def test_rows_are_the_same_at_every_call(shape: Any, outputs: int, rows: int) -> None:
    first, second = (support.regression_rows(shape, outputs) for _ in range(2))
    assert all(np.array_equal(*pair) for pair in zip(first, second, strict=True))
    x, y = first
    assert x.shape == (rows, *(shape if isinstance(shape, tuple) else (shape,)))
    assert y.shape == (rows, outputs)
    assert (x.dtype, y.dtype) == (np.float32, np.float32)


@pytest.mark.parametrize("targets", [Y, Y[:, 0]])
def test_training_returns_the_error_that_is_left(targets: np.ndarray) -> None:
    """Targets may be a column or an array of numbers."""
    made = model()
    before = support.mean_squared_error(made, X, targets)
    assert before == pytest.approx(np.mean((support.predict(made, X) - Y) ** 2))
    trained = support.fit_regressor(made, X, targets, epochs=20, seed=1)
    assert trained["error"] == support.mean_squared_error(made, X, Y)
    assert trained["error"] < trained["losses"][0] < 2 * before
    assert set(trained) == {"error", "losses"}


# An assertion that fails, and what it expects and received.
WRONG: dict[str, tuple[Callable[[], object], str, str]] = {
    "error": (lambda: support.assert_error(0.2, 0.1), "an error of at most 0.1 after the training", "0.2"),
    "no number": (lambda: support.assert_error(float("nan"), 0.1), "an error of at most 0.1", "nan"),
    "shape": (
        lambda: support.mean_squared_error(model(outputs=2), X, Y),
        "outputs of shape (48, 1) for 48 rows",
        "(48, 2)",
    ),
    "loss": (
        lambda: learns(compiled(loss="mae")),
        "the loss mean squared error",
        "mean_absolute_error",
    ),
    "dead optimizer": (
        lambda: learns(compiled(optimizer=support.keras.optimizers.Adam(0.01, clipvalue=1e-12))),
        "a loss that falls in 8 steps of training",
        "one that falls by",
    ),
    "loss weight": (lambda: learns(compiled(loss_weights=0.0)), "a loss that falls", "one that falls by 0"),
    "outputs": (lambda: learns(model(outputs=2)), "outputs of shape (2, 1) for 2 rows", "(2, 2)"),
    "class": (
        lambda: support.assert_learns(model(), X, Y),
        "the loss categorical crossentropy",
        "mean_squared_error",
    ),
}


def learns(made: Any, y: np.ndarray = Y) -> None:
    support.assert_learns(made, X, y, 0.01, loss="mean_squared_error")


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told(name: str) -> None:
    assertion, expected, received = WRONG[name]
    with pytest.raises(ExpectationError) as caught:
        assertion()
    assert caught.value.expected.startswith(expected)
    assert caught.value.received.startswith(received)


@pytest.mark.parametrize("loss", ["mse", support.keras.losses.MeanSquaredError()])
def test_a_regression_that_learns_passes(loss: Any) -> None:
    """Whichever way its loss is named; the weights stay as they were."""
    made = compiled(loss=loss)
    start = made.get_weights()
    learns(made, Y[:, 0])
    support.assert_error(support.mean_squared_error(made, X, Y), 100.0)
    assert all(np.array_equal(*pair) for pair in zip(start, made.get_weights(), strict=True))
