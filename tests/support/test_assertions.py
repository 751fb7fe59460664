"""Every assertion passes what is right, and says what is expected and received of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder import support
from autograder.support import ExpectationError

pytestmark = pytest.mark.xdist_group("support")
LAYERS = [(5, "relu", False), (3, "softmax", True)]
X = support.sample_rows(4)
Y = support.labelled_rows(4, 3)[1]


def model(name: str = "right", layers: Any = LAYERS) -> Any:
    return support.dense_model(name, 4, layers)


def changed(change: Callable[[Any], object]) -> Any:
    """Return a model after a change."""
    made = model()
    change(made)
    return made


def compiled(loss: Any = "categorical_crossentropy", optimizer: Any = "adam") -> Any:
    return changed(lambda made: made.compile(loss=loss, optimizer=optimizer))


def logits() -> Any:
    return compiled(support.keras.losses.CategoricalCrossentropy(from_logits=True))


def regularized() -> Any:
    keras = support.keras
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, kernel_regularizer="l2", name="penal")])


def with_dropout() -> Any:
    keras = support.keras
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(9), keras.layers.Dropout(0.5)])


def turn_top(made: Any) -> None:
    """Let the last layer prefer what it liked least."""
    made.layers[-1].set_weights([-array for array in made.layers[-1].get_weights()])


def adam_of_nine_steps() -> Any:
    optimizers = support.keras.optimizers
    return optimizers.Adam(optimizers.schedules.PiecewiseConstantDecay([9], [0.01, 0.0]))


def adam_of_growing_steps() -> Any:
    optimizers = support.keras.optimizers
    return optimizers.Adam(optimizers.schedules.ExponentialDecay(0.001, decay_steps=10, decay_rate=2.0))


def normalized(momentum: float = 0.99) -> Any:
    keras = support.keras
    norm = keras.layers.BatchNormalization(momentum=momentum, name="norm")
    return keras.Sequential([keras.Input((4,)), norm, keras.layers.Dense(3, kernel_initializer="ones")])


def residual() -> Any:
    """Return a network whose layers have the right activations, but get something else."""
    layers = support.keras.layers
    inputs = support.keras.Input((4,))
    hidden = layers.Dense(5, activation="relu")(inputs)
    return support.keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.Add()([hidden, hidden])))


def scores() -> np.ndarray:
    return support.snapshot(model()).outputs(X)


# An assertion, a right answer, a wrong one, and what is expected and received of that.
CASES: dict[str, tuple[Callable[[Any], None], Callable[[], Any], Callable[[], Any], str, str]] = {
    "layers": (
        lambda found: support.assert_layers(found, [(4, 5), (5, 3)]),
        model,
        lambda: model(layers=LAYERS[1:]),
        "layers with weights of the sizes [(4, 5), (5, 3)]",
        "[(4, 3)]",
    ),
    "counts": (
        lambda found: support.assert_parameter_counts(found, total=43, trainable=18),
        model,
        lambda: changed(lambda made: setattr(made.layers[0], "trainable", True)),
        "43 parameters, 18 trainable and 25 frozen",
        "43 parameters, 43 trainable and 0 frozen",
    ),
    "trainable": (
        lambda found: support.assert_trainable(found, [False, True]),
        model,
        lambda: changed(lambda made: setattr(made, "trainable", False)),
        "2 layers with weights; trainable: number 2",
        "all 2 layers with weights frozen",
    ),
    "trainable in part": (
        lambda found: support.assert_trainable(found, [False, False]),
        lambda: changed(lambda made: setattr(made, "trainable", False)),
        model,
        "all 2 layers with weights frozen",
        "2 layers with weights; trainable: number 2 (Dense)",
    ),
    "loss": (support.assert_compiled, model, lambda: compiled("mse"), "the loss", "mean_squared_error"),
    "unknown loss": (
        support.assert_compiled,
        model,
        lambda: compiled("categorical_crossentropi"),
        "the loss categorical crossentropy",
        "'categorical_crossentropi', which Keras does not know",
    ),
    "logits": (support.assert_compiled, model, logits, "a loss for probabilities, 0.511", "0.850"),
    "optimizer": (
        support.assert_compiled,
        model,
        lambda: compiled(optimizer="sgd"),
        "the optimizer Adam",
        "SGD",
    ),
    "rate": (
        lambda found: support.assert_compiled(found, learning_rate=0.003),
        model,
        compiled,
        "the learning rate 0.003",
        "0.001",
    ),
    "not compiled": (support.assert_is_compiled, model, regularized, "a compiled model", "without loss"),
    "classes": (
        lambda found: support.assert_can_train(found, X, Y),
        model,
        lambda: model(layers=[(2, "softmax", True)]),
        "outputs of shape (2, 3) for 2 rows",
        "(2, 2)",
    ),
    "extras": (support.assert_no_extras, model, regularized, "no kernel_regularizer in penal", "L2"),
    "extra layers": (
        support.assert_no_extras,
        model,
        lambda: changed(lambda made: made.add(support.keras.layers.Dropout(0.0))),
        "no Dropout, noise or penalty",
        "Dropout",
    ),
    "untrained": (
        support.assert_untrained,
        lambda: [],
        lambda: model().layers,
        "initial weights of at most 0.8165 in right_1",
        "weights of up to",
    ),
    "weight decay": (
        support.assert_no_extras,
        compiled,
        lambda: compiled(optimizer=support.keras.optimizers.Adam(weight_decay=0.5)),
        "no weight decay",
        "one of 0.5",
    ),
    "smoothing": (
        support.assert_compiled,
        model,
        lambda: compiled(support.keras.losses.CategoricalCrossentropy(label_smoothing=0.5)),
        "label smoothing of at most 0.2",
        "0.5",
    ),
    "new top": (
        lambda found: support.assert_new_top(found, support.weights(model())[-1][0]),
        lambda: changed(lambda made: support.draw_top(made, 1)),
        model,
        "a new last layer with weights of its own",
        "one with weights of the old layer",
    ),
    "guesses": (
        lambda found: support.assert_guesses(found, X, 1 - support.predict(model(), X)),
        model,
        lambda: changed(turn_top),
        "a model that guesses before it is trained",
        "right",
    ),
    "weights": (
        lambda found: support.assert_weights_equal(found, support.weights(model())),
        model,
        lambda: changed(lambda made: support.draw_top(made, 1)),
        "in layer 2 the kernel of the model that was passed in",
        "other numbers, off by up to",
    ),
    "outputs": (
        lambda found: support.assert_outputs(found, X, scores(), name="probabilities"),
        model,
        lambda: model(layers=[(5, "tanh", False), (3, "softmax", True)]),
        "probabilities, such as [",
        "[",
    ),
    "activations": (
        lambda found: support.assert_activations(found, ["relu", "softmax"], X),
        model,
        lambda: model(layers=[(5, "relu", True), (3, "sigmoid", True)]),
        "layers with the activations relu, softmax",
        "relu, sigmoid",
    ),
    "no activation": (
        lambda found: support.assert_outputs(found, X, scores(), activations=["relu", "softmax"]),
        model,
        lambda: model(layers=[(5, "linear", True), (3, "softmax", True)]),
        "layers with the activations relu, softmax",
        "none, softmax",
    ),
    "two activations": (
        lambda found: support.assert_softmax_on(found, support.snapshot(model()).outputs(X, 1), X),
        model,
        lambda: support.keras.Sequential([model(), support.keras.layers.Softmax()]),
        "layers with the activations relu, softmax",
        "relu, softmax and then softmax",
    ),
    "activations out of place": (
        lambda found: support.assert_activations(found, ["relu", "softmax"], X),
        model,
        residual,
        "outputs of layers with the activations relu, softmax, such as [",
        "[",
    ),
    "number of activations": (
        lambda found: support.assert_activations(found, ["relu", "softmax"], X),
        model,
        lambda: model(layers=LAYERS[1:]),
        "2 Dense layers, for relu, softmax",
        "1",
    ),
    "softmax": (
        lambda found: support.assert_softmax_on(found, support.snapshot(model()).outputs(X, 1), X),
        model,
        lambda: model(layers=[(7, "relu", True), (3, "softmax", True)]),
        "a last layer for 5 features",
        "weights of the shapes (7, 3), (3,)",
    ),
    "training": (
        lambda found: support.assert_same_in_training(found, X),
        model,
        with_dropout,
        "the same outputs in training as afterwards",
        "other ones, off by up to",
    ),
    "learning": (
        lambda found: support.assert_learns(found, *support.labelled_rows(4, 3)),
        model,
        lambda: compiled(optimizer=support.keras.optimizers.Adam(1e-12)),
        "a loss that falls in 8 steps of training",
        "(learning rate 1e-12)",
    ),
    "learning that ends": (
        lambda found: support.assert_learns(found, *support.labelled_rows(4, 3)),
        model,
        lambda: compiled(optimizer=adam_of_nine_steps()),
        "a learning rate above 1e-05 after 300 steps",
        "0",
    ),
    "learning that grows": (
        lambda found: support.assert_learns(found, *support.labelled_rows(4, 3)),
        model,
        lambda: compiled(optimizer=adam_of_growing_steps()),
        "a learning rate of at most 1 after 300 steps",
        "1.07374e+06",
    ),
    "moving averages": (
        lambda found: support.assert_averages(found, normalized(), X),
        normalized,
        lambda: normalized(momentum=0.5),
        "moving averages in norm that a step moves as in the argument",
        "other ones, off by up to",
    ),
    "averages": (
        lambda found: support.assert_learns(found, *support.labelled_rows(4, 3)),
        model,
        lambda: compiled(
            optimizer=support.keras.optimizers.Adam(0.01, use_ema=True, ema_overwrite_frequency=1)
        ),
        "averaged weights that replace the others after the training",
        "ema_overwrite_frequency=1",
    ),
    "numbers": (
        lambda found: support.assert_allclose("sums", found, np.ones(3)),
        lambda: [1, 1, 1.00001],
        lambda: [1, 2, np.nan],
        "sums: [1, 1, 1]",
        "[1, 2, nan]",
    ),
    "shape": (
        lambda found: support.assert_shape("scores", found, (None, 2)),
        lambda: np.zeros((3, 2)),
        lambda: np.zeros((2, 3)),
        "scores of shape (None, 2)",
        "(2, 3)",
    ),
    "kind": (
        lambda found: support.assert_type("history", found, dict),
        lambda: {"loss": [0.5]},
        lambda: [0.5],
        "history of type dict",
        "a list",
    ),
    "type": (
        lambda found: support.assert_dtype("scores", found, np.float32),
        lambda: np.zeros(2, np.float32),
        lambda: np.zeros(2),
        "scores of type float32",
        "float64",
    ),
    "array": (
        lambda found: support.assert_array("features", found),
        lambda: np.zeros(2),
        lambda: [0, 0],
        "features as a NumPy array",
        "a list",
    ),
}
TAKES_MODELS = sorted(set(CASES) - {"untrained", "numbers", "shape", "type", "kind", "array"})


@pytest.mark.parametrize("name", CASES)
def test_what_is_right_passes(name: str) -> None:
    check, right, _, _, _ = CASES[name]
    check(right())


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_described(name: str) -> None:
    check, _, wrong, expected, received = CASES[name]
    with pytest.raises(ExpectationError) as caught:
        check(wrong())
    error = caught.value
    assert expected in error.expected
    assert received in error.received
    # For numbers the hint of the check says more.
    assert error.hint or name == "numbers"
    assert str(error) == f"Expected {error.expected}, received {error.received}. {error.hint}".rstrip()


@pytest.mark.parametrize(
    "value", [None, 7, "a model", [], object, np.zeros(3)], ids=lambda value: str(value)[:20]
)
@pytest.mark.parametrize("name", TAKES_MODELS)
def test_assertions_of_models_survive_other_values(name: str, value: object) -> None:
    with pytest.raises(ExpectationError, match="Expected a Keras model"):
        CASES[name][0](value)


@pytest.mark.parametrize(
    "value", [None, "three", [[1], [1, 2]], object(), {"a": 1}], ids=lambda value: type(value).__name__
)
@pytest.mark.parametrize("name", ["numbers", "shape", "type"])
def test_assertions_of_numbers_survive_other_values(name: str, value: object) -> None:
    with pytest.raises(ExpectationError, match="as numbers"):
        CASES[name][0](value)


@pytest.mark.parametrize(
    ("change", "received", "question"),
    [
        (lambda copy, base: None, "other numbers, off by up to", "How do you copy the old ones into it?"),
        (
            lambda copy, base: base.set_weights(copy.get_weights()),
            "other numbers, which the original model now has as well",
            "which does it change?",
        ),
        (
            lambda copy, base: copy.layers[0].kernel.assign(base.layers[0].kernel),
            "zeros, as in a new layer",
            "which of them do you copy?",
        ),
    ],
    ids=["none", "into the base", "kernels"],
)
def test_weights_that_are_not_copied_lead_to_the_cause(
    change: Callable[[Any, Any], object], received: str, question: str
) -> None:
    """Nothing is copied, or in the wrong direction, or the kernel alone."""
    base = model()
    support.draw_weights(base, 3)
    before = support.weights(base)
    copy = support.keras.models.clone_model(base)
    change(copy, base)
    with pytest.raises(ExpectationError) as caught:
        support.assert_weights_equal(copy, before, source=base)
    assert received in caught.value.received
    assert question in caught.value.hint


@pytest.mark.parametrize(
    ("sizes", "question"),
    [
        ([5, 3, 3], "Which of these layers should not be there?"),
        ([3], "Which layer is missing"),
        ([7, 3], "How many units has each layer"),
    ],
)
def test_the_question_fits_what_is_wrong_with_the_layers(sizes: list[int], question: str) -> None:
    wrong = model(layers=[(size, "relu", True) for size in sizes])
    with pytest.raises(ExpectationError, match=re.escape(question)):
        support.assert_layers(wrong, [(4, 5), (5, 3)])


def test_parameters_that_should_be_frozen_are_named_by_their_layer() -> None:
    thawed = model(layers=[(5, "relu", True), (3, "softmax", True)])
    with pytest.raises(ExpectationError) as failure:
        support.assert_parameter_counts(thawed, 43, 18)
    assert failure.value.received == (
        "43 parameters, 43 trainable and 0 frozen; all 2 layers with weights trainable"
    )


@pytest.mark.parametrize(
    ("total", "trainable", "question"),
    [(43, 43, "Is it frozen?"), (35, 10, "Which layers are there, and which of them have a bias?")],
)
def test_a_hint_about_flags_is_not_for_missing_parameters(total: int, trainable: int, question: str) -> None:
    with pytest.raises(ExpectationError, match=re.escape(question)):
        support.assert_parameter_counts(model(), total, trainable, "Is it frozen?")


@pytest.mark.parametrize(
    ("change", "received"),
    [
        (lambda made: None, "no change at all. What keeps the trainable layers from learning?"),
        (
            lambda made: support.draw_weights(made, 5),
            "one in layers 1, 2. Which layers were frozen when the model was compiled?",
        ),
    ],
    ids=["none", "all"],
)
def test_layers_that_training_changes_are_named(change: Callable[[Any], object], received: str) -> None:
    made = model()
    before = support.weights(made)
    change(made)
    with pytest.raises(ExpectationError, match=re.escape(f"a change in layers 2 alone, received {received}")):
        support.assert_only_trained(made, before, layers=[-1])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: np.zeros((2, 3)), "received an array of shape (2, 3). These are numbers."),
        (lambda: model().layers, "received a list with 2 items. These are layers."),
        (lambda: [], "received a list with 0 items. What does the function return?"),
        (
            lambda: model().layers[-1].output,
            "received a symbolic tensor of shape (None, 3). This is the output",
        ),
        (lambda: support.keras.Sequential, "received the class Sequential. A class makes a model when"),
        (lambda: support.keras.callbacks.History(), "received a History. `fit` returns its history."),
    ],
)
def test_what_is_returned_instead_of_a_model_is_described(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(ExpectationError, match=re.escape(words)):
        support.weighted_layers(make())


def test_the_layer_that_differs_is_named() -> None:
    with pytest.raises(ExpectationError) as caught:
        CASES["weights"][0](CASES["weights"][2]())
    assert caught.value.layer == "right_2"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda made: made.pop(), r"with its 2 layers, received 1 layers, without right_2"),
        (lambda made: setattr(made.layers[0], "trainable", True), "one with 43 parameters, 43 trainable"),
        (
            lambda made: support.draw_weights(made, 5),
            "with its weights in right_1, received different weights",
        ),
        (lambda made: made.compile(loss="mse"), "received a change of its compile settings: "),
        (
            lambda made: setattr(made, "name", "left"),
            "with its name, received a change of its name",
        ),
    ],
)
def test_an_argument_that_changed_is_described(change: Callable[[Any], object], words: str) -> None:
    made = model()
    before = support.snapshot(made)
    support.assert_unchanged(made, before)
    change(made)
    with pytest.raises(ExpectationError, match=words):
        support.assert_unchanged(made, before)


def test_flags_may_change_where_that_is_said() -> None:
    made = model()
    before = support.snapshot(made)
    made.trainable = False
    support.assert_unchanged(made, before, but_flags=True)


def test_doing_nothing_earns_nothing() -> None:
    """A function that gives its argument back has neither kept it apart, nor frozen, nor thawed it."""
    made = model()
    before = support.snapshot(made)
    for check, words in (
        (lambda: support.assert_is_new(made, made), "the same model that was passed in"),
        (lambda: support.assert_froze(made, before), "fewer trainable parameters than the 18 from before"),
        (lambda: support.assert_thawed(made, before), "more trainable parameters than the 18 from before"),
    ):
        with pytest.raises(ExpectationError, match=words):
            check()


def test_shared_layers_are_found_inside_other_models() -> None:
    keras = support.keras
    base = model()
    body = keras.Sequential([keras.Input((4,)), *base.layers[:1]])
    graft = keras.Sequential([keras.Input((4,)), body, keras.layers.Dense(2)])
    with pytest.raises(ExpectationError, match="share 1 layers"):
        support.assert_shares_no_layers(graft, base)
    support.assert_shares_no_layers(graft, base, allowed=body)


def test_shared_optimizers_are_found() -> None:
    first, second = model("first"), model("second")
    support.assert_shares_no_layers(first, second)
    second.compile(optimizer=first.optimizer, loss="categorical_crossentropy")
    with pytest.raises(ExpectationError, match="one optimizer for both"):
        support.assert_shares_no_layers(first, second)


@pytest.mark.parametrize(
    "name",
    [
        *("glorot_uniform", "lecun_uniform", "he_normal", "variance_scaling"),
        *("random_normal", "random_uniform", "truncated_normal"),
    ],
)
def test_new_kernels_are_untrained_and_larger_ones_are_not(name: str) -> None:
    """The limit of each initializer is above all that it draws, and not far above."""
    layer = support.keras.layers.Dense(60, kernel_initializer=name)
    layer.build((None, 40))
    support.assert_untrained([layer])
    layer.kernel.assign(3 * layer.kernel)
    with pytest.raises(ExpectationError, match="initial weights of at most"):
        support.assert_untrained([layer])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda kernel: 0.999 * kernel, "the weights that the seed of its initializer draws"),
        (lambda kernel: np.clip(kernel, -1e-3, 1e-3), "random initial weights"),
    ],
)
def test_small_weights_that_were_not_drawn_are_noticed(
    change: Callable[[np.ndarray], np.ndarray], expected: str
) -> None:
    """By the seed of their initializer, or because random numbers differ."""
    seed = 3 if "seed" in expected else None
    layer = support.keras.layers.Dense(
        60, kernel_initializer=support.keras.initializers.GlorotUniform(seed=seed)
    )
    layer.build((None, 40))
    support.assert_untrained([layer])
    layer.kernel.assign(change(np.asarray(layer.kernel)))
    with pytest.raises(ExpectationError, match=expected):
        support.assert_untrained([layer])


@pytest.mark.parametrize("factor", [1.0, 0.5, -2.0])
def test_a_multiple_of_an_old_unit_makes_no_new_top(factor: float) -> None:
    old, top = support.weights(model())[-1][0], model()
    support.assert_new_top(top, np.roll(old, 1, axis=0))
    top.layers[-1].kernel.assign(factor * old)
    with pytest.raises(ExpectationError, match="one with weights of the old layer"):
        support.assert_new_top(top, old)


def test_weights_that_are_no_arrays_are_named() -> None:
    """An answer that pretends to be a layer may return anything."""

    class Pretender:
        def __call__(self, *args: Any) -> Pretender:
            return self

        def get_weights(self) -> list[Pretender]:
            return [self, self]

    with pytest.raises(ExpectationError, match="Expected weights that are arrays, received a list"):
        support.assert_shares_no_weights(Pretender(), Pretender(), X)


def test_a_layer_says_which_shape_keras_expects() -> None:
    assert support.symbolic_shape(support.keras.layers.Dense(5), (2, 3, 4)) == (2, 3, 5)


def test_constraints_of_all_weights_are_found() -> None:
    keras = support.keras
    limit = keras.constraints.MaxNorm(3)
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, bias_constraint=limit)])
    made = keras.Sequential([keras.Input((4,)), inner, keras.layers.Dense(2)])
    assert support.constraints(made) == ["MaxNorm"]
    assert support.constraints(model()) == []


def test_kernels_of_unknown_initializers_may_be_of_any_size() -> None:
    layer = support.keras.layers.Dense(4, kernel_initializer="orthogonal")
    layer.build((None, 4))
    layer.kernel.assign(100 * layer.kernel)
    support.assert_untrained([layer])


def test_biases_may_be_drawn_at_random() -> None:
    keras = support.keras
    layer = keras.layers.Dense(3, bias_initializer="random_normal")
    layer.build((None, 4))
    support.assert_untrained([layer])


@pytest.mark.parametrize("kind", ["Dense", "Conv1D", "LSTM", "GRU", "SimpleRNN", "Bidirectional"])
def test_new_layers_of_every_kind_are_untrained(kind: str) -> None:
    """Also an LSTM's, whose forget gate begins with a bias of one."""
    keras = support.keras
    made = {
        "Conv1D": lambda: keras.layers.Conv1D(3, 2),
        "Bidirectional": lambda: keras.layers.Bidirectional(keras.layers.LSTM(3)),
    }
    layer = made.get(kind, lambda: getattr(keras.layers, kind)(3))()
    layer.build((None, 5, 4))
    support.assert_untrained([layer])


