"""The hidden checks of week 10, for answers that pass the public checks and are still wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import borrow
import lesson
import numpy as np
from support import (
    Call,
    assert_allclose,
    assert_array,
    assert_averages,
    assert_compiled,
    assert_dtype,
    assert_is_new,
    assert_last_layer_is,
    assert_learns,
    assert_no_extras,
    assert_outputs,
    assert_same_in_training,
    assert_shape,
    assert_shares_no_layers,
    assert_softmax_on,
    assert_thawed,
    assert_trainable,
    assert_training_outputs,
    assert_unchanged,
    assert_untrained,
    assert_weights_equal,
    check,
    compile_classifier,
    functional,
    labelled_rows,
    layers_until,
    load,
    model_of,
    predict,
    sample_rows,
    softmax,
    stacked_model,
    trainable_flags,
    weighted_layers,
    weights,
)

SHAPE = (24, 24, 1)
PICTURES = sample_rows(SHAPE)
FROZEN = {"trainable": False}


def conv(filters: int, activation: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Describe a convolution."""
    return "Conv2D", {"filters": filters, "kernel_size": 3, "strides": 2, "activation": activation, **more}


def dense(units: int, activation: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Describe a Dense layer."""
    return "Dense", {"units": units, "activation": activation, **more}


NORM, FAST, AVERAGE, HIGHEST = (
    ("BatchNormalization", {}),
    ("BatchNormalization", {"momentum": 0.5}),
    ("GlobalAveragePooling2D", {}),
    ("GlobalMaxPooling2D", {}),
)
# Models of many kinds: the smallest, other activations, some layers frozen, no two sizes alike. The number
# says how many layers there are up to the features.
DONORS = {
    "tiny": (2, [conv(2, "sigmoid", **FROZEN), HIGHEST, dense(3, "softmax")]),
    "mixed": (
        6,
        [
            *[conv(3, "elu"), ("BatchNormalization", FROZEN | {"epsilon": 0.5})],
            *[conv(5, "silu", kernel_size=5, padding="same", use_bias=False, **FROZEN), FAST],
            *[("ReLU", {}), AVERAGE, dense(8, "sigmoid"), dense(7, "tanh", **FROZEN), dense(4, "softmax")],
        ],
    ),
}
# Frozen as a whole: Keras sets the flag of the model, too.
STILL = [conv(4, "tanh", **FROZEN), ("GlobalMaxPooling2D", FROZEN), dense(5, "softmax", **FROZEN)]
BODIES = {name: layers[:count] for name, (count, layers) in DONORS.items()}
# With the flags that a thaw leaves, of the layers with weights.
GRAFTS = {
    "small": ([conv(2, "tanh", **FROZEN), NORM, AVERAGE, dense(3, "softmax")], [True, False, True]),
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
# Networks for gray and for colored pictures.
BORROWED = {
    "one": ((16, 16, 3), [conv(2, "sigmoid")]),
    "three": (SHAPE, [conv(3, "elu"), NORM, conv(5, "tanh")]),
}
WHOLE = "Freezing adds no layers and takes none away."
FREEZING, THAWING = "Freezing concerns training alone.", "Thawing concerns training alone."
KEPT_FLAGS = "Does each layer keep its `trainable` flag?"
SIZES = "Which sizes come from the arguments?"
ONE_LAYER = "The top is one layer, and the last one."


def answers(
    call: Call, task: Callable[..., Any], models: Mapping[str, Any], *rest: Any
) -> Iterator[tuple[str, Any, Any]]:
    """Call `task` with each model of a table; yield its name, the answer, and an equal model."""
    for name, layers in models.items():
        answer = call(task, stacked_model(name, layers, SHAPE), *rest)
        yield name, answer, stacked_model(name, layers, SHAPE)


def thaw(model: Any) -> None:
    """Let every layer of a model train; Keras sets their flags if that of the model changes."""
    model.trainable = False
    model.trainable = True


def assert_left_alone(call: Call, answer: Any) -> None:
    """Assert that the argument is unchanged, and not the answer."""
    assert_unchanged(call.argument, call.before)
    assert_is_new(answer, call.argument)


def assert_like(model: Any, reference: Any, x: np.ndarray, hint: str) -> None:
    """Assert that a model has the weights, flags, outputs and moving averages of another, and no extras."""
    assert_weights_equal(model, weights(reference), hint)
    assert_trainable(model, trainable_flags(reference), KEPT_FLAGS)
    assert_outputs(model, x, predict(reference, x), hint)
    assert_training_outputs(model, x, predict(reference, x, training=True))
    assert_averages(model, reference, x)
    assert_no_extras(model)


@check("cut_body", points=2, hint="How many layers may a donor have above its features?", hidden=True)
def test_cut_body_cuts_off_a_longer_head(call: Call) -> None:
    """A donor with a longer head is cut at its features, and stays unchanged."""
    answer = call(borrow.cut_body, load("long_headed_donor"))
    body = layers_until(load("long_headed_donor"), "long_headed_donor_8")
    hint = "Which layers are above the first row of numbers?"
    assert_weights_equal(answer, weights(body), hint)
    assert_outputs(answer, PICTURES, predict(body, PICTURES), hint)
    assert_left_alone(call, answer)


@check("cut_body", points=2, hint="Do all donors make their row of numbers in the same way?", hidden=True)
def test_cut_body_goes_by_the_output(call: Call) -> None:
    """A donor that computes its features in another way is cut at them."""
    answer = call(borrow.cut_body, load("flattening_donor"))
    body = layers_until(load("flattening_donor"), "flattening_donor_5")
    hint = "Which layer is the first to give a row of numbers?"
    assert_outputs(answer, PICTURES, predict(body, PICTURES), hint)


@check(
    "cut_body", points=1, hint="What belongs to the layers that remain besides their weights?", hidden=True
)
def test_cut_body_treats_every_donor_alike(call: Call) -> None:
    """Donors of any depth, activation and flags lose their head and nothing else, and nothing is added."""
    donors = {name: layers for name, (_, layers) in DONORS.items()} | {"still": STILL}
    for name, answer, twin in answers(call, borrow.cut_body, donors):
        reference = layers_until(twin, f"{name}_{DONORS[name][0] if name in DONORS else 2}")
        assert_like(answer, reference, PICTURES, "Which layers remain, and how?")
        assert_left_alone(call, answer)
    donor = stacked_model("mixed", DONORS["mixed"][1], SHAPE)
    assert_shares_no_layers(*call.twice(borrow.cut_body, donor), allowed=donor)


@check(
    "freeze", points=2, hint="Is every layer frozen, also those of a network inside the body?", hidden=True
)
def test_freeze_reaches_networks_inside(call: Call) -> None:
    """Every layer is frozen, those of networks inside the body too, and nothing else has changed."""
    frozen = call(borrow.freeze, load("nested_body"))
    assert_trainable(frozen, [False] * 5, "Which layers does your freeze miss?")
    assert_weights_equal(frozen, call.before.weights, WHOLE)


@check(
    "freeze", points=1, hint="Which layers behave differently in training, wherever they are?", hidden=True
)
def test_freeze_keeps_every_batch_normalization_in_inference_mode(call: Call) -> None:
    """A frozen body with nested networks gives the same features in training mode as in inference mode."""
    frozen = call(borrow.freeze, load("nested_body"))
    assert_same_in_training(frozen, PICTURES)
    assert_outputs(frozen, PICTURES, predict(load("nested_body"), PICTURES), FREEZING)


@check("freeze", points=1, hint="How few layers may a body have, and what may they be?", hidden=True)
def test_freeze_freezes_every_body(call: Call) -> None:
    """Bodies of any depth, activation and flags are frozen and otherwise unchanged."""
    for _, frozen, twin in answers(call, borrow.freeze, BODIES | {"still": STILL[:2]}):
        assert_trainable(frozen, [False] * len(call.before.weights), "Which layers does your freeze miss?")
        assert_weights_equal(frozen, call.before.weights, WHOLE)
        outputs = predict(twin, PICTURES)
        assert_outputs(frozen, PICTURES, outputs, FREEZING)
        assert_training_outputs(frozen, PICTURES, outputs)
        assert_no_extras(frozen)
        for model in (frozen, twin):
            thaw(model)
        assert_averages(frozen, twin, PICTURES)


@check(
    "add_softmax", points=1, hint="What does the caller choose, and does your function use it?", hidden=True
)
def test_add_softmax_follows_its_arguments(call: Call) -> None:
    """The new top fits any body, number of classes and learning rate."""
    model = call(borrow.add_softmax, load("mixed_body"), 2, 0.002)
    assert_weights_equal(model, call.before.weights, SIZES, first=-1)
    features = predict(load("mixed_body"), PICTURES)
    assert_softmax_on(model, features, PICTURES, SIZES, needs_bias=True)
    assert_shape("new biases", weights(model)[-1][1], (2,), SIZES)
    assert_compiled(model, learning_rate=0.002)


@check(
    "add_softmax",
    points=1,
    hint="A body can be frozen in part. Does every layer keep its flag?",
    hidden=True,
)
def test_add_softmax_keeps_every_flag(call: Call) -> None:
    """Each layer of the body stays frozen or trainable as it was, and the new one trains."""
    model = call(borrow.add_softmax, load("mixed_body"), 2, 0.002)
    assert_trainable(model, [True, False, True, True], "Which flags does your function set by itself?")
    assert_left_alone(call, model)


@check("add_softmax", points=1, hint="How few layers may a body have, and what may they be?", hidden=True)
def test_add_softmax_takes_every_body(call: Call) -> None:
    """Bodies of any depth, activation and flags get a new top and nothing else, and stay as they were."""
    bodies = BODIES | {"still": STILL[:2]}
    for _, model, twin in answers(call, borrow.add_softmax, bodies, 12, 0.002):
        assert_weights_equal(model, call.before.weights, "One layer is added.", first=-1)
        assert_trainable(model, [*trainable_flags(twin), True], KEPT_FLAGS)
        assert_softmax_on(model, predict(twin, PICTURES), PICTURES, needs_bias=True)
        kernel, bias = weights(model)[-1]
        assert_shape("new biases", bias, (12,), SIZES)
        features = predict(twin, PICTURES, training=True)
        assert_training_outputs(model, PICTURES, softmax(features @ kernel + bias))
        assert_averages(model, twin, PICTURES)
        assert_no_extras(model)
        assert_left_alone(call, model)


@check("add_softmax", points=1, hint="Is the top new in every call, and can it learn?", hidden=True)
def test_add_softmax_learns_with_a_new_top(call: Call) -> None:
    """Two calls make two new tops, and a few steps of training lower the loss as plain Adam does."""
    body = stacked_model("tiny", BODIES["tiny"], SHAPE)
    first, second = call.twice(borrow.add_softmax, body, 4, 0.02)
    assert_shares_no_layers(first, second, allowed=body)
    for model in (first, call(borrow.add_softmax, load("parts_body"))):
        assert_untrained(weighted_layers(model)[-1:])
    assert_learns(first, *labelled_rows(SHAPE, 4), learning_rate=0.02)


@check(
    "extract_features",
    points=2,
    hint="Which layers behave differently in training, and is this training?",
    hidden=True,
)
def test_extract_features_is_no_training(call: Call) -> None:
    """A body that is not frozen uses its moving averages and keeps them."""
    x, _ = lesson.things(3, call.settings["new_seed"])
    features = call(borrow.extract_features, load("loose_body"), x)
    assert_array("features", features)
    assert_allclose("features", features, predict(load("loose_body"), x), "What does training change?")
    assert_unchanged(call.argument, call.before)


@check(
    "extract_features",
    points=1,
    hint="How many pictures may there be, and what may a body be?",
    hidden=True,
)
def test_extract_features_takes_any_number_of_pictures(call: Call) -> None:
    """One picture or many, dark or bright: every body gives a row of features for each, unchanged."""
    hint = "Every picture has one row of features, in the order of the pictures."
    for count, brightness in ((1, 100), (257, 1)):
        x = brightness * sample_rows(SHAPE, count)
        for _, features, twin in answers(call, borrow.extract_features, BODIES, x):
            assert_array("features", features)
            assert_dtype("features", features, np.float32)
            assert_allclose("features", features, predict(twin, x), hint)
            assert_unchanged(call.argument, call.before)


@check("take_top", points=1, hint="Which layer of a graft with several Dense layers is its top?", hidden=True)
def test_take_top_takes_the_last_of_several(call: Call) -> None:
    """Of a graft with several Dense layers the top is the last one alone, compiled as the caller asks."""
    top, x = call(borrow.take_top, load("tall_graft"), 0.002), sample_rows((7,))
    assert_weights_equal(top, call.before.weights[-1:], ONE_LAYER)
    assert_softmax_on(top, x, x, needs_bias=True)
    assert_compiled(top, learning_rate=0.002)


@check(
    "take_top", points=1, hint="Is the layer of the top still the graft's, and the graft whole?", hidden=True
)
def test_take_top_shares_its_layer(call: Call) -> None:
    """The layer of the top is the graft's own object, and the graft stays unchanged."""
    top = call(borrow.take_top, load("tall_graft"), 0.002)
    assert_last_layer_is(top, call.before.layers[-1])
    assert_left_alone(call, top)


@check("take_top", points=1, hint="What belongs to the last layer besides its weights?", hidden=True)
def test_take_top_takes_every_top(call: Call) -> None:
    """The last layer of any graft is taken as it is, frozen or not, and the graft stays as it was."""
    grafts = {name: layers for name, (layers, _) in GRAFTS.items()} | {"other": OTHER}
    for _, top, twin in answers(call, borrow.take_top, grafts):
        reference = model_of(twin.layers[-1])
        assert_like(top, reference, sample_rows(reference.input_shape[1:]), ONE_LAYER)
        assert_last_layer_is(top, call.before.layers[-1])
        assert_left_alone(call, top)


@check("take_top", points=1, hint="Which settings decide whether the top learns by itself?", hidden=True)
def test_take_top_learns(call: Call) -> None:
    """A few steps of training lower the loss as plain Adam does, and every call makes a model of its own."""
    graft = stacked_model("tiny", DONORS["tiny"][1], SHAPE)
    first, second = call.twice(borrow.take_top, graft, 0.02)
    assert_shares_no_layers(first, second, allowed=graft)
    assert_learns(first, *labelled_rows((2,), 3), learning_rate=0.02)


@check(
    "thaw_last_block",
    points=2,
    hint="What if the body is a network in the graft, and the graft frozen as a whole?",
    hidden=True,
)
def test_thaw_last_block_reaches_into_a_body(call: Call) -> None:
    """In a nested body, the layers after the last convolution are thawed, and no others."""
    thawed = call(borrow.thaw_last_block, load("nested_graft"), 0.0002)
    hint = "What decides whether a layer trains, besides its own flag?"
    assert_trainable(thawed, [False] * 4 + [True, False, True, True], hint)
    assert_weights_equal(thawed, call.before.weights, "Thawing adds no layers and takes none away.")


@check(
    "thaw_last_block",
    points=1,
    hint="Do the donor's averages survive wherever they are, and at which rate?",
    hidden=True,
)
def test_thaw_last_block_keeps_every_average(call: Call) -> None:
    """A thawed graft with a nested body still uses the moving averages of the donor."""
    thawed = call(borrow.thaw_last_block, load("nested_graft"), 0.0002)
    assert_thawed(thawed, call.before)
    assert_same_in_training(thawed, PICTURES)
    assert_outputs(thawed, PICTURES, predict(load("nested_graft"), PICTURES), THAWING)
    assert_compiled(thawed, learning_rate=0.0002)


@check(
    "thaw_last_block",
    points=1,
    hint="Which layers train, however few there are and whatever did before?",
    hidden=True,
)
def test_thaw_last_block_thaws_every_graft(call: Call) -> None:
    """In grafts of any depth, activation and flags the last block thaws, all else is frozen and unchanged."""
    grafts = {name: layers for name, (layers, _) in GRAFTS.items()}
    for name, thawed, twin in answers(call, borrow.thaw_last_block, grafts):
        hint = "What decides whether a layer trains, besides its own flag?"
        assert_trainable(thawed, GRAFTS[name][1], hint)
        assert_weights_equal(thawed, call.before.weights, "Thawing adds no layers and takes none away.")
        outputs = predict(twin, PICTURES)
        assert_outputs(thawed, PICTURES, outputs, THAWING)
        assert_training_outputs(thawed, PICTURES, outputs)
        assert_no_extras(thawed)


@check("thaw_last_block", points=1, hint="Which settings decide whether the last block learns?", hidden=True)
def test_thaw_last_block_learns(call: Call) -> None:
    """A few steps of training change every thawed layer and lower the loss as plain Adam does."""
    thawed = call.fresh(borrow.thaw_last_block, stacked_model("loose", GRAFTS["loose"][0], SHAPE), 0.002)
    assert_thawed(thawed, call.before)
    assert_learns(thawed, *labelled_rows(SHAPE, 5), learning_rate=0.002)


@check(
    "borrow_network",
    points=2,
    hint="Would your function take another network and other classes?",
    hidden=True,
)
def test_borrow_network_takes_any_network(call: Call) -> None:
    """Another network is borrowed whole and frozen, with a top of the size that the arguments say."""
    model = call(borrow.borrow_network, functional(load("small_network")), 2, 0.002)
    hint = "Which sizes come from the arguments, and what is frozen?"
    assert_weights_equal(model, call.before.weights, hint, first=-1)
    features = predict(load("small_network"), PICTURES).mean(axis=(1, 2))
    assert_softmax_on(model, features, PICTURES, hint, needs_bias=True)
    assert_shape("new biases", weights(model)[-1][1], (2,), hint)
    assert_trainable(model, [False] * 4 + [True], hint)
    assert_compiled(model, learning_rate=0.002)


@check("borrow_network", points=1, hint="Which layers behave differently in training?", hidden=True)
def test_borrow_network_keeps_batch_normalization_in_inference_mode(call: Call) -> None:
    """The new model gives the same outputs in training mode as in inference mode."""
    model = call(borrow.borrow_network, functional(load("small_network")), 2, 0.002)
    assert_is_new(model, call.argument)
    assert_same_in_training(model, PICTURES)


@check(
    "borrow_network", points=1, hint="What may your function do to the network, and what not?", hidden=True
)
def test_borrow_network_leaves_every_network_alone(call: Call) -> None:
    """Networks of any depth and activation get a new top, and keep all but their trainable flags."""
    for name, (shape, layers) in BORROWED.items():
        network = compile_classifier(functional(stacked_model(name, layers, shape)), 0.003)
        model = call(borrow.borrow_network, network, 12, 0.002)
        assert_is_new(model, call.argument)
        assert_weights_equal(model, call.before.weights, "The network stays whole.", first=-1)
        flags = [False] * len(call.before.weights) + [True]
        assert_trainable(model, flags, "What is frozen in the end?")
        assert_shape("new biases", weights(model)[-1][-1], (12,), SIZES)
        pictures = sample_rows(shape)
        features = predict(stacked_model(name, layers, shape), pictures).mean(axis=(1, 2))
        hint = "Is there one number for each map, its mean?"
        assert_softmax_on(model, features, pictures, hint, needs_bias=True)
        assert_same_in_training(model, pictures)
        assert_no_extras(model)
        assert_unchanged(call.argument, call.before, but_flags=True)


@check("borrow_network", points=1, hint="Is the top new in every call, and can it learn?", hidden=True)
def test_borrow_network_learns_with_a_new_top(call: Call) -> None:
    """Two calls make two new tops, and a few steps of training lower the loss as plain Adam does."""
    network = functional(stacked_model("three", BORROWED["three"][1], SHAPE))
    first, second = call.twice(borrow.borrow_network, network, 4, 0.02)
    assert_shares_no_layers(first, second, allowed=network)
    assert_untrained(weighted_layers(first)[-1:])
    assert_learns(first, *labelled_rows(SHAPE, 4), learning_rate=0.02)
