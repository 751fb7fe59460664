"""Initializers: accepted ones keep their class, others are given by the weights that arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Make = Callable[..., Any]


def keras() -> Any:
    import keras

    return keras


def test_an_initializer_no_longer_matters_where_there_are_weights(cross: Callable[[Any], Any]) -> None:
    """An own initializer, a seed generator and values in an array are all given by the weights."""
    initializers = keras().initializers
    for initializer in (
        lambda shape, dtype=None: np.full(shape, 0.5, dtype),
        type(
            "Mine", (initializers.Initializer,), {"__call__": lambda self, shape, dtype=None: np.ones(shape)}
        )(),
        initializers.Constant(np.arange(6.0).reshape(2, 3)),
        initializers.RandomNormal(stddev=1e31),
        initializers.STFT(),
    ):
        dense = keras().layers.Dense(3, kernel_initializer="ones", name="dense")
        dense.build((None, 2))
        dense.kernel_initializer = initializer
        arrived = cross(dense)
        assert np.array_equal(arrived.kernel, dense.kernel)
        assert type(arrived.kernel_initializer).__name__ == "GivenByWeights"
        assert np.array_equal(cross(arrived).kernel, dense.kernel)


def test_a_seed_generator_keeps_the_class_of_its_initializer(cross: Callable[[Any], Any]) -> None:
    """Such an initializer is told apart from others."""
    seed = keras().random.SeedGenerator(9)
    dense = keras().layers.Dense(3, kernel_initializer=keras().initializers.HeNormal(seed=seed), name="dense")
    dense.build((None, 2))
    assert type(cross(dense).kernel_initializer) is keras().initializers.HeNormal


def test_a_layer_given_by_weights_can_be_cloned(donor: Make, cross: Callable[[Any], Any]) -> None:
    """A student may clone what a check passes on."""
    model = donor()
    model.layers[0].kernel_initializer = lambda shape, dtype=None: np.ones(shape, dtype)
    cloned = keras().models.clone_model(cross(model))
    cloned.set_weights(model.get_weights())
    assert cross(cloned).count_params() == model.count_params()
