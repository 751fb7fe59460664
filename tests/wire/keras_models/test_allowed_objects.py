"""Losses, optimizers, activations and the other small objects: each crosses, or is refused by name."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.wire.array_blobs import NotAllowedError
from autograder.wire.codec import pack, unpack
from autograder.wire.keras_models import allowed_objects, weights
from autograder.wire.keras_models.rebuild import REFUSED_OBJECTS

Make = Callable[..., Any]


def keras() -> Any:
    import keras

    return keras


def settings(thing: Any) -> Any:
    """What a loss or an optimizer is, in a form that compares."""
    return (type(thing), thing.get_config()) if hasattr(thing, "get_config") else thing


LOSSES = {
    "a string": lambda: "categorical_crossentropy",
    "a short string": lambda: "mse",
    "a class as a string": lambda: "CategoricalCrossentropy",
    "a function": lambda: keras().losses.categorical_crossentropy,
    "an object": lambda: keras().losses.CategoricalCrossentropy(),
    "an object with numbers": lambda: keras().losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=0.25
    ),
    "sparse": lambda: keras().losses.SparseCategoricalCrossentropy(ignore_class=1),
    "focal": lambda: keras().losses.BinaryFocalCrossentropy(gamma=3.0, reduction="sum"),
    "a sum": lambda: keras().losses.CategoricalCrossentropy(reduction="sum", label_smoothing=0.1),
    "a weighted mean": lambda: keras().losses.MeanSquaredError(reduction="mean_with_sample_weight"),
    "huber": lambda: keras().losses.Huber(delta=0.5),
    "cosine": lambda: keras().losses.CosineSimilarity(axis=0),
    "another axis": lambda: keras().losses.SparseCategoricalCrossentropy(axis=-2),
    "overlap": lambda: keras().losses.Tversky(alpha=0.3, axis=(0, 1)),
    "generalized": lambda: keras().losses.CategoricalGeneralizedCrossEntropy(q=0.25),
    "none": lambda: None,
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_keeps_its_form(name: str, donor: Make, cross: Callable[[Any], Any]) -> None:
    loss = LOSSES[name]()
    model = cross(donor(optimizer="adam", loss=loss))
    assert model.compiled
    assert settings(model.loss) == settings(loss)


def test_a_loss_without_its_parentheses_is_its_name(donor: Make, cross: Callable[[Any], Any]) -> None:
    """Keras makes an object of the class, as of its name."""
    loss = keras().losses.CategoricalCrossentropy
    assert cross(donor(optimizer="adam", loss=loss)).loss == "CategoricalCrossentropy"
    assert cross(donor(optimizer="adam", loss=[loss])).loss == ["CategoricalCrossentropy"]


SCHEDULES: dict[str, Callable[[], Any]] = {
    "ExponentialDecay": lambda: keras().optimizers.schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True),
    "InverseTimeDecay": lambda: keras().optimizers.schedules.InverseTimeDecay(0.1, 10, 0.5),
    "PolynomialDecay": lambda: keras().optimizers.schedules.PolynomialDecay(0.01, 1000, 0.001, 2.0, True),
    "PiecewiseConstantDecay": lambda: keras().optimizers.schedules.PiecewiseConstantDecay(
        [10, 20], [0.1, 0.01, 0.001]
    ),
    "CosineDecay": lambda: keras().optimizers.schedules.CosineDecay(0.1, 10, 0.1, warmup_steps=5),
    "CosineDecayRestarts": lambda: keras().optimizers.schedules.CosineDecayRestarts(0.1, 10, 3.0, 0.5, 0.1),
}
OPTIMIZERS = {
    "a string": lambda: "adam",
    "adam": lambda: keras().optimizers.Adam(0.01, beta_1=0.8, amsgrad=True, clipnorm=1.0),
    "adamw": lambda: keras().optimizers.AdamW(weight_decay=0.01),
    "sgd": lambda: keras().optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda: keras().optimizers.RMSprop(rho=0.8, centered=True),
    "adagrad": lambda: keras().optimizers.Adagrad(initial_accumulator_value=0.2),
    "adadelta": lambda: keras().optimizers.Adadelta(),
    "adamax": lambda: keras().optimizers.Adamax(epsilon=1e-5),
    "nadam": lambda: keras().optimizers.Nadam(use_ema=True),
    "a schedule": lambda: keras().optimizers.Adam(
        keras().optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    ),
    **{
        name: lambda name=name: keras().optimizers.Adam(SCHEDULES[name]())
        for name in (
            *("ExponentialDecay", "InverseTimeDecay", "PolynomialDecay", "PiecewiseConstantDecay"),
            *("CosineDecay", "CosineDecayRestarts"),
        )
    },
    "lamb": lambda: keras().optimizers.Lamb(beta_1=0.8),
    "lion": lambda: keras().optimizers.Lion(weight_decay=0.1),
    "ftrl": lambda: keras().optimizers.Ftrl(l1_regularization_strength=0.5, beta=0.1),
    "adafactor": lambda: keras().optimizers.Adafactor(relative_step=False, clip_threshold=2.0),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_keeps_its_numbers(name: str, donor: Make, cross: Callable[[Any], Any]) -> None:
    model = donor(optimizer=OPTIMIZERS[name](), loss="mse")
    arrived = cross(model).optimizer
    mine, yours = model.optimizer.get_config(), arrived.get_config()
    assert type(arrived) is type(model.optimizer)
    assert mine == yours


def test_a_model_that_is_not_compiled_stays_so(donor: Make, cross: Callable[[Any], Any]) -> None:
    assert not cross(donor()).compiled


def test_losses_of_several_outputs_cross(cross: Callable[[Any], Any]) -> None:
    inputs = keras().Input((2,), name="in")
    one, two = (keras().layers.Dense(1, name=name)(inputs) for name in ("one", "two"))
    model = keras().Model(inputs, {"one": one, "two": two})
    model.compile(
        "sgd", loss={"one": "mse", "two": keras().losses.mean_absolute_error}, loss_weights={"one": 0.5}
    )
    arrived = cross(model)
    assert arrived.loss == model.loss
    assert arrived._compile_loss._user_loss_weights == {"one": 0.5}


def test_metrics_do_not_cross(donor: Make, cross: Callable[[Any], Any]) -> None:
    model = cross(
        donor(optimizer="adam", loss="mse", metrics=["accuracy", keras().metrics.AUC(num_thresholds=10)])
    )
    assert [metric.name for metric in model.metrics] == ["loss"]


def test_compiling_there_compiles_here(donor: Make, call: Callable[..., Any]) -> None:
    base = donor()
    call(lambda model: model.compile(keras().optimizers.SGD(0.5), "mae"), base)
    assert type(base.optimizer) is keras().optimizers.SGD
    assert base.loss == "mae"


def test_a_model_that_nobody_compiled_anew_keeps_its_optimizer(donor: Make, call: Callable[..., Any]) -> None:
    base = donor(optimizer="adam", loss="mse")
    optimizer = base.optimizer
    call(lambda model: None, base)
    assert base.optimizer is optimizer


def test_models_that_share_an_optimizer_share_one_here(donor: Make, cross: Callable[[Any], Any]) -> None:
    optimizer = keras().optimizers.Adam(0.5)
    first, second, third = cross(
        [donor(optimizer=each, loss="mse") for each in (optimizer, optimizer, "adam")]
    )
    assert first.optimizer is second.optimizer
    assert third.optimizer is not first.optimizer
    assert float(second.optimizer.learning_rate) == 0.5


def test_an_answer_with_the_optimizer_of_an_argument_has_it_here(
    donor: Make, call: Callable[..., Any]
) -> None:
    def compiled_alike(model: Any) -> Any:
        twin = keras().models.clone_model(model)
        twin.compile(optimizer=model.optimizer, loss="mae")
        return twin

    base = donor(optimizer="adam", loss="mse")
    optimizer = base.optimizer
    assert call(compiled_alike, base).optimizer is optimizer
    assert base.optimizer is optimizer


def test_a_learning_rate_set_there_is_set_here(donor: Make, call: Callable[..., Any]) -> None:
    def slow_down(model: Any) -> None:
        model.optimizer.learning_rate = 0.25

    base = donor(optimizer="adam", loss="mse")
    call(slow_down, base)
    assert float(base.optimizer.learning_rate) == 0.25


def custom_loss(y_true: Any, y_pred: Any) -> Any:
    return y_pred


REFUSED = {
    "a lambda": (lambda: {"loss": lambda y, p: p}, "function <lambda>"),
    "a function of one's own": (lambda: {"loss": custom_loss}, "function custom_loss"),
    "a string that is no loss": (lambda: {"loss": "set_epsilon"}, "set_epsilon"),
    "a loss of one's own": (lambda: {"loss": type("Mine", (keras().losses.Loss,), {})()}, "Mine"),
    "an optimizer of one's own": (
        lambda: {"optimizer": type("Mine", (keras().optimizers.Adam,), {})(), "loss": "mse"},
        "Mine",
    ),
    "another optimizer": (
        lambda: {"optimizer": keras().optimizers.Muon(), "loss": "mse"},
        "Muon. That is not accepted, because it chooses layers by patterns of names",
    ),
    "mixed precision": (
        lambda: {
            "optimizer": keras().optimizers.LossScaleOptimizer(keras().optimizers.Adam()),
            "loss": "mse",
        },
        "LossScaleOptimizer. That is not accepted, because mixed precision wraps the optimizer",
    ),
    "a learning rate that is drawn": (
        lambda: {"optimizer": keras().optimizers.Adam(lambda: np.random.random()), "loss": "mse"},
        "another number every time",
    ),
    "a learning rate that is no number": (
        lambda: {"optimizer": keras().optimizers.Adam(float("nan")), "loss": "mse"},
        "nan",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_on_the_short_lists_is_refused_by_name(name: str, donor: Make) -> None:
    compiled, found = REFUSED[name]
    model = donor(optimizer="adam", loss="mse")
    # Compiling with such a thing may itself fail in Keras; what the wire sees is the attribute.
    for key, value in compiled().items():
        setattr(model, key, value)
    packed = pack(model)
    with pytest.raises(NotAllowedError, match=found):
        unpack(packed.head, packed.blob)


def rate_of(cross: Callable[[Any], Any], donor: Make, rate: Any) -> float:
    return float(cross(donor(optimizer=keras().optimizers.Adam(rate), loss="mse")).optimizer.learning_rate)


def test_a_learning_rate_may_be_a_function_or_a_variable(donor: Make, cross: Callable[[Any], Any]) -> None:
    """What gives one number is that number."""
    assert rate_of(cross, donor, lambda: 0.125) == 0.125
    model = donor(optimizer="adam", loss="mse")
    model.optimizer._learning_rate = keras().Variable(0.25)
    assert float(cross(model).optimizer.learning_rate) == 0.25


def own_softmax(x: Any) -> Any:
    powers = keras().ops.exp(x)
    return powers / keras().ops.sum(powers, axis=-1, keepdims=True)


OWN: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a maximum": (lambda x: keras().ops.maximum(x, 0.0), "relu"),
    "a call": (lambda x: keras().activations.relu(x), "relu"),
    "a partial": (functools.partial(lambda factor, x: x * factor, 1.0), "linear"),
    "an own sigmoid": (lambda x: 1 / (1 + keras().ops.exp(-x)), "sigmoid"),
    "an own softmax": (
        lambda x: keras().ops.exp(x) / keras().ops.sum(keras().ops.exp(x), -1, True),
        "softmax",
    ),
    "an own swish": (lambda x: x * keras().ops.sigmoid(x), "silu"),
    "a leaky one": (lambda x: keras().ops.maximum(x, 0.1 * x), "LeakyReLU"),
    "a ceiling": (lambda x: keras().ops.clip(x, 0.0, 4.0), "ReLU"),
    "another elu": (lambda x: keras().ops.elu(x, 0.5), "ELU"),
}


@pytest.mark.parametrize("name", OWN)
def test_an_own_function_that_computes_an_activation_crosses_as_it(
    name: str, cross: Callable[[Any], Any]
) -> None:
    """A function, a partial and a `Lambda` layer are recognized by values and gradients."""
    function, expected = OWN[name]
    model = keras().Sequential(
        [keras().Input((3,)), keras().layers.Dense(4, function), keras().layers.Lambda(function)]
    )
    arrived = cross(model)
    x = np.random.default_rng(2).normal(size=(5, 3)).astype("float32")
    np.testing.assert_allclose(arrived(x), model(x), rtol=1e-5, atol=1e-6)
    for layer in arrived.layers:
        found = getattr(layer.activation, "__name__", type(layer.activation).__name__)
        assert found == expected


def stopped(x: Any) -> Any:
    return keras().ops.relu(keras().ops.stop_gradient(x))


def far_away(x: Any) -> Any:
    return keras().ops.where(x > 8, 0.0, keras().ops.relu(x))


@pytest.mark.parametrize("function", [stopped, lambda x: x**3], ids=["no gradient", "a cube"])
def test_an_own_function_that_computes_none_is_refused(function: Any) -> None:
    """The message says how activations are passed."""
    packed = pack(keras().layers.Dense(3, activation=function))
    with pytest.raises(NotAllowedError, match="pass the name"):
        unpack(packed.head, packed.blob)


def test_what_was_recognized_is_checked_in_the_rebuilt_layer() -> None:
    """A function that leaves the activation where the layer goes is found out by the layer's own numbers."""
    dense = keras().layers.Dense(4, activation=far_away)
    dense.build((None, 3))
    dense.set_weights([np.full((3, 4), 9.0, "float32"), np.zeros(4, "float32")])
    packed = pack(dense)
    with pytest.raises(NotAllowedError, match="pass the name"):
        unpack(packed.head, packed.blob)


