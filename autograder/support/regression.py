"""Train and test regressions: models that predict numbers. Targets are of shape (n,) or (n, outputs)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend import keras
from .errors import fail
from .examples import sample_rows
from .language import gettext as _
from .running import fit, predict


def compile_regressor(model: Any, learning_rate: float = 0.001) -> Any:
    """Compile `model` with the mean squared error and Adam, and return it."""
    model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(learning_rate))
    return model


def fit_regressor(model: Any, x: np.ndarray, y: np.ndarray, epochs: int, seed: int) -> dict[str, Any]:
    """Train `model` as `fit` does.

    Returns {"error": the mean squared error of all rows afterwards, "losses": the loss along the way}.
    """
    trained = fit(model, x, as_columns(y), epochs, seed)
    return {"error": mean_squared_error(model, x, y), "losses": trained["losses"]}


def mean_squared_error(model: Any, x: np.ndarray, y: np.ndarray) -> float:
    """Return the mean squared difference between the outputs for the rows of x and their targets y.

    Raises ExpectationError for outputs of another shape: NumPy might compute with all pairs of rows.
    """
    __tracebackhide__ = True
    said, targets = predict(model, x), as_columns(y)
    if said.shape != targets.shape:
        hint = "How many numbers does the model predict for a row?"
        expected = _("outputs of shape {shape} for {count} rows", shape=targets.shape, count=len(x))
        fail(expected, said.shape, hint)
    return float(np.mean(np.square(said.astype(np.float64) - targets)))


def assert_error(received: float, most: float, what: str = "after the training", hint: str = "") -> None:
    """Assert that an error, such as the mean squared one, is a number and at most this large."""
    __tracebackhide__ = True
    if not received <= most:
        hint = hint or "Do the right layers train, with the right loss, and not too slowly?"
        fail(_("an error of at most {most:.5g} {when}", most=most, when=_(what)), f"{received:.5g}", hint)


def regression_rows(shape: int | tuple[int, ...], outputs: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and targets that a model can learn from them: 48 rows, or 16 of a shape."""
    size = int(np.prod(shape))
    rng = np.random.default_rng([size, outputs])
    x = rng.normal(size=(48, shape)).astype(np.float32) if isinstance(shape, int) else sample_rows(shape, 16)
    slopes = rng.normal(size=(size, outputs)) / np.sqrt(size)
    return x, (x.reshape(len(x), size) @ slopes).astype(np.float32)


def as_columns(y: np.ndarray) -> np.ndarray:
    """Return targets as a model predicts them: a column if there is one number for each row."""
    return y[:, None] if y.ndim == 1 else y
