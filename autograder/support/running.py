"""Run models: seeds, training, accuracy, errors and outputs, the same bits at every run.

Targets of regressions, which predict numbers, are of shape (n,) or (n, outputs).
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from .backend import keras, tf
from .errors import fail, readable_error
from .language import gettext as _
from .networks import all_layers

BATCH = 32
# Epochs are run in so few calls of Keras' training loop: starting one costs more than its steps.
MAX_CALLS = 20
# Inputs in messages of Keras.
ROWS = re.compile(r"\[\[.*\]\]", re.DOTALL)


def set_deterministic(seed: int) -> None:
    """Make what follows repeatable, bit for bit: seeds, operations, precision, one thread.

    Safe to call again, and after TensorFlow has started (its number of threads then stays as it is). It
    starts no thread itself: a process may fork after it.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    tf.config.run_functions_eagerly(False)
    with suppress(RuntimeError):
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.threading.set_intra_op_parallelism_threads(1)


def compile_classifier(model: Any, learning_rate: float = 0.001) -> Any:
    """Compile `model` with categorical cross-entropy and Adam, and return it."""
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
    return model


def compile_regressor(model: Any, learning_rate: float = 0.001) -> Any:
    """Compile `model` with the mean squared error and Adam, and return it."""
    model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(learning_rate))
    return model


def fit(model: Any, x: np.ndarray, y: np.ndarray, epochs: int, seed: int) -> dict[str, Any]:
    """Train `model` on all rows of x (n, …) and y (n, classes), `epochs` times over, 32 rows a step.

    Network, weights, loss and optimizer are the model's, all else is decided here: equal arguments give equal
    weights. The model is compiled anew first. Otherwise Keras would go on training layers that were frozen
    after an earlier `fit`, and the optimizer would remember its earlier steps.

    Returns {"accuracy": the share of the rows that are right afterwards, "losses": the loss along the way}.
    Raises ValueError if the model was never compiled.
    """
    if getattr(model, "optimizer", None) is None or getattr(model, "loss", None) is None:
        raise ValueError(
            "Expected a compiled model, received one that has no loss or no optimizer: compile it."
        )
    set_deterministic(seed)
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    # One call of Keras' `fit` over a repeated dataset.
    calls = math.gcd(epochs, MAX_CALLS)
    steps = epochs // calls * math.ceil(len(x) / BATCH)
    model.compile(loss=model.loss, optimizer=optimizer, jit_compile=False, steps_per_execution=steps)
    if model.built:
        # TensorFlow traces a step twice if the optimizer makes its variables only then.
        optimizer.build(model.trainable_variables)
    rows = tf.data.Dataset.from_tensor_slices((x, y)).cache()
    if len(x) > BATCH:
        rows = rows.shuffle(len(x), seed=seed)
    batches = rows.batch(BATCH).repeat(epochs)
    with _one_input():
        past = model.fit(batches, epochs=calls, steps_per_epoch=steps, shuffle=False, verbose=0)
    return {"accuracy": accuracy(model, x, y), "losses": [float(loss) for loss in past.history["loss"]]}


def fit_regressor(model: Any, x: np.ndarray, y: np.ndarray, epochs: int, seed: int) -> dict[str, Any]:
    """Train `model` as `fit` does.

    Returns {"error": the mean squared error of all rows afterwards, "losses": the loss along the way}.
    """
    trained = fit(model, x, as_columns(y), epochs, seed)
    return {"error": mean_squared_error(model, x, y), "losses": trained["losses"]}


def accuracy(model: Any, x: np.ndarray, y: np.ndarray) -> float:
    """Return the share of the rows whose likeliest class, as the model sees it, is the right one."""
    return float(np.mean(np.argmax(np.asarray(call_model(model, x)), axis=1) == np.argmax(y, axis=1)))


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


def predict(model: Any, x: np.ndarray, training: bool = False) -> np.ndarray:
    """Return the outputs of a Keras model for the rows of x (n, …).

    With `training`, they are those of a training step; the averages of BatchNormalization are put back.
    Raises ExpectationError for other values, and for a model that does not take such rows.
    """
    __tracebackhide__ = True
    all_layers(model)
    start = model.get_weights() if training else None
    try:
        made = np.asarray(call_model(model, x, training))
    except (ValueError, TypeError, tf.errors.OpError) as error:
        shape = " × ".join(map(str, x.shape[1:]))
        said = ROWS.sub("[[…]]", readable_error(str(error)))
        # One sentence: what follows a full stop would be taken for the hint.
        received = f"{type(error).__name__}: {said.rstrip('.').replace('. ', '; ')}"
        fail(
            _("a model for inputs of {shape} numbers", shape=shape),
            received,
            "What does its first layer take?",
        )
    if start is not None:
        model.set_weights(start)
    return made


def call_model(model: Any, x: Any, training: bool = False) -> Any:
    """Return the tensor that one call of the model gives, without the overhead of `model.predict`."""
    with _one_input():
        return model(x, training=training)


def as_columns(y: np.ndarray) -> np.ndarray:
    """Return targets as a model predicts them: a column if there is one number for each row."""
    return y[:, None] if y.ndim == 1 else y


@contextmanager
def _one_input() -> Iterator[None]:
    """Keep Keras from warning, at every call, that a model made of a list of one input gets just that one."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        yield
