"""The hidden checks of week 10: they catch answers that only look right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import asking
import borrow
import expect
import lesson
import networks
import numpy as np
import pytest
from asking import Asked

Settings = Mapping[str, Any]

# As in the public checks, every fixture hands out a function that asks the task when a check first calls it.


@pytest.fixture(scope="module")
def long_headed(settings: Settings) -> Callable[[], Asked]:
    """A donor whose head is three layers, cut."""
    return asking.once(lambda: asking.ask(borrow.cut_body, "long_headed_donor", settings["seed"]))


@pytest.fixture(scope="module")
def flattening(settings: Settings) -> Callable[[], Asked]:
    """A donor that flattens its maps, cut."""
    return asking.once(lambda: asking.ask(borrow.cut_body, "flattening_donor", settings["seed"]))


@pytest.fixture(scope="module")
def nested(settings: Settings) -> Callable[[], Asked]:
    """A body with networks in it, of which some layers were frozen before, frozen."""
    return asking.once(lambda: asking.ask(borrow.freeze, "nested_body", settings["seed"]))


@pytest.fixture(scope="module")
def mixed(settings: Settings) -> Callable[[], Asked]:
    """A new top on a body of which some layers are frozen."""
    sizes = (5, 0.002)
    return asking.once(lambda: asking.ask(borrow.add_softmax, "mixed_body", settings["seed"], *sizes))


@pytest.fixture(scope="module")
def tall(settings: Settings) -> Callable[[], Asked]:
    """The top of a graft that has several Dense layers."""
    return asking.once(lambda: asking.ask(borrow.take_top, "tall_graft", settings["seed"], 0.002))


@pytest.fixture(scope="module")
def thawed(settings: Settings) -> Callable[[], Asked]:
    """A graft whose body is a network of its own, frozen as a whole, thawed."""
    return asking.once(lambda: asking.ask(borrow.thaw_last_block, "nested_graft", settings["seed"], 0.0002))


@pytest.fixture(scope="module")
def small(settings: Settings) -> Callable[[], Asked]:
    """A new top on another network that ends in maps."""
    sizes = (3, 0.002)

    def build() -> Any:
        return networks.functional(lesson.load("small_network"))

    return asking.once(lambda: asking.ask_with(borrow.borrow_network, build, settings["seed"], *sizes))


@pytest.mark.hidden
@pytest.mark.task("cut_body", points=3, hint="How many layers may a donor have above its features?")
def test_cut_body_cuts_off_a_longer_head(long_headed: Callable[[], Asked]) -> None:
    """A donor with a longer head is cut where its features come out, and stays as it was."""
    asked, x = long_headed(), networks.probes((24, 24, 1))
    body = networks.until(asked.twin, "long_headed_donor_8")
    think = "Which layers are above the first row of numbers?"
    expect.weights(asked.answer, networks.weights(body), think)
    expect.outputs(asked.answer, x, networks.outputs(body, x), think)
    expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("cut_body", points=2, hint="Do all donors make their row of numbers in the same way?")
def test_cut_body_goes_by_the_output(flattening: Callable[[], Asked]) -> None:
    """A donor that makes its features in another way is cut where they come out."""
    asked, x = flattening(), networks.probes((24, 24, 1))
    body = networks.until(asked.twin, "flattening_donor_5")
    think = "Which layer is the first to give a row of numbers?"
    expect.outputs(asked.answer, x, networks.outputs(body, x), think)


@pytest.mark.hidden
@pytest.mark.task("freeze", points=2, hint="Is every layer frozen, also those of a network inside the body?")
def test_freeze_reaches_networks_inside(nested: Callable[[], Asked]) -> None:
    """Every layer is frozen, those of networks inside the body too, and nothing else has changed."""
    asked = nested()
    expect.flags(asked.answer, [False] * 5, "Which layers does your freeze miss?")
    expect.weights(asked.answer, asked.before.weights, "Freezing adds no layers and takes none away.")


@pytest.mark.hidden
@pytest.mark.task("freeze", points=2, hint="Which layers behave differently in training, wherever they are?")
def test_freeze_keeps_every_batch_normalization_in_inference_mode(nested: Callable[[], Asked]) -> None:
    """In training, a frozen body with networks inside gives the same features as afterwards."""
    asked, x = nested(), networks.probes((24, 24, 1))
    expect.inference_mode(asked.answer, x)
    expect.outputs(asked.answer, x, networks.outputs(asked.twin, x), "Freezing concerns training alone.")


@pytest.mark.hidden
@pytest.mark.task("add_softmax", points=2, hint="What does the caller choose, and does your function listen?")
def test_add_softmax_follows_its_arguments(mixed: Callable[[], Asked]) -> None:
    """The new top fits any body, number of classes and learning rate."""
    asked, x = mixed(), networks.probes((24, 24, 1))
    think = "Which sizes come from the arguments?"
    expect.weights(asked.answer, asked.before.weights, think, True)
    expect.softmax_on(asked.answer, networks.outputs(asked.twin, x), x, think)
    expect.same(networks.weights(asked.answer)[-1][1], np.zeros(5), "new biases", think)
    expect.compiled(asked.answer, 0.002)


@pytest.mark.hidden
@pytest.mark.task(
    "add_softmax", points=2, hint="A body can be frozen in part. Does every layer keep its flag?"
)
def test_add_softmax_keeps_every_flag(mixed: Callable[[], Asked]) -> None:
    """Each layer of the body stays frozen or trainable as it was, and the new one trains."""
    asked = mixed()
    expect.flags(asked.answer, [True, False, True, True], "Which flags does your function set by itself?")
    expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task(
    "extract_features", points=3, hint="Which layers behave differently in training, and is this training?"
)
def test_extract_features_is_no_training(settings: Settings) -> None:
    """A body that is not frozen gives the features that its own averages make, and keeps these."""
    x, _ = lesson.things(3, settings["new_seed"])
    asked = asking.ask(borrow.extract_features, "loose_body", settings["seed"], x)
    expect.same(asked.answer, networks.outputs(asked.twin, x), "features", "What does training change?")
    expect.kept(asked)


@pytest.mark.hidden
@pytest.mark.task("take_top", points=2, hint="Which layer of a graft with several Dense layers is its top?")
def test_take_top_takes_the_last_of_several(tall: Callable[[], Asked]) -> None:
    """Of a graft with several Dense layers the top is the last one alone, compiled as the caller asks."""
    asked, x = tall(), networks.probes((7,))
    expect.weights(asked.answer, asked.before.weights[-1:], "The top is one layer, and the last one.")
    expect.softmax_on(asked.answer, x, x, "Does softmax come once, at the end?")
    expect.compiled(asked.answer, 0.002)


@pytest.mark.hidden
@pytest.mark.task(
    "take_top", points=2, hint="Is the layer of the top still the graft's, and the graft whole?"
)
def test_take_top_shares_its_layer(tall: Callable[[], Asked]) -> None:
    """The layer of the top is the graft's own object, and the graft stays as it was."""
    asked = tall()
    expect.one_object(asked.answer, asked.before.layers[-1])
    expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task(
    "thaw_last_block",
    points=3,
    hint="What if the body is a network in the graft, and the graft frozen as a whole?",
)
def test_thaw_last_block_reaches_into_a_body(thawed: Callable[[], Asked]) -> None:
    """In a body that is a network of its own, all that follows the last convolution thaws, and no other."""
    asked = thawed()
    think = "What has a say besides the flags of the layers?"
    expect.flags(asked.answer, [False] * 4 + [True, False, True, True], think)
    expect.weights(asked.answer, asked.before.weights, "Thawing adds no layers and takes none away.")


