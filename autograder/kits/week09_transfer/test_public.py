"""The public checks of week 9: they lead a student to a working answer."""

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
def base(settings: Settings) -> Callable[[], Any]:
    """Ask once for the base, when the first check looks at it."""

    @cache
    def asked() -> Any:
        lesson.deterministic(settings["seed"])
        return transfer.build_base()

    return asked


@pytest.fixture(scope="module")
def copied(settings: Settings) -> Callable[[], Asked]:
    """Ask once for a copy of a donor with two hidden layers."""
    return cache(lambda: networks.ask(transfer.copy_layers, lesson.load("drawn_donor"), settings["seed"]))


@pytest.fixture(scope="module")
def dropped(settings: Settings) -> Callable[[], Asked]:
    """Ask once for another donor without its top."""
    return cache(lambda: networks.ask(transfer.drop_top, lesson.load("topped_donor"), settings["seed"]))


@pytest.fixture(scope="module")
def frozen(settings: Settings) -> Callable[[], Asked]:
    """Ask once for a frozen body."""
    return cache(lambda: networks.ask(transfer.freeze, lesson.load("body"), settings["seed"]))


@pytest.fixture(scope="module")
def added(settings: Settings) -> Callable[[], Asked]:
    """Ask once for a new top on a frozen body."""
    return cache(lambda: networks.ask(transfer.add_softmax, lesson.load("frozen_body"), settings["seed"]))


@pytest.fixture(scope="module")
def grafted(settings: Settings) -> Callable[[], Asked]:
    """Ask once for a graft onto the donor that was trained on Iris."""
    return cache(
        lambda: networks.ask(transfer.build_transfer_model, lesson.load("iris_donor"), settings["seed"])
    )


@pytest.fixture(scope="module")
def trained(settings: Settings) -> Callable[[], tuple[Asked, Any, float]]:
    """Train a graft of its own on the eight flowers, once: the graft, its weights before, its accuracy after."""

    @cache
    def asked() -> tuple[Asked, Any, float]:
        graft = networks.ask(transfer.build_transfer_model, lesson.load("iris_donor"), settings["seed"])
        networks.expect_compiled(graft.answer)
        networks.expect_shapes(
            graft.answer, [(4, 50), (50, 25), (25, 4)], "Which layers does the graft need?"
        )
        networks.draw_top(graft.answer, settings["seed"])
        before = networks.weights(graft.answer)
        x, y = lesson.eight_flowers()
        training = lesson.train(graft.answer, x, y, epochs=settings["graft_epochs"], seed=settings["seed"])
        return graft, before, training["accuracy"]

    return asked


@pytest.mark.task(
    "build_base", points=3, hint="Which layers, how many units each, and what does a row look like?"
)
def test_build_base_has_three_dense_layers(base: Callable[[], Any]) -> None:
    """The base has Dense layers of 50, 25 and 3 units, for rows of 4 numbers."""
    networks.expect_shapes(
        base(), [(4, 50), (50, 25), (25, 3)], "A kernel has a row for each input and a column for each unit."
    )


@pytest.mark.task(
    "build_base", points=2, hint="Every unit has one weight for each of its inputs, and a bias."
)
def test_build_base_has_1603_parameters_that_all_train(base: Callable[[], Any]) -> None:
    """The base has 1,603 parameters, and training can change all of them."""
    networks.expect_counts(
        base(), (1603, 1603, 0), "Does every layer have its bias, and is none of them frozen?"
    )


@pytest.mark.task("build_base", points=3, hint="Which activation does each of the three layers have?")
def test_build_base_computes_relu_relu_softmax(base: Callable[[], Any]) -> None:
    """The base computes what its weights, relu, relu and softmax say: probabilities that sum to 1."""
    x = networks.probes(4)
    law = networks.forward(networks.weights(base()), ["relu", "relu", "softmax"], x)
    networks.expect_outputs(
        base(), x, law, "Which activation follows each layer, and does it follow only once?"
    )


@pytest.mark.task("build_base", points=2, hint="One-hot targets and probabilities: which loss compares them?")
def test_build_base_is_compiled(base: Callable[[], Any]) -> None:
    """The base is compiled with categorical cross-entropy and Adam."""
    networks.expect_compiled(base())


@pytest.mark.task("build_base", points=4, hint="What could keep the network from learning from the flowers?")
def test_build_base_learns_iris(settings: Settings) -> None:
    """Trained for 100 epochs, the base gets at least 95 % of the Iris flowers right."""
    lesson.deterministic(settings["seed"])
    base = transfer.build_base()
    networks.expect_compiled(base)
    networks.expect_shapes(
        base, [(4, 50), (50, 25), (25, 3)], "Only a network with these layers is trained here."
    )
    x, y = lesson.iris()
    training = lesson.train(base, x, y, epochs=settings["base_epochs"], seed=settings["seed"])
    networks.expect_accuracy(training["accuracy"], settings["base_accuracy"])


