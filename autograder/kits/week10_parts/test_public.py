"""The public checks of week 10, which students run themselves."""

from __future__ import annotations

from typing import Any

import borrow
import lesson
import numpy as np
from support import (
    Call,
    Snapshot,
    Weights,
    accuracy,
    assert_accuracy,
    assert_allclose,
    assert_array,
    assert_can_train,
    assert_compiled,
    assert_froze,
    assert_is_new,
    assert_only_trained,
    assert_outputs,
    assert_parameter_counts,
    assert_same_in_training,
    assert_softmax_on,
    assert_thawed,
    assert_trainable,
    assert_unchanged,
    assert_weights_equal,
    check,
    compile_classifier,
    draw_top,
    fit,
    layers_until,
    load,
    model_of,
    predict,
    sample_rows,
    weights,
)

PICTURES = sample_rows((24, 24, 1))
# The last convolution and the top, of the layers with weights.
THAWED = [4, 6]
THAWED_FLAGS = [False, False, False, False, True, False, True]


def new_pictures(call: Call) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures that grade a graft."""
    return lesson.things(call.settings["new_each"], call.settings["new_seed"])


def train_graft(call: Call) -> tuple[Any, Weights]:
    """Train another graft on a few things; return it, and its weights before."""
    seed, rate = call.settings["seed"], call.settings["graft_rate"]
    graft = call.fresh(borrow.add_softmax, load("parts_body"), 4, rate)
    x, y = lesson.things(call.settings["each"], seed)
    assert_compiled(graft, learning_rate=rate)
    assert_can_train(graft, x, y)
    draw_top(graft, seed)
    before = weights(graft)
    fit(graft, x, y, epochs=call.settings["graft_epochs"], seed=seed)
    return graft, before


def tune_graft(call: Call) -> tuple[Any, Weights]:
    """Fine-tune another graft whose top is trained; return it, and its weights before."""
    seed, rate = call.settings["seed"], call.settings["thaw_rate"]
    graft = call.fresh(borrow.thaw_last_block, load("things_graft"), rate)
    x, y = lesson.things(call.settings["each"], seed)
    assert_compiled(graft, learning_rate=rate)
    assert_can_train(graft, x, y)
    before = weights(graft)
    fit(graft, x, y, epochs=call.settings["thaw_epochs"], seed=seed)
    return graft, before


def borrow_mobilenet(call: Call) -> tuple[Any, Any, Snapshot, np.ndarray]:
    """Put a new top on MobileNet; return it, the network and its state before, and its maps.

    Building the network takes longer than all else here, so all checks use one.
    """
    network = lesson.mobilenet(side=64)
    maps = predict(network, sample_rows((64, 64, 3), 2))
    answer = call.fresh(borrow.borrow_network, network)
    return answer, network, call.before, maps


@check("cut_body", points=3, hint="Which layers remain, and is each of them still the one that was there?")
def test_cut_body_keeps_the_layers_below_the_cut(call: Call) -> None:
    """The three convolutions and their BatchNormalization layers remain, with their weights and flags."""
    body = call(borrow.cut_body, load("parts_donor"))
    assert_is_new(body, call.argument)
    assert_weights_equal(body, call.before.weights[:-1], "Which of these layers belong to the head?")
    hint = "Cutting freezes none of the layers that remain."
    assert_parameter_counts(body, total=14368, trainable=14208, hint=hint)


@check(
    "cut_body", points=3, hint="The features are one row of numbers a picture. After which layer is that so?"
)
def test_cut_body_gives_the_features(call: Call) -> None:
    """The output is the 32 features of each picture that the donor's top receives."""
    body, donor = call(borrow.cut_body, load("parts_donor")), load("parts_donor")
    features = predict(layers_until(donor, donor.layers[-2].name), PICTURES)
    hint = "After which layer is each picture one row of numbers for the first time?"
    assert_outputs(body, PICTURES, features, hint, "features that the top receives")