@pytest.mark.parametrize("kind", ["Dense", "LSTM", "GRU"])
def test_a_changed_bias_counts_as_training(kind: str) -> None:
    layer = getattr(support.keras.layers, kind)(3)
    layer.build((None, 5, 4))
    *others, bias = layer.get_weights()
    bias.flat[1] += 0.25
    layer.set_weights([*others, bias])
    with pytest.raises(ExpectationError, match="equal initial biases"):
        support.assert_untrained([layer])


@pytest.mark.parametrize("loss", ["mse", "mean_squared_error"])
@pytest.mark.parametrize("name", ["mse", "mean_squared_error", "MeanSquaredError"])
def test_a_loss_has_many_names(loss: str, name: str) -> None:
    """A string, a function and an object of the same loss are equal; another loss is not."""
    made = support.keras.losses.MeanSquaredError() if name == "MeanSquaredError" else name
    support.assert_compiled(compiled(made), loss=loss)
    with pytest.raises(ExpectationError, match="the loss"):
        support.assert_compiled(compiled(support.keras.losses.MeanAbsoluteError()), loss=loss)


@pytest.mark.parametrize(
    "loss",
    ["categorical_crossentropy", ["categorical_crossentropy"], "an object", "a function", "a class"],
    ids=str,
)
def test_losses_that_mean_the_same_are_the_same(loss: Any) -> None:
    losses = support.keras.losses
    objects = {
        "an object": losses.CategoricalCrossentropy(),
        "a function": losses.categorical_crossentropy,
        "a class": losses.CategoricalCrossentropy,
    }
    support.assert_compiled(compiled(objects.get(loss, loss) if isinstance(loss, str) else loss))


def test_masks_are_compared_by_row() -> None:
    """Booleans have no difference."""
    with pytest.raises(support.ExpectationError) as error:
        support.assert_allclose("mask", [[True, False], [True, True]], np.eye(2, dtype=bool))
    assert (error.value.expected, error.value.received) == ("mask, such as [0, 1] in row 1", "[1, 1]")