@pytest.mark.task(
    "copy_layers", points=2, hint="Does the copy have a layer for each layer of the base, in order?"
)
def test_copy_layers_has_the_same_layers(copied: Callable[[], Asked]) -> None:
    """The copy is a new model with as many layers of the same sizes, in the same order."""
    asked = copied()
    networks.expect_new(asked)
    networks.expect_shapes(asked.answer, [(4, 50), (50, 25), (25, 3)], "Which layers of the base arrived?")


@pytest.mark.task(
    "copy_layers", points=3, hint="New layers begin with new weights. Where do the base's come in?"
)
def test_copy_layers_brings_the_weights(copied: Callable[[], Asked]) -> None:
    """Every kernel and every bias of the base arrives in the copy, bit for bit."""
    asked = copied()
    networks.expect_weights(asked.answer, asked.before.weights)


@pytest.mark.task(
    "copy_layers", points=2, hint="A layer is more than its weights: what else does it compute with?"
)
def test_copy_layers_keeps_the_predictions(copied: Callable[[], Asked]) -> None:
    """The copy predicts what the base predicted."""
    asked, x = copied(), networks.probes(4)
    networks.expect_outputs(
        asked.answer, x, asked.before.outputs(x), "Weights and activations both have to arrive."
    )


@pytest.mark.task("copy_layers", points=2, hint="Which of your lines changes the base itself?")
def test_copy_layers_leaves_the_base_alone(copied: Callable[[], Asked]) -> None:
    """The base keeps its layers, weights and trainable flags."""
    networks.expect_unharmed(copied())


@pytest.mark.task("drop_top", points=3, hint="Which layers remain when only the last one goes?")
def test_drop_top_has_one_layer_less(dropped: Callable[[], Asked]) -> None:
    """The answer has the layers of 50 and 25 units, and no longer the one of 3."""
    networks.expect_shapes(
        dropped().answer, [(4, 50), (50, 25)], "The whole last layer goes, not its activation alone."
    )


@pytest.mark.task(
    "drop_top", points=3, hint="Are the layers that remain the ones that were there, with their weights?"
)
def test_drop_top_keeps_the_weights(dropped: Callable[[], Asked]) -> None:
    """The layers that remain have the weights that they had, bit for bit: 1,525 parameters."""
    asked = dropped()
    networks.expect_weights(asked.answer, asked.before.weights[:-1])


@pytest.mark.task("drop_top", points=2, hint="What did the last layer receive? That should come out now.")
def test_drop_top_gives_what_the_top_received(dropped: Callable[[], Asked]) -> None:
    """The outputs are the 25 features that the last layer used to receive."""
    asked, x = dropped(), networks.probes(4)
    networks.expect_outputs(
        asked.answer, x, asked.before.outputs(x, -1), "The layers keep their activations."
    )


@pytest.mark.task(
    "drop_top", points=3, hint="Is what you take the layer from a copy, or the argument itself?"
)
def test_drop_top_leaves_the_argument_alone(dropped: Callable[[], Asked]) -> None:
    """The model that was passed in keeps all of its layers, the last one too."""
    networks.expect_unharmed(dropped())


@pytest.mark.task("freeze", points=2, hint="What may freezing change, and what not?")
def test_freeze_keeps_layers_and_weights(frozen: Callable[[], Asked]) -> None:
    """The frozen model has the same layers with the same weights."""
    asked = frozen()
    networks.expect_weights(asked.answer, asked.before.weights)


@pytest.mark.task(
    "freeze", points=5, hint="Which property of a layer decides whether it trains? Set it on every layer."
)
def test_freeze_leaves_nothing_to_train(frozen: Callable[[], Asked]) -> None:
    """All 1,525 parameters are frozen; training can change none."""
    asked = frozen()
    networks.expect_counts(asked.answer, (1525, 0, 1525), "Which layers did the freeze reach?")
    networks.expect_flags(asked.answer, [False, False])


@pytest.mark.task("freeze", points=2, hint="What may freezing change, and what not?")
def test_freeze_keeps_the_outputs(frozen: Callable[[], Asked]) -> None:
    """The frozen model computes what the model computed."""
    asked, x = frozen(), networks.probes(4)
    networks.expect_outputs(asked.answer, x, asked.before.outputs(x), "Freezing is about training alone.")


@pytest.mark.task(
    "add_softmax", points=3, hint="Which layers should the new model have, and where does the new one go?"
)
def test_add_softmax_puts_one_layer_on_top(added: Callable[[], Asked]) -> None:
    """The new model has the two layers of the body and one of 4 units."""
    asked = added()
    networks.expect_new(asked)
    networks.expect_shapes(
        asked.answer, [(4, 50), (50, 25), (25, 4)], "The body stays whole, one layer is added."
    )
    networks.expect_weights(asked.answer, asked.before.weights, first=2)


