"""Assert that a model, or a new layer of it, has not been trained yet.

Every assertion raises ExpectationError.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .backend import keras
from .errors import fail
from .language import gettext as _
from .running import predict
from .structure import last_layer

# More than chance gives. Of 3,000 new networks for Iris, the best got 0.87 right.
MAX_ACCURACY = 0.9
CONSTANT_INITIALIZERS = ("Zeros", "Ones", "Constant")
# No normal draw is as many standard deviations away from the mean.
FAR = 7.0
# A truncated normal distribution ends here. Keras widens it, so that its deviation is the one asked for.
TRUNCATED, WIDENED = 2.0, 0.87962566103423978
ROUNDING = 1.0001
# The cosine of two vectors of weights that are multiples of each other, but for rounding.
PARALLEL = 1 - 1e-6
HINT = "Where is the model trained? The task asks for one that is not."


def assert_untrained(layers: Sequence[Any]) -> None:
    """Assert that every weight of these layers is one that its initializer draws.

    Weights of an initializer with a seed are those that it draws. No other weight is too large, random ones
    differ, and every bias has one value throughout: that of a recurrent layer has one for each gate. A bias
    whose initializer draws random numbers can have any. So a training without a seed stays unnoticed if it is
    so short that all weights stay in range, and the biases are set back.
    """
    __tracebackhide__ = True
    for layer in layers:
        for variable, value in zip(layer.weights, layer.get_weights(), strict=True):
            initializer = getattr(layer, f"{variable.name}_initializer", None)
            constant = type(initializer).__name__ in CONSTANT_INITIALIZERS
            units = getattr(layer, "units", value.size)
            if variable.name == "bias" and constant and np.any(np.ptp(value.reshape(-1, units), axis=1) > 0):
                received = _("different ones, such as {values}", values=value.ravel()[:4])
                fail(_("equal initial biases in {name}", name=layer.name), received, HINT, layer.name)
            drawn = _drawn(initializer, value.shape)
            if drawn is not None and not np.allclose(value, drawn, rtol=1e-5, atol=1e-7):
                expected = _("the weights that the seed of its initializer draws in {name}", name=layer.name)
                received = _("other ones, off by up to {size:.2g}", size=np.abs(value - drawn).max())
                fail(expected, received, HINT, layer.name)
            if hasattr(initializer, "seed") and 2 * len(np.unique(value)) <= value.size:
                expected = _("random initial weights in {name}", name=layer.name)
                fail(expected, "many that are equal", "What makes the weights of a new layer?", layer.name)
            limit = _largest(initializer, value.shape)
            if (largest := float(np.abs(value).max(initial=0))) > ROUNDING * limit:
                expected = _("initial weights of at most {limit:.4g} in {name}", limit=limit, name=layer.name)
                fail(expected, _("weights of up to {largest:.4g}", largest=largest), HINT, layer.name)


def assert_guesses(model: Any, x: np.ndarray, y: np.ndarray) -> None:
    """Assert that a classifier of the rows x has not been trained on their one-hot classes y."""
    __tracebackhide__ = True
    right = float(np.mean(predict(model, x).argmax(axis=1) == y.argmax(axis=1)))
    if right >= MAX_ACCURACY:
        received = _("one that gets {share:.3f} right", share=right)
        fail("a model that guesses before it is trained", received, HINT)


def assert_new_top(model: Any, kernel: np.ndarray) -> None:
    """Assert that no unit of the last layer begins with a multiple of a unit's weights in an old `kernel`."""
    __tracebackhide__ = True
    own = last_layer(model)[0]
    if len(own) == len(kernel) and np.any(np.abs(_directions(own).T @ _directions(kernel)) > PARALLEL):
        hint = "Which weights does a new layer begin with?"
        fail("a new last layer with weights of its own", "one with weights of the old layer", hint)


def _directions(kernel: np.ndarray) -> np.ndarray:
    """Return the weights of each unit as a vector of length 1, or as zeros."""
    lengths = np.linalg.norm(kernel, axis=0)
    return kernel / np.where(lengths > 0, lengths, 1)


def _drawn(initializer: Any, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return what an initializer with a seed draws, None if it has none: every draw is another one then."""
    config = initializer.get_config() if isinstance(initializer, keras.initializers.Initializer) else {}
    if not isinstance(config.get("seed"), int):
        return None
    return np.asarray(type(initializer).from_config(config)(shape))


def _largest(initializer: Any, shape: tuple[int, ...]) -> float:
    """Return the size of the largest weight that an initializer can draw, infinity if that is not known."""
    known = keras.initializers
    if isinstance(initializer, known.RandomUniform):
        return float(max(abs(initializer.minval), abs(initializer.maxval)))
    if isinstance(initializer, known.TruncatedNormal):
        return float(abs(initializer.mean) + TRUNCATED * initializer.stddev)
    if isinstance(initializer, known.RandomNormal):
        return float(abs(initializer.mean) + FAR * initializer.stddev)
    if isinstance(initializer, known.VarianceScaling) and len(shape) > 1:
        inputs, outputs = math.prod(shape[:-1]), math.prod((*shape[:-2], shape[-1]))
        fan = {"fan_in": inputs, "fan_out": outputs}.get(initializer.mode, (inputs + outputs) / 2)
        factors = {"uniform": math.sqrt(3), "truncated_normal": TRUNCATED / WIDENED}
        return factors.get(initializer.distribution, FAR) * math.sqrt(initializer.scale / fan)
    return math.inf
