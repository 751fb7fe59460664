"""Public checks of networks. What a network is made of is told before anything is computed with it."""

import keras
import lesson
import nets
import numpy as np
import pytest


def expect_dense(model, shapes):
    """Raise AssertionError unless the model is a stack of Dense layers of these kernels' shapes."""
    assert isinstance(model, keras.Sequential), f"Expected a Sequential, received {model!r}."
    kinds = {type(layer) for layer in model.layers}
    assert kinds == {keras.layers.Dense}, f"Expected Dense layers, received {model.layers!r}."
    found = [layer.kernel.shape if layer.built else None for layer in model.layers]
    assert found == shapes, f"Expected kernels of {shapes}, received {found}."
    assert all(layer.dtype == "float32" for layer in model.layers), "Expected weights of float32."


@pytest.mark.task("build", points=1, hint="Which layers are there?")
def test_builds_a_network():
    """The network has one hidden layer, and is compiled for classes."""
    model = nets.build(3, 2)
    expect_dense(model, [(3, 8), (8, 2)])
    assert model.compiled, "Expected a compiled model."
    assert model.loss == "categorical_crossentropy", f"Expected another loss than {model.loss!r}."


@pytest.mark.task("copy", points=1, hint="Is it really another model?")
def test_copies_a_network():
    """The copy computes the same and shares nothing."""
    model = lesson.donor()
    twin = nets.copy(model)
    expect_dense(twin, [(3, 4), (4, 2)])
    assert not set(map(id, twin.layers)) & set(map(id, model.layers)), "The copy shares layers."
    found, wanted = lesson.outputs(twin, lesson.X), lesson.outputs(lesson.donor(), lesson.X)
    assert np.allclose(found, wanted), "The copy computes something else."


@pytest.mark.task("freeze", points=1, hint="Which flag stops training?")
def test_freezes_a_network():
    """Nothing of the network trains any more."""
    model = nets.freeze(lesson.donor())
    expect_dense(model, [(3, 4), (4, 2)])
    assert not model.trainable_weights, f"{len(model.trainable_weights)} weights still train."


@pytest.mark.task("extend", points=1, hint="What is new, and what is not?")
def test_extends_a_network():
    """The new network learns to tell the points apart."""
    model = nets.extend(lesson.donor(), 2)
    expect_dense(model, [(3, 4), (4, 2)])
    assert model.compiled, "Expected a compiled model."
    accuracy = lesson.train(model, lesson.X, lesson.Y, 60, 5)
    assert accuracy >= 0.7, f"Expected an accuracy of 0.7, received {accuracy:.2f}."
