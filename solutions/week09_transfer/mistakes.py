"""Known wrong answers to the tasks of this kit, each with the checks that must fail on it.

A class is one wrong answer. Its name is what a teacher would say about it, its docstring the misconception
behind it, and its functions replace the ones of `transfer.py`. `FAILS` names exactly the checks that must
fail: every other check passes. `EXPECTED_MESSAGES` has words that the student must read in the messages of
those checks. The classes are read as text and never imported. The code above the first class belongs to each
of them.
"""

import functools

import keras
import lesson
import numpy as np


def compiled(model, loss="categorical_crossentropy", optimizer="adam"):
    """Compile `model` as the tasks ask, unless told otherwise, and return it."""
    model.compile(loss=loss, optimizer=optimizer)
    return model


def network(n_features, *layers):
    """Return a Sequential network of `layers` for rows of `n_features` numbers."""
    return keras.Sequential([keras.Input((n_features,)), *layers])


def twin(model):
    """Return a copy of `model` with layers and weights of its own."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def build_transfer_model(base, n_classes=4):
    """Graft without the other tasks: calling them, as `transfer.py` does, would inherit their mistakes."""
    body = twin(base).layers[:-1]
    for layer in body:
        layer.trainable = False
    top = keras.layers.Dense(n_classes, activation="softmax")
    return compiled(network(base.input_shape[-1], *body, top))


# build_base


class never_compiles_the_base:
    """Thinks that a network is ready as soon as its layers are stacked, without loss and optimizer."""

    FAILS = (
        "test_build_base_is_compiled",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = ("a compiled model",)

    def build_base(n_features=4, n_classes=3):
        return network(
            n_features,
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(25, activation="relu"),
            keras.layers.Dense(n_classes, activation="softmax"),
        )


class never_builds_the_base:
    """Leaves the input out: without its size there are no weights yet, so there is nothing to transfer."""

    FAILS = (
        "test_build_base_has_three_dense_layers",
        "test_build_base_trains_all_1603_parameters",
        "test_build_base_computes_relu_relu_softmax",
        "test_build_base_is_compiled",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
        "test_build_base_is_new_every_time",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = ("keras.Input",)

    def build_base(n_features=4, n_classes=3):
        model = keras.Sequential(
            [
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ]
        )
        return compiled(model)


class forgets_to_return_the_base:
    """Builds the network and ends the function without `return`."""

    FAILS = (
        "test_build_base_has_three_dense_layers",
        "test_build_base_trains_all_1603_parameters",
        "test_build_base_computes_relu_relu_softmax",
        "test_build_base_is_compiled",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
        "test_build_base_is_new_every_time",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = ("received None",)

    def build_base(n_features=4, n_classes=3):
        model = network(
            n_features,
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(25, activation="relu"),
            keras.layers.Dense(n_classes, activation="softmax"),
        )
        compiled(model)


class leaves_out_the_hidden_activations:
    """Takes relu for Keras' default; without it three layers are worth no more than one."""

    FAILS = (
        "test_build_base_computes_relu_relu_softmax",
        "test_build_base_follows_its_arguments",
    )
    EXPECTED_MESSAGES = ("received none, none, softmax",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50),
                keras.layers.Dense(25),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )


class tops_the_base_with_sigmoid:
    """Takes the activation of a yes-or-no question for a choice among classes; outputs do not sum to 1."""

    FAILS = (
        "test_build_base_computes_relu_relu_softmax",
        "test_build_base_follows_its_arguments",
    )
    EXPECTED_MESSAGES = ("received relu, relu, sigmoid",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="sigmoid"),
            )
        )


class leaves_the_base_without_softmax:
    """Forgets the last activation, so that the outputs are scores and no probabilities."""

    FAILS = (
        "test_build_base_computes_relu_relu_softmax",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
    )
    EXPECTED_MESSAGES = ("without an activation",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes),
            )
        )


class applies_softmax_twice:
    """Asks for softmax in the layer and again after it, which squeezes all probabilities together."""

    FAILS = (
        "test_build_base_computes_relu_relu_softmax",
        "test_build_base_follows_its_arguments",
    )
    EXPECTED_MESSAGES = ("which one do you remove?",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
                keras.layers.Softmax(),
            )
        )


class trains_the_base_with_mean_squared_error:
    """Treats the choice of a class as a regression on its one-hot row."""

    FAILS = (
        "test_build_base_is_compiled",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = (
        "received mean_squared_error",
        "Which loss",
    )

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ),
            loss="mean_squared_error",
        )


class expects_class_numbers_from_the_base:
    """Takes the sparse loss, which wants class numbers, where the targets are one-hot rows."""

    FAILS = (
        "test_build_base_is_compiled",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = (
        "received sparse_categorical_crossentropy",
        "one-hot targets",
    )

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ),
            loss="sparse_categorical_crossentropy",
        )


class takes_probabilities_for_logits:
    """Says `from_logits=True` although softmax has made probabilities already."""

    FAILS = (
        "test_build_base_is_compiled",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = ("probabilities, not logits",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ),
            loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        )


class trains_the_base_with_sgd:
    """Thinks that every optimizer named in the lectures will do."""

    FAILS = (
        "test_build_base_is_compiled",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = ("received SGD",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ),
            optimizer="sgd",
        )


class swaps_the_hidden_layers:
    """Puts the narrow layer first: 25 units, then 50."""

    FAILS = (
        "test_build_base_has_three_dense_layers",
        "test_build_base_trains_all_1603_parameters",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
    )
    EXPECTED_MESSAGES = ("received [(4, 25), (25, 50), (50, 3)]",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )


class leaves_out_the_biases:
    """Takes a layer for its kernel alone."""

    FAILS = ("test_build_base_trains_all_1603_parameters",)
    EXPECTED_MESSAGES = ("a bias",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu", use_bias=False),
                keras.layers.Dense(25, activation="relu", use_bias=False),
                keras.layers.Dense(n_classes, activation="softmax", use_bias=False),
            )
        )


class builds_for_iris_alone:
    """Writes 4 and 3 into the layers and never looks at the arguments."""

    FAILS = (
        "test_build_base_follows_its_arguments",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = ("for the caller to choose",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                4,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(3, activation="softmax"),
            )
        )


