"""The public checks of week 10, which students run themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import asking
import borrow
import expect
import lesson
import networks
import pytest
from asking import Asked
from networks import Weights

Settings = Mapping[str, Any]
Trained = tuple[Asked, Weights]
Borrowed = tuple[Asked, Any]

# Every fixture returns a function that calls the task when a check first needs the answer. So the task is
# called once for all checks of the same answer, and its exceptions are raised inside a check.


@pytest.fixture(scope="module")
def cut(settings: Settings) -> Callable[[], Asked]:
    """The donor that learned parts, without its top."""
    return asking.once(lambda: asking.ask(borrow.cut_body, "parts_donor", settings["seed"]))


@pytest.fixture(scope="module")
def frozen(settings: Settings) -> Callable[[], Asked]:
    """The donor's body, frozen."""
    return asking.once(lambda: asking.ask(borrow.freeze, "learned_body", settings["seed"]))


@pytest.fixture(scope="module")
def added(settings: Settings) -> Callable[[], Asked]:
    """A new top on the frozen body."""
    return asking.once(lambda: asking.ask(borrow.add_softmax, "parts_body", settings["seed"]))


@pytest.fixture(scope="module")
def trained(settings: Settings) -> Callable[[], Trained]:
    """Another such graft after training on a few things, and its weights before."""

    @asking.once
    def asked() -> Trained:
        rate = settings["graft_rate"]
        graft = asking.ask(borrow.add_softmax, "parts_body", settings["seed"], 4, rate)
        x, y = lesson.things(settings["each"], settings["seed"])
        expect.compiled(graft.answer, rate)
        expect.can_train(graft.answer, x, y)
        networks.draw_top(graft.answer, settings["seed"])
        before = networks.weights(graft.answer)
        lesson.train(graft.answer, x, y, epochs=settings["graft_epochs"], seed=settings["seed"])
        return graft, before

    return asked


@pytest.fixture(scope="module")
def taken(settings: Settings) -> Callable[[], Asked]:
    """The top of a graft that has not been trained, by itself."""
    return asking.once(lambda: asking.ask(borrow.take_top, "new_graft", settings["seed"]))


@pytest.fixture(scope="module")
def thawed(settings: Settings) -> Callable[[], Asked]:
    """A graft whose top is trained, with its last block thawed."""
    return asking.once(lambda: asking.ask(borrow.thaw_last_block, "things_graft", settings["seed"]))


@pytest.fixture(scope="module")
def tuned(settings: Settings) -> Callable[[], Trained]:
    """Another such graft after training, and its weights before."""

    @asking.once
    def asked() -> Trained:
        rate = settings["thaw_rate"]
        graft = asking.ask(borrow.thaw_last_block, "things_graft", settings["seed"], rate)
        x, y = lesson.things(settings["each"], settings["seed"])
        expect.compiled(graft.answer, rate)
        expect.can_train(graft.answer, x, y)
        before = networks.weights(graft.answer)
        lesson.train(graft.answer, x, y, epochs=settings["thaw_epochs"], seed=settings["seed"])
        return graft, before

    return asked


@pytest.fixture(scope="module")
def borrowed(settings: Settings) -> Callable[[], Borrowed]:
    """A new top on a public network, and what the network made of the probes before."""

    @asking.once
    def asked() -> Borrowed:
        # Building it takes longer than all else here, so there is no twin of it.
        network = lesson.mobilenet(side=64)
        maps = networks.outputs(network, networks.probes((64, 64, 3), 2))
        return asking.ask_with(borrow.borrow_network, lambda: network, settings["seed"]), maps

    return asked


@pytest.mark.task(
    "cut_body", points=3, hint="Which layers remain, and is each of them still the one that was there?"
)
def test_cut_body_keeps_the_layers_below_the_cut(cut: Callable[[], Asked]) -> None:
    """The three convolutions and their BatchNormalization layers remain, with their weights and flags."""
    asked = cut()
    expect.new(asked)
    expect.weights(asked.answer, asked.before.weights[:-1], "Which layers are above the cut?")
    expect.counts(asked.answer, 14368, 14208, "Cutting freezes none of the layers that remain.")


