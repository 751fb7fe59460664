"""Hidden checks of networks; one of them is about names, which Keras may have made up."""

import lesson
import nets
import numpy as np
import pytest


@pytest.mark.hidden
@pytest.mark.task("copy", points=2, hint="What are the layers of the copy called?")
def test_the_copy_has_the_same_names():
    """The layers of the copy are called as those of the model."""
    model = lesson.donor()
    twin = nets.copy(model)
    names = [getattr(layer, "name", None) for layer in getattr(twin, "layers", [])]
    assert names == ["dense", "dense_1"], "The layers of the copy are called otherwise."


@pytest.mark.hidden
@pytest.mark.task("freeze", points=2, hint="Whose weights are those?")
def test_freezing_changes_no_weight():
    """A frozen network computes what it did before."""
    model = lesson.donor()
    nets.freeze(model)
    found, wanted = lesson.outputs(model, lesson.X), lesson.outputs(lesson.donor(), lesson.X)
    assert np.array_equal(found, wanted), "It computes something else."
    assert not model.trainable_weights, "It still trains."


@pytest.mark.hidden
@pytest.mark.task("extend", points=2, hint="Where do the features come from?")
def test_the_features_are_the_donors():
    """The features of the new network are those of the old one, and stay so while it trains."""
    model = nets.extend(lesson.donor(), 2)
    layers = getattr(model, "layers", [])
    assert len(layers) == 2, f"Expected two layers, received {len(layers)}."
    lesson.train(model, lesson.X, lesson.Y, 60, 5)
    wanted, found = lesson.donor().layers[0].get_weights(), layers[0].get_weights()
    assert len(found) == 2, "The first layer has other weights."
    assert all(map(np.array_equal, found, wanted)), "The features are others."
