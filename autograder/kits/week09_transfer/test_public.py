"""The public checks of week 9, which students run themselves."""

from __future__ import annotations

from typing import Any

import lesson
import transfer
from support import (
    Call,
    Weights,
    assert_accuracy,
    assert_activations,
    assert_can_train,
    assert_compiled,
    assert_froze,
    assert_is_new,
    assert_layers,
    assert_only_trained,
    assert_outputs,
    assert_parameter_counts,
    assert_softmax_on,
    assert_trainable,
    assert_unchanged,
    assert_weights_equal,
    check,
    draw_top,
    fit,
    load,
    sample_rows,
    weights,
)

BASE = [(4, 50), (50, 25), (25, 3)]
GRAFT = [(4, 50), (50, 25), (25, 4)]
# Rows that tell activations apart.
X = sample_rows(4)


def train_graft(call: Call) -> tuple[Any, Weights, float]:
    """Train another graft on the eight flowers; return it, its weights before, and its accuracy."""
    seed = call.settings["seed"]
    graft = call.fresh(transfer.build_transfer_model, load("iris_donor"))
    x, y = lesson.eight_flowers()
    assert_layers(graft, GRAFT, "Only a graft with these layers is trained here.")
    assert_compiled(graft)
    assert_can_train(graft, x, y)
    draw_top(graft, seed)
    before = weights(graft)
    result = fit(graft, x, y, epochs=call.settings["graft_epochs"], seed=seed)
    return graft, before, result["accuracy"]


@check(
    "build_base", points=3, hint="How many units does each layer have, and how many numbers does a row have?"
)
def test_build_base_has_three_dense_layers(call: Call) -> None:
    """The base has Dense layers of 50, 25 and 3 units, for rows of 4 numbers."""
    assert_layers(call(transfer.build_base), BASE)


@check("build_base", points=2, hint="A unit has a weight for each of its inputs, and a bias.")
def test_build_base_trains_all_1603_parameters(call: Call) -> None:
    """The base has 1,603 parameters, all trainable."""
    hint = "Is none of the layers frozen?"
    assert_parameter_counts(call(transfer.build_base), total=1603, trainable=1603, hint=hint)


@check("build_base", points=3, hint="Which activation has each of the three layers?")
def test_build_base_computes_relu_relu_softmax(call: Call) -> None:
    """The activations of the base are relu, relu and softmax."""
    assert_activations(call(transfer.build_base), ["relu", "relu", "softmax"], X)


