"""A model that may compute too much is refused before it runs."""

from __future__ import annotations

import keras
import pytest

from autograder import support
from autograder.support import ExpectationError
from autograder.wire.array_blobs import UnexpectedAnswerError
from autograder.wire.keras_models.sizes import check_outputs


def test_a_model_that_is_not_built_is_refused_in_the_words_of_the_checks() -> None:
    model = keras.Sequential([keras.layers.UpSampling1D(2), keras.layers.Dense(2)])
    with pytest.raises(ExpectationError) as of_checks:
        support.all_layers(model)
    with pytest.raises(UnexpectedAnswerError) as of_wire:
        check_outputs(model)
    assert str(of_wire.value) == str(of_checks.value)