def test_recognizing_changes_neither_random_numbers_nor_names() -> None:
    """A model that is packed goes on as one that is not."""
    import random

    dense = keras().layers.Dense(3, activation=lambda x: keras().ops.maximum(x, 0.2 * x), name="own")
    keras().utils.set_random_seed(4)
    expected = random.random(), np.random.random()
    before = keras().layers.LeakyReLU().name
    keras().utils.set_random_seed(4)
    pack(dense)
    assert (random.random(), np.random.random()) == expected
    after = keras().layers.LeakyReLU().name
    assert int(after.rpartition("_")[2]) == int("0" + before.removeprefix("leaky_re_lu").strip("_")) + 1


CONSTRAINTS = {
    "NonNeg": lambda: keras().constraints.NonNeg(),
    "UnitNorm": lambda: keras().constraints.UnitNorm(axis=(0, 1)),
    "MaxNorm": lambda: keras().constraints.MaxNorm(0.5, axis=1),
    "MinMaxNorm": lambda: keras().constraints.MinMaxNorm(0.1, 0.9, 0.5),
}
REGULARIZERS = {
    "L1": lambda: keras().regularizers.L1(0.1),
    "L2": lambda: keras().regularizers.L2(0.1),
    "L1L2": lambda: keras().regularizers.L1L2(0.1, 0.2),
    "OrthogonalRegularizer": lambda: keras().regularizers.OrthogonalRegularizer(0.1, "columns"),
}