@pytest.mark.task(
    "cut_body", points=3, hint="The features are one row of numbers a picture. After which layer is that so?"
)
def test_cut_body_gives_the_features(cut: Callable[[], Asked]) -> None:
    """The output is the 32 features of each picture that the donor's top receives."""
    asked, x = cut(), networks.probes((24, 24, 1))
    features = networks.outputs(networks.until(asked.twin, asked.twin.layers[-2].name), x)
    expect.outputs(
        asked.answer, x, features, "Maps are no features yet, and shares of classes none any more."
    )


@pytest.mark.task("cut_body", points=2, hint="Does your code take layers away from the donor itself?")
def test_cut_body_leaves_the_donor_alone(cut: Callable[[], Asked]) -> None:
    """The donor keeps all of its layers, their weights, `trainable` flags and all other settings."""
    expect.unharmed(cut())


@pytest.mark.task(
    "freeze", points=3, hint="How many layers has the body, and how many of them does your freeze reach?"
)
def test_freeze_leaves_nothing_to_train(frozen: Callable[[], Asked]) -> None:
    """All 14,368 parameters are frozen."""
    expect.counts(frozen().answer, 14368, 0, "Which layers are still trainable?")


@pytest.mark.task("freeze", points=2, hint="What may freezing change, and what not?")
def test_freeze_keeps_weights_and_features(frozen: Callable[[], Asked]) -> None:
    """The frozen body has the same weights and gives the same features."""
    asked, x = frozen(), networks.probes((24, 24, 1))
    expect.froze(asked)
    expect.weights(asked.answer, asked.before.weights, "Freezing adds no layers and takes none away.")
    expect.outputs(asked.answer, x, networks.outputs(asked.twin, x), "Freezing concerns training alone.")


@pytest.mark.task(
    "freeze", points=3, hint="BatchNormalization has two ways to compute. Which one does a frozen layer use?"
)
def test_freeze_keeps_batch_normalization_in_inference_mode(frozen: Callable[[], Asked]) -> None:
    """The frozen body gives the same features in training mode as in inference mode."""
    expect.inference_mode(frozen().answer, networks.probes((24, 24, 1)))


@pytest.mark.task(
    "add_softmax", points=3, hint="Are the body's layers there, weights and all, and one more on top of them?"
)
def test_add_softmax_puts_one_layer_on_the_body(added: Callable[[], Asked]) -> None:
    """The new model has the body's weights, and gives the softmax of one new layer on its features."""
    asked, x = added(), networks.probes((24, 24, 1))
    expect.new(asked)
    expect.weights(asked.answer, asked.before.weights, "The body stays whole, and one layer is added.", True)
    expect.softmax_on(asked.answer, networks.outputs(asked.twin, x), x, "Does softmax come once, at the end?")