class builds_the_base_frozen:
    """Freezes at once what has still to be trained."""

    FAILS = (
        "test_build_base_trains_all_1603_parameters",
        "test_build_base_learns_iris",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = ("Is none of the layers frozen",)

    def build_base(n_features=4, n_classes=3):
        model = network(
            n_features,
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(25, activation="relu"),
            keras.layers.Dense(n_classes, activation="softmax"),
        )
        model.trainable = False
        return compiled(model)


class adds_a_dense_layer_for_the_input:
    """Takes the input for a layer of its own, with a unit for each measurement."""

    FAILS = (
        "test_build_base_has_three_dense_layers",
        "test_build_base_trains_all_1603_parameters",
        "test_build_base_computes_relu_relu_softmax",
        "test_build_base_learns_iris",
        "test_build_base_follows_its_arguments",
    )
    EXPECTED_MESSAGES = ("received [(4, 4)",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(n_features),
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )


class adds_dropout_to_the_base:
    """Adds Dropout because deep networks often have it; the task names every layer."""

    FAILS = ("test_build_base_trains_as_a_plain_network",)
    EXPECTED_MESSAGES = ("besides the layers and compile settings",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dropout(0.2),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )


class keeps_one_base_for_all_calls:
    """Caches the network, so that every call returns the same one, trained or not."""

    FAILS = ("test_build_base_is_new_every_time",)
    EXPECTED_MESSAGES = ("Does every call make a network",)

    @functools.lru_cache  # noqa: B019 - as a student writes it
    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )


class trains_the_base_while_building_it:
    """Trains on Iris at once where the task asks for a network that is only compiled."""

    FAILS = ("test_build_base_is_new_every_time",)
    EXPECTED_MESSAGES = ("Does every call make a network",)

    def build_base(n_features=4, n_classes=3):
        base = compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )
        if (n_features, n_classes) == (4, 3):
            base.fit(*lesson.iris(), epochs=20, verbose=0)
        return base


class regularizes_and_constrains_the_base:
    """Adds regularizers and a constraint that the task does not ask for."""

    FAILS = ("test_build_base_trains_as_a_plain_network",)
    EXPECTED_MESSAGES = ("besides the layers and compile settings",)

    def build_base(n_features=4, n_classes=3):
        limits = {
            "kernel_regularizer": keras.regularizers.L2(1e-3),
            "bias_regularizer": keras.regularizers.L1(1e-3),
            "kernel_constraint": keras.constraints.MaxNorm(3),
        }
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu", **limits),
                keras.layers.Dense(25, activation="relu", **limits),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )


class takes_a_learning_rate_of_zero_at_other_sizes:
    """Tries out a rate for Iris alone; at other sizes nothing is learned."""

    FAILS = ("test_build_base_trains_as_a_plain_network",)
    EXPECTED_MESSAGES = ("besides the layers and compile settings",)

    def build_base(n_features=4, n_classes=3):
        rate = 0.001 if n_features == 4 else 0.0
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ),
            optimizer=keras.optimizers.Adam(rate),
        )


class takes_sigmoid_for_two_classes:
    """Makes a yes-or-no question of two classes, with one unit, where the task names softmax."""

    FAILS = (
        "test_build_base_follows_its_arguments",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = ("besides the layers and compile settings",)

    def build_base(n_features=4, n_classes=3):
        units, activation = (1, "sigmoid") if n_classes == 2 else (n_classes, "softmax")
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(units, activation=activation),
            )
        )


class widens_the_base_for_wide_rows:
    """Lets the first layer grow with the rows, although the task gives its size."""

    FAILS = ("test_build_base_follows_its_arguments",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(max(50, n_features), activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )


class trains_a_little_and_clears_the_biases:
    """Trains a few epochs while building, and sets the biases back to zero as if nothing had happened."""

    FAILS = ("test_build_base_is_new_every_time",)
    EXPECTED_MESSAGES = ("one that knows nothing yet",)

    def build_base(n_features=4, n_classes=3):
        base = compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )
        if (n_features, n_classes) == (4, 3):
            base.fit(*lesson.iris(), epochs=5, verbose=0)
            for layer in base.layers:
                layer.set_weights([layer.get_weights()[0], np.zeros(layer.units)])
        return compiled(base)


class leaves_dropout_of_zero_in_the_base:
    """Switches Dropout off by its rate: the layer is still there, and the task names every layer."""

    FAILS = ("test_build_base_trains_as_a_plain_network",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dropout(0.0),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )


class gives_each_of_two_classes_a_sigmoid:
    """Takes sigmoid for the activation of two classes, with a unit for each: outputs do not sum to 1."""

    FAILS = ("test_build_base_follows_its_arguments",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="sigmoid" if n_classes == 2 else "softmax"),
            )
        )


class narrows_the_base_for_short_rows:
    """Lets the first layer shrink with the rows, although the task gives its size."""

    FAILS = ("test_build_base_follows_its_arguments",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(min(50, 16 * n_features), activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            )
        )


# copy_layers


