"""The hidden checks of week 9: they catch answers that only look right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import lesson
import networks
import numpy as np
import pytest
import transfer
from networks import Asked

Settings = Mapping[str, Any]


@pytest.fixture(scope="module")
def other_base(settings: Settings) -> Callable[[], Any]:
    """Ask once for a base of other sizes."""

    @cache
    def asked() -> Any:
        lesson.deterministic(settings["seed"])
        return transfer.build_base(n_features=7, n_classes=5)

    return asked


@pytest.fixture(scope="module")
def deep_copy(settings: Settings) -> Callable[[], Asked]:
    """Ask once for a copy of a donor with four hidden layers."""
    return cache(lambda: networks.ask(transfer.copy_layers, lesson.load("deep_donor"), settings["seed"]))


@pytest.fixture(scope="module")
def shallow_body(settings: Settings) -> Callable[[], Asked]:
    """Ask once for a donor with one hidden layer, without its top."""
    return cache(lambda: networks.ask(transfer.drop_top, lesson.load("shallow_donor"), settings["seed"]))


@pytest.fixture(scope="module")
def deep_frozen(settings: Settings) -> Callable[[], Asked]:
    """Ask once for a body of four layers, one of them frozen before, to be frozen."""
    return cache(lambda: networks.ask(transfer.freeze, lesson.load("deep_body"), settings["seed"]))


@pytest.fixture(scope="module")
def mixed_top(settings: Settings) -> Callable[[], Asked]:
    """Ask once for a top of 5 on a body of four layers, two of them frozen."""
    return cache(
        lambda: networks.ask(transfer.add_softmax, lesson.load("mixed_body"), settings["seed"], n_classes=5)
    )


@pytest.fixture(scope="module")
def deep_graft(settings: Settings) -> Callable[[], Asked]:
    """Ask once for a graft of 3 classes onto a donor with four hidden layers, two layers frozen."""
    return cache(
        lambda: networks.ask(
            transfer.build_transfer_model, lesson.load("mixed_donor"), settings["seed"], n_classes=3
        )
    )


@pytest.mark.hidden
@pytest.mark.task(
    "build_base", points=4, hint="Who decides how many numbers a row has, and how many classes there are?"
)
def test_build_base_follows_its_arguments(other_base: Callable[[], Any]) -> None:
    """The base has as many inputs and classes as it is asked for, and is otherwise the same network."""
    base, x = other_base(), networks.probes(7)
    networks.expect_shapes(base, [(7, 50), (50, 25), (25, 5)], "Which sizes come from the arguments?")
    networks.expect_counts(base, (1805, 1805, 0), "Is anything frozen, or without a bias?")
    law = networks.forward(networks.weights(base), ["relu", "relu", "softmax"], x)
    networks.expect_outputs(base, x, law, "Are the activations the same for other sizes?")
    networks.expect_compiled(base)


@pytest.mark.hidden
@pytest.mark.task(
    "copy_layers", points=3, hint="Would your copy follow a base with other layers than those of Iris?"
)
def test_copy_layers_follows_any_depth(deep_copy: Callable[[], Asked]) -> None:
    """Networks of other depths and sizes are copied as well, with all of their weights."""
    asked = deep_copy()
    networks.expect_weights(asked.answer, asked.before.weights)


@pytest.mark.hidden
@pytest.mark.task(
    "copy_layers",
    points=2,
    hint="Layers can differ in more than their sizes. Does the copy compute the same?",
)
def test_copy_layers_follows_any_activation(deep_copy: Callable[[], Asked]) -> None:
    """Networks with other activations are copied as well, with the same outputs."""
    asked, x = deep_copy(), networks.probes(7)
    networks.expect_outputs(
        asked.answer, x, asked.before.outputs(x), "Every layer brings its own activation."
    )


@pytest.mark.hidden
@pytest.mark.task(
    "drop_top", points=3, hint="Which layer goes when a network has more layers than Iris', or fewer?"
)
def test_drop_top_drops_the_last_layer_alone(shallow_body: Callable[[], Asked]) -> None:
    """Of a network of another depth, too, exactly the last layer goes."""
    asked, x = shallow_body(), networks.probes(7)
    networks.expect_weights(asked.answer, asked.before.weights[:-1])
    networks.expect_outputs(
        asked.answer, x, asked.before.outputs(x, -1), "The layers keep their activations."
    )
    networks.expect_unharmed(asked)


@pytest.mark.hidden
@pytest.mark.task("freeze", points=4, hint="Is every layer frozen, however many there are?")
def test_freeze_reaches_every_layer(deep_frozen: Callable[[], Asked]) -> None:
    """Every layer of a deeper network is frozen, also where some were frozen before."""
    asked = deep_frozen()
    networks.expect_flags(asked.answer, [False] * 4)


@pytest.mark.hidden
@pytest.mark.task("freeze", points=3, hint="Is the frozen model still the whole model, with its own weights?")
def test_freeze_keeps_a_deeper_network_whole(deep_frozen: Callable[[], Asked]) -> None:
    """A deeper network keeps all of its layers and weights when it is frozen."""
    asked = deep_frozen()
    networks.expect_weights(asked.answer, asked.before.weights)


@pytest.mark.hidden
@pytest.mark.task("add_softmax", points=2, hint="Who decides how many classes there are?")
def test_add_softmax_follows_its_arguments(mixed_top: Callable[[], Asked]) -> None:
    """The new top fits other bodies and other numbers of classes."""
    asked, x = mixed_top(), networks.probes(7)
    networks.expect_weights(asked.answer, asked.before.weights, first=4)
    top = networks.weights(asked.answer)[-1:]
    networks.expect_shapes(
        asked.answer, [(7, 12), (12, 8), (8, 7), (7, 6), (6, 5)], "Which size is an argument?"
    )
    law = networks.forward(top, ["softmax"], asked.before.outputs(x))
    networks.expect_outputs(asked.answer, x, law, "The body keeps its activations.")


@pytest.mark.hidden
@pytest.mark.task(
    "add_softmax", points=3, hint="A body may be frozen in part. Does each layer keep its own flag?"
)
def test_add_softmax_keeps_every_flag(mixed_top: Callable[[], Asked]) -> None:
    """Each layer of the body is as frozen, or as trainable, as it was, and the new one trains."""
    networks.expect_flags(mixed_top().answer, [False, True, False, True, True])
    networks.expect_unharmed(mixed_top())


@pytest.mark.hidden
@pytest.mark.task(
    "build_transfer_model",
    points=3,
    hint="Would your graft take a donor of any depth, and any number of classes?",
)
def test_build_transfer_model_takes_any_donor(deep_graft: Callable[[], Asked]) -> None:
    """A donor of another depth, with other sizes, is borrowed whole but for its top, and frozen."""
    asked, x = deep_graft(), networks.probes(7)
    networks.expect_weights(asked.answer, asked.before.weights[:-1], first=4)
    networks.expect_flags(asked.answer, [False] * 4 + [True])
    top = networks.weights(asked.answer)[-1:]
    law = networks.forward(top, ["softmax"], asked.before.outputs(x, -1))
    networks.expect_shapes(
        asked.answer, [(7, 13), (13, 10), (10, 8), (8, 6), (6, 3)], "Which sizes are given?"
    )
    networks.expect_outputs(asked.answer, x, law, "Every layer keeps its activation.")


@pytest.mark.hidden
@pytest.mark.task(
    "build_transfer_model", points=3, hint="Could a training of the graft ever reach the donor?"
)
def test_build_transfer_model_shares_nothing_with_the_base(deep_graft: Callable[[], Asked]) -> None:
    """Graft and base have no layer in common, and training the graft leaves the base as it was."""
    asked = deep_graft()
    networks.expect_nothing_shared(asked)
    networks.expect_unharmed(asked)
