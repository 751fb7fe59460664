"""The public checks of week 9, which students run themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import asking
import expect
import lesson
import networks
import pytest
import transfer
from asking import Asked
from networks import Weights

Settings = Mapping[str, Any]
Trained = tuple[Asked, Weights, float]

# Every fixture returns a function that calls the task when a check first needs the answer. So the task is
# called once for all checks of the same answer, and its exceptions are raised inside a check.


@pytest.fixture(scope="module")
def base(settings: Settings) -> Callable[[], Any]:
    """The base, as it is built."""

    @asking.once
    def asked() -> Any:
        lesson.deterministic(settings["seed"])
        return transfer.build_base()

    return asked


@pytest.fixture(scope="module")
def copied(settings: Settings) -> Callable[[], Asked]:
    """A copy of a donor with two hidden layers."""
    return asking.once(lambda: asking.ask(transfer.copy_layers, lesson.load("drawn_donor"), settings["seed"]))


@pytest.fixture(scope="module")
def dropped(settings: Settings) -> Callable[[], Asked]:
    """Another donor without its top."""
    return asking.once(lambda: asking.ask(transfer.drop_top, lesson.load("topped_donor"), settings["seed"]))


@pytest.fixture(scope="module")
def frozen(settings: Settings) -> Callable[[], Asked]:
    """A body of two layers, frozen."""
    return asking.once(lambda: asking.ask(transfer.freeze, lesson.load("body"), settings["seed"]))


@pytest.fixture(scope="module")
def added(settings: Settings) -> Callable[[], Asked]:
    """A new top on a frozen body."""
    return asking.once(lambda: asking.ask(transfer.add_softmax, lesson.load("frozen_body"), settings["seed"]))


@pytest.fixture(scope="module")
def grafted(settings: Settings) -> Callable[[], Asked]:
    """A graft onto the donor that was trained on Iris."""
    return asking.once(
        lambda: asking.ask(transfer.build_transfer_model, lesson.load("iris_donor"), settings["seed"])
    )


@pytest.fixture(scope="module")
def trained(settings: Settings) -> Callable[[], Trained]:
    """Another such graft after training on the eight flowers, its weights before, and its accuracy."""

    @asking.once
    def asked() -> Trained:
        graft = asking.ask(transfer.build_transfer_model, lesson.load("iris_donor"), settings["seed"])
        x, y = lesson.eight_flowers()
        think = "Only a graft with these layers is trained here."
        expect.shapes(graft.answer, [(4, 50), (50, 25), (25, 4)], think)
        expect.can_train(graft.answer, x, y)
        networks.draw_top(graft.answer, settings["seed"])
        before = networks.weights(graft.answer)
        result = lesson.train(graft.answer, x, y, epochs=settings["graft_epochs"], seed=settings["seed"])
        return graft, before, result["accuracy"]

    return asked


@pytest.mark.task(
    "build_base", points=3, hint="How many units does each layer have, and how many numbers does a row have?"
)
def test_build_base_has_three_dense_layers(base: Callable[[], Any]) -> None:
    """The base has Dense layers of 50, 25 and 3 units, for rows of 4 numbers."""
    think = "A layer's inputs are the units of the layer before it."
    expect.shapes(base(), [(4, 50), (50, 25), (25, 3)], think)


@pytest.mark.task("build_base", points=2, hint="A unit has a weight for each of its inputs, and a bias.")
def test_build_base_trains_all_1603_parameters(base: Callable[[], Any]) -> None:
    """The base has 1,603 parameters, all trainable."""
    expect.counts(base(), 1603, 1603, "Does every layer have a bias, and is none of them frozen?")


@pytest.mark.task("build_base", points=3, hint="Which activation has each of the three layers?")
def test_build_base_computes_relu_relu_softmax(base: Callable[[], Any]) -> None:
    """The activations of the base are relu, relu and softmax."""
    x = networks.probes(4)
    think = "Which activation follows which layer, and does each follow only once?"
    expect.law(base(), ["relu", "relu", "softmax"], x, think)


@pytest.mark.task("build_base", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_build_base_is_compiled(base: Callable[[], Any]) -> None:
    """The base is compiled with categorical cross-entropy and Adam."""
    expect.compiled(base())


@pytest.mark.task("build_base", points=4, hint="What could keep the network from learning the flowers?")
def test_build_base_learns_iris(settings: Settings) -> None:
    """After 100 epochs of training, the base classifies at least 95 % of the Iris flowers correctly."""
    lesson.deterministic(settings["seed"])
    base = transfer.build_base()
    x, y = lesson.iris()
    expect.shapes(base, [(4, 50), (50, 25), (25, 3)], "Only a network with these layers is trained here.")
    expect.can_train(base, x, y)
    result = lesson.train(base, x, y, epochs=settings["base_epochs"], seed=settings["seed"])
    expect.accuracy(result["accuracy"], settings["base_accuracy"])


@pytest.mark.task("copy_layers", points=2, hint="Is there a layer in the copy for every layer of the base?")
def test_copy_layers_makes_a_model_of_the_same_layers(copied: Callable[[], Asked]) -> None:
    """The copy is a new model with layers of the same sizes in the same order, all trainable."""
    asked = copied()
    expect.new(asked)
    expect.shapes(
        asked.answer, [(4, 50), (50, 25), (25, 3)], "Which layers of the base are in the new model?"
    )
    expect.counts(asked.answer, 1603, 1603, "Copying freezes nothing.")


@pytest.mark.task(
    "copy_layers",
    points=3,
    hint="A new layer starts with random weights. How do you copy those of the base into it?",
)
def test_copy_layers_brings_the_weights(copied: Callable[[], Asked]) -> None:
    """Every kernel and every bias of the base is in the copy, bit for bit."""
    asked = copied()
    expect.new(asked)
    expect.weights(asked.answer, asked.before.weights)


@pytest.mark.task("copy_layers", points=2, hint="Besides its weights, what determines a layer's output?")
def test_copy_layers_keeps_the_predictions(copied: Callable[[], Asked]) -> None:
    """The copy predicts what the base predicted."""
    asked, x = copied(), networks.probes(4)
    expect.new(asked)
    expect.outputs(asked.answer, x, asked.before.outputs(x), "Did you copy both weights and activations?")


@pytest.mark.task("copy_layers", points=2, hint="Which of your lines changes the base itself?")
def test_copy_layers_leaves_the_base_alone(copied: Callable[[], Asked]) -> None:
    """The base keeps its layers, weights, `trainable` flags and all other settings."""
    expect.unharmed(copied())


@pytest.mark.task("drop_top", points=3, hint="Which layers remain when only the last one goes?")
def test_drop_top_removes_one_layer(dropped: Callable[[], Asked]) -> None:
    """The layers of 50 and 25 units remain and are trainable, and the layer of 3 units is gone."""
    answer = dropped().answer
    expect.shapes(answer, [(4, 50), (50, 25)], "Which layer is the last, and does all of it go?")
    expect.counts(answer, 1525, 1525, "Cutting off a layer freezes none of the others.")


@pytest.mark.task("drop_top", points=3, hint="Do the remaining layers still have their original weights?")
def test_drop_top_keeps_the_weights(dropped: Callable[[], Asked]) -> None:
    """The remaining layers keep their exact weights."""
    asked = dropped()
    expect.weights(asked.answer, asked.before.weights[:-1])


@pytest.mark.task("drop_top", points=2, hint="What did the last layer receive? That should come out now.")
def test_drop_top_gives_what_the_top_received(dropped: Callable[[], Asked]) -> None:
    """The output is the 25 features that the last layer receives."""
    asked, x = dropped(), networks.probes(4)
    expect.outputs(
        asked.answer, x, asked.before.outputs(x, -1), "Has each layer that remains its activation?"
    )


@pytest.mark.task(
    "drop_top", points=3, hint="Do you take the layer from a new model, or from the one passed in?"
)
def test_drop_top_leaves_the_argument_alone(dropped: Callable[[], Asked]) -> None:
    """The model that was passed in keeps all of its layers, the last one too."""
    expect.unharmed(dropped())


@pytest.mark.task("freeze", points=2, hint="What may freezing change, and what not?")
def test_freeze_keeps_layers_and_weights(frozen: Callable[[], Asked]) -> None:
    """The frozen model has the same layers with the same weights."""
    asked = frozen()
    expect.froze(asked)
    expect.weights(asked.answer, asked.before.weights)


@pytest.mark.task(
    "freeze", points=5, hint="Which property of a layer says whether it trains, and which layers have it set?"
)
def test_freeze_leaves_nothing_to_train(frozen: Callable[[], Asked]) -> None:
    """All 1,525 parameters are frozen."""
    expect.counts(frozen().answer, 1525, 0, "Which layers are still trainable?")


@pytest.mark.task("freeze", points=2, hint="What may freezing change, and what not?")
def test_freeze_keeps_the_outputs(frozen: Callable[[], Asked]) -> None:
    """The frozen model gives the same outputs as before."""
    asked, x = frozen(), networks.probes(4)
    expect.froze(asked)
    expect.outputs(asked.answer, x, asked.before.outputs(x), "Freezing concerns training alone.")


@pytest.mark.task(
    "add_softmax", points=3, hint="Which layers does the new model have, and where is the new one?"
)
def test_add_softmax_puts_one_layer_on_top(added: Callable[[], Asked]) -> None:
    """The new model has the layers of the body, with their weights, and then one of 4 units."""
    asked = added()
    expect.new(asked)
    expect.shapes(asked.answer, [(4, 50), (50, 25), (25, 4)], "The body stays whole, and one layer is added.")
    expect.weights(asked.answer, asked.before.weights, first=2)


@pytest.mark.task(
    "add_softmax", points=3, hint="Which activation turns the outputs of the new layer into probabilities?"
)
def test_add_softmax_gives_probabilities(added: Callable[[], Asked]) -> None:
    """The output is the softmax of the new layer's scores for the body's features."""
    asked, x = added(), networks.probes(4)
    think = "Does the body keep its activations, and does softmax occur once, at the end?"
    expect.softmax_on(asked.answer, asked.before.outputs(x), x, think)


@pytest.mark.task("add_softmax", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_add_softmax_is_compiled(added: Callable[[], Asked]) -> None:
    """The new model is compiled with categorical cross-entropy and Adam."""
    expect.compiled(added().answer)


@pytest.mark.task("add_softmax", points=3, hint="Which layers should training change now?")
def test_add_softmax_trains_the_new_layer_alone(added: Callable[[], Asked]) -> None:
    """Of 1,629 parameters, the 1,525 of the frozen body stay frozen and the 104 new ones are trainable."""
    answer = added().answer
    expect.counts(answer, 1629, 104, "What was frozen stays frozen, and the new layer trains.")
    expect.flags(answer, [False, False, True], "What was frozen stays frozen, and the new layer trains.")


@pytest.mark.task("add_softmax", points=2, hint="Does your code add to the body itself, or to a new model?")
def test_add_softmax_leaves_the_body_alone(added: Callable[[], Asked]) -> None:
    """The body keeps its two layers, their weights, `trainable` flags and all other settings."""
    expect.unharmed(added())


@pytest.mark.task(
    "build_transfer_model", points=3, hint="Which layers are borrowed, which is new, which of them train?"
)
def test_build_transfer_model_trains_104_of_1629_parameters(grafted: Callable[[], Asked]) -> None:
    """The graft has 1,629 parameters: 1,525 borrowed and frozen, 104 new and trainable."""
    answer = grafted().answer
    expect.shapes(answer, [(4, 50), (50, 25), (25, 4)], "The base without its top, and then a new one.")
    expect.counts(answer, 1629, 104, "Which layers are frozen in the end?")
    expect.flags(answer, [False, False, True], "Which layers are frozen in the end?")


@pytest.mark.task(
    "build_transfer_model", points=3, hint="Are the borrowed layers the base's, weights and all?"
)
def test_build_transfer_model_borrows_what_the_base_learned(grafted: Callable[[], Asked]) -> None:
    """The borrowed layers have the base's exact weights and activations, and one softmax layer follows."""
    asked, x = grafted(), networks.probes(4)
    expect.new(asked)
    expect.weights(asked.answer, asked.before.weights[:-1], first=2)
    think = "Does every layer keep its activation, and does softmax occur once, at the end?"
    expect.softmax_on(asked.answer, asked.before.outputs(x, -1), x, think)


