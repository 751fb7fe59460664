"""The hidden checks of week 10, for answers that pass the public checks and are still wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
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

FROZEN = {"trainable": False}


def conv(filters: int, activation: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Describe a convolution."""
    return "Conv2D", {"filters": filters, "kernel_size": 3, "strides": 2, "activation": activation, **more}


def dense(units: int, activation: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Describe a Dense layer."""
    return "Dense", {"units": units, "activation": activation, **more}


NORM, AVERAGE, HIGHEST = (
    ("BatchNormalization", {}),
    ("GlobalAveragePooling2D", {}),
    ("GlobalMaxPooling2D", {}),
)
# Networks of many kinds: the smallest, other activations, some layers frozen, no two sizes alike. The number
# says how many layers there are up to the features.
DONORS = {
    "tiny": (2, [conv(2, "sigmoid", **FROZEN), HIGHEST, dense(3, "softmax")]),
    "mixed": (
        6,
        [
            *[conv(3, "elu"), ("BatchNormalization", FROZEN), conv(5, "silu", **FROZEN), NORM],
            *[("ReLU", {}), AVERAGE, dense(8, "sigmoid"), dense(7, "tanh", **FROZEN), dense(4, "softmax")],
        ],
    ),
}
# Frozen as a whole: Keras sets the flag of the network, too.
STILL = [conv(4, "tanh", **FROZEN), ("GlobalMaxPooling2D", FROZEN), dense(5, "softmax", **FROZEN)]
BODIES = {name: layers[:count] for name, (count, layers) in DONORS.items()}
# With the flags that a thaw leaves, of the layers with weights.
GRAFTS = {
    "small": ([conv(2, "tanh", **FROZEN), AVERAGE, dense(3, "softmax")], [True, True]),
    "loose": (
        [
            *[conv(3, "silu"), NORM, conv(4, "elu", **FROZEN), NORM, HIGHEST],
            *[dense(6, "sigmoid", **FROZEN), dense(5, "softmax", **FROZEN)],
        ],
        [False, False, True, False, True, True],
    ),
}
# A top is what it is, even if it gives no shares.
OTHER = [conv(4, "tanh"), HIGHEST, dense(2, "sigmoid")]
BORROWED = {"one": [conv(2, "sigmoid")], "three": [conv(3, "elu"), NORM, conv(5, "tanh")]}


def borrowable(name: str, layers: Any) -> Any:
    """Build and compile a Functional network of layers from a table."""
    return networks.ready(networks.functional(networks.stack(name, layers)), 0.003)


def ask_all(
    task: Callable[..., Any], table: Mapping[str, Any], seed: int, *rest: Any
) -> Iterator[tuple[str, Asked]]:
    """Ask `task` for each network of a table, and give it with its name."""
    for name, layers in table.items():
        yield name, asking.ask_with(task, partial(networks.stack, name, layers), seed, *rest)


# As in the public checks, every fixture returns a function that calls the task when a check first needs it.


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
@pytest.mark.task("cut_body", points=2, hint="How many layers may a donor have above its features?")
def test_cut_body_cuts_off_a_longer_head(long_headed: Callable[[], Asked]) -> None:
    """A donor with a longer head is cut at its features, and stays unchanged."""
    asked, x = long_headed(), networks.probes((24, 24, 1))
    body = networks.until(asked.twin, "long_headed_donor_8")
    think = "Which layers are above the first row of numbers?"
    expect.weights(asked.answer, networks.weights(body), think)
    expect.outputs(asked.answer, x, networks.outputs(body, x), think)
    expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("cut_body", points=2, hint="Do all donors make their row of numbers in the same way?")
def test_cut_body_goes_by_the_output(flattening: Callable[[], Asked]) -> None:
    """A donor that computes its features in another way is cut at them."""
    asked, x = flattening(), networks.probes((24, 24, 1))
    body = networks.until(asked.twin, "flattening_donor_5")
    think = "Which layer is the first to give a row of numbers?"
    expect.outputs(asked.answer, x, networks.outputs(body, x), think)


@pytest.mark.hidden
@pytest.mark.task("cut_body", points=1, hint="What belongs to the layers that remain besides their weights?")
def test_cut_body_treats_every_donor_alike(settings: Settings) -> None:
    """Donors of any depth, activation and flags lose their head and nothing else, and nothing is added."""
    table = {name: layers for name, (_, layers) in DONORS.items()} | {"still": STILL}
    for name, asked in ask_all(borrow.cut_body, table, settings["seed"]):
        reference = networks.until(asked.twin, f"{name}_{DONORS[name][0] if name in DONORS else 2}")
        expect.like(asked.answer, reference, networks.probes((24, 24, 1)), "Which layers remain, and how?")
        expect.unharmed(asked)
    donor = networks.stack("mixed", DONORS["mixed"][1])
    expect.new_each_time(asking.ask_twice(borrow.cut_body, settings["seed"], donor), donor)


@pytest.mark.hidden
@pytest.mark.task("freeze", points=2, hint="Is every layer frozen, also those of a network inside the body?")
def test_freeze_reaches_networks_inside(nested: Callable[[], Asked]) -> None:
    """Every layer is frozen, those of networks inside the body too, and nothing else has changed."""
    asked = nested()
    expect.flags(asked.answer, [False] * 5, "Which layers does your freeze miss?")
    expect.weights(asked.answer, asked.before.weights, "Freezing adds no layers and takes none away.")


@pytest.mark.hidden
@pytest.mark.task("freeze", points=1, hint="Which layers behave differently in training, wherever they are?")
def test_freeze_keeps_every_batch_normalization_in_inference_mode(nested: Callable[[], Asked]) -> None:
    """A frozen body with nested networks gives the same features in training mode as in inference mode."""
    asked, x = nested(), networks.probes((24, 24, 1))
    expect.inference_mode(asked.answer, x)
    expect.outputs(asked.answer, x, networks.outputs(asked.twin, x), "Freezing concerns training alone.")


@pytest.mark.hidden
@pytest.mark.task("freeze", points=1, hint="How few layers may a body have, and what may they be?")
def test_freeze_freezes_every_body(settings: Settings) -> None:
    """Bodies of any depth, activation and flags are frozen, and else stay as they were."""
    x = networks.probes((24, 24, 1))
    for _, asked in ask_all(borrow.freeze, BODIES, settings["seed"]):
        expect.flags(asked.answer, [False] * len(asked.before.weights), "Which layers does your freeze miss?")
        expect.weights(asked.answer, asked.before.weights, "Freezing adds no layers and takes none away.")
        still = networks.outputs(asked.twin, x)
        expect.outputs(asked.answer, x, still, "Freezing concerns training alone.")
        expect.same_training(asked.answer, still, x)
        expect.plain(asked.answer)


@pytest.mark.hidden
@pytest.mark.task("add_softmax", points=1, hint="What does the caller choose, and does your function listen?")
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
    "add_softmax", points=1, hint="A body can be frozen in part. Does every layer keep its flag?"
)
def test_add_softmax_keeps_every_flag(mixed: Callable[[], Asked]) -> None:
    """Each layer of the body stays frozen or trainable as it was, and the new one trains."""
    asked = mixed()
    expect.flags(asked.answer, [True, False, True, True], "Which flags does your function set by itself?")
    expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("add_softmax", points=1, hint="How few layers may a body have, and what may they be?")
def test_add_softmax_takes_every_body(settings: Settings) -> None:
    """Bodies of any depth, activation and flags get a new top and nothing else, and stay as they were."""
    x = networks.probes((24, 24, 1))
    table = BODIES | {"still": STILL[:2]}
    for _, asked in ask_all(borrow.add_softmax, table, settings["seed"], 3, 0.002):
        flags = [*networks.flags(asked.twin), True]
        expect.weights(asked.answer, asked.before.weights, "One layer is added.", True)
        expect.flags(asked.answer, flags, "Does each layer keep its `trainable` flag?")
        think = "Does softmax come once, at the end?"
        expect.softmax_on(asked.answer, networks.outputs(asked.twin, x), x, think)
        kernel, bias = networks.weights(asked.answer)[-1]
        expect.same(bias, np.zeros(3), "new biases", "Which sizes come from the arguments?")
        features = networks.training_outputs(asked.twin, x)
        expect.same_training(asked.answer, networks.softmax(features @ kernel + bias), x)
        expect.plain(asked.answer)
        expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("add_softmax", points=1, hint="Is the top new in every call, and can it learn?")
def test_add_softmax_learns_with_a_new_top(settings: Settings) -> None:
    """Two calls make two new tops, and a few steps of training lower the loss as plain Adam does."""
    body = networks.stack("tiny", BODIES["tiny"])
    answers = asking.ask_twice(borrow.add_softmax, settings["seed"], body, 4, 0.02)
    expect.new_each_time(answers, body)
    expect.fresh(networks.weighted(answers[0])[-1:])
    expect.trains(answers[0], *networks.examples((24, 24, 1), 4), 0.02)


@pytest.mark.hidden
@pytest.mark.task(
    "extract_features", points=2, hint="Which layers behave differently in training, and is this training?"
)
def test_extract_features_is_no_training(settings: Settings) -> None:
    """A body that is not frozen uses its moving averages and keeps them."""
    x, _ = lesson.things(3, settings["new_seed"])
    asked = asking.ask(borrow.extract_features, "loose_body", settings["seed"], x)
    expect.same(asked.answer, networks.outputs(asked.twin, x), "features", "What does training change?")
    expect.kept(asked)


@pytest.mark.hidden
@pytest.mark.task(
    "extract_features", points=1, hint="How many pictures may there be, and what may a body be?"
)
def test_extract_features_takes_any_number_of_pictures(settings: Settings) -> None:
    """One picture or many, every body gives a row of features for each, and stays as it was."""
    for count in (1, 70):
        x = networks.probes((24, 24, 1), count)
        for _, asked in ask_all(borrow.extract_features, BODIES, settings["seed"], x):
            think = "Every picture has one row of features, in the order of the pictures."
            expect.same(asked.answer, networks.outputs(asked.twin, x), "features", think)
            expect.kept(asked)


@pytest.mark.hidden
@pytest.mark.task("take_top", points=1, hint="Which layer of a graft with several Dense layers is its top?")
def test_take_top_takes_the_last_of_several(tall: Callable[[], Asked]) -> None:
    """Of a graft with several Dense layers the top is the last one alone, compiled as the caller asks."""
    asked, x = tall(), networks.probes((7,))
    expect.weights(asked.answer, asked.before.weights[-1:], "The top is one layer, and the last one.")
    expect.softmax_on(asked.answer, x, x, "Does softmax come once, at the end?")
    expect.compiled(asked.answer, 0.002)


@pytest.mark.hidden
@pytest.mark.task(
    "take_top", points=1, hint="Is the layer of the top still the graft's, and the graft whole?"
)
def test_take_top_shares_its_layer(tall: Callable[[], Asked]) -> None:
    """The layer of the top is the graft's own object, and the graft stays unchanged."""
    asked = tall()
    expect.one_object(asked.answer, asked.before.layers[-1])
    expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("take_top", points=1, hint="What belongs to the last layer besides its weights?")
def test_take_top_takes_every_top(settings: Settings) -> None:
    """The last layer of any graft is taken as it is, frozen or not, and the graft stays as it was."""
    table = {name: layers for name, (layers, _) in GRAFTS.items()} | {"other": OTHER}
    for _, asked in ask_all(borrow.take_top, table, settings["seed"]):
        reference = networks.alone(asked.twin.layers[-1])
        x = networks.probes(reference.input_shape[1:])
        expect.like(asked.answer, reference, x, "The top is one layer, and the last one.")
        expect.one_object(asked.answer, asked.before.layers[-1])
        expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("take_top", points=1, hint="Which settings decide whether the top learns by itself?")
def test_take_top_learns(settings: Settings) -> None:
    """A few steps of training lower the loss as plain Adam does, and every call makes a model of its own."""
    graft = networks.stack("tiny", DONORS["tiny"][1])
    answers = asking.ask_twice(borrow.take_top, settings["seed"], graft, 0.02)
    expect.new_each_time(answers, graft)
    expect.trains(answers[0], *networks.examples((2,), 3), 0.02)


@pytest.mark.hidden
@pytest.mark.task(
    "thaw_last_block",
    points=2,
    hint="What if the body is a network in the graft, and the graft frozen as a whole?",
)
def test_thaw_last_block_reaches_into_a_body(thawed: Callable[[], Asked]) -> None:
    """In a nested body, the layers after the last convolution are thawed, and no others."""
    asked = thawed()
    think = "What has a say besides the flags of the layers?"
    expect.flags(asked.answer, [False] * 4 + [True, False, True, True], think)
    expect.weights(asked.answer, asked.before.weights, "Thawing adds no layers and takes none away.")


@pytest.mark.hidden
@pytest.mark.task(
    "thaw_last_block", points=1, hint="Do the donor's averages survive wherever they are, and at which rate?"
)
def test_thaw_last_block_keeps_every_average(thawed: Callable[[], Asked]) -> None:
    """A thawed graft with a nested body still uses the moving averages of the donor."""
    asked, x = thawed(), networks.probes((24, 24, 1))
    expect.thawed(asked)
    expect.inference_mode(asked.answer, x)
    expect.outputs(asked.answer, x, networks.outputs(asked.twin, x), "Thawing concerns training alone.")
    expect.compiled(asked.answer, 0.0002)


@pytest.mark.hidden
@pytest.mark.task(
    "thaw_last_block", points=1, hint="Which layers train, however few there are and whatever did before?"
)
def test_thaw_last_block_thaws_every_graft(settings: Settings) -> None:
    """In grafts of any depth, activation and flags the last block thaws, all else is frozen and unchanged."""
    x, table = networks.probes((24, 24, 1)), {name: layers for name, (layers, _) in GRAFTS.items()}
    for name, asked in ask_all(borrow.thaw_last_block, table, settings["seed"]):
        expect.flags(asked.answer, GRAFTS[name][1], "What has a say besides the flags of the layers?")
        expect.weights(asked.answer, asked.before.weights, "Thawing adds no layers and takes none away.")
        still = networks.outputs(asked.twin, x)
        expect.outputs(asked.answer, x, still, "Thawing concerns training alone.")
        expect.same_training(asked.answer, still, x)
        expect.plain(asked.answer)


@pytest.mark.hidden
@pytest.mark.task("thaw_last_block", points=1, hint="Which settings decide whether the last block learns?")
def test_thaw_last_block_learns(settings: Settings) -> None:
    """A few steps of training change every thawed layer and lower the loss as plain Adam does."""
    build = partial(networks.stack, "loose", GRAFTS["loose"][0])
    asked = asking.ask_with(borrow.thaw_last_block, build, settings["seed"], 0.002)
    expect.thawed(asked)
    expect.trains(asked.answer, *networks.examples((24, 24, 1), 5), 0.002)


@pytest.mark.hidden
@pytest.mark.task(
    "borrow_network", points=2, hint="Would your function take another network and other classes?"
)
def test_borrow_network_takes_any_network(small: Callable[[], Asked]) -> None:
    """Another network is borrowed whole and frozen, with a top of the size that the arguments say."""
    asked, x = small(), networks.probes((24, 24, 1))
    think = "Which sizes come from the arguments, and what is frozen?"
    expect.weights(asked.answer, asked.before.weights, think, True)
    expect.softmax_on(asked.answer, networks.outputs(asked.twin, x).mean(axis=(1, 2)), x, think)
    expect.same(networks.weights(asked.answer)[-1][1], np.zeros(3), "new biases", think)
    expect.flags(asked.answer, [False] * 4 + [True], think)
    expect.compiled(asked.answer, 0.002)


@pytest.mark.hidden
@pytest.mark.task("borrow_network", points=1, hint="Which layers behave differently in training?")
def test_borrow_network_keeps_batch_normalization_in_inference_mode(small: Callable[[], Asked]) -> None:
    """The new model gives the same outputs in training mode as in inference mode."""
    asked = small()
    expect.new(asked)
    expect.inference_mode(asked.answer, networks.probes((24, 24, 1)))


@pytest.mark.hidden
@pytest.mark.task("borrow_network", points=1, hint="What may your function do to the network, and what not?")
def test_borrow_network_leaves_every_network_alone(settings: Settings) -> None:
    """Networks of any depth and activation get a new top, and keep all but their trainable flags."""
    x, think = networks.probes((24, 24, 1)), "Is there one number for each map, its mean?"
    for name, layers in BORROWED.items():
        build = partial(borrowable, name, layers)
        asked = asking.ask_with(borrow.borrow_network, build, settings["seed"], 6, 0.002)
        expect.new(asked)
        expect.weights(asked.answer, asked.before.weights, "The network stays whole.", True)
        expect.flags(asked.answer, [False] * len(asked.before.weights) + [True], "What is frozen in the end?")
        _, bias = networks.weights(asked.answer)[-1]
        expect.same(bias, np.zeros(6), "new biases", "Which sizes come from the arguments?")
        features = networks.outputs(asked.twin, x).mean(axis=(1, 2))
        expect.softmax_on(asked.answer, features, x, think)
        expect.inference_mode(asked.answer, x)
        expect.plain(asked.answer)
        expect.kept_but_frozen(asked)


@pytest.mark.hidden
@pytest.mark.task("borrow_network", points=1, hint="Is the top new in every call, and can it learn?")
def test_borrow_network_learns_with_a_new_top(settings: Settings) -> None:
    """Two calls make two new tops, and a few steps of training lower the loss as plain Adam does."""
    network = networks.functional(networks.stack("three", BORROWED["three"]))
    answers = asking.ask_twice(borrow.borrow_network, settings["seed"], network, 4, 0.02)
    expect.new_each_time(answers, network)
    expect.fresh(networks.weighted(answers[0])[-1:])
    expect.trains(answers[0], *networks.examples((24, 24, 1), 4), 0.02)
