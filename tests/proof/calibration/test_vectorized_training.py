"""Networks that are trained at once end where the kit's own training takes each of them."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from kit_code import kit_code

ROOT = Path(__file__).parents[3]
SLUG = "week09_transfer"


@pytest.fixture(scope="module")
def week() -> Any:
    """Week 9's lesson, answers and calibration; TensorFlow is imported when the first test needs it."""
    with kit_code(SLUG) as code:
        import transfer

        from autograder.proof.calibration.vectorized_training import VectorizedModels

        path = ROOT / "autograder" / "kits" / SLUG / "calibration.py"
        yield SimpleNamespace(
            **vars(code),
            transfer=transfer,
            calibration=SimpleNamespace(**runpy.run_path(str(path))),
            VectorizedModels=VectorizedModels,
        )
        del sys.modules["transfer"]


@pytest.fixture(scope="module")
def build(week: Any) -> Callable[..., Any]:
    """Builds a base with another top or optimizer than the answer's."""

    def build(top: str = "softmax", optimizer: Any = "adam", *extra: Any) -> Any:
        dense = week.keras.layers.Dense
        layers = [
            dense(50, activation="relu"),
            *extra,
            dense(25, activation="relu"),
            dense(3, activation=top),
        ]
        model = week.keras.Sequential([week.keras.Input((4,)), *layers])
        model.compile(loss="categorical_crossentropy", optimizer=optimizer)
        return model

    return build


def one_by_one(
    week: Any, model: Any, starts: list[Any], x: Any, y: Any, epochs: int
) -> tuple[list[Any], list[float]]:
    """The weights and accuracies of networks that `support.fit` trains one after the other."""
    weights, accuracies = [], []
    for start in starts:
        model.set_weights(start)
        accuracies.append(week.support.fit(model, x, y, epochs=epochs, seed=9)["accuracy"])
        weights.append(model.get_weights())
    return weights, accuracies


def expect_the_same(week: Any, model: Any, starts: list[Any], x: Any, y: Any, epochs: int) -> None:
    many = week.VectorizedModels(model, starts)
    week.support.fit(many, x, y, epochs=epochs, seed=9)
    together = [week.support.accuracy(lambda _, training, out=out: out, x, y) for out in many.outputs(x)]
    weights, accuracies = one_by_one(week, model, starts, x, y, epochs)
    assert together == accuracies
    for number, arrays in enumerate(weights):
        for stack, array in zip(many.weights, arrays, strict=True):
            np.testing.assert_allclose(stack[number], array, rtol=0, atol=1e-4)


def test_bases_end_where_the_lesson_takes_them(week: Any) -> None:
    """Same batches, same steps: accuracies are equal and weights apart by no more than rounding."""
    model = week.transfer.build_base()
    starts = [week.calibration.base_accuracy(model, seed) for seed in range(3)]
    expect_the_same(week, model, starts, *week.lesson.iris(), 100)


def test_grafts_end_where_the_lesson_takes_them(week: Any) -> None:
    """Frozen layers stay, be they the donor's or random ones that differ from network to network."""
    model = week.transfer.build_transfer_model(week.support.load("iris_donor"))
    starts = [week.calibration.graft_accuracy(model, seed) for seed in range(2)]
    starts.append([array + np.float32(0.1) for array in starts[0]])
    expect_the_same(week, model, starts, *week.lesson.eight_flowers(), 1_000)


def test_a_sigmoid_trains_as_a_softmax_does(week: Any, build: Callable[..., Any]) -> None:
    """Keras computes categorical cross-entropy from a sigmoid's inputs as if it were a softmax."""
    x, y = week.lesson.iris()
    start = week.calibration.base_accuracy(build(), 1)
    ends = [one_by_one(week, build(top), [start], x, y, 3)[0][0] for top in ("softmax", "sigmoid")]
    assert all(np.array_equal(*pair) for pair in zip(*ends, strict=True))
    expect_the_same(week, build("sigmoid"), [start], x, y, 3)


def test_a_start_is_what_an_answer_draws_with_that_seed(week: Any) -> None:
    """Calibration starts a base where grading would, were the kit's seed another."""
    model = week.transfer.build_base()
    for seed in (9, 10):
        week.support.set_deterministic(seed)
        own = week.transfer.build_base().get_weights()
        drawn = week.calibration.base_accuracy(model, seed)
        assert all(np.array_equal(*pair) for pair in zip(own, drawn, strict=True))


def test_a_graft_starts_from_the_donor_and_the_top_that_a_check_draws(week: Any) -> None:
    model = week.transfer.build_transfer_model(week.support.load("iris_donor"))
    drawn = week.calibration.graft_accuracy(model, 9)
    week.support.draw_top(model, 9)
    assert all(np.array_equal(*pair) for pair in zip(model.get_weights(), drawn, strict=True))


def test_random_layers_of_a_graft_are_drawn_anew(week: Any) -> None:
    """A mistake that borrows nothing has other random layers with every seed, as in grading."""
    donor = week.keras.models.clone_model(week.support.load("iris_donor"))
    model = week.transfer.build_transfer_model(donor)
    first, second = (week.calibration.graft_accuracy(model, seed) for seed in (1, 2))
    assert not np.array_equal(first[0], second[0])


def test_what_cannot_be_stepped_together_is_refused(week: Any, build: Callable[..., Any]) -> None:
    """Norms over whole arrays, states beside the weights: each would come out otherwise than one by one."""
    keras, (x, y) = week.keras, week.lesson.iris()
    refused = [
        (build(optimizer=keras.optimizers.Adam(clipnorm=1.0)), "found Adam, clipnorm"),
        (build(optimizer=keras.optimizers.Adafactor()), "found Adafactor"),
        (build("softmax", "adam", keras.layers.Dropout(0.5)), "only state is weights"),
        (build("softmax", "adam", keras.layers.BatchNormalization()), "only state is weights"),
        (build("softmax", "adam", keras.layers.Dense(9, kernel_regularizer="l2")), "regularisers"),
    ]
    for model, words in refused:
        with pytest.raises(ValueError, match=words):
            week.support.fit(week.VectorizedModels(model, [model.get_weights()]), x, y, epochs=1, seed=9)
