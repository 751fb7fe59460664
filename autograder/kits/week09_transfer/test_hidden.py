"""The hidden checks of week 9, for answers that pass the public checks and are still wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import asking
import expect
import lesson
import networks
import numpy as np
import pytest
import transfer
from asking import Asked

Settings = Mapping[str, Any]

# Networks of many kinds: the smallest, other activations, many layers, some frozen, no two sizes alike.
NETWORKS = {
    "tiny": (3, [(6, "sigmoid", False), (2, "softmax", True)]),
    "bent": (5, [(9, "elu", True), (8, "sigmoid", False), (7, "silu", True), (6, "softmax", False)]),
    "tall": (
        6,
        [
            *[(13, "softplus", True), (12, "linear", False), (11, "relu", True)],
            *[(10, "elu", False), (7, "tanh", True), (4, "softmax", True)],
        ],
    ),
}
# Frozen as a whole: Keras sets the flag of the network, too.
STILL = {"still": (4, [(7, "elu", False), (3, "softmax", False)])}
# A network without its last layer may have a single one.
BODIES = {**NETWORKS, "tiny": (8, [(5, "sigmoid", True)])}

# As in the public checks, every fixture returns a function that calls the task when a check first needs it.


@pytest.fixture(scope="module")
def other_base(settings: Settings) -> Callable[[], Any]:
    """A base of other sizes."""

    @asking.once
    def asked() -> Any:
        lesson.deterministic(settings["seed"])
        return transfer.build_base(7, 5)

    return asked


@pytest.fixture(scope="module")
def deep_copy(settings: Settings) -> Callable[[], Asked]:
    """A copy of a donor with four hidden layers."""
    return asking.once(lambda: asking.ask(transfer.copy_layers, lesson.load("deep_donor"), settings["seed"]))


@pytest.fixture(scope="module")
def shallow_body(settings: Settings) -> Callable[[], Asked]:
    """A donor with one hidden layer, without its top."""
    return asking.once(lambda: asking.ask(transfer.drop_top, lesson.load("shallow_donor"), settings["seed"]))


@pytest.fixture(scope="module")
def deep_frozen(settings: Settings) -> Callable[[], Asked]:
    """A body of four layers, one of which was frozen before, frozen."""
    return asking.once(lambda: asking.ask(transfer.freeze, lesson.load("deep_body"), settings["seed"]))


@pytest.fixture(scope="module")
def mixed_top(settings: Settings) -> Callable[[], Asked]:
    """A new top on a body of four layers, two of which are frozen."""
    body, classes = "mixed_body", 5
    return asking.once(lambda: asking.ask(transfer.add_softmax, lesson.load(body), settings["seed"], classes))


@pytest.fixture(scope="module")
def deep_graft(settings: Settings) -> Callable[[], Asked]:
    """A graft onto a donor with four hidden layers, two of which are frozen."""
    donor, classes = "mixed_donor", 3
    return asking.once(
        lambda: asking.ask(transfer.build_transfer_model, lesson.load(donor), settings["seed"], classes)
    )


def ask_all(task: Callable[..., Any], table: Mapping[str, Any], seed: int, *sizes: int) -> Iterator[Asked]:
    """Ask `task` for each network of a table."""
    for name, (features, layers) in table.items():
        yield asking.ask(task, networks.stack(name, features, layers), seed, *sizes)


def probes(asked: Asked) -> np.ndarray:
    """Rows for the network that was passed in."""
    return networks.probes(len(asked.before.weights[0][0]))


@pytest.mark.hidden
@pytest.mark.task("build_base", points=2, hint="Which sizes of the network are for the caller to choose?")
def test_build_base_follows_its_arguments(other_base: Callable[[], Any]) -> None:
    """The base has as many inputs and classes as the arguments say; everything else stays the same."""
    base, x = other_base(), networks.probes(7)
    expect.shapes(base, [(7, 50), (50, 25), (25, 5)], "Which sizes come from the arguments?")
    expect.law(base, ["relu", "relu", "softmax"], x, "Are the activations the same at other sizes?")
    expect.compiled(base)


@pytest.mark.hidden
@pytest.mark.task(
    "build_base",
    points=1,
    hint="What is in the network besides the layers and compile settings of the task?",
)
def test_build_base_trains_as_a_plain_network(settings: Settings) -> None:
    """A few steps of training change every layer and lower the loss as plain Adam does."""
    lesson.deterministic(settings["seed"])
    base = transfer.build_base(2, 9)
    expect.trains(base, *networks.examples(2, 9))


@pytest.mark.hidden
@pytest.mark.task(
    "build_base", points=1, hint="Does every call make a network, and one that knows nothing yet?"
)
def test_build_base_is_new_every_time(settings: Settings) -> None:
    """Two calls make two networks, and neither is trained yet."""
    answers = asking.ask_twice(transfer.build_base, settings["seed"])
    expect.new_each_time(answers)
    expect.fresh([layer for answer in answers for layer in networks.weighted(answer)])


@pytest.mark.hidden
@pytest.mark.task(
    "copy_layers", points=2, hint="Does your copy depend on how many layers a base has, or how large?"
)
def test_copy_layers_copies_any_depth(deep_copy: Callable[[], Asked]) -> None:
    """A base of another depth and other sizes is copied with all layers and weights."""
    asked = deep_copy()
    expect.new(asked)
    expect.weights(asked.answer, asked.before.weights)


@pytest.mark.hidden
@pytest.mark.task(
    "copy_layers", points=1, hint="Bases may differ in more than their sizes. Would the copy notice?"
)
def test_copy_layers_copies_any_activation(deep_copy: Callable[[], Asked]) -> None:
    """A base with other activations is copied so that it predicts the same."""
    asked, x = deep_copy(), networks.probes(7)
    expect.new(asked)
    expect.outputs(asked.answer, x, asked.before.outputs(x), "Which activation has each layer of this base?")


@pytest.mark.hidden
@pytest.mark.task(
    "copy_layers",
    points=2,
    hint="Small or tall, frozen in part: what belongs to a layer besides its weights?",
)
def test_copy_layers_copies_every_network(settings: Settings) -> None:
    """Networks of any depth, activation and flags are copied as they are, and stay as they were."""
    for asked in ask_all(transfer.copy_layers, BODIES | STILL, settings["seed"]):
        x = probes(asked)
        expect.weights(asked.answer, asked.before.weights)
        expect.flags(asked.answer, asked.before.flags, "Does each layer keep its `trainable` flag?")
        expect.outputs(asked.answer, x, asked.before.outputs(x), "Which activation has each layer?")
        expect.plain(asked.answer, x)
        expect.unharmed(asked)
    argument = networks.stack("bent", *NETWORKS["bent"])
    expect.new_each_time(asking.ask_twice(transfer.copy_layers, settings["seed"], argument), argument)


@pytest.mark.hidden
@pytest.mark.task("drop_top", points=2, hint="Which layer goes when a network has more of them, or fewer?")
def test_drop_top_removes_the_last_layer_at_any_depth(shallow_body: Callable[[], Asked]) -> None:
    """A network of another depth loses exactly its last layer."""
    asked, x = shallow_body(), networks.probes(7)
    expect.weights(asked.answer, asked.before.weights[:-1])
    expect.outputs(
        asked.answer, x, asked.before.outputs(x, -1), "Has each layer that remains its activation?"
    )
    expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("drop_top", points=1, hint="What belongs to the layers that remain besides their weights?")
def test_drop_top_treats_every_network_alike(settings: Settings) -> None:
    """Networks of any depth, activation and flags lose their last layer and nothing else."""
    for asked in ask_all(transfer.drop_top, NETWORKS | STILL, settings["seed"]):
        x = probes(asked)
        expect.weights(asked.answer, asked.before.weights[:-1])
        expect.flags(asked.answer, asked.before.flags[:-1], "Does each layer keep its `trainable` flag?")
        expect.outputs(asked.answer, x, asked.before.outputs(x, -1), "Which activation has each layer?")
        expect.plain(asked.answer, x)
        expect.unharmed(asked)
    argument = networks.stack("bent", *NETWORKS["bent"])
    expect.new_each_time(asking.ask_twice(transfer.drop_top, settings["seed"], argument), argument)


@pytest.mark.hidden
@pytest.mark.task(
    "freeze", points=3, hint="Is every layer frozen, however many there are and whatever they were before?"
)
def test_freeze_reaches_every_layer(deep_frozen: Callable[[], Asked]) -> None:
    """Every layer of a deeper network is frozen, those that were frozen before too."""
    expect.flags(
        deep_frozen().answer, [False] * 4, "Does the freeze depend on depth, or on what was set before?"
    )


@pytest.mark.hidden
@pytest.mark.task(
    "freeze", points=2, hint="Is what you return the whole model, with the weights that it had?"
)
def test_freeze_keeps_a_deeper_network_whole(deep_frozen: Callable[[], Asked]) -> None:
    """A deeper network keeps its layers, weights and outputs when it is frozen."""
    asked, x = deep_frozen(), networks.probes(7)
    expect.froze(asked)
    expect.weights(asked.answer, asked.before.weights)
    expect.outputs(asked.answer, x, asked.before.outputs(x), "Freezing concerns training alone.")


@pytest.mark.hidden
@pytest.mark.task("freeze", points=2, hint="How few layers may a network have, and what may they be?")
def test_freeze_freezes_every_network(settings: Settings) -> None:
    """Networks of any depth, activation and flags are frozen, and else stay as they were."""
    for asked in ask_all(transfer.freeze, BODIES, settings["seed"]):
        x = probes(asked)
        expect.flags(asked.answer, [False] * len(asked.before.flags), "Which layers are still trainable?")
        expect.weights(asked.answer, asked.before.weights)
        expect.outputs(asked.answer, x, asked.before.outputs(x), "Freezing concerns training alone.")
        expect.plain(asked.answer, x)


@pytest.mark.hidden
@pytest.mark.task(
    "add_softmax", points=1, hint="What does the caller choose, the body or the number of classes?"
)
def test_add_softmax_follows_its_arguments(mixed_top: Callable[[], Asked]) -> None:
    """The new top fits any body and any number of classes."""
    asked, x = mixed_top(), networks.probes(7)
    expect.shapes(
        asked.answer, [(7, 12), (12, 8), (8, 7), (7, 6), (6, 5)], "Which sizes come from the arguments?"
    )
    expect.weights(asked.answer, asked.before.weights, first=4)
    expect.softmax_on(
        asked.answer, asked.before.outputs(x), x, "Does every layer of the body keep its activation?"
    )


@pytest.mark.hidden
@pytest.mark.task(
    "add_softmax", points=2, hint="A body can be frozen in part. Does every layer keep its own flag?"
)
def test_add_softmax_keeps_every_flag(mixed_top: Callable[[], Asked]) -> None:
    """Each layer of the body stays frozen or trainable as it was, and the new one trains."""
    asked = mixed_top()
    expect.flags(asked.answer, [*asked.before.flags, True], "Which flags does your function set by itself?")
    expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("add_softmax", points=1, hint="How few layers may a body have, and what may they be?")
def test_add_softmax_takes_every_body(settings: Settings) -> None:
    """Bodies of any depth, activation and flags get a new top and nothing else, and stay as they were."""
    for asked in ask_all(transfer.add_softmax, BODIES, settings["seed"], 3):
        x, count = probes(asked), len(asked.before.flags)
        expect.weights(asked.answer, asked.before.weights, first=count)
        expect.flags(asked.answer, [*asked.before.flags, True], "Does each layer keep its `trainable` flag?")
        expect.softmax_on(asked.answer, asked.before.outputs(x), x, "Which activation has each layer?")
        expect.plain(asked.answer, x)
        expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("add_softmax", points=1, hint="Is the top new in every call, and can it learn?")
def test_add_softmax_learns_with_a_new_top(settings: Settings) -> None:
    """Two calls make two new tops, and a few steps of training lower the loss as plain Adam does."""
    body = networks.stack("bent", *BODIES["bent"])
    answers = asking.ask_twice(transfer.add_softmax, settings["seed"], body)
    expect.new_each_time(answers, body)
    expect.fresh(networks.weighted(answers[0])[-1:])
    expect.trains(answers[0], *networks.examples(5, 4))


@pytest.mark.hidden
@pytest.mark.task(
    "build_transfer_model", points=2, hint="Would the graft take any base, and any number of classes?"
)
def test_build_transfer_model_takes_any_base(deep_graft: Callable[[], Asked]) -> None:
    """All layers of a deeper base except the last are borrowed and frozen."""
    asked, x = deep_graft(), networks.probes(7)
    expect.shapes(
        asked.answer, [(7, 13), (13, 10), (10, 8), (8, 6), (6, 3)], "Which sizes come from the arguments?"
    )
    expect.weights(asked.answer, asked.before.weights[:-1], first=4)
    expect.flags(
        asked.answer, [False] * 4 + [True], "Does the freeze reach every borrowed layer, and no other?"
    )
    expect.softmax_on(
        asked.answer, asked.before.outputs(x, -1), x, "Does every reused layer keep its activation?"
    )


@pytest.mark.hidden
@pytest.mark.task(
    "build_transfer_model", points=1, hint="Could anything that is done to the graft ever reach the base?"
)
def test_build_transfer_model_shares_nothing_with_the_base(deep_graft: Callable[[], Asked]) -> None:
    """The graft and the base share no layers, and the base stays unchanged."""
    asked = deep_graft()
    expect.nothing_shared(asked)
    expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task(
    "build_transfer_model", points=1, hint="How few layers may a base have, and what may they be?"
)
def test_build_transfer_model_borrows_from_every_base(settings: Settings) -> None:
    """Bases of any depth, activation and flags are borrowed but for their top, and stay as they were."""
    for asked in ask_all(transfer.build_transfer_model, NETWORKS, settings["seed"], 7):
        x, count = probes(asked), len(asked.before.flags) - 1
        kept = [kernel.shape for kernel, _ in asked.before.weights[:-1]]
        expect.shapes(asked.answer, [*kept, (kept[-1][1], 7)], "Which sizes come from the arguments?")
        expect.weights(asked.answer, asked.before.weights[:-1], first=count)
        expect.flags(asked.answer, [False] * count + [True], "Which layers are frozen in the end?")
        expect.softmax_on(asked.answer, asked.before.outputs(x, -1), x, "Which activation has each layer?")
        expect.plain(asked.answer, x)
        expect.nothing_shared(asked)
        expect.unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task(
    "build_transfer_model", points=1, hint="Is the graft new in every call, and can its top learn?"
)
def test_build_transfer_model_learns_with_new_layers(settings: Settings) -> None:
    """Two calls share no layer, and a few steps of training lower the loss as plain Adam does."""
    base = networks.stack("bent", *NETWORKS["bent"])
    answers = asking.ask_twice(transfer.build_transfer_model, settings["seed"], base)
    expect.new_each_time(answers)
    expect.fresh(networks.weighted(answers[0])[-1:])
    expect.trains(answers[0], *networks.examples(5, 4))