@pytest.mark.task(
    "add_softmax", points=3, hint="Which activation makes probabilities, and what does it apply to?"
)
def test_add_softmax_gives_probabilities(added: Callable[[], Asked]) -> None:
    """What comes out is the softmax of the new layer, applied to what the body gives."""
    asked, x = added(), networks.probes(4)
    top = networks.weights(asked.answer)[-1:]
    law = networks.forward(top, ["softmax"], asked.before.outputs(x))
    networks.expect_outputs(
        asked.answer, x, law, "Does the body keep its activations, and does softmax come once?"
    )


@pytest.mark.task(
    "add_softmax", points=2, hint="One-hot targets and probabilities: which loss compares them?"
)
def test_add_softmax_is_compiled(added: Callable[[], Asked]) -> None:
    """The new model is compiled with categorical cross-entropy and Adam."""
    networks.expect_compiled(added().answer)


@pytest.mark.task("add_softmax", points=3, hint="Which layers should train now, and which not?")
def test_add_softmax_keeps_the_body_frozen(added: Callable[[], Asked]) -> None:
    """Of 1,629 parameters, the 1,525 of the frozen body stay frozen and the 104 new ones train."""
    asked = added()
    networks.expect_counts(
        asked.answer, (1629, 104, 1525), "The new layer trains; what was frozen stays frozen."
    )
    networks.expect_flags(asked.answer, [False, False, True])


@pytest.mark.task("add_softmax", points=2, hint="Does your code add to the body itself, or to a new model?")
def test_add_softmax_leaves_the_body_alone(added: Callable[[], Asked]) -> None:
    """The body does not grow: it keeps its two layers, their weights and trainable flags."""
    networks.expect_unharmed(added())


@pytest.mark.task(
    "build_transfer_model", points=3, hint="Which layers are borrowed, which is new, and which of them train?"
)
def test_build_transfer_model_trains_104_of_1629_parameters(grafted: Callable[[], Asked]) -> None:
    """The graft has 1,629 parameters: 1,525 are borrowed and frozen, 104 are new and train."""
    asked = grafted()
    networks.expect_shapes(
        asked.answer, [(4, 50), (50, 25), (25, 4)], "The donor without its top, then a new one."
    )
    networks.expect_counts(asked.answer, (1629, 104, 1525), "Which layers are frozen at the end?")
    networks.expect_flags(asked.answer, [False, False, True])


@pytest.mark.task(
    "build_transfer_model", points=3, hint="Are the borrowed layers really the donor's, weights and all?"
)
def test_build_transfer_model_borrows_the_weights(grafted: Callable[[], Asked]) -> None:
    """The frozen layers have the weights of the donor, bit for bit, and its activations."""
    asked, x = grafted(), networks.probes(4)
    networks.expect_weights(asked.answer, asked.before.weights[:-1], first=2)
    top = networks.weights(asked.answer)[-1:]
    law = networks.forward(top, ["softmax"], asked.before.outputs(x, -1))
    networks.expect_outputs(
        asked.answer, x, law, "Does every layer keep its activation, and does softmax come once?"
    )


@pytest.mark.task(
    "build_transfer_model", points=2, hint="One-hot targets and probabilities: which loss compares them?"
)
def test_build_transfer_model_is_compiled(grafted: Callable[[], Asked]) -> None:
    """The graft is compiled with categorical cross-entropy and Adam."""
    networks.expect_compiled(grafted().answer)


@pytest.mark.task(
    "build_transfer_model", points=2, hint="Whoever freezes a layer freezes it wherever it is used."
)
def test_build_transfer_model_leaves_the_base_alone(grafted: Callable[[], Asked]) -> None:
    """The base keeps its layers, weights and trainable flags: it can still be trained."""
    networks.expect_unharmed(grafted())


@pytest.mark.task(
    "build_transfer_model", points=2, hint="What does the new layer learn from, and can it learn at all?"
)
def test_build_transfer_model_learns_the_eight_flowers(
    settings: Settings, trained: Callable[[], Any]
) -> None:
    """Trained for 1,000 epochs, the graft gets at least seven of the eight flowers right."""
    networks.expect_accuracy(trained()[2], settings["graft_accuracy"])


@pytest.mark.task(
    "build_transfer_model", points=2, hint="What should a training change, and what should stay?"
)
def test_build_transfer_model_trains_its_top_alone(trained: Callable[[], Any]) -> None:
    """Training changes the new layer; the borrowed layers stay as they were, bit for bit."""
    graft, before, _ = trained()
    networks.expect_only_top_moved(graft.answer, before)