@pytest.mark.parametrize("name", [*CONSTRAINTS, *REGULARIZERS])
def test_constraints_and_regularizers_keep_their_numbers(name: str, cross: Callable[[Any], Any]) -> None:
    """Every class of Keras is one line of the tables above."""
    made = (CONSTRAINTS | REGULARIZERS)[name]()
    key = "kernel_constraint" if name in CONSTRAINTS else "kernel_regularizer"
    arrived = cross(keras().layers.Dense(3, name="dense", **{key: made}))
    assert settings(getattr(arrived, key)) == settings(made)


TABLES = {
    "initializers": weights.INITIALIZER_CLASSES,
    "regularizers": allowed_objects.REGULARIZER_CLASSES,
    "constraints": allowed_objects.CONSTRAINT_CLASSES,
    "losses": allowed_objects.LOSS_CLASSES,
    "optimizers": allowed_objects.OPTIMIZER_CLASSES,
    "optimizers.schedules": allowed_objects.SCHEDULE_CLASSES,
}


@pytest.mark.parametrize("path", TABLES)
def test_every_class_of_keras_is_accepted_or_refused_with_a_reason(path: str) -> None:
    """A new class of Keras needs a line in one of the tables."""
    module = functools.reduce(getattr, path.split("."), keras())
    public = {thing.__name__ for thing in vars(module).values() if inspect.isclass(thing)}
    accepted, refused = set(TABLES[path]), set(REFUSED_OBJECTS[path])
    assert public == accepted | refused
    assert not accepted & refused


