"""Networks: predictions, flags, counts, names and identities are the same on both ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.wire.codec import pack, unpack
from autograder.wire.unsupported import UnsupportedValue, ValueKind

Make = Callable[..., Any]
Cross = Callable[[Any], Any]
Call = Callable[..., Any]


def keras() -> Any:
    """Imported where it is used: this module is collected in processes that never need it."""
    import keras

    return keras


def layers() -> Any:
    return keras().layers


def example(model: Any) -> Any:
    """Three rows of input, in the structure that a model wants."""
    draw = np.random.default_rng(1).random
    structure = getattr(model, "_inputs_struct", model.inputs[0])
    return keras().tree.map_structure(
        lambda tensor: draw((3, *tensor.shape[1:])).astype("float32"), structure
    )


def assert_same(one: Any, other: Any) -> None:
    """Two models are the same in all that a check can see."""
    assert type(one) is type(other)
    assert one.name == other.name
    assert [layer.name for layer in one.layers] == [layer.name for layer in other.layers]
    assert [layer.trainable for layer in one._flatten_layers()] == [
        layer.trainable for layer in other._flatten_layers()
    ]
    assert [weight.trainable for weight in one.weights] == [weight.trainable for weight in other.weights]
    assert len(one.trainable_weights) == len(other.trainable_weights)
    assert one.count_params() == other.count_params()
    if all(isinstance(step, keras().Layer) for step in getattr(one, "operations", ())):
        assert one.get_config() == other.get_config()
    for mine, yours in zip(one.get_weights(), other.get_weights(), strict=True):
        assert mine.tobytes() == yours.tobytes()
    given = example(one)
    for mine, yours in zip(flat(one(given)), flat(other(given)), strict=True):
        assert np.asarray(mine).tobytes() == np.asarray(yours).tobytes()


def flat(outputs: Any) -> list[Any]:
    return list(keras().tree.flatten(outputs))


def functional() -> Any:
    inputs = keras().Input((4,), name="flower")
    hidden = layers().Dense(5, "relu", name="a")(inputs)
    return keras().Model(inputs, layers().Dense(2, "softmax", name="b")(hidden), name="plain")


def shared() -> Any:
    left, right = keras().Input((4,), name="left"), keras().Input((4,), name="right")
    twin = layers().Dense(3, "tanh", name="twin")
    joined = layers().Concatenate(name="joined")([twin(left), twin(right)])
    return keras().Model([left, right], layers().Dense(1, name="top")(joined), name="siamese")


def branched() -> Any:
    inputs = keras().Input((4,), name="flower")
    one = layers().Dense(3, "relu", name="one")(inputs)
    two = layers().Dense(3, "sigmoid", name="two")(inputs)
    total = layers().Add(name="total")([one, two])
    difference = layers().Subtract(name="difference")([one, two])
    return keras().Model(inputs, {"total": total, "difference": difference}, name="branches")


def nested() -> Any:
    body = keras().Sequential(
        [keras().Input((4,), name="in"), layers().Dense(6, "relu", name="h")], name="body"
    )
    inner = functional()
    inputs = keras().Input((4,), name="outer")
    joined = layers().Concatenate(name="join")([body(inputs), inner(inputs, training=False)])
    model = keras().Model(inputs, layers().Dense(2, name="head")(joined), name="outside")
    inner.trainable = False
    return model


def nested_sequential() -> Any:
    body = keras().Sequential(
        [keras().Input((4,), name="in"), layers().Dense(6, "relu", name="h")], name="body"
    )
    return keras().Sequential([body, layers().Dense(2, "softmax", name="head")], name="outside")


def convolutional() -> Any:
    return keras().Sequential(
        [
            keras().Input((12, 12, 2), name="picture"),
            layers().Rescaling(1 / 255, offset=-0.5, name="rescaled"),
            layers().Conv2D(4, 3, strides=2, padding="same", use_bias=False, name="conv"),
            layers().BatchNormalization(momentum=0.9, epsilon=1e-3, name="norm"),
            layers().ReLU(6.0, name="relu6"),
            layers().DepthwiseConv2D(3, depth_multiplier=2, name="depth"),
            layers().LayerNormalization(name="layer_norm"),
            layers().SeparableConv2D(5, 2, activation="silu", name="separable"),
            layers().PReLU(shared_axes=[1, 2], name="slopes"),
            layers().ZeroPadding2D(((0, 1), (1, 0)), name="padded"),
            layers().MaxPooling2D(2, name="pooled"),
            layers().UpSampling2D(2, name="up"),
            layers().SpatialDropout2D(0.1, name="channels_lost"),
            layers().AveragePooling2D(2, padding="same", name="averaged"),
            layers().GlobalAveragePooling2D(keepdims=True, name="global"),
            layers().Flatten(name="flat"),
            layers().Reshape((5, 1), name="line"),
            layers().Conv1D(3, 2, padding="causal", dilation_rate=2, name="conv1d"),
            layers().MaxPooling1D(2, name="pooled1d"),
            layers().Permute((2, 1), name="turned"),
            layers().GlobalAveragePooling1D(name="global1d"),
            layers().GaussianNoise(0.1, name="noise"),
            layers().Dropout(0.3, seed=4, name="lost"),
            layers().LeakyReLU(negative_slope=0.1, name="leaky"),
            layers().ELU(0.5, name="elu"),
            layers().Identity(name="same"),
            layers().Activation("tanh", name="bounded"),
            layers().Softmax(name="shares"),
        ],
        name="kitchen_sink",
    )


def with_operations() -> Any:
    ops = keras().ops
    inputs = keras().Input((4,), name="flower")
    x = ops.relu(layers().Dense(4, name="add_1")(inputs) * 2.0 + 3.0) - inputs**2
    x = keras().activations.relu(x, negative_slope=0.1, max_value=6.0)
    x = ops.concatenate([x / 4.0, ops.softmax(x), -inputs], axis=-1)
    return keras().Model(
        inputs, [ops.mean(x, axis=-1, keepdims=True), ops.reshape(x, (-1, 3, 4))], name="operations"
    )


def one_layer_twice() -> Any:
    again = layers().Dense(4, "relu", name="again")
    return keras().Sequential([keras().Input((4,), name="flower"), again, again], name="twice")


def cut() -> Any:
    whole = convolutional()
    return keras().Model(whole.inputs, whole.get_layer("flat").output, name="cut")


def cut_inside() -> Any:
    whole = functional()
    return keras().Model(whole.get_layer("a").output, whole.outputs, name="upper_half")


def mobile_net() -> Any:
    return keras().applications.MobileNetV3Small(
        input_shape=(32, 32, 3), alpha=0.35, weights=None, include_top=False, pooling="avg"
    )


def frozen_here_and_there() -> Any:
    model = convolutional()
    model.get_layer("conv").trainable = False
    model.get_layer("separable").weights[0].trainable = False
    model.get_layer("norm").weights[2].trainable = True
    return model


def frozen_outside_only() -> Any:
    model = nested()
    model.trainable = False
    model.get_layer("body").trainable = True
    return model


MODELS = [
    functional,
    shared,
    branched,
    nested,
    nested_sequential,
    convolutional,
    with_operations,
    one_layer_twice,
    cut,
    cut_inside,
    mobile_net,
    frozen_here_and_there,
    frozen_outside_only,
]


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_a_network_arrives_as_it_was(make: Make, cross: Cross) -> None:
    model = make()
    assert_same(model, cross(model))


def test_the_donor_arrives_as_it_was(donor: Make, cross: Cross) -> None:
    model = donor()
    assert_same(model, cross(model))


def test_training_goes_on_as_it_would_have(donor: Make, cross: Cross) -> None:
    """Dropout continues with the same random numbers, and the optimizer takes the same steps."""

    def trained(model: Any) -> Any:
        x, y = np.ones((8, 4), "float32"), np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2, 0, 1]]
        model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
        return [weight.tobytes() for weight in model.get_weights()]

    base = donor()
    noisy = keras().Sequential([*base.layers[:2], layers().Dropout(0.5), base.layers[2]])
    noisy.build((None, 4))
    noisy.compile("adam", "categorical_crossentropy")
    noisy(np.ones((2, 4), "float32"), training=True)
    arrived = cross(noisy)
    assert trained(noisy) == trained(arrived)


def test_settings_of_layers_keep_their_kind(cross: Cross) -> None:
    dense = layers().Dense(
        3,
        activation=keras().activations.gelu,
        kernel_initializer=keras().initializers.RandomNormal(stddev=0.3, seed=5),
        bias_initializer="ones",
        kernel_regularizer=keras().regularizers.L2(0.25),
        bias_constraint="non_neg",
        activity_regularizer=keras().regularizers.L1(0.5),
        name="everything",
    )
    assert cross(dense).get_config() == dense.get_config()


def test_tensorflow_spellings_of_an_activation_are_the_activation(cross: Cross) -> None:
    import tensorflow as tf

    for given, name in ((tf.nn.relu, "relu"), (tf.nn.softmax, "softmax"), (keras().ops.sigmoid, "sigmoid")):
        assert cross(layers().Dense(3, activation=given)).activation is getattr(keras().activations, name)


def test_an_activation_may_be_a_layer(cross: Cross) -> None:
    dense = layers().Dense(3, activation=layers().LeakyReLU(negative_slope=0.25))
    assert cross(dense).activation.negative_slope == 0.25


def test_layers_that_are_not_built_stay_so(cross: Cross) -> None:
    model = cross(keras().Sequential([layers().Dense(3, name="a"), layers().Dense(2, name="b")]))
    assert not model.built
    model.build((None, 4))
    assert model.count_params() == 15 + 8
    assert len({weight.numpy().tobytes() for weight in (layer.kernel for layer in model.layers)}) == 2


def test_names_are_kept_to_the_letter(cross: Cross) -> None:
    for name in ("größe", "a b", "dense_1", "<b>", "x" * 200):
        assert cross(layers().Dense(1, name=name)).name == name


def test_one_layer_in_many_places_is_one_layer(donor: Make, cross: Cross) -> None:
    base = donor()
    again = keras().Sequential([keras().Input((4,)), *base.layers[:2]])
    value = cross({"base": base, "again": (again, base.layers[0]), "base too": base})
    assert value["base too"] is value["base"]
    assert value["again"][1] is value["base"].layers[0]
    assert [layer.name for layer in value["again"][0].layers] == ["donor_1", "donor_2"]
    assert all(
        one is other for one, other in zip(value["again"][0].layers, value["base"].layers, strict=False)
    )


def test_rebuilding_leaves_random_numbers_alone(donor: Make, cross: Cross) -> None:
    import random

    model = keras().Sequential([donor(), layers().Dropout(0.5)])
    random.seed(3)
    expected = random.random()
    random.seed(3)
    cross(model)
    assert random.random() == expected


class TestCalls:
    """A function that runs at the other end does to the arguments what it would do here."""

    def test_the_argument_itself_comes_back_as_itself(self, donor: Make, call: Call) -> None:
        base = donor()
        assert call(lambda model: model, base) is base
        assert call(lambda model: model.layers[1], base) is base.layers[1]
        assert call(lambda model: [model, {"layer": model.layers[0]}], base)[1]["layer"] is base.layers[0]

    def test_freezing_the_argument_freezes_it(self, donor: Make, call: Call) -> None:
        def freeze(model: Any) -> Any:
            model.trainable = False
            return model

        base = donor()
        assert call(freeze, base) is base
        assert base.trainable is False
        assert [layer.trainable for layer in base.layers] == [False] * 3
        assert base.trainable_weights == []

    def test_freezing_one_layer_or_one_weight_freezes_no_more(self, donor: Make, call: Call) -> None:
        def freeze(model: Any) -> None:
            model.layers[0].trainable = False
            model.layers[1].kernel.trainable = False

        base = donor()
        call(freeze, base)
        assert [layer.trainable for layer in base.layers] == [False, True, True]
        assert [weight.trainable for weight in base.weights] == [False, False, False, True, True, True]

    def test_layers_of_the_argument_are_shared_with_the_answer(self, donor: Make, call: Call) -> None:
        def copy(model: Any) -> Any:
            copied = keras().Sequential([keras().Input((4,)), *model.layers])
            copied.trainable = False
            return copied

        base = donor()
        copied = call(copy, base)
        assert all(one is other for one, other in zip(copied.layers, base.layers, strict=True))
        assert base.trainable is True
        assert base.trainable_weights == []

    def test_clones_share_nothing_and_weights_arrive(self, donor: Make, call: Call) -> None:
        def clone(model: Any) -> Any:
            cloned = keras().models.clone_model(model)
            cloned.set_weights(model.get_weights())
            return cloned

        base = donor()
        cloned = call(clone, base)
        assert not {id(layer) for layer in cloned.layers} & {id(layer) for layer in base.layers}
        assert [w.tobytes() for w in cloned.get_weights()] == [w.tobytes() for w in base.get_weights()]

    def test_a_cut_shares_the_layers_of_the_argument(self, donor: Make, call: Call) -> None:
        base = donor()
        body = call(lambda model: keras().Model(model.inputs, model.layers[-2].output), base)
        assert list(body.layers[1:]) == base.layers[:2]
        assert body.layers[0] is base.inputs[0]._keras_history.operation
        x = example(base)
        assert np.array_equal(body([x]), base.layers[1](base.layers[0](x)))

    def test_weights_changed_there_are_changed_here(self, donor: Make, call: Call) -> None:
        def ruin(model: Any) -> None:
            model.layers[0].kernel.assign(model.layers[0].kernel * 2.0)

        base, untouched = donor(), donor()
        call(ruin, base)
        assert np.array_equal(base.layers[0].kernel, untouched.layers[0].kernel.numpy() * 2)
        assert np.array_equal(base.layers[1].kernel, untouched.layers[1].kernel)

    def test_a_layer_taken_off_the_argument_is_off(self, donor: Make, call: Call) -> None:
        base, untouched = donor(), donor()
        call(lambda model: model.pop() and None, base)
        assert [layer.name for layer in base.layers] == ["donor_1", "donor_2"]
        assert base.count_params() == 1525
        x = example(base)
        assert np.array_equal(base(x), untouched.layers[1](untouched.layers[0](x)))

    def test_all_layers_taken_off_the_argument_are_off(self, donor: Make, call: Call) -> None:
        def empty(model: Any) -> None:
            for _ in range(3):
                model.pop()

        base = donor()
        call(empty, base)
        assert base.layers == []

    def test_a_layer_put_on_the_argument_is_on(self, donor: Make, call: Call) -> None:
        base = donor()
        call(lambda model: model.add(layers().Dense(4, name="top")), base)
        assert [layer.name for layer in base.layers] == ["donor_1", "donor_2", "donor_3", "top"]
        assert base.output_shape == (None, 4)

    def test_a_top_that_is_replaced_is_replaced(self, donor: Make, call: Call) -> None:
        def replace(model: Any) -> Any:
            model.pop()
            model.add(layers().Dense(4, activation="softmax", name="top"))
            return model

        base = donor()
        assert call(replace, base) is base
        assert base.layers[-1].name == "top"
        assert base.count_params() == 1629

    def test_settings_changed_there_are_changed_here(self, donor: Make, call: Call) -> None:
        def change(model: Any) -> None:
            model.layers[2].activation = keras().activations.linear
            model.layers[1].name = "renamed"
            model.layers[0].kernel_initializer = keras().initializers.HeNormal(seed=1)

        base = donor()
        call(change, base)
        assert base.layers[2].activation is keras().activations.linear
        assert base.layers[1].name == "renamed"
        assert base.layers[0].kernel_initializer.get_config()["seed"] == 1

    def test_an_argument_built_there_is_built_here(self, call: Call) -> None:
        model = keras().Sequential([layers().Dense(3, kernel_initializer="he_normal", name="a")], name="late")
        weights = call(lambda late: late.build((None, 4)) or late.get_weights(), model)
        assert model.built
        assert all(
            np.array_equal(mine, there) for mine, there in zip(model.get_weights(), weights, strict=True)
        )
        assert type(model.layers[0].kernel_initializer) is keras().initializers.HeNormal

    def test_an_argument_inside_the_answer_is_itself(self, donor: Make, call: Call) -> None:
        base = donor()
        graft = call(lambda body: keras().Sequential([body, layers().Dense(4, name="top")]), base)
        assert graft.layers[0] is base

    def test_a_functional_argument_is_brought_up_to_date(self, call: Call) -> None:
        def freeze(model: Any) -> Any:
            model.get_layer("a").trainable = False
            return keras().Model(model.inputs, model.get_layer("a").output)

        model = functional()
        part = call(freeze, model)
        assert [layer.trainable for layer in model.layers] == [True, False, True]
        assert part.layers[1] is model.get_layer("a")

    def test_a_later_call_may_pass_what_an_earlier_one_returned(self, donor: Make, call: Call) -> None:
        base = donor()
        body = call(lambda model: keras().Sequential([keras().Input((4,)), *model.layers[:-1]]), base)
        grown = call(lambda body: keras().Sequential([body, layers().Dense(4, name="top")]), body)
        assert grown.layers[0] is body
        assert body.layers[0] is base.layers[0]

    def test_an_argument_comes_back_beside_an_answer_that_is_too_large(
        self, donor: Make, deliver: Callable[..., Any]
    ) -> None:
        class Held:
            def hold(self, value: Any) -> list[str]:
                return ["t#1.0", type(value).__name__, ""]

            def forget(self) -> None:
                pass

        base = donor()
        request = pack(base)
        there, objects = deliver(request)
        there.trainable = False
        reply = pack({"answer": "x" * 300_000}, known=objects, holder=Held())
        value, _ = unpack(reply.head, reply.blob, request.objects, resolve=lambda content: content)
        assert value == {"answer": ["t#1.0", "str", ""]}
        assert not base.trainable


def test_a_layer_with_long_settings_is_too_large(cross: Cross) -> None:
    words = [f"word{number:06}" for number in range(20_000)]
    unsupported = cross(layers().TextVectorization(vocabulary=words, name="words"))
    assert unsupported == UnsupportedValue(ValueKind.TOO_LARGE, "TextVectorization")