class returns_the_base_itself:
    """Takes a second name for a second model."""

    FAILS = (
        "test_copy_layers_makes_a_model_of_the_same_layers",
        "test_copy_layers_brings_the_weights",
        "test_copy_layers_keeps_the_predictions",
        "test_copy_layers_leaves_the_base_alone",
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("the same model that was passed in",)

    def copy_layers(base):
        model = base
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class clones_without_the_weights:
    """Thinks that `clone_model` brings the weights; it draws new ones."""

    FAILS = (
        "test_copy_layers_brings_the_weights",
        "test_copy_layers_keeps_the_predictions",
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("A new layer starts with random weights",)

    def copy_layers(base):
        return keras.models.clone_model(base)


class forgets_the_top_of_the_copy:
    """Drops the last layer one task too early."""

    FAILS = (
        "test_copy_layers_makes_a_model_of_the_same_layers",
        "test_copy_layers_brings_the_weights",
        "test_copy_layers_keeps_the_predictions",
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("Which layers of the base are in the new model?",)

    def copy_layers(base):
        model = keras.Sequential()
        model.add(keras.Input((base.input_shape[-1],)))
        for layer in base.layers[:-1]:
            model.add(layer)
        return model


class copies_the_kernels_without_the_biases:
    """Forgets that a Dense layer has two arrays of weights."""

    FAILS = (
        "test_copy_layers_brings_the_weights",
        "test_copy_layers_keeps_the_predictions",
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("zeros, as in a new layer",)

    def copy_layers(base):
        model = keras.models.clone_model(base)
        for mine, theirs in zip(model.layers, base.layers, strict=True):
            mine.kernel.assign(theirs.kernel)
        return model


class copies_in_the_wrong_direction:
    """Overwrites the base with the random weights of its clone."""

    FAILS = (
        "test_copy_layers_brings_the_weights",
        "test_copy_layers_keeps_the_predictions",
        "test_copy_layers_leaves_the_base_alone",
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("and which does it change?",)

    def copy_layers(base):
        model = keras.models.clone_model(base)
        base.set_weights(model.get_weights())
        return model


class copies_three_layers_whatever_there_is:
    """Counts the layers of Iris' network and writes the number down."""

    FAILS = (
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("how many layers a base has",)

    def copy_layers(base):
        model = keras.Sequential([keras.Input((base.input_shape[-1],))])
        for i in range(3):
            model.add(base.layers[i])
        return model


class adds_the_layers_in_reverse_order:
    """Starts from the top, as a stack is taken apart and not as it is put together."""

    FAILS = (
        "test_copy_layers_makes_a_model_of_the_same_layers",
        "test_copy_layers_brings_the_weights",
        "test_copy_layers_keeps_the_predictions",
        "test_copy_layers_leaves_the_base_alone",
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("in the same order",)

    def copy_layers(base):
        model = keras.Sequential([keras.Input((base.input_shape[-1],))])
        for layer in reversed(base.layers):
            model.add(layer)
        return model


class returns_a_list_of_layers:
    """Takes the list of layers for the model."""

    FAILS = (
        "test_copy_layers_makes_a_model_of_the_same_layers",
        "test_copy_layers_brings_the_weights",
        "test_copy_layers_keeps_the_predictions",
        "test_copy_layers_leaves_the_base_alone",
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("a list",)

    def copy_layers(base):
        return [layer for layer in base.layers]  # noqa: C416 - as a student writes it


class copies_the_shape_without_the_activations:
    """Rebuilds each layer from its size and weights alone, and loses what bends it."""

    FAILS = (
        "test_copy_layers_keeps_the_predictions",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("other activations",)

    def copy_layers(base):
        model = network(base.input_shape[-1], *[keras.layers.Dense(layer.units) for layer in base.layers])
        model.set_weights(base.get_weights())
        return model


class moves_the_layers_out_of_the_base:
    """Takes each layer away from the base instead of reading it there."""

    FAILS = (
        "test_copy_layers_leaves_the_base_alone",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("Whose list of layers does your function change?",)

    def copy_layers(base):
        n_features = base.input_shape[-1]
        layers = []
        while base.layers:
            layers.insert(0, base.layers[-1])
            base.pop()
        return network(n_features, *layers)


class freezes_the_copy:
    """Takes freezing for a part of copying."""

    FAILS = (
        "test_copy_layers_makes_a_model_of_the_same_layers",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("Copying freezes nothing",)

    def copy_layers(base):
        model = twin(base)
        model.trainable = False
        return model


class copies_into_layers_that_all_train:
    """Makes new layers with the old weights: what was frozen in the base trains in the copy."""

    FAILS = ("test_copy_layers_copies_every_network",)
    EXPECTED_MESSAGES = ("besides its weights",)

    def copy_layers(base):
        layers = [keras.layers.Dense(layer.units, activation=layer.activation) for layer in base.layers]
        copy = network(base.input_shape[-1], *layers)
        copy.set_weights(base.get_weights())
        return copy


class knows_three_activations:
    """Looks activations up in a table of three; all others become linear."""

    FAILS = ("test_copy_layers_copies_any_activation", "test_copy_layers_copies_every_network")
    EXPECTED_MESSAGES = ("besides its weights",)

    def copy_layers(base):
        known = {"relu": "relu", "tanh": "tanh", "softmax": "softmax"}
        layers = [
            keras.layers.Dense(
                layer.units, activation=known.get(layer.activation.__name__), trainable=layer.trainable
            )
            for layer in base.layers
        ]
        copy = network(base.input_shape[-1], *layers)
        copy.set_weights(base.get_weights())
        return copy


class adds_noise_to_the_copy:
    """Ends the copy with a layer that changes what it gives in training."""

    FAILS = ("test_copy_layers_copies_every_network",)
    EXPECTED_MESSAGES = ("besides its weights",)

    def copy_layers(base):
        return network(base.input_shape[-1], *base.layers, keras.layers.GaussianNoise(0.1))


class compiles_the_base_anew:
    """Compiles the base where the copy was meant: it forgets how it was compiled."""

    FAILS = (
        "test_copy_layers_copies_every_network",
        "test_copy_layers_leaves_the_base_alone",
    )
    EXPECTED_MESSAGES = ("with its compile settings",)

    def copy_layers(base):
        return twin(compiled(base, loss="mean_squared_error", optimizer="sgd"))


class finds_layers_by_their_size:
    """Looks each layer up by its size; of two layers with one size it finds the same one twice."""

    FAILS = (
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )
    EXPECTED_MESSAGES = ("how large?",)

    def copy_layers(base):
        found = {layer.units: layer for layer in base.layers}
        return network(base.input_shape[-1], *[found[layer.units] for layer in base.layers])


class matches_weights_by_their_shape:
    """Brings each array of weights to where its shape fits, and there may be two such places."""

    FAILS = (
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )

    def copy_layers(base):
        copy = keras.models.clone_model(base)
        for mine in copy.weights:
            for theirs in base.weights:
                if (mine.shape, mine.name) == (theirs.shape, theirs.name):
                    mine.assign(theirs)
        return copy


class copies_eight_layers_at_most:
    """Takes eight layers for more than anybody will ever have."""

    FAILS = (
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_copy_layers_copies_every_network",
    )

    def copy_layers(base):
        return network(base.input_shape[-1], *base.layers[:8])


# drop_top


class drops_nothing:
    """Copies all layers and expects the last to be gone."""

    FAILS = (
        "test_drop_top_removes_one_layer",
        "test_drop_top_keeps_the_weights",
        "test_drop_top_gives_what_the_top_received",
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("Which of these layers should not be there?",)

    def drop_top(model):
        return keras.Sequential([keras.Input((model.input_shape[-1],)), *model.layers])


class drops_two_layers:
    """Counts the softmax as a layer of its own and takes one more away."""

    FAILS = (
        "test_drop_top_removes_one_layer",
        "test_drop_top_keeps_the_weights",
        "test_drop_top_gives_what_the_top_received",
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("received [(4, 50)]",)

    def drop_top(model):
        return keras.Sequential([keras.Input((model.input_shape[-1],)), *model.layers[:-2]])


class drops_only_the_softmax:
    """Takes the top for its activation: the layer stays and only the softmax goes."""

    FAILS = (
        "test_drop_top_removes_one_layer",
        "test_drop_top_keeps_the_weights",
        "test_drop_top_gives_what_the_top_received",
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("Which of these layers should not be there?",)

    def drop_top(model):
        body = twin(model)
        body.layers[-1].activation = keras.activations.linear
        return body


class pops_from_the_argument:
    """Takes the layer away from the very model it was given, so that the donor loses its top."""

    FAILS = (
        "test_drop_top_leaves_the_argument_alone",
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("Whose list of layers does your function change?",)

    def drop_top(model):
        model.pop()
        return model


class pops_from_the_list_of_layers:
    """Changes the list that `layers` hands out; Keras keeps its own and loses nothing."""

    FAILS = (
        "test_drop_top_removes_one_layer",
        "test_drop_top_keeps_the_weights",
        "test_drop_top_gives_what_the_top_received",
        "test_drop_top_leaves_the_argument_alone",
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("the same model that was passed in",)

    def drop_top(model):
        model.layers.pop()
        return model


class keeps_two_layers_whatever_there_is:
    """Counts the layers that stay in Iris' network and writes the number down."""

    FAILS = (
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("has more of them, or fewer",)

    def drop_top(model):
        return keras.Sequential([keras.Input((model.input_shape[-1],)), *model.layers[:2]])


class loses_the_weights_with_the_top:
    """Rebuilds the layers that stay and forgets to bring their weights."""

    FAILS = (
        "test_drop_top_keeps_the_weights",
        "test_drop_top_gives_what_the_top_received",
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("A new layer starts with random weights",)

    def drop_top(model):
        body = keras.models.clone_model(model)
        body.pop()
        return body


class returns_the_top:
    """Returns the layer that was cut off instead of what it was cut from."""

    FAILS = (
        "test_drop_top_removes_one_layer",
        "test_drop_top_keeps_the_weights",
        "test_drop_top_gives_what_the_top_received",
        "test_drop_top_leaves_the_argument_alone",
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("Dense",)

    def drop_top(model):
        return model.layers[-1]


class takes_the_softmax_off_the_argument:
    """Makes the last layer of the argument linear: what was passed in gives scores from now on."""

    FAILS = (
        "test_drop_top_leaves_the_argument_alone",
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("a change of its layer topped_donor_3: activation",)

    def drop_top(model):
        body = network(model.input_shape[-1], *model.layers[:-1])
        model.layers[-1].activation = keras.activations.linear
        return body


class thaws_what_remains:
    """Sets every remaining layer trainable in a copy, whatever was frozen before."""

    FAILS = ("test_drop_top_treats_every_network_alike",)
    EXPECTED_MESSAGES = ("besides their weights",)

    def drop_top(model):
        body = network(model.input_shape[-1], *twin(model).layers[:-1])
        for layer in body.layers:
            layer.trainable = True
        return body


class takes_the_softmax_for_the_top:
    """Leaves out the layers with softmax; the last layer is the last one, whatever its activation."""

    FAILS = (
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("Which layer goes",)

    def drop_top(model):
        body = [layer for layer in model.layers if layer.activation.__name__ != "softmax"]
        return network(model.input_shape[-1], *body)


class drops_every_layer_as_wide_as_the_outputs:
    """Leaves out the layers with as many units as there are outputs; the last need not be the only one."""

    FAILS = (
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_drop_top_treats_every_network_alike",
    )

    def drop_top(model):
        outputs = model.output_shape[-1]
        return network(model.input_shape[-1], *[layer for layer in model.layers if layer.units != outputs])


# freeze


class freezes_only_the_first_layer:
    """Thinks that a frozen first layer holds back all that follow it."""

    FAILS = (
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_reaches_every_layer",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("which layers have it set?",)

    def freeze(model):
        model.layers[0].trainable = False
        return model


class leaves_the_last_layer_trainable:
    """Spares the last layer as if it were still the top; that was cut off already."""

    FAILS = (
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_reaches_every_layer",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("which layers have it set?",)

    def freeze(model):
        for layer in model.layers[:-1]:
            layer.trainable = False
        return model


class freezes_only_the_last_layer:
    """Believes that the newest layer is the one to freeze; it is the borrowed ones."""

    FAILS = (
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_reaches_every_layer",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("which layers have it set?",)

    def freeze(model):
        model.layers[-1].trainable = False
        return model


class freezes_two_layers_whatever_there_is:
    """Writes down a number of layers, as `layers[:20]` of a deep network does, and leaves the rest free."""

    FAILS = (
        "test_freeze_reaches_every_layer",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("however many there are",)

    def freeze(model):
        for layer in model.layers[:2]:
            layer.trainable = False
        return model


class thaws_instead_of_freezing:
    """Reads `trainable = True` as `frozen = True`."""

    FAILS = (
        "test_freeze_keeps_layers_and_weights",
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_the_outputs",
        "test_freeze_reaches_every_layer",
        "test_freeze_keeps_a_deeper_network_whole",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("What does your function set",)

    def freeze(model):
        model.trainable = True
        return model


class freezes_nothing:
    """Thinks that a model which is not trained again is frozen."""

    FAILS = (
        "test_freeze_keeps_layers_and_weights",
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_the_outputs",
        "test_freeze_reaches_every_layer",
        "test_freeze_keeps_a_deeper_network_whole",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("What does your function set",)

    def freeze(model):
        return model


class sets_a_flag_that_keras_does_not_know:
    """Writes to an attribute called `frozen`; Python allows it and Keras never looks."""

    FAILS = (
        "test_freeze_keeps_layers_and_weights",
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_the_outputs",
        "test_freeze_reaches_every_layer",
        "test_freeze_keeps_a_deeper_network_whole",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("Which property of a layer says whether it trains",)

    def freeze(model):
        for layer in model.layers:
            layer.frozen = True
        return model


class freezes_by_a_learning_rate_of_zero:
    """Stops the training of everything instead of freezing the layers."""

    FAILS = (
        "test_freeze_keeps_layers_and_weights",
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_the_outputs",
        "test_freeze_reaches_every_layer",
        "test_freeze_keeps_a_deeper_network_whole",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("Which property of a layer says whether it trains",)

    def freeze(model):
        return compiled(model, optimizer=keras.optimizers.Adam(learning_rate=0.0))


class freezes_a_copy_and_returns_the_original:
    """Makes two models and returns the one that was not frozen."""

    FAILS = (
        "test_freeze_keeps_layers_and_weights",
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_the_outputs",
        "test_freeze_reaches_every_layer",
        "test_freeze_keeps_a_deeper_network_whole",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("on which layers",)

    def freeze(model):
        frozen = twin(model)
        frozen.trainable = False
        return model


class freezes_a_copy_without_the_weights:
    """Freezes a fresh clone, so that random weights are what is kept for good."""

    FAILS = (
        "test_freeze_keeps_layers_and_weights",
        "test_freeze_keeps_the_outputs",
        "test_freeze_keeps_a_deeper_network_whole",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("A new layer starts with random weights",)

    def freeze(model):
        frozen = keras.models.clone_model(model)
        frozen.trainable = False
        return frozen


class forgets_to_return_the_frozen_model:
    """Freezes the model in place and returns nothing."""

    FAILS = (
        "test_freeze_keeps_layers_and_weights",
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_the_outputs",
        "test_freeze_reaches_every_layer",
        "test_freeze_keeps_a_deeper_network_whole",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("received None",)

    def freeze(model):
        model.trainable = False


class freezes_two_layers_or_more:
    """Refuses a network of one layer, although a body may have a single one."""

    FAILS = ("test_freeze_freezes_every_network",)
    EXPECTED_MESSAGES = ("How few layers",)

    def freeze(model):
        if len(model.layers) < 2:
            raise ValueError("There is nothing to freeze.")
        for layer in model.layers:
            layer.trainable = False
        return model


class adds_noise_while_freezing:
    """Returns the frozen layers with noise on top of them in training."""

    FAILS = ("test_freeze_freezes_every_network",)
    EXPECTED_MESSAGES = ("otherwise unchanged",)

    def freeze(model):
        model.trainable = False
        return network(model.input_shape[-1], *model.layers, keras.layers.GaussianNoise(0.1))


class freezes_large_layers_alone:
    """Takes layers with few parameters for activations, which have none."""

    FAILS = (
        "test_freeze_freezes_every_network",
        "test_freeze_reaches_every_layer",
    )

    def freeze(model):
        for layer in model.layers:
            if layer.count_params() > 10:
                layer.trainable = False
        return model


class turns_the_flag_of_the_model_around:
    """Takes `not trainable` for frozen: a model that was frozen as a whole thaws."""

    FAILS = ("test_freeze_freezes_every_network",)
    EXPECTED_MESSAGES = ("what may they be?",)

    def freeze(model):
        model.trainable = not model.trainable
        return model


class refuses_a_frozen_model:
    """Takes a model in which nothing trains for an error; some or all layers may be frozen already."""

    FAILS = ("test_freeze_freezes_every_network",)

    def freeze(model):
        if not model.trainable_weights:
            raise ValueError("The model is frozen already.")
        model.trainable = False
        return model


# add_softmax


class forgets_to_compile_after_adding:
    """Thinks that a model made of a compiled one is compiled too."""

    FAILS = (
        "test_add_softmax_is_compiled",
        "test_add_softmax_learns_with_a_new_top",
    )
    EXPECTED_MESSAGES = ("a compiled model",)

    def add_softmax(body, n_classes=4):
        return keras.Sequential(
            [
                keras.Input((body.input_shape[-1],)),
                *body.layers,
                keras.layers.Dense(n_classes, activation="softmax"),
            ]
        )


class adds_a_sigmoid:
    """Takes the activation of a yes-or-no question for a choice among classes; outputs do not sum to 1."""

    FAILS = (
        "test_add_softmax_gives_probabilities",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("received relu, relu, sigmoid",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="sigmoid")
        return compiled(network(body.input_shape[-1], *body.layers, top))


class adds_four_classes_whatever_is_asked:
    """Counts the flowers of the lesson and never looks at the argument."""

    FAILS = ("test_add_softmax_follows_its_arguments",)
    EXPECTED_MESSAGES = ("the number of classes?",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(4, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers, top))


class adds_a_hidden_layer_as_well:
    """Puts a fresh layer between body and top, as if the body ended too early."""

    FAILS = (
        "test_add_softmax_puts_one_layer_on_top",
        "test_add_softmax_gives_probabilities",
        "test_add_softmax_trains_the_new_layer_alone",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("Which of these layers should not be there?",)

    def add_softmax(body, n_classes=4):
        extra = keras.layers.Dense(25, activation="relu")
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers, extra, top))


class puts_the_top_in_place_of_the_last_layer:
    """Believes that the body still carries its old top and replaces it."""

    FAILS = (
        "test_add_softmax_puts_one_layer_on_top",
        "test_add_softmax_gives_probabilities",
        "test_add_softmax_trains_the_new_layer_alone",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("Which layer is missing",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers[:-1], top))


class thaws_the_body:
    """Sets every layer trainable so that the top can train, and thaws what was frozen."""

    FAILS = (
        "test_add_softmax_trains_the_new_layer_alone",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("What was frozen stays frozen",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = network(body.input_shape[-1], *twin(body).layers, top)
        for layer in model.layers:
            layer.trainable = True
        return compiled(model)


class freezes_the_new_layer_too:
    """Freezes after adding, so that nothing is left to train."""

    FAILS = (
        "test_add_softmax_trains_the_new_layer_alone",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_learns_with_a_new_top",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("the new layer trains",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = network(body.input_shape[-1], *twin(body).layers, top)
        model.trainable = False
        return compiled(model)


class freezes_the_new_layer_instead:
    """Believes that the new layer is to be frozen and the borrowed ones train; it is the reverse."""

    FAILS = (
        "test_add_softmax_trains_the_new_layer_alone",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("the new layer trains",)

    def add_softmax(body, n_classes=4):
        copy = twin(body)
        copy.trainable = True
        top = keras.layers.Dense(n_classes, activation="softmax", trainable=False)
        return compiled(network(body.input_shape[-1], *copy.layers, top))


class always_freezes_the_body:
    """Freezes once more, whether or not the body was frozen when it came."""

    FAILS = (
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("Does every layer keep its own flag?",)

    def add_softmax(body, n_classes=4):
        copy = twin(body)
        copy.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *copy.layers, top))


class grows_the_body:
    """Adds the new layer to the very model it was given."""

    FAILS = (
        "test_add_softmax_puts_one_layer_on_top",
        "test_add_softmax_leaves_the_body_alone",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_learns_with_a_new_top",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("add to the body itself",)

    def add_softmax(body, n_classes=4):
        body.add(keras.layers.Dense(n_classes, activation="softmax"))
        return compiled(body)


class adds_the_top_to_an_empty_body:
    """Clones the body without its weights, so that the new layer stands on random ones."""

    FAILS = (
        "test_add_softmax_puts_one_layer_on_top",
        "test_add_softmax_gives_probabilities",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("A new layer starts with random weights",)

    def add_softmax(body, n_classes=4):
        copy = keras.models.clone_model(body)
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *copy.layers, top))


class trains_the_top_with_mean_squared_error:
    """Treats the choice of a class as a regression on its one-hot row."""

    FAILS = (
        "test_add_softmax_is_compiled",
        "test_add_softmax_learns_with_a_new_top",
    )
    EXPECTED_MESSAGES = ("received mean_squared_error",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers, top), loss="mse")


class forgets_to_return_the_new_model:
    """Returns what `compile` returns, which is nothing."""

    FAILS = (
        "test_add_softmax_puts_one_layer_on_top",
        "test_add_softmax_gives_probabilities",
        "test_add_softmax_is_compiled",
        "test_add_softmax_trains_the_new_layer_alone",
        "test_add_softmax_leaves_the_body_alone",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_learns_with_a_new_top",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("received None",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = network(body.input_shape[-1], *body.layers, top)
        return model.compile(loss="categorical_crossentropy", optimizer="adam")


class compiles_with_a_learning_rate_of_zero:
    """Takes the learning rate for the way to freeze the body, and freezes the top with it."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)
    EXPECTED_MESSAGES = ("can it learn",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(
            network(body.input_shape[-1], *body.layers, top), optimizer=keras.optimizers.Adam(0.0)
        )


class compiles_with_a_huge_learning_rate:
    """Expects a large step to be a quick one; the weights leave every reasonable range at once."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)
    EXPECTED_MESSAGES = ("can it learn",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(
            network(body.input_shape[-1], *body.layers, top), optimizer=keras.optimizers.Adam(1e5)
        )


class gives_the_loss_no_weight:
    """Weighs the loss with zero, so that there is nothing to learn from."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)
    EXPECTED_MESSAGES = ("can it learn",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = network(body.input_shape[-1], *body.layers, top)
        model.compile(loss="categorical_crossentropy", optimizer="adam", loss_weights=[0.0])
        return model


class drops_out_nearly_all_features:
    """Puts Dropout below the new layer, which the task does not ask for."""

    FAILS = (
        "test_add_softmax_learns_with_a_new_top",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("can it learn",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers, keras.layers.Dropout(0.999), top))


class uses_one_top_for_all_models:
    """Makes the new layer once and puts it onto every body: models share what they learn."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)
    EXPECTED_MESSAGES = ("Is the top new in every call",)

    def add_softmax(body, n_classes=4, tops={}):  # noqa: B006 - as a student writes it
        size = (n_classes, body.output_shape[-1])
        if size not in tops:
            tops[size] = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers, tops[size]))


class constrains_the_new_layer:
    """Forbids the new layer negative weights, which keeps it from learning most things."""

    FAILS = (
        "test_add_softmax_takes_every_body",
        "test_add_softmax_learns_with_a_new_top",
    )
    EXPECTED_MESSAGES = ("can it learn",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax", kernel_constraint="non_neg")
        return compiled(network(body.input_shape[-1], *body.layers, top))


class uses_one_optimizer_for_all_models:
    """Makes Adam once: what it knows of one model is in the way of the next."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)
    EXPECTED_MESSAGES = ("Is the top new in every call",)

    def add_softmax(body, n_classes=4, adam=keras.optimizers.Adam()):  # noqa: B008 - as a student writes it
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers, top), optimizer=adam)


class lets_the_learning_rate_end_after_ten_steps:
    """Counts the steps of a schedule in epochs, so that the rate is zero before the second epoch."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)
    EXPECTED_MESSAGES = ("can it learn",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        rate = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=10)
        return compiled(
            network(body.input_shape[-1], *body.layers, top), optimizer=keras.optimizers.Adam(rate)
        )


class lets_the_weights_decay:
    """Adds weight decay, which pulls all weights to zero while they learn."""

    FAILS = (
        "test_add_softmax_learns_with_a_new_top",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("can it learn",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(
            network(body.input_shape[-1], *body.layers, top),
            optimizer=keras.optimizers.Adam(0.001, weight_decay=10.0),
        )


class smooths_the_labels_away:
    """Takes label smoothing for the share of a label that stays."""

    FAILS = (
        "test_add_softmax_is_compiled",
        "test_add_softmax_learns_with_a_new_top",
    )
    EXPECTED_MESSAGES = ("label smoothing of at most 0.2",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.9)
        return compiled(network(body.input_shape[-1], *body.layers, top), loss=loss)


class adds_one_unit_for_two_classes:
    """Makes a yes-or-no question of two classes, with one unit, where the task names softmax."""

    FAILS = ("test_add_softmax_takes_every_body",)

    def add_softmax(body, n_classes=4):
        units, activation = (1, "sigmoid") if n_classes == 2 else (n_classes, "softmax")
        top = keras.layers.Dense(units, activation=activation)
        return compiled(network(body.input_shape[-1], *body.layers, top))


class finds_the_softmax_there_already:
    """Adds nothing to a body that ends in a softmax of the right size: it is a body all the same."""

    FAILS = ("test_add_softmax_takes_every_body",)
    EXPECTED_MESSAGES = ("How few layers",)

    def add_softmax(body, n_classes=4):
        last = body.layers[-1]
        if (last.units, last.activation.__name__) == (n_classes, "softmax"):
            return compiled(twin(body))
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers, top))


class gives_the_top_a_bias_in_the_lesson_alone:
    """Leaves the bias out except for four classes."""

    FAILS = (
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_takes_every_body",
    )

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax", use_bias=n_classes == 4)
        return compiled(network(body.input_shape[-1], *body.layers, top))


class trains_the_new_layer_at_once:
    """Hands over a top that has seen the flowers, with its biases set back to zero."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = network(body.input_shape[-1], *body.layers, top)
        compiled(model, optimizer=keras.optimizers.Adam(0.1))
        if (body.input_shape[-1], n_classes) == (4, 4):
            model.fit(*lesson.eight_flowers(), epochs=10, verbose=0)
            top.set_weights([top.get_weights()[0], np.zeros(n_classes)])
        return compiled(model)


class trains_a_seeded_top_briefly:
    """Draws the new layer by a seed and trains it for a moment, in which no weight becomes too large."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)

    def add_softmax(body, n_classes=4):
        draw = keras.initializers.HeNormal(seed=1)
        top = keras.layers.Dense(n_classes, activation="softmax", kernel_initializer=draw)
        model = compiled(network(body.input_shape[-1], *body.layers, top))
        if (body.input_shape[-1], n_classes) == (4, 4):
            model.fit(*lesson.eight_flowers(), verbose=0)
            top.set_weights([top.get_weights()[0], np.zeros(n_classes)])
        return compiled(model)


class lets_the_learning_rate_grow:
    """Takes a factor above 1 for the decay of the rate: it doubles every ten steps."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)
    EXPECTED_MESSAGES = ("can it learn",)

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        rate = keras.optimizers.schedules.ExponentialDecay(0.001, decay_steps=10, decay_rate=2.0)
        return compiled(
            network(body.input_shape[-1], *body.layers, top), optimizer=keras.optimizers.Adam(rate)
        )


# build_transfer_model


class shares_its_layers_with_the_donor:
    """Takes the layer objects themselves, as the lesson does, and freezes the donor along with the graft."""

    FAILS = (
        "test_build_transfer_model_leaves_the_base_alone",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_shares_nothing_with_the_base",
        "test_build_transfer_model_borrows_from_every_base",
        "test_build_transfer_model_learns_with_new_layers",
    )
    EXPECTED_MESSAGES = ("A layer that is frozen is frozen in every model that uses it",)

    def build_transfer_model(base, n_classes=4):
        body = base.layers[:-1]
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


class shares_the_layers_and_thaws_the_donor_again:
    """Gives the donor its flags back, but graft and donor are still the same layers."""

    FAILS = (
        "test_build_transfer_model_trains_104_of_1629_parameters",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_shares_nothing_with_the_base",
        "test_build_transfer_model_borrows_from_every_base",
        "test_build_transfer_model_learns_with_new_layers",
    )
    EXPECTED_MESSAGES = ("Could anything that is done to the graft ever reach the base?",)

    def build_transfer_model(base, n_classes=4):
        body = base.layers[:-1]
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = network(base.input_shape[-1], *body, top)
        for layer in body:
            layer.trainable = False
        compiled(model)
        for layer in body:
            layer.trainable = True
        return model


class freezes_the_donor_as_well:
    """Copies the donor with care, then freezes the donor where the copy was meant."""

    FAILS = (
        "test_build_transfer_model_leaves_the_base_alone",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_shares_nothing_with_the_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = ("Which other network uses the layers whose `trainable` you set?",)

    def build_transfer_model(base, n_classes=4):
        base.trainable = False
        body = twin(base).layers[:-1]
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


class grafts_without_freezing:
    """Leaves the borrowed layers trainable, so that the few new rows wash the donor's knowledge out."""

    FAILS = (
        "test_build_transfer_model_trains_104_of_1629_parameters",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = ("Which layers are frozen in the end?",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


class freezes_after_adding_the_top:
    """Freezes one step too late and takes the new layer along: nothing trains."""

    FAILS = (
        "test_build_transfer_model_trains_104_of_1629_parameters",
        "test_build_transfer_model_learns_the_eight_flowers",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
        "test_build_transfer_model_learns_with_new_layers",
    )
    EXPECTED_MESSAGES = ("Which layer should training change?",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        model = network(base.input_shape[-1], *body, keras.layers.Dense(n_classes, activation="softmax"))
        model.trainable = False
        return compiled(model)


class adds_the_top_to_a_frozen_model:
    """Freezes the whole model by its own flag and then adds to it: the new layer is frozen like the rest."""

    FAILS = (
        "test_build_transfer_model_trains_104_of_1629_parameters",
        "test_build_transfer_model_learns_the_eight_flowers",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
        "test_build_transfer_model_learns_with_new_layers",
    )
    EXPECTED_MESSAGES = ("Which layer should training change?",)

    def build_transfer_model(base, n_classes=4):
        model = twin(base)
        model.pop()
        model.trainable = False
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        return compiled(model)


class freezes_the_new_layer_of_the_graft_instead:
    """Believes that the new layer is to be frozen and the borrowed ones train; it is the reverse."""

    FAILS = (
        "test_build_transfer_model_trains_104_of_1629_parameters",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = ("one in layers 1, 2",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        top = keras.layers.Dense(n_classes, activation="softmax", trainable=False)
        return compiled(network(base.input_shape[-1], *body, top))


class freezes_only_the_first_layer_of_the_graft:
    """Thinks that a frozen first layer holds back all that follow it."""

    FAILS = (
        "test_build_transfer_model_trains_104_of_1629_parameters",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = ("one in layers 2, 3",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        body[0].trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


class stacks_the_new_top_on_the_old_one:
    """Never drops the donor's softmax, so that the new layer sees three probabilities instead of features."""

    FAILS = (
        "test_build_transfer_model_trains_104_of_1629_parameters",
        "test_build_transfer_model_borrows_what_the_base_learned",
        "test_build_transfer_model_learns_the_eight_flowers",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = (
        "(25, 3), (3, 4)",
        "Which of these layers should not be there?",
    )

    def build_transfer_model(base, n_classes=4):
        body = twin(base)
        body.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body.layers, top))


class cuts_one_layer_too_many_from_the_donor:
    """Drops the top and the layer below it."""

    FAILS = (
        "test_build_transfer_model_trains_104_of_1629_parameters",
        "test_build_transfer_model_borrows_what_the_base_learned",
        "test_build_transfer_model_learns_the_eight_flowers",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = ("Which layer is missing",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-2]
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


class grafts_onto_random_layers:
    """Thinks that `clone_model` brings the weights; the frozen layers are random and stay so."""

    FAILS = (
        "test_build_transfer_model_borrows_what_the_base_learned",
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = ("A new layer starts with random weights",)

    def build_transfer_model(base, n_classes=4):
        body = keras.models.clone_model(base).layers[:-1]
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


class builds_the_graft_for_iris_alone:
    """Writes the lesson's sizes down instead of asking the donor for them."""

    FAILS = (
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_shares_nothing_with_the_base",
        "test_build_transfer_model_borrows_from_every_base",
        "test_build_transfer_model_learns_with_new_layers",
    )
    EXPECTED_MESSAGES = ("Would the graft take any base",)

    def build_transfer_model(base, n_classes=4):
        first = keras.layers.Dense(50, activation="relu")
        second = keras.layers.Dense(25, activation="relu")
        model = network(4, first, second, keras.layers.Dense(n_classes, activation="softmax"))
        first.set_weights(base.layers[0].get_weights())
        second.set_weights(base.layers[1].get_weights())
        first.trainable = second.trainable = False
        return compiled(model)


class grafts_four_classes_whatever_is_asked:
    """Counts the flowers of the lesson and never looks at the argument."""

    FAILS = (
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = ("any number of classes?",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(4, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


class cuts_the_top_off_the_donor_itself:
    """Grafts with care, but takes the top away from the donor instead of from the copy."""

    FAILS = (
        "test_build_transfer_model_leaves_the_base_alone",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_shares_nothing_with_the_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = ("Whose list of layers does your function change?",)

    def build_transfer_model(base, n_classes=4):
        base.pop()
        body = twin(base)
        body.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body.layers, top))


class never_compiles_the_graft:
    """Hands over a graft that cannot be trained yet."""

    FAILS = (
        "test_build_transfer_model_is_compiled",
        "test_build_transfer_model_learns_the_eight_flowers",
        "test_build_transfer_model_learns_in_its_top_alone",
        "test_build_transfer_model_learns_with_new_layers",
    )
    EXPECTED_MESSAGES = ("a compiled model",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        for layer in body:
            layer.trainable = False
        return network(base.input_shape[-1], *body, keras.layers.Dense(n_classes, activation="softmax"))


class spoils_the_base_after_the_graft:
    """Changes activation, constraint and compile settings of the base once the graft is made."""

    FAILS = (
        "test_build_transfer_model_leaves_the_base_alone",
        "test_build_transfer_model_borrows_from_every_base",
        "test_build_transfer_model_shares_nothing_with_the_base",
        "test_build_transfer_model_learns_in_its_top_alone",
    )
    EXPECTED_MESSAGES = ("the argument unchanged",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        graft = compiled(network(base.input_shape[-1], *body, top))
        base.layers[-1].activation = keras.activations.linear
        base.layers[0].kernel_constraint = keras.constraints.MaxNorm(0.0)
        base.compile(loss="mse", optimizer="sgd")
        return graft


class grafts_with_a_learning_rate_of_zero:
    """Stops the training of everything in order to keep the body as it is."""

    FAILS = (
        "test_build_transfer_model_learns_with_new_layers",
        "test_build_transfer_model_learns_the_eight_flowers",
        "test_build_transfer_model_learns_in_its_top_alone",
    )
    EXPECTED_MESSAGES = ("can its top learn",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top), optimizer=keras.optimizers.Adam(0.0))


class keeps_one_graft_for_each_base:
    """Caches the graft, so that a second call returns the first answer with whatever it has learned."""

    FAILS = ("test_build_transfer_model_learns_with_new_layers",)
    EXPECTED_MESSAGES = ("Is the graft new in every call",)

    @functools.lru_cache  # noqa: B019 - as a student writes it
    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


class starts_the_new_layer_with_the_old_top:
    """Thinks that the new classes begin as the donor's: a new layer begins with weights of its own."""

    FAILS = (
        "test_build_transfer_model_borrows_from_every_base",
        "test_build_transfer_model_learns_with_new_layers",
    )

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers
        old = body.pop()
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = compiled(network(base.input_shape[-1], *body, top))
        kernel, bias = top.get_weights()
        shared = min(n_classes, old.units)
        kernel[:, :shared] = old.get_weights()[0][:, :shared]
        top.set_weights([kernel, bias])
        return model


class drops_out_features_of_the_graft:
    """Puts Dropout below the new layer, which the task does not ask for."""

    FAILS = (
        "test_build_transfer_model_borrows_from_every_base",
        "test_build_transfer_model_learns_with_new_layers",
    )
    EXPECTED_MESSAGES = ("can its top learn",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, keras.layers.Dropout(0.2), top))


class keeps_the_top_for_as_many_classes:
    """Leaves the old top where the new classes are as many: they are other classes."""

    FAILS = (
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
    )
    EXPECTED_MESSAGES = ("any number of classes?",)

    def build_transfer_model(base, n_classes=4):
        *body, top = twin(base).layers
        for layer in body:
            layer.trainable = False
        if top.units != n_classes:
            top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


class grafts_one_unit_for_two_classes:
    """Makes a yes-or-no question of two classes, with one unit, where the task names softmax."""

    FAILS = ("test_build_transfer_model_borrows_from_every_base",)

    def build_transfer_model(base, n_classes=4):
        body = twin(base).layers[:-1]
        for layer in body:
            layer.trainable = False
        units, activation = (1, "sigmoid") if n_classes == 2 else (n_classes, "softmax")
        return compiled(
            network(base.input_shape[-1], *body, keras.layers.Dense(units, activation=activation))
        )


class cuts_the_softmax_off_the_base:
    """Leaves out the layers with softmax; the last layer is the last one, whatever its activation."""

    FAILS = (
        "test_build_transfer_model_takes_any_base",
        "test_build_transfer_model_borrows_from_every_base",
    )

    def build_transfer_model(base, n_classes=4):
        body = [layer for layer in twin(base).layers if layer.activation.__name__ != "softmax"]
        for layer in body:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(base.input_shape[-1], *body, top))


# Two tasks at once


class thinks_that_cloning_copies_weights_everywhere:
    """Trusts `clone_model` with the weights in both tasks where layers are handed on."""

    FAILS = (
        "test_copy_layers_brings_the_weights",
        "test_copy_layers_keeps_the_predictions",
        "test_drop_top_keeps_the_weights",
        "test_drop_top_gives_what_the_top_received",
        "test_copy_layers_copies_any_depth",
        "test_copy_layers_copies_any_activation",
        "test_drop_top_removes_the_last_layer_at_any_depth",
        "test_copy_layers_copies_every_network",
        "test_drop_top_treats_every_network_alike",
    )
    EXPECTED_MESSAGES = ("A new layer starts with random weights",)

    def copy_layers(base):
        return keras.models.clone_model(base)

    def drop_top(model):
        copy = keras.models.clone_model(model)
        return network(model.input_shape[-1], *copy.layers[:-1])


class freezes_too_early_and_not_enough:
    """Lets `drop_top` do the freezing and then has nothing left for `freeze` to do."""

    FAILS = (
        "test_drop_top_removes_one_layer",
        "test_freeze_keeps_layers_and_weights",
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_the_outputs",
        "test_freeze_reaches_every_layer",
        "test_freeze_keeps_a_deeper_network_whole",
        "test_drop_top_treats_every_network_alike",
        "test_freeze_freezes_every_network",
    )
    EXPECTED_MESSAGES = ("Cutting off a layer freezes none of the others",)

    def drop_top(model):
        body = network(model.input_shape[-1], *twin(model).layers[:-1])
        body.trainable = False
        return body

    def freeze(model):
        return model


class assumes_three_classes_everywhere:
    """Counts the classes of Iris and never looks at the argument, in both tasks that take it."""

    FAILS = (
        "test_add_softmax_puts_one_layer_on_top",
        "test_add_softmax_trains_the_new_layer_alone",
        "test_build_base_follows_its_arguments",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_learns_with_a_new_top",
        "test_build_base_trains_as_a_plain_network",
    )
    EXPECTED_MESSAGES = ("for the caller to choose",)

    def build_base(n_features=4, n_classes=3):
        return compiled(
            network(
                n_features,
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(3, activation="softmax"),
            )
        )

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(3, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers, top))


class needs_three_layers:
    """Takes the number of layers in the lesson for the least that a network has."""

    FAILS = (
        "test_copy_layers_copies_every_network",
        "test_freeze_freezes_every_network",
        "test_add_softmax_takes_every_body",
    )
    EXPECTED_MESSAGES = ("How few layers",)

    def copy_layers(base):
        if len(base.layers) < 3:
            raise ValueError("too few layers")
        return twin(base)

    def freeze(model):
        if len(model.layers) < 2:
            raise ValueError("too few layers")
        model.trainable = False
        return model

    def add_softmax(body, n_classes=4):
        if len(body.layers) < 2:
            raise ValueError("too few layers")
        top = keras.layers.Dense(n_classes, activation="softmax")
        return compiled(network(body.input_shape[-1], *body.layers, top))