def test_every_class_is_tried() -> None:
    """A class that is accepted crosses in one of the tests above."""
    assert set(SCHEDULES) == set(allowed_objects.SCHEDULE_CLASSES)
    assert set(CONSTRAINTS) == set(allowed_objects.CONSTRAINT_CLASSES)
    assert set(REGULARIZERS) == set(allowed_objects.REGULARIZER_CLASSES)
    made = {type(make()).__name__ for make in OPTIMIZERS.values()} - {"str"}
    assert made == set(allowed_objects.OPTIMIZER_CLASSES)


@pytest.mark.parametrize("ends", [("float64", "float32"), ("float32", "float64")], ids=str)
def test_no_end_depends_on_the_floating_type_of_the_other(ends: tuple[str, str], donor: Make) -> None:
    """Outputs are equal to the bit, whatever `set_floatx` says where a model is written or read."""
    writer, reader = ends

    def set_type(name: str) -> None:
        keras().config.set_floatx(name)
        keras().config.set_dtype_policy(name)

    try:
        set_type(writer)
        layers = [keras().Input((4,)), keras().layers.Dense(3, "relu"), keras().layers.Dense(2, "softmax")]
        model = keras().Sequential(layers)
        model.compile("adam", keras().losses.CategoricalCrossentropy())
        packed = pack([model, donor()])
        set_type(reader)
        (arrived, plain), _ = unpack(packed.head, packed.blob)
    finally:
        set_type("float32")
    x = np.random.default_rng(1).random((3, 4))
    assert [weight.dtype for weight in arrived.weights] == [writer] * 4
    assert np.asarray(arrived(x)).tobytes() == np.asarray(model(x)).tobytes()
    assert [weight.dtype for weight in plain.weights] == [writer] * 6
    assert arrived.loss.dtype == writer