@pytest.mark.hidden
@pytest.mark.task(
    "thaw_last_block", points=2, hint="Do the donor's averages survive wherever they are, and at which rate?"
)
def test_thaw_last_block_keeps_every_average(thawed: Callable[[], Asked]) -> None:
    """Thawed, a graft with a body of its own still computes with the averages that it had."""
    asked, x = thawed(), networks.probes((24, 24, 1))
    expect.thawed(asked)
    expect.inference_mode(asked.answer, x)
    expect.outputs(asked.answer, x, networks.outputs(asked.twin, x), "Thawing concerns training alone.")
    expect.compiled(asked.answer, 0.0002)


@pytest.mark.hidden
@pytest.mark.task(
    "borrow_network", points=3, hint="Would your function take another network and other classes?"
)
def test_borrow_network_takes_any_network(small: Callable[[], Asked]) -> None:
    """Another network is borrowed whole and frozen, with a top of the size that the caller asks for."""
    asked, x = small(), networks.probes((24, 24, 1))
    think = "Which sizes come from the arguments, and what is frozen?"
    expect.weights(asked.answer, asked.before.weights, think, True)
    expect.softmax_on(asked.answer, networks.outputs(asked.twin, x).mean(axis=(1, 2)), x, think)
    expect.same(networks.weights(asked.answer)[-1][1], np.zeros(3), "new biases", think)
    expect.flags(asked.answer, [False] * 4 + [True], think)
    expect.compiled(asked.answer, 0.002)


@pytest.mark.hidden
@pytest.mark.task("borrow_network", points=2, hint="Which layers behave differently in training?")
def test_borrow_network_keeps_batch_normalization_in_inference_mode(small: Callable[[], Asked]) -> None:
    """In training, the new model gives the same as afterwards."""
    asked = small()
    expect.new(asked)
    expect.inference_mode(asked.answer, networks.probes((24, 24, 1)))