@pytest.mark.task(
    "build_transfer_model", points=2, hint="Which loss compares one-hot targets with probabilities?"
)
def test_build_transfer_model_is_compiled(grafted: Callable[[], Asked]) -> None:
    """The graft is compiled with categorical cross-entropy and Adam."""
    expect.compiled(grafted().answer)


@pytest.mark.task(
    "build_transfer_model", points=2, hint="A layer that is frozen is frozen in every model that uses it."
)
def test_build_transfer_model_leaves_the_base_alone(grafted: Callable[[], Asked]) -> None:
    """The base keeps its layers, weights, `trainable` flags and all other settings."""
    expect.unharmed(grafted())


@pytest.mark.task(
    "build_transfer_model", points=2, hint="What does the new layer learn from, and can it learn?"
)
def test_build_transfer_model_learns_the_eight_flowers(
    settings: Settings, trained: Callable[[], Trained]
) -> None:
    """After 1,000 epochs of training, the graft classifies at least seven of the eight flowers correctly."""
    _, _, accuracy = trained()
    expect.accuracy(accuracy, settings["graft_accuracy"])


@pytest.mark.task(
    "build_transfer_model", points=3, hint="What should training change, and what should it leave?"
)
def test_build_transfer_model_learns_in_its_top_alone(trained: Callable[[], Trained]) -> None:
    """Training changes the new layer alone; the borrowed layers and the base keep their exact weights."""
    graft, before, _ = trained()
    expect.only_top_moved(graft.answer, before)
    expect.unharmed(graft)