@pytest.mark.task("add_softmax", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_add_softmax_is_compiled(added: Callable[[], Asked]) -> None:
    """The new model is compiled with categorical cross-entropy and Adam."""
    expect.compiled(added().answer, 0.01)


@pytest.mark.task("add_softmax", points=2, hint="Which layers should training change now?")
def test_add_softmax_trains_132_of_14500_parameters(added: Callable[[], Asked]) -> None:
    """The 14,368 parameters of the frozen body stay frozen, and the 132 new ones are trainable."""
    expect.counts(added().answer, 14500, 132, "What was frozen stays frozen, and the new layer trains.")


@pytest.mark.task("add_softmax", points=2, hint="Does your code add to the body itself, or to a new model?")
def test_add_softmax_leaves_the_body_alone(added: Callable[[], Asked]) -> None:
    """The body keeps its layers, weights, `trainable` flags and all other settings."""
    expect.unharmed(added())


@pytest.mark.task(
    "add_softmax", points=4, hint="What does the new layer learn from: what the donor learned, or noise?"
)
def test_add_softmax_knows_new_things(settings: Settings, trained: Callable[[], Trained]) -> None:
    """Trained on five pictures of each thing, the graft classifies new pictures correctly."""
    x, y = lesson.things(settings["new_each"], settings["new_seed"])
    graft, _ = trained()
    think = "On random layers a new top gets about half of them right. Are the donor's weights there?"
    expect.accuracy(lesson.accuracy(graft.answer, x, y), settings["graft_accuracy"], think)


@pytest.mark.task("add_softmax", points=2, hint="What should training change, and what should it leave?")
def test_add_softmax_learns_in_its_top_alone(trained: Callable[[], Trained]) -> None:
    """Training changes the new layer alone; the body keeps its exact weights and averages."""
    graft, before = trained()
    only_top = [False] * (len(before) - 1) + [True]
    expect.moved(graft.answer, before, only_top, "Which of them were frozen?")


@pytest.mark.task("extract_features", points=3, hint="What does the body give, and is it an array?")
def test_extract_features_gives_what_the_body_gives(settings: Settings) -> None:
    """The result is a NumPy array with a row of 32 features for every picture."""
    x, _ = lesson.things(2, settings["seed"])
    asked = asking.ask(borrow.extract_features, "parts_body", settings["seed"], x)
    think = "Every picture goes through the whole body, once."
    expect.same(asked.answer, networks.outputs(asked.twin, x), "features", think)
    expect.kept(asked)


@pytest.mark.task(
    "extract_features", points=3, hint="Are these still the features that the top would have received?"
)
def test_extract_features_trains_the_same_top(settings: Settings) -> None:
    """Training the top on the features gives the same result as training it on the body."""
    seed, epochs = settings["seed"], settings["same_epochs"]
    x, y = lesson.things(settings["each"], seed)
    features = asking.ask(borrow.extract_features, "parts_body", seed, x).answer
    think = "Every picture has one row of features, in the order of the pictures."
    expect.same(features, networks.outputs(lesson.load("parts_body"), x), "features", think)
    graft = networks.ready(lesson.load("new_graft"), settings["top_rate"])
    top = networks.ready(networks.alone(lesson.load("new_graft").layers[-1]), settings["top_rate"])
    lesson.train(graft, x, y, epochs=epochs, seed=seed)
    lesson.train(top, features, y, epochs=epochs, seed=seed)
    expect.same(lesson.outputs(top, features), lesson.outputs(graft, x), "outputs", think)


@pytest.mark.task("take_top", points=3, hint="Which layer of the graft is the very last one?")
def test_take_top_takes_the_last_layer(taken: Callable[[], Asked]) -> None:
    """The top is the last layer with its weights, for 32 features, and gives the softmax of four classes."""
    asked, x = taken(), networks.probes((32,))
    expect.weights(asked.answer, asked.before.weights[-1:], "The top is one layer, and the last one.")
    expect.softmax_on(asked.answer, x, x, "Does softmax come once, at the end?")
    expect.counts(asked.answer, 132, 132, "The top is what is left to train.")


@pytest.mark.task("take_top", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_take_top_is_compiled(taken: Callable[[], Asked]) -> None:
    """The top is compiled with categorical cross-entropy and Adam."""
    expect.compiled(taken().answer, 0.01)


@pytest.mark.task("take_top", points=3, hint="How does the graft hear of what its top learns by itself?")
def test_take_top_teaches_the_graft(settings: Settings) -> None:
    """After training the top alone on features, the graft classifies new pictures correctly."""
    seed, rate = settings["seed"], settings["top_rate"]
    asked = asking.ask(borrow.take_top, "new_graft", seed, rate)
    expect.compiled(asked.answer, rate)
    x, y = lesson.things(settings["each"], seed)
    features = networks.outputs(lesson.load("parts_body"), x)
    expect.can_train(asked.answer, features, y)
    lesson.train(asked.answer, features, y, epochs=settings["top_epochs"], seed=seed)
    think = "Is the top the very layer object of the graft? A copy learns for itself alone."
    new = lesson.things(settings["new_each"], settings["new_seed"])
    expect.accuracy(lesson.accuracy(asked.argument, *new), settings["top_accuracy"], think)


@pytest.mark.task("thaw_last_block", points=4, hint="Which layer is the last Conv2D, and what is after it?")
def test_thaw_last_block_thaws_the_last_convolution(thawed: Callable[[], Asked]) -> None:
    """The last convolution and the top are trainable and keep their weights; all other layers are frozen."""
    asked = thawed()
    think = "From which layer on is the graft thawed, and what of it stays frozen?"
    expect.weights(asked.answer, asked.before.weights, "Thawing adds no layers and takes none away.")
    expect.flags(asked.answer, [False, False, False, False, True, False, True], think)


@pytest.mark.task(
    "thaw_last_block", points=3, hint="What does BatchNormalization compute with when it can train?"
)
def test_thaw_last_block_keeps_batch_normalization_in_inference_mode(thawed: Callable[[], Asked]) -> None:
    """The thawed graft gives the same outputs in training mode as in inference mode, and as before."""
    asked, x = thawed(), networks.probes((24, 24, 1))
    expect.thawed(asked)
    expect.inference_mode(asked.answer, x)
    expect.outputs(asked.answer, x, networks.outputs(asked.twin, x), "Thawing concerns training alone.")


@pytest.mark.task("thaw_last_block", points=2, hint="How large may the steps be, and who decides?")
def test_thaw_last_block_is_compiled_with_a_small_rate(thawed: Callable[[], Asked]) -> None:
    """The thawed graft is compiled with categorical cross-entropy, and Adam with the learning rate 0.001."""
    expect.compiled(thawed().answer, 0.001)


@pytest.mark.task(
    "thaw_last_block", points=3, hint="What should fine-tuning change, and what should it leave?"
)
def test_thaw_last_block_trains_the_last_block_alone(tuned: Callable[[], Trained]) -> None:
    """Training changes the last convolution and the top alone; the donor's first layers stay the same."""
    graft, before = tuned()
    expected = [False, False, False, False, True, False, True]
    expect.moved(graft.answer, before, expected, "Which layers were frozen when it was compiled?")


@pytest.mark.task("thaw_last_block", points=2, hint="Does the last block learn, and in small steps?")
def test_thaw_last_block_makes_the_graft_better(settings: Settings, tuned: Callable[[], Trained]) -> None:
    """After fine-tuning, the graft classifies more of the new pictures correctly than before."""
    x, y = lesson.things(settings["new_each"], settings["new_seed"])
    graft, _ = tuned()
    before = lesson.accuracy(graft.twin, x, y)
    think = f"Before it was {before:.3f}. Does the last block train, and does all else stay?"
    expect.accuracy(lesson.accuracy(graft.answer, x, y), before + settings["thaw_gain"], think)


@pytest.mark.task(
    "borrow_network", points=3, hint="Is the network in the new model whole, with the weights that it had?"
)
def test_borrow_network_uses_mobilenet_whole(borrowed: Callable[[], Borrowed]) -> None:
    """The new model has all of MobileNet's exact weights, and one new layer after them."""
    asked, _ = borrowed()
    expect.new(asked)
    expect.weights(asked.answer, asked.before.weights, "The network stays whole.", True)


@pytest.mark.task("borrow_network", points=4, hint="How many layers has MobileNet, and how many are frozen?")
def test_borrow_network_freezes_mobilenet_whole(borrowed: Callable[[], Borrowed]) -> None:
    """Of 48,140 parameters, the 47,560 of MobileNet are frozen and the 580 new ones are trainable."""
    answer = borrowed()[0].answer
    expect.counts(answer, 48140, 580, "Frozen is all of it, and not the first twenty layers.")


@pytest.mark.task("borrow_network", points=2, hint="What makes one row of features of the maps?")
def test_borrow_network_puts_a_top_on_the_mean_of_its_maps(borrowed: Callable[[], Borrowed]) -> None:
    """The output is the softmax of the new layer's scores for the means of the 144 maps."""
    asked, maps = borrowed()
    x = networks.probes((64, 64, 3), 2)
    expect.softmax_on(asked.answer, maps.mean(axis=(1, 2)), x, "Is there one number for each map, its mean?")


@pytest.mark.task("borrow_network", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_borrow_network_is_compiled(borrowed: Callable[[], Borrowed]) -> None:
    """The new model is compiled with categorical cross-entropy and Adam."""
    expect.compiled(borrowed()[0].answer, 0.01)
