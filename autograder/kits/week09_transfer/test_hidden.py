"""The hidden checks of week 9, for answers that pass the public checks and are still wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import lesson
import numpy as np
import transfer
from support import (
    Call,
    assert_activations,
    assert_compiled,
    assert_froze,
    assert_guesses,
    assert_is_new,
    assert_layers,
    assert_learns,
    assert_new_top,
    assert_no_extras,
    assert_outputs,
    assert_same_in_training,
    assert_shares_no_layers,
    assert_softmax_on,
    assert_trainable,
    assert_unchanged,
    assert_untrained,
    assert_weights_equal,
    check,
    dense_model,
    labelled_rows,
    load,
    sample_rows,
    weighted_layers,
)

# The smallest, and a tall one: activations of all kinds, layers of equal sizes, a wide one and one of a
# single unit, some frozen, and the last without softmax.
MODELS = {
    "tiny": (3, [(6, "sigmoid", False), (2, "softmax", True)]),
    "tall": (
        6,
        [
            *[(70, "elu", True), (9, "silu", False), (9, "softplus", True), (9, "linear", True)],
            *[(8, "relu", False), (3, "elu", True), (7, "sigmoid", True), (1, "linear", True)],
            *[(5, "tanh", False), (3, "elu", True)],
        ],
    ),
}
# Frozen as a whole: Keras sets the flag of the model, too. `add_softmax` and `build_transfer_model` never get
# such a model: a copy of it keeps its flag, so that a layer that is added to the copy does not train, and the
# task says nothing of it. Answers that copy in this way and others are right.
FROZEN = {"still": (4, [(7, "elu", False), (3, "softmax", False)])}
# A model without its last layer may have a single one.
BODIES = {**MODELS, "tiny": (8, [(2, "softmax", True)])}
# Frozen in part, to be trained.
MIXED = (5, [(9, "elu", True), (8, "sigmoid", False), (6, "softmax", True)])
# The sizes of the tall model.
TALL = [(6, 70), (70, 9), (9, 9), (9, 9), (9, 8), (8, 3), (3, 7), (7, 1), (1, 5), (5, 3)]
# Rows for the tall model.
X = sample_rows(6)
KEPT_FLAGS = "Does each layer keep its `trainable` flag?"
ACTIVATIONS = "Which activation has each layer?"
SIZES = "Which sizes come from the arguments?"


def answers(
    call: Call, task: Callable[..., Any], models: Mapping[str, Any], classes: Mapping[str, int] | None = None
) -> Iterator[tuple[Any, np.ndarray]]:
    """Call `task` with each model of a table and its number of classes; yield the answer, and rows."""
    for name, (features, layers) in models.items():
        sizes = (classes[name],) if classes else ()
        yield call(task, dense_model(name, features, layers), *sizes), sample_rows(features)


def tall() -> Any:
    """Return the tall model of the table."""
    return dense_model("tall", *MODELS["tall"])


def assert_left_alone(call: Call, answer: Any) -> None:
    """Assert that the argument is unchanged, and not the answer."""
    assert_unchanged(call.argument, call.before)
    assert_is_new(answer, call.argument)


@check("build_base", points=2, hint="Which sizes of the network are for the caller to choose?", hidden=True)
def test_build_base_follows_its_arguments(call: Call) -> None:
    """The base has as many inputs and classes as the arguments say; everything else stays the same."""
    # Never as many classes as a hidden layer has units: a dictionary from sizes to activations is right, too.
    for features, classes in ((120, 12), (3, 2)):
        base = call(transfer.build_base, features, classes)
        assert_layers(base, [(features, 50), (50, 25), (25, classes)], SIZES)
        hint = "Are the activations the same at other sizes?"
        assert_activations(base, ["relu", "relu", "softmax"], sample_rows(features), hint)
        assert_compiled(base)


@check(
    "build_base",
    points=1,
    hint="What is in the network besides the layers and compile settings of the task?",
    hidden=True,
)
def test_build_base_trains_as_a_plain_network(call: Call) -> None:
    """A few steps of training change every layer and lower the loss as plain Adam does."""
    base = call.fresh(transfer.build_base, 3, 2)
    x, y = labelled_rows(3, 2)
    assert_same_in_training(base, x)
    assert_learns(base, x, y)


@check(
    "build_base",
    points=1,
    hint="Does every call make a network, and one that knows nothing yet?",
    hidden=True,
)
def test_build_base_is_new_every_time(call: Call) -> None:
    """Two calls make two networks, and neither is trained yet."""
    first, second = call.twice(transfer.build_base)
    assert_shares_no_layers(first, second)
    for base in (first, second):
        assert_untrained(weighted_layers(base))
        assert_guesses(base, *lesson.iris())


@check(
    "copy_layers",
    points=2,
    hint="Does your copy depend on how many layers a base has, or how large?",
    hidden=True,
)
def test_copy_layers_copies_any_depth(call: Call) -> None:
    """A base of another depth and other sizes is copied with all layers and weights."""
    copy = call(transfer.copy_layers, tall())
    assert_is_new(copy, call.argument)
    assert_weights_equal(copy, call.before.weights)


@check(
    "copy_layers",
    points=1,
    hint="Bases may differ in more than their sizes. Would the copy notice?",
    hidden=True,
)
def test_copy_layers_copies_any_activation(call: Call) -> None:
    """A base with other activations is copied so that it predicts the same."""
    copy = call(transfer.copy_layers, tall())
    assert_is_new(copy, call.argument)
    assert_outputs(copy, X, call.before.outputs(X), "Which activation has each layer of this base?")


@check(
    "copy_layers",
    points=2,
    hint="Small or tall, frozen in part: what belongs to a layer besides its weights?",
    hidden=True,
)
def test_copy_layers_copies_every_network(call: Call) -> None:
    """Networks of any depth, activation and flags are copied as they are, and stay as they were."""
    for copy, x in answers(call, transfer.copy_layers, BODIES | FROZEN):
        assert_weights_equal(copy, call.before.weights)
        assert_trainable(copy, call.before.flags, KEPT_FLAGS)
        assert_outputs(copy, x, call.before.outputs(x), ACTIVATIONS)
        assert_no_extras(copy)
        assert_same_in_training(copy, x)
        assert_left_alone(call, copy)
    argument = dense_model("tiny", *MODELS["tiny"])
    assert_shares_no_layers(*call.twice(transfer.copy_layers, argument), allowed=argument)


@check(
    "drop_top",
    points=2,
    hint="Which layer goes when a network has more of them, or fewer?",
    hidden=True,
)
def test_drop_top_removes_the_last_layer_at_any_depth(call: Call) -> None:
    """A network of another depth loses exactly its last layer."""
    body = call(transfer.drop_top, tall())
    assert_weights_equal(body, call.before.weights[:-1])
    hint = "Has each layer that remains its activation?"
    assert_outputs(body, X, call.before.outputs(X, layers=-1), hint)
    assert_left_alone(call, body)


@check(
    "drop_top",
    points=1,
    hint="What belongs to the layers that remain besides their weights?",
    hidden=True,
)
def test_drop_top_treats_every_network_alike(call: Call) -> None:
    """Networks of any depth, activation and flags lose their last layer and nothing else."""
    for body, x in answers(call, transfer.drop_top, MODELS | FROZEN):
        assert_weights_equal(body, call.before.weights[:-1])
        assert_trainable(body, call.before.flags[:-1], KEPT_FLAGS)
        assert_outputs(body, x, call.before.outputs(x, layers=-1), ACTIVATIONS)
        assert_no_extras(body)
        assert_same_in_training(body, x)
        assert_left_alone(call, body)
    argument = dense_model("tiny", *MODELS["tiny"])
    assert_shares_no_layers(*call.twice(transfer.drop_top, argument), allowed=argument)


@check(
    "freeze",
    points=3,
    hint="Is every layer frozen, however many there are and whatever they were before?",
    hidden=True,
)
def test_freeze_reaches_every_layer(call: Call) -> None:
    """Every layer of a deeper network is frozen, those that were frozen before too."""
    frozen = call(transfer.freeze, tall())
    assert_trainable(
        frozen, [False] * len(TALL), "Does the freeze depend on depth, or on what was set before?"
    )


@check(
    "freeze",
    points=2,
    hint="Is what you return the whole model, with the weights that it had?",
    hidden=True,
)
def test_freeze_keeps_a_deeper_network_whole(call: Call) -> None:
    """A deeper network keeps its layers, weights and outputs when it is frozen."""
    frozen = call(transfer.freeze, tall())
    assert_froze(frozen, call.before)
    assert_weights_equal(frozen, call.before.weights)
    assert_outputs(frozen, X, call.before.outputs(X), "Freezing concerns training alone.")


@check("freeze", points=2, hint="How few layers may a network have, and what may they be?", hidden=True)
def test_freeze_freezes_every_network(call: Call) -> None:
    """Networks of any depth, activation and flags are frozen and otherwise unchanged."""
    for frozen, x in answers(call, transfer.freeze, BODIES | FROZEN):
        assert_trainable(frozen, [False] * len(call.before.flags), "Which layers are still trainable?")
        assert_weights_equal(frozen, call.before.weights)
        assert_outputs(frozen, x, call.before.outputs(x), "Freezing concerns training alone.")
        assert_no_extras(frozen)
        assert_same_in_training(frozen, x)


@check(
    "add_softmax",
    points=1,
    hint="What does the caller choose, the body or the number of classes?",
    hidden=True,
)
def test_add_softmax_follows_its_arguments(call: Call) -> None:
    """The new top fits any body and any number of classes."""
    model = call(transfer.add_softmax, tall(), 12)
    assert_layers(model, [*TALL, (3, 12)], SIZES)
    assert_weights_equal(model, call.before.weights, first=len(TALL))
    hint = "Does every layer of the body keep its activation?"
    assert_softmax_on(model, call.before.outputs(X), X, hint, needs_bias=True)


@check(
    "add_softmax",
    points=2,
    hint="A body can be frozen in part. Does every layer keep its own flag?",
    hidden=True,
)
def test_add_softmax_keeps_every_flag(call: Call) -> None:
    """Each layer of the body stays frozen or trainable as it was, and the new one trains."""
    model = call(transfer.add_softmax, tall(), 12)
    assert_trainable(model, [*call.before.flags, True], "Which flags does your function set by itself?")
    assert_left_alone(call, model)


@check("add_softmax", points=1, hint="How few layers may a body have, and what may they be?", hidden=True)
def test_add_softmax_takes_every_body(call: Call) -> None:
    """Bodies of any depth, activation and flags get a new top and nothing else, and stay as they were."""
    # The tiny body has as many outputs, and softmax: the new layer comes all the same.
    classes = {"tiny": 2, "tall": 12}
    for model, x in answers(call, transfer.add_softmax, BODIES, classes):
        assert_weights_equal(model, call.before.weights, first=len(call.before.weights))
        assert_trainable(model, [*call.before.flags, True], KEPT_FLAGS)
        assert_softmax_on(model, call.before.outputs(x), x, ACTIVATIONS, needs_bias=True)
        assert_no_extras(model)
        assert_same_in_training(model, x)
        assert_left_alone(call, model)


@check("add_softmax", points=1, hint="Is the top new in every call, and can it learn?", hidden=True)
def test_add_softmax_learns_with_a_new_top(call: Call) -> None:
    """Two calls make two new tops, and a few steps of training lower the loss as plain Adam does."""
    body = dense_model("mixed", *MIXED)
    first, second = call.twice(transfer.add_softmax, body)
    assert_shares_no_layers(first, second, allowed=body)
    for model in (first, call(transfer.add_softmax, load("frozen_body"))):
        assert_untrained(weighted_layers(model)[-1:])
    x, y = labelled_rows(5, 4)
    assert_same_in_training(first, x)
    assert_learns(first, x, y)


@check(
    "build_transfer_model",
    points=2,
    hint="Would the graft take any base, and any number of classes?",
    hidden=True,
)
def test_build_transfer_model_takes_any_base(call: Call) -> None:
    """All layers of a deeper base except the last are borrowed and frozen."""
    graft = call(transfer.build_transfer_model, tall(), 3)
    assert_layers(graft, TALL, SIZES)
    assert_weights_equal(graft, call.before.weights[:-1], first=len(TALL) - 1)
    hint = "Does the freeze reach every borrowed layer, and no other?"
    assert_trainable(graft, [False] * (len(TALL) - 1) + [True], hint)
    hint = "Does every reused layer keep its activation?"
    assert_softmax_on(graft, call.before.outputs(X, layers=-1), X, hint, needs_bias=True)


@check(
    "build_transfer_model",
    points=1,
    hint="Could anything that is done to the graft ever reach the base?",
    hidden=True,
)
def test_build_transfer_model_shares_nothing_with_the_base(call: Call) -> None:
    """The graft and the base share no layers, and the base stays unchanged."""
    graft = call(transfer.build_transfer_model, tall(), 3)
    assert_shares_no_layers(graft, call.argument)
    assert_left_alone(call, graft)


@check(
    "build_transfer_model",
    points=1,
    hint="How few layers may a base have, and what may they be?",
    hidden=True,
)
def test_build_transfer_model_borrows_from_every_base(call: Call) -> None:
    """Bases of any depth, activation and flags are borrowed but for their top, and stay as they were."""
    # The tiny base has as many classes: its top goes all the same.
    classes = {"tiny": 2, "tall": 12}
    grafts = answers(call, transfer.build_transfer_model, MODELS, classes)
    for (graft, x), count in zip(grafts, classes.values(), strict=True):
        borrowed = call.before.weights[:-1]
        kept = [kernel.shape for kernel, _ in borrowed]
        assert_layers(graft, [*kept, (kept[-1][1], count)])
        assert_weights_equal(graft, borrowed, first=len(borrowed))
        flags = [False] * len(borrowed) + [True]
        assert_trainable(graft, flags, "Which layers are frozen in the end?")
        assert_softmax_on(graft, call.before.outputs(x, layers=-1), x, ACTIVATIONS, needs_bias=True)
        assert_no_extras(graft)
        assert_same_in_training(graft, x)
        assert_new_top(graft, call.before.weights[-1][0])
        assert_shares_no_layers(graft, call.argument)
        assert_left_alone(call, graft)


@check(
    "build_transfer_model",
    points=1,
    hint="Is the graft new in every call, and can its top learn?",
    hidden=True,
)
def test_build_transfer_model_learns_with_new_layers(call: Call) -> None:
    """Two calls share no layer, and a few steps of training lower the loss as plain Adam does."""
    base = dense_model("mixed", *MIXED)
    first, second = call.twice(transfer.build_transfer_model, base)
    assert_shares_no_layers(first, second)
    for graft in (first, call(transfer.build_transfer_model, load("iris_donor"))):
        assert_untrained(weighted_layers(graft)[-1:])
    x, y = labelled_rows(5, 4)
    assert_same_in_training(first, x)
    assert_learns(first, x, y)