@check("cut_body", points=2, hint="Does your code take layers away from the donor itself?")
def test_cut_body_leaves_the_donor_alone(call: Call) -> None:
    """The donor keeps all of its layers, their weights, `trainable` flags and all other settings."""
    body = call(borrow.cut_body, load("parts_donor"))
    assert_unchanged(call.argument, call.before)
    assert_is_new(body, call.argument)


@check("freeze", points=3, hint="How many layers has the body, and how many of them does your freeze reach?")
def test_freeze_leaves_nothing_to_train(call: Call) -> None:
    """All 14,368 parameters are frozen."""
    frozen = call(borrow.freeze, load("learned_body"))
    assert_parameter_counts(frozen, total=14368, trainable=0, hint="Which layers are still trainable?")


@check("freeze", points=2, hint="What may freezing change, and what not?")
def test_freeze_keeps_weights_and_features(call: Call) -> None:
    """The frozen body has the same weights and gives the same features."""
    frozen = call(borrow.freeze, load("learned_body"))
    assert_froze(frozen, call.before)
    assert_weights_equal(frozen, call.before.weights, "Freezing adds no layers and takes none away.")
    features = predict(load("learned_body"), PICTURES)
    hint = "Freezing concerns training alone."
    assert_outputs(frozen, PICTURES, features, hint, "features from before the call")


@check(
    "freeze", points=3, hint="BatchNormalization has two ways to compute. Which one does a frozen layer use?"
)
def test_freeze_keeps_batch_normalization_in_inference_mode(call: Call) -> None:
    """The frozen body gives the same features in training mode as in inference mode."""
    assert_same_in_training(call(borrow.freeze, load("learned_body")), PICTURES)


@check(
    "add_softmax",
    points=3,
    hint="Are the body's layers there, with their weights, and one more on top of them?",
)
def test_add_softmax_puts_one_layer_on_the_body(call: Call) -> None:
    """The new model has the body's weights, and gives the softmax of one new layer on its features."""
    model = call(borrow.add_softmax, load("parts_body"))
    assert_is_new(model, call.argument)
    assert_weights_equal(model, call.before.weights, first=-1)
    assert_softmax_on(model, predict(load("parts_body"), PICTURES), PICTURES, needs_bias=True)


