"""From which weights the networks of week 9 may start: a function for each threshold.

`kit calibrate` puts every known answer to the checks that kit.toml names in [calibrated]. Where one trains a
network, many starts are drawn for it here, in place of the one that the kit's seed gives, and it is trained
from all of them.
"""

from __future__ import annotations

from typing import Any

from support import accuracy, glorot, keras, load, weighted_layers

# isort: split
import numpy as np

# `kit calibrate` measures what the checks compare with the thresholds.
__all__ = ["accuracy", "base_accuracy", "graft_accuracy"]


def base_accuracy(base: Any, seed: int) -> list[np.ndarray]:
    """All weights as the answer draws them: each array by its own initialiser, after setting `seed`."""
    keras.utils.set_random_seed(seed)
    return [array for layer in weighted_layers(base) for array in _drawn(layer)]


def graft_accuracy(graft: Any, seed: int) -> list[np.ndarray]:
    """Return a top as the check draws it, on the donor's weights, or random ones if they did not arrive."""
    keras.utils.set_random_seed(seed)
    donor = load("iris_donor").get_weights()
    weights: list[np.ndarray] = []
    for layer in weighted_layers(graft)[:-1]:
        for array, drawn in zip(layer.get_weights(), _drawn(layer), strict=True):
            borrowed = any(np.array_equal(array, other) for other in donor)
            weights.append(array if borrowed else drawn)
    kernel, *bias = weighted_layers(graft)[-1].get_weights()
    return [*weights, glorot(kernel.shape, seed), *map(np.zeros_like, bias)]


def _drawn(layer: Any) -> list[np.ndarray]:
    """Return a Dense layer's kernel and bias, if it has one, drawn as when the layer is made anew."""
    initializers = [layer.kernel_initializer, layer.bias_initializer]
    return [
        np.asarray(type(initializer).from_config(initializer.get_config())(variable.shape))
        for initializer, variable in zip(initializers, layer.weights, strict=False)
    ]