@check("build_base", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_build_base_is_compiled(call: Call) -> None:
    """The base is compiled with categorical cross-entropy and Adam."""
    assert_compiled(call(transfer.build_base))


@check("build_base", points=4, hint="What could keep the network from learning the flowers?")
def test_build_base_learns_iris(call: Call) -> None:
    """After 100 epochs of training, the base classifies at least 95 % of the Iris flowers correctly."""
    settings = call.settings
    base = call.fresh(transfer.build_base)
    x, y = lesson.iris()
    assert_layers(base, BASE, "Only a network with these layers is trained here.")
    assert_compiled(base)
    assert_can_train(base, x, y)
    result = fit(base, x, y, epochs=settings["base_epochs"], seed=settings["seed"])
    assert_accuracy(result["accuracy"], settings["base_accuracy"])


@check("copy_layers", points=2, hint="Is there a layer in the copy for every layer of the base?")
def test_copy_layers_makes_a_model_of_the_same_layers(call: Call) -> None:
    """The copy is a new model with layers of the same sizes in the same order, all trainable."""
    copy = call(transfer.copy_layers, load("drawn_donor"))
    assert_is_new(copy, call.argument)
    assert_layers(copy, BASE, "Which layers of the base are in the new model?")
    assert_parameter_counts(copy, total=1603, trainable=1603, hint="Copying freezes nothing.")


@check(
    "copy_layers",
    points=3,
    hint="A new layer starts with random weights. How do you copy those of the base into it?",
)
def test_copy_layers_brings_the_weights(call: Call) -> None:
    """Every kernel and every bias of the base is in the copy, bit for bit."""
    copy = call(transfer.copy_layers, load("drawn_donor"))
    assert_is_new(copy, call.argument)
    assert_weights_equal(copy, call.before.weights, source=call.argument)


@check("copy_layers", points=2, hint="Besides its weights, what determines a layer's output?")
def test_copy_layers_keeps_the_predictions(call: Call) -> None:
    """The copy predicts what the base predicted."""
    copy = call(transfer.copy_layers, load("drawn_donor"))
    assert_is_new(copy, call.argument)
    hint, activations = "Did you copy both weights and activations?", call.before.activations
    assert_outputs(copy, X, call.before.outputs(X), hint, "outputs of the base", activations)


@check("copy_layers", points=2, hint="Which of your lines changes the base itself?")
def test_copy_layers_leaves_the_base_alone(call: Call) -> None:
    """The base keeps its layers, weights, `trainable` flags and all other settings."""
    copy = call(transfer.copy_layers, load("drawn_donor"))
    assert_unchanged(call.argument, call.before)
    assert_is_new(copy, call.argument)


@check("drop_top", points=3, hint="Which layers remain when only the last one goes?")
def test_drop_top_removes_one_layer(call: Call) -> None:
    """The layers of 50 and 25 units remain and are trainable, and the layer of 3 units is gone."""
    body = call(transfer.drop_top, load("topped_donor"))
    assert_layers(body, BASE[:-1])
    hint = "Cutting off a layer freezes none of the others."
    assert_parameter_counts(body, total=1525, trainable=1525, hint=hint)


@check("drop_top", points=3, hint="Do the remaining layers still have their original weights?")
def test_drop_top_keeps_the_weights(call: Call) -> None:
    """The remaining layers keep their exact weights."""
    body = call(transfer.drop_top, load("topped_donor"))
    assert_weights_equal(body, call.before.weights[:-1])


@check("drop_top", points=2, hint="What did the last layer receive? That should come out now.")
def test_drop_top_gives_what_the_top_received(call: Call) -> None:
    """The output is the 25 features that the last layer receives."""
    body = call(transfer.drop_top, load("topped_donor"))
    features, activations = call.before.outputs(X, layers=-1), call.before.activations[:-1]
    hint = "Has each layer that remains its activation?"
    assert_outputs(body, X, features, hint, "outputs of the layer below the last", activations)


@check("drop_top", points=3, hint="Do you take the layer from a new model, or from the one passed in?")
def test_drop_top_leaves_the_argument_alone(call: Call) -> None:
    """The model that was passed in keeps all of its layers, the last one too."""
    body = call(transfer.drop_top, load("topped_donor"))
    assert_unchanged(call.argument, call.before)
    assert_is_new(body, call.argument)


@check("freeze", points=2, hint="What may freezing change, and what not?")
def test_freeze_keeps_layers_and_weights(call: Call) -> None:
    """The frozen model has the same layers with the same weights."""
    frozen = call(transfer.freeze, load("body"))
    assert_froze(frozen, call.before)
    assert_weights_equal(frozen, call.before.weights)


@check(
    "freeze", points=5, hint="Which property of a layer says whether it trains, and which layers have it set?"
)
def test_freeze_leaves_nothing_to_train(call: Call) -> None:
    """All 1,525 parameters are frozen."""
    frozen = call(transfer.freeze, load("body"))
    assert_parameter_counts(frozen, total=1525, trainable=0, hint="Which layers are still trainable?")


@check("freeze", points=2, hint="What may freezing change, and what not?")
def test_freeze_keeps_the_outputs(call: Call) -> None:
    """The frozen model gives the same outputs as before."""
    frozen = call(transfer.freeze, load("body"))
    assert_froze(frozen, call.before)
    hint = "Freezing concerns training alone."
    assert_outputs(frozen, X, call.before.outputs(X), hint, "outputs from before the call")


@check("add_softmax", points=3, hint="Which layers does the new model have, and where is the new one?")
def test_add_softmax_puts_one_layer_on_top(call: Call) -> None:
    """The new model has the layers of the body, with their weights, and then one of 4 units."""
    model = call(transfer.add_softmax, load("frozen_body"))
    assert_is_new(model, call.argument)
    assert_layers(model, GRAFT)
    assert_weights_equal(model, call.before.weights, first=2)


@check(
    "add_softmax", points=3, hint="Which activation turns the outputs of the new layer into probabilities?"
)
def test_add_softmax_gives_probabilities(call: Call) -> None:
    """The output is the softmax of the new layer's scores for the body's features."""
    model = call(transfer.add_softmax, load("frozen_body"))
    activations = call.before.activations
    assert_softmax_on(model, call.before.outputs(X), X, activations=activations)


@check("add_softmax", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_add_softmax_is_compiled(call: Call) -> None:
    """The new model is compiled with categorical cross-entropy and Adam."""
    assert_compiled(call(transfer.add_softmax, load("frozen_body")))


@check("add_softmax", points=3, hint="Which layers should training change now?")
def test_add_softmax_trains_the_new_layer_alone(call: Call) -> None:
    """Of 1,629 parameters, the 1,525 of the frozen body stay frozen and the 104 new ones are trainable."""
    model = call(transfer.add_softmax, load("frozen_body"))
    hint = "What was frozen stays frozen, and the new layer trains."
    assert_parameter_counts(model, total=1629, trainable=104, hint=hint)
    assert_trainable(model, [False, False, True], hint)


@check("add_softmax", points=2, hint="Does your code add to the body itself, or to a new model?")
def test_add_softmax_leaves_the_body_alone(call: Call) -> None:
    """The body keeps its two layers, their weights, `trainable` flags and all other settings."""
    model = call(transfer.add_softmax, load("frozen_body"))
    assert_unchanged(call.argument, call.before)
    assert_is_new(model, call.argument)


@check("build_transfer_model", points=3, hint="Which layers are borrowed, which is new, which of them train?")
def test_build_transfer_model_trains_104_of_1629_parameters(call: Call) -> None:
    """The graft has 1,629 parameters: 1,525 borrowed and frozen, 104 new and trainable."""
    graft = call(transfer.build_transfer_model, load("iris_donor"))
    assert_layers(graft, GRAFT)
    hint = "Which layers are frozen in the end?"
    assert_parameter_counts(graft, total=1629, trainable=104, hint=hint)
    assert_trainable(graft, [False, False, True], hint)


@check("build_transfer_model", points=3, hint="Are the borrowed layers the base's, with their weights?")
def test_build_transfer_model_borrows_what_the_base_learned(call: Call) -> None:
    """The borrowed layers have the base's exact weights and activations, and one softmax layer follows."""
    graft = call(transfer.build_transfer_model, load("iris_donor"))
    assert_is_new(graft, call.argument)
    assert_weights_equal(graft, call.before.weights[:-1], first=2)
    activations = call.before.activations[:-1]
    assert_softmax_on(graft, call.before.outputs(X, layers=-1), X, activations=activations)


@check("build_transfer_model", points=2, hint="Which loss compares one-hot targets with probabilities?")
def test_build_transfer_model_is_compiled(call: Call) -> None:
    """The graft is compiled with categorical cross-entropy and Adam."""
    assert_compiled(call(transfer.build_transfer_model, load("iris_donor")))


@check("build_transfer_model", points=2, hint="A layer that is frozen is frozen in every model that uses it.")
def test_build_transfer_model_leaves_the_base_alone(call: Call) -> None:
    """The base keeps its layers, weights, `trainable` flags and all other settings."""
    graft = call(transfer.build_transfer_model, load("iris_donor"))
    assert_unchanged(call.argument, call.before)
    assert_is_new(graft, call.argument)


@check("build_transfer_model", points=2, hint="What does the new layer learn from, and can it learn?")
def test_build_transfer_model_learns_the_eight_flowers(call: Call) -> None:
    """After 1,000 epochs of training, the graft classifies at least seven of the eight flowers correctly."""
    _, _, accuracy = call.once(train_graft)
    assert_accuracy(accuracy, call.settings["graft_accuracy"])


@check("build_transfer_model", points=3, hint="What should training change, and what should it leave?")
def test_build_transfer_model_learns_in_its_top_alone(call: Call) -> None:
    """Training changes the new layer alone; the borrowed layers and the base keep their exact weights."""
    graft, before, _ = call.once(train_graft)
    assert_only_trained(graft, before, layers=[-1])
    assert_unchanged(call.argument, call.before)
    assert_is_new(graft, call.argument)