@check("add_softmax", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_add_softmax_is_compiled(call: Call) -> None:
    """The new model is compiled with categorical cross-entropy and Adam."""
    assert_compiled(call(borrow.add_softmax, load("parts_body")), learning_rate=0.01)


@check("add_softmax", points=2, hint="Which layers should training change now?")
def test_add_softmax_trains_132_of_14500_parameters(call: Call) -> None:
    """The 14,368 parameters of the frozen body stay frozen, and the 132 new ones are trainable."""
    model = call(borrow.add_softmax, load("parts_body"))
    hint = "What was frozen stays frozen, and the new layer trains."
    assert_parameter_counts(model, total=14500, trainable=132, hint=hint)


@check("add_softmax", points=2, hint="Does your code add to the body itself, or to a new model?")
def test_add_softmax_leaves_the_body_alone(call: Call) -> None:
    """The body keeps its layers, weights, `trainable` flags and all other settings."""
    model = call(borrow.add_softmax, load("parts_body"))
    assert_unchanged(call.argument, call.before)
    assert_is_new(model, call.argument)


@check("add_softmax", points=4, hint="What does the new layer learn from: what the donor learned, or noise?")
def test_add_softmax_knows_new_things(call: Call) -> None:
    """Trained on five pictures of each thing, the graft classifies new pictures correctly."""
    graft, _ = call.once(train_graft)
    hint = "Does the body have the donor's weights, and does the new layer learn from its features?"
    reached = accuracy(graft, *new_pictures(call))
    assert_accuracy(reached, call.settings["graft_accuracy"], "on new pictures", hint)


@check("add_softmax", points=2, hint="What should training change, and what should it leave?")
def test_add_softmax_learns_in_its_top_alone(call: Call) -> None:
    """Training changes the new layer alone; the body keeps its exact weights and averages."""
    graft, before = call.once(train_graft)
    assert_only_trained(graft, before, layers=[-1])


@check("extract_features", points=3, hint="What does the body give, and is it an array?")
def test_extract_features_gives_what_the_body_gives(call: Call) -> None:
    """The result is a NumPy array with a row of 32 features for every picture."""
    x, _ = lesson.things(2, call.settings["seed"])
    features = call(borrow.extract_features, load("parts_body"), x)
    hint = "Does every picture go through the whole body, and only once?"
    assert_array("features", features)
    assert_allclose("features", features, predict(load("parts_body"), x), hint)
    assert_unchanged(call.argument, call.before)


@check("extract_features", points=3, hint="Are these still the features that the top would have received?")
def test_extract_features_trains_the_same_top(call: Call) -> None:
    """Training the top on the features gives the same result as training it on the body."""
    seed, epochs, rate = (call.settings[name] for name in ("seed", "same_epochs", "top_rate"))
    x, y = lesson.things(call.settings["each"], seed)
    features = call(borrow.extract_features, load("parts_body"), x)
    hint = "Is there one row of features for every picture, in the order of the pictures?"
    assert_array("features", features)
    assert_allclose("features", features, predict(load("parts_body"), x), hint)
    graft = compile_classifier(load("new_graft"), rate)
    top = compile_classifier(model_of(load("new_graft").layers[-1]), rate)
    fit(graft, x, y, epochs=epochs, seed=seed)
    fit(top, features, y, epochs=epochs, seed=seed)
    # Two trainings add up their rounding.
    assert_allclose("outputs", predict(top, features), predict(graft, x), hint, rtol=1e-3)


@check("take_top", points=3, hint="Which layer of the graft is the very last one?")
def test_take_top_takes_the_last_layer(call: Call) -> None:
    """The top is the last layer with its weights, for 32 features, and gives the softmax of four classes."""
    top, x = call(borrow.take_top, load("new_graft")), sample_rows((32,))
    assert_weights_equal(top, call.before.weights[-1:], "The top is one layer, and the last one.")
    assert_softmax_on(top, x, x, needs_bias=True)
    assert_parameter_counts(top, total=132, trainable=132, hint="Does the layer of the top train?")


@check("take_top", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_take_top_is_compiled(call: Call) -> None:
    """The top is compiled with categorical cross-entropy and Adam."""
    assert_compiled(call(borrow.take_top, load("new_graft")), learning_rate=0.01)


@check("take_top", points=3, hint="How does the graft learn what its top learns by itself?")
def test_take_top_teaches_the_graft(call: Call) -> None:
    """After training the top alone on features, the graft classifies new pictures correctly."""
    seed, rate = call.settings["seed"], call.settings["top_rate"]
    top = call.fresh(borrow.take_top, load("new_graft"), rate)
    assert_compiled(top, learning_rate=rate)
    x, y = lesson.things(call.settings["each"], seed)
    features = predict(load("parts_body"), x)
    assert_can_train(top, features, y)
    fit(top, features, y, epochs=call.settings["top_epochs"], seed=seed)
    hint = "Is the top the graft's own layer, does it learn, and is the graft still whole?"
    reached = accuracy(call.argument, *new_pictures(call))
    assert_accuracy(reached, call.settings["top_accuracy"], "on new pictures", hint)


@check("thaw_last_block", points=4, hint="Which layer is the last Conv2D, and what is after it?")
def test_thaw_last_block_thaws_the_last_convolution(call: Call) -> None:
    """The last convolution and the top are trainable and keep their weights; all other layers are frozen."""
    thawed = call(borrow.thaw_last_block, load("things_graft"))
    assert_weights_equal(thawed, call.before.weights, "Thawing adds no layers and takes none away.")
    hint = "From which layer on is the graft thawed, and what of it stays frozen?"
    assert_trainable(thawed, THAWED_FLAGS, hint)


@check("thaw_last_block", points=3, hint="What does BatchNormalization compute with when it can train?")
def test_thaw_last_block_keeps_batch_normalization_in_inference_mode(call: Call) -> None:
    """The thawed graft gives the same outputs in training mode as in inference mode, and as before."""
    thawed = call(borrow.thaw_last_block, load("things_graft"))
    assert_thawed(thawed, call.before)
    assert_same_in_training(thawed, PICTURES)
    outputs = predict(load("things_graft"), PICTURES)
    hint = "Thawing concerns training alone."
    assert_outputs(thawed, PICTURES, outputs, hint, "outputs from before the call")


@check("thaw_last_block", points=2, hint="How large may the steps be, and who decides?")
def test_thaw_last_block_is_compiled_with_a_small_rate(call: Call) -> None:
    """The thawed graft is compiled with categorical cross-entropy, and Adam with the learning rate 0.001."""
    assert_compiled(call(borrow.thaw_last_block, load("things_graft")), learning_rate=0.001)


@check("thaw_last_block", points=3, hint="What should fine-tuning change, and what should it leave?")
def test_thaw_last_block_trains_the_last_block_alone(call: Call) -> None:
    """Training changes the last convolution and the top alone; the donor's first layers stay the same."""
    graft, before = call.once(tune_graft)
    assert_only_trained(graft, before, layers=THAWED)


@check("thaw_last_block", points=2, hint="Does the last block learn, and in small steps?")
def test_thaw_last_block_makes_the_graft_better(call: Call) -> None:
    """After fine-tuning, the graft classifies more of the new pictures correctly than before."""
    graft, _ = call.once(tune_graft)
    x, y = new_pictures(call)
    before = accuracy(load("things_graft"), x, y)
    hint = "Does the last block train, and does everything else stay?"
    threshold = before + call.settings["thaw_gain"]
    assert_accuracy(accuracy(graft, x, y), threshold, "on new pictures", hint)


@check(
    "borrow_network", points=3, hint="Is the network in the new model whole, with the weights that it had?"
)
def test_borrow_network_uses_mobilenet_whole(call: Call) -> None:
    """The new model has all of MobileNet's exact weights, and one new layer after them."""
    model, network, before, _ = call.once(borrow_mobilenet)
    assert_is_new(model, network)
    assert_weights_equal(model, before.weights, "The network stays whole.", first=-1)


@check("borrow_network", points=4, hint="How many layers has MobileNet, and how many are frozen?")
def test_borrow_network_freezes_mobilenet_whole(call: Call) -> None:
    """Of 48,140 parameters, the 47,560 of MobileNet are frozen and the 580 new ones are trainable."""
    model, *_ = call.once(borrow_mobilenet)
    hint = "Are all layers of MobileNet frozen, and is the new layer trainable?"
    assert_parameter_counts(model, total=48140, trainable=580, hint=hint)


@check("borrow_network", points=2, hint="What makes one row of features of the maps?")
def test_borrow_network_puts_a_top_on_the_mean_of_its_maps(call: Call) -> None:
    """The output is the softmax of the new layer's scores for the means of the 144 maps."""
    model, _, _, maps = call.once(borrow_mobilenet)
    features, x = maps.mean(axis=(1, 2)), sample_rows((64, 64, 3), 2)
    assert_softmax_on(model, features, x, "Is there one number for each map, its mean?", needs_bias=True)


@check("borrow_network", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_borrow_network_is_compiled(call: Call) -> None:
    """The new model is compiled with categorical cross-entropy and Adam."""
    model, *_ = call.once(borrow_mobilenet)
    assert_compiled(model, learning_rate=0.01)
