"""Seeds, training and outputs are the same bits at every run."""

from __future__ import annotations

import numpy as np
import pytest

from autograder import support

pytestmark = pytest.mark.xdist_group("support")
LAYERS = [(6, "relu", True), (3, "softmax", True)]


def model() -> support.keras.Model:
    return support.dense_model("small", 4, LAYERS)


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    """More rows than a batch has, so that they are shuffled."""
    return support.labelled_rows(4, 3)


def equal(one: support.keras.Model, other: support.keras.Model) -> bool:
    return all(np.array_equal(*pair) for pair in zip(one.get_weights(), other.get_weights(), strict=True))


def test_training_does_not_depend_on_what_was_trained_before(rows: tuple[np.ndarray, np.ndarray]) -> None:
    first, between, last = model(), model(), model()
    for trained, epochs in ((first, 3), (between, 2), (last, 3)):
        support.fit(trained, *rows, epochs=epochs, seed=7)
    assert equal(first, last)
    assert not equal(first, between)


def test_training_starts_the_optimizer_afresh(rows: tuple[np.ndarray, np.ndarray]) -> None:
    """Only weights and settings count."""
    fresh, used = model(), model()
    start = used.get_weights()
    support.fit(used, *rows, epochs=2, seed=5)
    used.set_weights(start)
    results = [support.fit(trained, *rows, epochs=2, seed=5) for trained in (fresh, used)]
    assert results[0] == results[1]
    assert equal(fresh, used)


def test_training_leaves_what_is_frozen_after_an_earlier_fit(rows: tuple[np.ndarray, np.ndarray]) -> None:
    """The model is compiled anew, so a freeze counts although Keras has trained that layer before."""
    trained = model()
    support.fit(trained, *rows, epochs=1, seed=1)
    trained.layers[0].trainable = False
    before = support.snapshot(trained)
    support.fit(trained, *rows, epochs=1, seed=1)
    support.assert_only_trained(trained, before, layers=[-1])


def test_training_refuses_what_was_never_compiled(rows: tuple[np.ndarray, np.ndarray]) -> None:
    keras = support.keras
    never = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    with pytest.raises(ValueError, match="compiled"):
        support.fit(never, *rows, epochs=1, seed=1)


def test_outputs_of_training_leave_the_averages() -> None:
    body = support.stacked_model("norm", [("BatchNormalization", {})], (3,))
    before = support.snapshot(body)
    support.predict(body, support.sample_rows((3,)), training=True)
    support.assert_unchanged(body, before)


def test_rows_that_a_model_does_not_take_are_named() -> None:
    with pytest.raises(support.ExpectationError, match="a model for inputs of 7 numbers"):
        support.predict(model(), support.sample_rows(7))


def test_a_missing_input_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"an input tulips\.json or tulips\.npz"):
        support.load("tulips")


def test_a_drawn_top_depends_on_the_seed_alone() -> None:
    """Whatever the student's initializer was, the grader's new weights are the same."""
    one, other = model(), support.dense_model("other", 5, LAYERS)
    for each in (one, other):
        support.draw_top(each, 9)
    tops = [each.layers[-1].get_weights() for each in (one, other)]
    assert np.array_equal(tops[0][0], tops[1][0])
    assert not tops[0][1].any()
    support.draw_top(one, 10)
    assert not np.array_equal(tops[0][0], one.layers[-1].get_weights()[0])


def test_sample_rows_tell_activations_apart() -> None:
    """Each other activation that a student may take for relu gives other outputs."""
    z = support.sample_rows(4)
    for name in (
        "linear",
        "gelu",
        "elu",
        "leaky_relu",
        "relu6",
        "tanh",
        "sigmoid",
        "softplus",
        "silu",
        "selu",
    ):
        other = np.asarray(support.keras.activations.get(name)(z))
        assert not np.allclose(other, np.maximum(z, 0), rtol=1e-4, atol=1e-4), name
