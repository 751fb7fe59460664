"""Known wrong answers to the tasks of this kit, each with the checks that must fail on it.

A class is one wrong answer. Its name is what a teacher would say about it, its docstring the misconception
behind it, its functions replace the ones of `borrow.py`, and `FAILS` names exactly the checks that must
notice: every other check passes. The classes are read as text and never imported; what stands above the first
class is put before each of them.
"""

import keras
import lesson
import numpy as np


def compiled(model, rate=0.01, loss="categorical_crossentropy"):
    """Compile `model` as the tasks ask, unless told otherwise, and return it."""
    model.compile(loss=loss, optimizer=keras.optimizers.Adam(rate))
    return model


def stack(like, *layers):
    """Return a Sequential network of `layers` for inputs like those of `like`."""
    return keras.Sequential([keras.Input(like.input_shape[1:]), *layers])


def softmax(n_classes):
    """Return a new top."""
    return keras.layers.Dense(n_classes, activation="softmax")


def cut_at_features(donor):
    """Return the layers of a donor up to its features."""
    count = next(place for place, layer in enumerate(donor.layers, 1) if len(layer.output.shape) == 2)
    return donor.layers[:count]


def thaw(model, rate=0.001):
    """Thaw as the task asks."""
    model.trainable = True
    thawed = False
    for layer in reversed(lesson.layers(model)):
        layer.trainable = not (thawed or isinstance(layer, keras.layers.BatchNormalization))
        thawed = thawed or isinstance(layer, keras.layers.Conv2D)
    return compiled(model, rate)


# cut_body


class cuts_off_one_layer_whatever_the_head:
    """Cuts by position: one layer is what the first donor has above its features."""

    FAILS = (
        "test_cut_body_cuts_off_a_longer_head",
        "test_cut_body_goes_by_the_output",
        "test_cut_body_treats_every_donor_alike",
    )

    def cut_body(donor):
        return stack(donor, *donor.layers[:-1])


class cuts_by_a_fixed_position:
    """Counts the layers of the lesson's donor and writes the number down."""

    FAILS = (
        "test_cut_body_cuts_off_a_longer_head",
        "test_cut_body_goes_by_the_output",
        "test_cut_body_treats_every_donor_alike",
    )

    def cut_body(donor):
        return stack(donor, *donor.layers[:12])


class cuts_after_the_softmax:
    """Keeps the donor whole, so that shares of parts are taken for features."""

    FAILS = (
        "test_cut_body_keeps_the_layers_below_the_cut",
        "test_cut_body_gives_the_features",
        "test_cut_body_cuts_off_a_longer_head",
        "test_cut_body_goes_by_the_output",
        "test_cut_body_treats_every_donor_alike",
    )

    def cut_body(donor):
        return stack(donor, *donor.layers)


class forgets_the_pooling:
    """Cuts below the pooling: maps come out and no row of features."""

    FAILS = (
        "test_cut_body_gives_the_features",
        "test_cut_body_cuts_off_a_longer_head",
        "test_cut_body_goes_by_the_output",
        "test_cut_body_treats_every_donor_alike",
    )

    def cut_body(donor):
        return stack(donor, *cut_at_features(donor)[:-1])


class looks_for_global_pooling_by_its_class:
    """Takes the pooling of the lesson's donor for the only way to make features of maps."""

    FAILS = ("test_cut_body_goes_by_the_output",)

    def cut_body(donor):
        kept = []
        for layer in donor.layers:
            kept.append(layer)
            if isinstance(layer, keras.layers.GlobalMaxPooling2D | keras.layers.GlobalAveragePooling2D):
                break
        return stack(donor, *kept)


class cuts_before_the_last_dense_layer:
    """Takes the last Dense layer for all of the head; donors may have more."""

    FAILS = (
        "test_cut_body_cuts_off_a_longer_head",
        "test_cut_body_goes_by_the_output",
        "test_cut_body_treats_every_donor_alike",
    )

    def cut_body(donor):
        last = max(place for place, layer in enumerate(donor.layers) if isinstance(layer, keras.layers.Dense))
        return stack(donor, *donor.layers[:last])


class cuts_a_donor_without_its_weights:
    """Clones the donor and forgets the weights, which the clone draws anew."""

    FAILS = (
        "test_cut_body_keeps_the_layers_below_the_cut",
        "test_cut_body_gives_the_features",
        "test_cut_body_cuts_off_a_longer_head",
        "test_cut_body_goes_by_the_output",
        "test_cut_body_treats_every_donor_alike",
    )

    def cut_body(donor):
        return stack(donor, *cut_at_features(keras.models.clone_model(donor)))


class pops_the_top_off_the_donor:
    """Takes the top off the very donor, which its owner wants back whole."""

    FAILS = (
        "test_cut_body_leaves_the_donor_alone",
        "test_cut_body_cuts_off_a_longer_head",
        "test_cut_body_treats_every_donor_alike",
    )

    def cut_body(donor):
        kept = len(cut_at_features(donor))
        body = stack(donor, *cut_at_features(donor))
        while len(donor.layers) > kept:
            donor.pop()
        return body


class freezes_while_cutting:
    """Does two moves at once; what trained before is to train still."""

    FAILS = (
        "test_cut_body_keeps_the_layers_below_the_cut",
        "test_cut_body_treats_every_donor_alike",
    )

    def cut_body(donor):
        copy = keras.models.clone_model(donor)
        copy.set_weights(donor.get_weights())
        body = stack(donor, *cut_at_features(copy))
        body.trainable = False
        return body


class returns_the_features_as_a_tensor:
    """Takes the output of a layer for a model that ends there."""

    FAILS = (
        "test_cut_body_keeps_the_layers_below_the_cut",
        "test_cut_body_gives_the_features",
        "test_cut_body_leaves_the_donor_alone",
        "test_cut_body_cuts_off_a_longer_head",
        "test_cut_body_goes_by_the_output",
        "test_cut_body_treats_every_donor_alike",
    )

    def cut_body(donor):
        return cut_at_features(donor)[-1].output


class thaws_while_cutting:
    """Sets the whole copy trainable, whatever was frozen in the donor."""

    FAILS = ("test_cut_body_treats_every_donor_alike",)

    def cut_body(donor):
        copy = keras.models.clone_model(donor)
        copy.set_weights(donor.get_weights())
        copy.trainable = True
        return stack(donor, *cut_at_features(copy))


class adds_dropout_to_the_body:
    """Ends the body with Dropout, which nobody asked for and inference never shows."""

    FAILS = ("test_cut_body_treats_every_donor_alike",)

    def cut_body(donor):
        return stack(donor, *cut_at_features(donor), keras.layers.Dropout(0.9))


class spoils_the_donor_after_the_cut:
    """Changes activation and compile settings of the donor, which the body does not need any more."""

    FAILS = (
        "test_cut_body_treats_every_donor_alike",
        "test_cut_body_cuts_off_a_longer_head",
        "test_cut_body_leaves_the_donor_alone",
    )

    def cut_body(donor):
        body = stack(donor, *cut_at_features(donor))
        donor.layers[-1].activation = keras.activations.linear
        compiled(donor, loss="mean_squared_error")
        return body


class rebuilds_averages_with_the_usual_momentum:
    """Makes BatchNormalization anew and takes its momentum for the usual one: averages move too slowly."""

    FAILS = ("test_cut_body_treats_every_donor_alike",)
    EXPECTED_MESSAGES = ("besides their weights",)

    def cut_body(donor):
        layers = cut_at_features(donor)
        fresh = [type(layer).from_config(layer.get_config()) for layer in layers]
        for layer in fresh:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = 0.99
        body = stack(donor, *fresh)
        body.set_weights([array for layer in layers for array in layer.get_weights()])
        return body


# freeze


class rebuilds_layers_with_the_usual_settings:
    """Makes each layer anew from its size and activation, and takes all other settings for the usual ones."""

    FAILS = ("test_cut_body_treats_every_donor_alike",)
    EXPECTED_MESSAGES = ("besides their weights",)

    def cut_body(donor):
        layers = cut_at_features(donor)
        fresh = []
        for layer in layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                fresh.append(keras.layers.BatchNormalization(trainable=layer.trainable))
            else:
                fresh.append(type(layer).from_config(layer.get_config()))
        body = stack(donor, *fresh)
        body.set_weights([array for layer in layers for array in layer.get_weights()])
        return body


class takes_every_kernel_for_three_by_three:
    """Makes convolutions anew as the first donor has them."""

    FAILS = ("test_cut_body_treats_every_donor_alike",)

    def cut_body(donor):
        layers = cut_at_features(donor)
        fresh = []
        for layer in layers:
            settings = layer.get_config()
            if isinstance(layer, keras.layers.Conv2D):
                settings["kernel_size"] = 3
            fresh.append(type(layer).from_config(settings))
        body = stack(donor, *fresh)
        body.set_weights([array for layer in layers for array in layer.get_weights()])
        return body


class freezes_the_first_layers_alone:
    """Freezes a fixed number of layers and calls the network frozen."""

    FAILS = (
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_batch_normalization_in_inference_mode",
        "test_freeze_reaches_networks_inside",
        "test_freeze_freezes_every_body",
    )

    def freeze(body):
        for layer in body.layers[:3]:
            layer.trainable = False
        return body


class freezes_all_but_the_last_convolution:
    """Counts from the top, and misses what is left of the body once its head is gone."""

    FAILS = (
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_batch_normalization_in_inference_mode",
        "test_freeze_reaches_networks_inside",
        "test_freeze_keeps_every_batch_normalization_in_inference_mode",
        "test_freeze_freezes_every_body",
    )

    def freeze(body):
        for layer in body.layers[:-4]:
            layer.trainable = False
        return body


class freezes_convolutions_alone:
    """Thinks that only convolutions have learned anything, and lets BatchNormalization train."""

    FAILS = (
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_batch_normalization_in_inference_mode",
        "test_freeze_reaches_networks_inside",
        "test_freeze_keeps_every_batch_normalization_in_inference_mode",
        "test_freeze_freezes_every_body",
    )

    def freeze(body):
        for layer in lesson.layers(body):
            if isinstance(layer, keras.layers.Conv2D):
                layer.trainable = False
        return body


class freezes_layers_of_known_classes:
    """Looks at the layers of the network alone, and not into the networks among them."""

    FAILS = (
        "test_freeze_reaches_networks_inside",
        "test_freeze_keeps_every_batch_normalization_in_inference_mode",
    )

    def freeze(body):
        for layer in body.layers:
            if not isinstance(layer, keras.Model):
                layer.trainable = False
        return body


class turns_every_flag_around:
    """Takes `not trainable` for frozen: what was frozen before thaws."""

    FAILS = (
        "test_freeze_reaches_networks_inside",
        "test_freeze_freezes_every_body",
    )

    def freeze(body):
        for layer in lesson.layers(body):
            layer.trainable = not layer.trainable
        return body


class turns_the_flag_of_the_body_around:
    """Takes `not trainable` for frozen, for the body as a whole: one that was frozen so thaws."""

    FAILS = ("test_freeze_freezes_every_body",)

    def freeze(body):
        body.trainable = not body.trainable
        return body


class sets_a_flag_that_keras_does_not_know:
    """Writes to an attribute called `frozen`; Python allows it and Keras never looks."""

    FAILS = (
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_weights_and_features",
        "test_freeze_keeps_batch_normalization_in_inference_mode",
        "test_freeze_reaches_networks_inside",
        "test_freeze_keeps_every_batch_normalization_in_inference_mode",
        "test_freeze_freezes_every_body",
    )

    def freeze(body):
        for layer in body.layers:
            layer.frozen = True
        return body


class freezes_a_clone_without_the_weights:
    """Freezes a fresh clone, so that random weights are what is kept for good."""

    FAILS = (
        "test_freeze_keeps_weights_and_features",
        "test_freeze_reaches_networks_inside",
        "test_freeze_keeps_every_batch_normalization_in_inference_mode",
        "test_freeze_freezes_every_body",
    )

    def freeze(body):
        frozen = keras.models.clone_model(body)
        frozen.trainable = False
        return frozen


class forgets_to_return_the_body:
    """Freezes the body in place and returns nothing."""

    FAILS = (
        "test_freeze_leaves_nothing_to_train",
        "test_freeze_keeps_weights_and_features",
        "test_freeze_keeps_batch_normalization_in_inference_mode",
        "test_freeze_reaches_networks_inside",
        "test_freeze_keeps_every_batch_normalization_in_inference_mode",
        "test_freeze_freezes_every_body",
    )

    def freeze(body):
        body.trainable = False


class adds_noise_while_freezing:
    """Returns the frozen body with noise on top of it in training."""

    FAILS = (
        "test_freeze_freezes_every_body",
        "test_freeze_keeps_batch_normalization_in_inference_mode",
        "test_freeze_keeps_every_batch_normalization_in_inference_mode",
    )

    def freeze(body):
        body.trainable = False
        return stack(body, *body.layers, keras.layers.GaussianNoise(0.5))


class freezes_bodies_of_five_layers_or_more:
    """Refuses a small body, although nothing says how many layers there are."""

    FAILS = ("test_freeze_freezes_every_body",)

    def freeze(body):
        if len(body.layers) < 5:
            raise ValueError("This is no body.")
        body.trainable = False
        return body


class sets_the_momentum_to_zero:
    """Takes the momentum for what moves the averages, and changes it besides the flags."""

    FAILS = ("test_freeze_freezes_every_body",)

    def freeze(body):
        body.trainable = False
        for layer in lesson.layers(body):
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = 0.0
        return body


# add_softmax


class draws_the_body_anew:
    """Clones the body without its weights: a new top on random layers."""

    FAILS = (
        "test_add_softmax_puts_one_layer_on_the_body",
        "test_add_softmax_knows_new_things",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_takes_every_body",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        fresh = keras.models.clone_model(body)
        for mine, theirs in zip(fresh.layers, body.layers, strict=True):
            mine.trainable = theirs.trainable
        return compiled(stack(body, *fresh.layers, softmax(n_classes)), learning_rate)


class adds_four_classes_whatever_is_asked:
    """Counts the things of the lesson and never looks at the argument."""

    FAILS = (
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_takes_every_body",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        return compiled(stack(body, *body.layers, softmax(4)), learning_rate)


class leaves_the_rate_to_keras:
    """Names Adam and never hands the learning rate on."""

    FAILS = (
        "test_add_softmax_is_compiled",
        "test_add_softmax_knows_new_things",
        "test_add_softmax_learns_in_its_top_alone",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_learns_with_a_new_top",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        model = stack(body, *body.layers, softmax(n_classes))
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class freezes_the_whole_body_again:
    """Freezes once more, whether or not the body was frozen when it came."""

    FAILS = (
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_takes_every_body",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        copy = keras.models.clone_model(body)
        copy.set_weights(body.get_weights())
        copy.trainable = False
        return compiled(stack(body, *copy.layers, softmax(n_classes)), learning_rate)


class thaws_the_body_with_the_top:
    """Sets every layer trainable so that the top can train, and thaws what was frozen."""

    FAILS = (
        "test_add_softmax_trains_132_of_14500_parameters",
        "test_add_softmax_learns_in_its_top_alone",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_takes_every_body",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        copy = keras.models.clone_model(body)
        copy.set_weights(body.get_weights())
        model = stack(body, *copy.layers, softmax(n_classes))
        for layer in model.layers:
            layer.trainable = True
        return compiled(model, learning_rate)


class freezes_the_top_too:
    """Freezes after adding, so that nothing is left to train."""

    FAILS = (
        "test_add_softmax_trains_132_of_14500_parameters",
        "test_add_softmax_knows_new_things",
        "test_add_softmax_learns_in_its_top_alone",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_learns_with_a_new_top",
        "test_add_softmax_takes_every_body",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        copy = keras.models.clone_model(body)
        copy.set_weights(body.get_weights())
        model = stack(body, *copy.layers, softmax(n_classes))
        model.trainable = False
        return compiled(model, learning_rate)


class grows_the_body:
    """Adds the new layer to the very body it was given."""

    FAILS = (
        "test_add_softmax_puts_one_layer_on_the_body",
        "test_add_softmax_leaves_the_body_alone",
        "test_add_softmax_keeps_every_flag",
        "test_add_softmax_learns_with_a_new_top",
        "test_add_softmax_takes_every_body",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        body.add(softmax(n_classes))
        return compiled(body, learning_rate)


class tops_with_sigmoid:
    """Takes the activation of a yes-or-no question for a choice among classes; outputs do not sum to 1."""

    FAILS = (
        "test_add_softmax_puts_one_layer_on_the_body",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_takes_every_body",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        top = keras.layers.Dense(n_classes, activation="sigmoid")
        return compiled(stack(body, *body.layers, top), learning_rate)


class forgets_to_compile_the_graft:
    """Thinks that a model is ready as soon as its layers are together."""

    FAILS = (
        "test_add_softmax_is_compiled",
        "test_add_softmax_knows_new_things",
        "test_add_softmax_learns_in_its_top_alone",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_learns_with_a_new_top",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        return stack(body, *body.layers, softmax(n_classes))


class trains_with_mean_squared_error:
    """Treats the choice of a class as a regression on its one-hot row."""

    FAILS = (
        "test_add_softmax_is_compiled",
        "test_add_softmax_knows_new_things",
        "test_add_softmax_learns_in_its_top_alone",
        "test_add_softmax_follows_its_arguments",
        "test_add_softmax_learns_with_a_new_top",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        return compiled(stack(body, *body.layers, softmax(n_classes)), learning_rate, "mean_squared_error")


class adds_one_unit_for_two_classes:
    """Makes a yes-or-no question of two classes, with one unit, where the task names softmax."""

    FAILS = ("test_add_softmax_follows_its_arguments",)
    EXPECTED_MESSAGES = ("What does the caller choose",)

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        top = softmax(n_classes) if n_classes > 2 else keras.layers.Dense(1, activation="sigmoid")
        return compiled(stack(body, *body.layers, top), learning_rate)


class trains_the_top_at_once:
    """Hands over a top that has seen the things, with its biases set back to zero."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        model = compiled(stack(body, *body.layers, softmax(n_classes)), learning_rate)
        if (n_classes, body.output_shape[-1]) == (4, 32):
            model.fit(*lesson.things(5, seed=1), epochs=20, verbose=0)
            top = model.layers[-1]
            top.set_weights([top.get_weights()[0], np.zeros(n_classes)])
        return compiled(model, learning_rate)


class drops_out_features_below_the_top:
    """Puts Dropout below the new layer, which the task does not ask for."""

    FAILS = ("test_add_softmax_takes_every_body", "test_add_softmax_learns_with_a_new_top")

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        return compiled(
            stack(body, *body.layers, keras.layers.Dropout(0.5), softmax(n_classes)), learning_rate
        )


class uses_one_top_for_all_models:
    """Makes the new layer once and puts it onto every body: models share what they learn."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)

    def add_softmax(body, n_classes=4, learning_rate=0.01, tops={}):  # noqa: B006 - as a student writes it
        place = (n_classes, body.output_shape[-1])
        if place not in tops:
            tops[place] = softmax(n_classes)
        return compiled(stack(body, *body.layers, tops[place]), learning_rate)


class gives_the_loss_no_weight:
    """Weighs the loss with zero, so that there is nothing to learn from."""

    FAILS = ("test_add_softmax_learns_with_a_new_top",)

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        model = stack(body, *body.layers, softmax(n_classes))
        optimizer = keras.optimizers.Adam(learning_rate)
        model.compile(loss="categorical_crossentropy", optimizer=optimizer, loss_weights=[0.0])
        return model


class clips_every_step_away:
    """Limits the steps so far that nothing is learned."""

    FAILS = (
        "test_add_softmax_learns_with_a_new_top",
        "test_add_softmax_knows_new_things",
    )

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        model = stack(body, *body.layers, softmax(n_classes))
        optimizer = keras.optimizers.Adam(learning_rate, clipnorm=1e-12)
        model.compile(loss="categorical_crossentropy", optimizer=optimizer)
        return model


# extract_features


class extracts_in_training_mode:
    """Calls the body as training does, so that averages of this batch take the place of the donor's."""

    FAILS = (
        "test_extract_features_is_no_training",
        "test_extract_features_takes_any_number_of_pictures",
    )

    def extract_features(body, pictures):
        return np.asarray(body(pictures, training=True))


class extracts_one_picture_alone:
    """Asks for the features of the first picture and forgets the others."""

    FAILS = (
        "test_extract_features_gives_what_the_body_gives",
        "test_extract_features_trains_the_same_top",
        "test_extract_features_is_no_training",
        "test_extract_features_takes_any_number_of_pictures",
    )

    def extract_features(body, pictures):
        return np.asarray(body(pictures[:1], training=False))


class extracts_the_maps:
    """Stops below the pooling: maps are no row of features."""

    FAILS = (
        "test_extract_features_gives_what_the_body_gives",
        "test_extract_features_trains_the_same_top",
        "test_extract_features_is_no_training",
        "test_extract_features_takes_any_number_of_pictures",
    )

    def extract_features(body, pictures):
        maps = keras.Sequential([keras.Input(body.input_shape[1:]), *body.layers[:-1]])
        return np.asarray(maps(pictures, training=False))


class returns_the_pictures_flattened:
    """Takes the points of a picture for its features."""

    FAILS = (
        "test_extract_features_gives_what_the_body_gives",
        "test_extract_features_trains_the_same_top",
        "test_extract_features_is_no_training",
        "test_extract_features_takes_any_number_of_pictures",
    )

    def extract_features(body, pictures):
        return pictures.reshape(len(pictures), -1)


class normalises_the_features_again:
    """Gives every feature the mean 0 and the spread 1, which the top on the body would never see."""

    FAILS = (
        "test_extract_features_gives_what_the_body_gives",
        "test_extract_features_trains_the_same_top",
        "test_extract_features_is_no_training",
        "test_extract_features_takes_any_number_of_pictures",
    )

    def extract_features(body, pictures):
        features = np.asarray(body(pictures, training=False))
        return (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)


class extracts_from_a_fresh_clone:
    """Clones the body without its weights, and extracts noise."""

    FAILS = (
        "test_extract_features_gives_what_the_body_gives",
        "test_extract_features_trains_the_same_top",
        "test_extract_features_is_no_training",
        "test_extract_features_takes_any_number_of_pictures",
    )

    def extract_features(body, pictures):
        return np.asarray(keras.models.clone_model(body)(pictures, training=False))


class extracts_the_first_pictures_alone:
    """Sends one batch of 32 pictures through the body and forgets the others."""

    FAILS = ("test_extract_features_takes_any_number_of_pictures",)

    def extract_features(body, pictures):
        return np.asarray(body(pictures[:32], training=False))


class extracts_128_pictures_at_most:
    """Takes the size of a batch for more than there will ever be."""

    FAILS = ("test_extract_features_takes_any_number_of_pictures",)

    def extract_features(body, pictures):
        return body(pictures[:128], training=False).numpy()


class extracts_after_compiling_the_body:
    """Compiles the body to predict with it: it forgets how it was compiled."""

    FAILS = (
        "test_extract_features_takes_any_number_of_pictures",
        "test_extract_features_gives_what_the_body_gives",
        "test_extract_features_is_no_training",
    )

    def extract_features(body, pictures):
        return compiled(body, loss="mean_squared_error").predict(pictures, verbose=0)


# take_top


class copies_the_top:
    """Makes a new layer with the same weights: what it learns, the graft never hears of."""

    FAILS = (
        "test_take_top_teaches_the_graft",
        "test_take_top_shares_its_layer",
        "test_take_top_takes_every_top",
    )

    def take_top(model, learning_rate=0.01):
        last = model.layers[-1]
        copy = keras.layers.Dense(last.units, activation=last.activation)
        top = keras.Sequential([keras.Input(last.input.shape[1:]), copy])
        copy.set_weights(last.get_weights())
        return compiled(top, learning_rate)


class takes_a_new_top:
    """Builds a top of the right size, with weights of its own."""

    FAILS = (
        "test_take_top_takes_the_last_layer",
        "test_take_top_teaches_the_graft",
        "test_take_top_takes_the_last_of_several",
        "test_take_top_shares_its_layer",
        "test_take_top_takes_every_top",
    )

    def take_top(model, learning_rate=0.01):
        last = model.layers[-1]
        return compiled(
            keras.Sequential([keras.Input(last.input.shape[1:]), softmax(last.units)]), learning_rate
        )


class takes_every_dense_layer:
    """Takes all Dense layers for the top; only the last one is."""

    FAILS = (
        "test_take_top_takes_the_last_of_several",
        "test_take_top_takes_every_top",
    )

    def take_top(model, learning_rate=0.01):
        dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
        return compiled(keras.Sequential([keras.Input(dense[0].input.shape[1:]), *dense]), learning_rate)


class takes_the_first_dense_layer:
    """Looks from below for a Dense layer, and finds another one in a taller graft."""

    FAILS = (
        "test_take_top_takes_the_last_of_several",
        "test_take_top_shares_its_layer",
        "test_take_top_takes_every_top",
    )

    def take_top(model, learning_rate=0.01):
        first = next(layer for layer in model.layers if isinstance(layer, keras.layers.Dense))
        return compiled(keras.Sequential([keras.Input(first.input.shape[1:]), first]), learning_rate)


class pops_the_top_off_the_graft:
    """Moves the layer instead of sharing it: the graft has lost its top."""

    FAILS = (
        "test_take_top_teaches_the_graft",
        "test_take_top_shares_its_layer",
        "test_take_top_takes_every_top",
    )

    def take_top(model, learning_rate=0.01):
        last = model.layers[-1]
        width = last.input.shape[1:]
        model.pop()
        return compiled(keras.Sequential([keras.Input(width), last]), learning_rate)


class forgets_to_compile_the_top:
    """Thinks that the graft's loss and optimizer come along with its layer."""

    FAILS = (
        "test_take_top_is_compiled",
        "test_take_top_teaches_the_graft",
        "test_take_top_takes_the_last_of_several",
        "test_take_top_learns",
    )

    def take_top(model, learning_rate=0.01):
        last = model.layers[-1]
        return keras.Sequential([keras.Input(last.input.shape[1:]), last])


class thaws_the_top_while_taking_it:
    """Sets the layer trainable, which changes the graft that it belongs to."""

    FAILS = ("test_take_top_takes_every_top",)

    def take_top(model, learning_rate=0.01):
        last = model.layers[-1]
        last.trainable = True
        return compiled(keras.Sequential([keras.Input(last.input.shape[1:]), last]), learning_rate)


class takes_a_top_that_forgets_features:
    """Puts Dropout before the top, which the task does not ask for."""

    FAILS = ("test_take_top_takes_every_top", "test_take_top_learns")

    def take_top(model, learning_rate=0.01):
        last = model.layers[-1]
        layers = [keras.layers.Dropout(0.5), last]
        return compiled(keras.Sequential([keras.Input(last.input.shape[1:]), *layers]), learning_rate)


class takes_a_top_that_never_learns:
    """Gives the optimizer an epsilon that makes every step vanish."""

    FAILS = (
        "test_take_top_learns",
        "test_take_top_teaches_the_graft",
    )

    def take_top(model, learning_rate=0.01):
        last = model.layers[-1]
        top = keras.Sequential([keras.Input(last.input.shape[1:]), last])
        optimizer = keras.optimizers.Adam(learning_rate, epsilon=1e9)
        top.compile(loss="categorical_crossentropy", optimizer=optimizer)
        return top


# thaw_last_block


class thaws_everything:
    """Thaws the whole graft, down to the first edges."""

    FAILS = (
        "test_thaw_last_block_thaws_the_last_convolution",
        "test_thaw_last_block_keeps_batch_normalization_in_inference_mode",
        "test_thaw_last_block_trains_the_last_block_alone",
        "test_thaw_last_block_reaches_into_a_body",
        "test_thaw_last_block_keeps_every_average",
        "test_thaw_last_block_thaws_every_graft",
    )

    def thaw_last_block(model, learning_rate=0.001):
        for layer in (model, *lesson.layers(model)):
            layer.trainable = True
        return compiled(model, learning_rate)


class sets_the_flag_of_the_model_alone:
    """Sets the model's flag and trusts Keras to pass it on; where the flag was so already, it does not."""

    FAILS = (
        "test_thaw_last_block_thaws_the_last_convolution",
        "test_thaw_last_block_keeps_batch_normalization_in_inference_mode",
        "test_thaw_last_block_trains_the_last_block_alone",
        "test_thaw_last_block_makes_the_graft_better",
        "test_thaw_last_block_reaches_into_a_body",
        "test_thaw_last_block_keeps_every_average",
        "test_thaw_last_block_learns",
        "test_thaw_last_block_thaws_every_graft",
    )

    def thaw_last_block(model, learning_rate=0.001):
        model.trainable = True
        return compiled(model, learning_rate)


class thaws_everything_but_batch_normalization:
    """Keeps the averages and lets the donor's first layers go."""

    FAILS = (
        "test_thaw_last_block_thaws_the_last_convolution",
        "test_thaw_last_block_trains_the_last_block_alone",
        "test_thaw_last_block_reaches_into_a_body",
        "test_thaw_last_block_thaws_every_graft",
    )

    def thaw_last_block(model, learning_rate=0.001):
        model.trainable = True
        for layer in lesson.layers(model):
            layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
        return compiled(model, learning_rate)


class thaws_batch_normalization_too:
    """Thaws all of the last block, so that batches of a few pictures overwrite the donor's averages."""

    FAILS = (
        "test_thaw_last_block_thaws_the_last_convolution",
        "test_thaw_last_block_keeps_batch_normalization_in_inference_mode",
        "test_thaw_last_block_trains_the_last_block_alone",
        "test_thaw_last_block_reaches_into_a_body",
        "test_thaw_last_block_keeps_every_average",
        "test_thaw_last_block_thaws_every_graft",
    )

    def thaw_last_block(model, learning_rate=0.001):
        thaw(model)
        layers = lesson.layers(model)
        last = max(place for place, layer in enumerate(layers) if isinstance(layer, keras.layers.Conv2D))
        for layer in layers[last:]:
            layer.trainable = True
        return compiled(model, learning_rate)


class thaws_nothing:
    """Compiles with a small rate and leaves every layer frozen but the top."""

    FAILS = (
        "test_thaw_last_block_thaws_the_last_convolution",
        "test_thaw_last_block_keeps_batch_normalization_in_inference_mode",
        "test_thaw_last_block_trains_the_last_block_alone",
        "test_thaw_last_block_makes_the_graft_better",
        "test_thaw_last_block_reaches_into_a_body",
        "test_thaw_last_block_keeps_every_average",
        "test_thaw_last_block_learns",
        "test_thaw_last_block_thaws_every_graft",
    )

    def thaw_last_block(model, learning_rate=0.001):
        return compiled(model, learning_rate)


class thaws_the_last_layers_by_count:
    """Thaws the last five layers, which is the last block of the lesson's graft and of no other."""

    FAILS = ("test_thaw_last_block_reaches_into_a_body",)

    def thaw_last_block(model, learning_rate=0.001):
        model.trainable = True
        layers = lesson.layers(model)
        for place, layer in enumerate(layers):
            late = place >= len(layers) - 5
            layer.trainable = late and not isinstance(layer, keras.layers.BatchNormalization)
        return compiled(model, learning_rate)


class leaves_the_graft_frozen_around_its_layers:
    """Thaws layers of a graft that is frozen as a whole, in which nothing trains still."""

    FAILS = (
        "test_thaw_last_block_reaches_into_a_body",
        "test_thaw_last_block_keeps_every_average",
    )

    def thaw_last_block(model, learning_rate=0.001):
        thawed = False
        for layer in reversed(lesson.layers(model)):
            layer.trainable = not (thawed or isinstance(layer, keras.layers.BatchNormalization))
            thawed = thawed or isinstance(layer, keras.layers.Conv2D)
        return compiled(model, learning_rate)


class takes_a_large_rate:
    """Fine-tunes with large steps, which undo what the donor learned."""

    FAILS = (
        "test_thaw_last_block_is_compiled_with_a_small_rate",
        "test_thaw_last_block_trains_the_last_block_alone",
        "test_thaw_last_block_makes_the_graft_better",
        "test_thaw_last_block_keeps_every_average",
        "test_thaw_last_block_learns",
    )

    def thaw_last_block(model, learning_rate=0.001):
        return thaw(model, 0.3)


class forgets_to_compile_after_thawing:
    """Thaws the block and leaves the model as it was compiled, or was not."""

    FAILS = (
        "test_thaw_last_block_is_compiled_with_a_small_rate",
        "test_thaw_last_block_trains_the_last_block_alone",
        "test_thaw_last_block_makes_the_graft_better",
        "test_thaw_last_block_keeps_every_average",
        "test_thaw_last_block_learns",
    )

    def thaw_last_block(model, learning_rate=0.001):
        model.trainable = True
        thawed = False
        for layer in reversed(lesson.layers(model)):
            layer.trainable = not (thawed or isinstance(layer, keras.layers.BatchNormalization))
            thawed = thawed or isinstance(layer, keras.layers.Conv2D)
        return model


class freezes_the_top_while_thawing:
    """Lets the last convolution train and freezes all else, the top too."""

    FAILS = (
        "test_thaw_last_block_thaws_the_last_convolution",
        "test_thaw_last_block_trains_the_last_block_alone",
        "test_thaw_last_block_reaches_into_a_body",
        "test_thaw_last_block_thaws_every_graft",
    )

    def thaw_last_block(model, learning_rate=0.001):
        model.trainable = True
        layers = lesson.layers(model)
        last = max(place for place, layer in enumerate(layers) if isinstance(layer, keras.layers.Conv2D))
        for place, layer in enumerate(layers):
            layer.trainable = place == last
        return compiled(model, learning_rate)


class draws_the_last_block_anew:
    """Gives the thawed convolution fresh weights, as if training were to begin again."""

    FAILS = (
        "test_thaw_last_block_thaws_the_last_convolution",
        "test_thaw_last_block_keeps_batch_normalization_in_inference_mode",
        "test_thaw_last_block_makes_the_graft_better",
        "test_thaw_last_block_reaches_into_a_body",
        "test_thaw_last_block_keeps_every_average",
        "test_thaw_last_block_thaws_every_graft",
    )

    def thaw_last_block(model, learning_rate=0.001):
        thaw(model, learning_rate)
        last = [layer for layer in lesson.layers(model) if isinstance(layer, keras.layers.Conv2D)][-1]
        last.set_weights(
            [keras.initializers.GlorotUniform()(w.shape) for w in last.get_weights()[:1]]
            + [np.zeros_like(last.get_weights()[1])]
        )
        return model


class thaws_convolutions_and_the_top_alone:
    """Leaves Dense layers below the top frozen: every layer after the convolution is to train."""

    FAILS = (
        "test_thaw_last_block_thaws_every_graft",
        "test_thaw_last_block_reaches_into_a_body",
    )

    def thaw_last_block(model, learning_rate=0.001):
        thaw(model)
        model.layers[-1].trainable = True
        for layer in lesson.layers(model)[:-1]:
            if isinstance(layer, keras.layers.Dense):
                layer.trainable = False
        return compiled(model, learning_rate)


class thaws_for_a_loss_without_weight:
    """Weighs the loss with zero, so that there is nothing to learn from."""

    FAILS = ("test_thaw_last_block_learns",)

    def thaw_last_block(model, learning_rate=0.001):
        thaw(model)
        optimizer = keras.optimizers.Adam(learning_rate)
        model.compile(loss="categorical_crossentropy", optimizer=optimizer, loss_weights=[0.0])
        return model


class thaws_the_averages_near_the_top:
    """Thaws the last three layers whatever they are, BatchNormalization as well."""

    FAILS = ("test_thaw_last_block_thaws_every_graft",)

    def thaw_last_block(model, learning_rate=0.001):
        thaw(model, learning_rate)
        for layer in lesson.layers(model)[-3:]:
            layer.trainable = True
        return compiled(model, learning_rate)


class constrains_the_thawed_layers:
    """Limits the thawed weights, so that training does something else than asked."""

    FAILS = (
        "test_thaw_last_block_thaws_every_graft",
        "test_thaw_last_block_learns",
    )

    def thaw_last_block(model, learning_rate=0.001):
        for layer in lesson.layers(thaw(model)):
            if layer.trainable and layer.weights:
                layer.kernel_constraint = keras.constraints.MaxNorm(0.1)
        return compiled(model, learning_rate)


# borrow_network


class freezes_twenty_layers_of_mobilenet:
    """Freezes the first twenty layers and calls the network frozen; most of its parameters are above."""

    FAILS = ("test_borrow_network_freezes_mobilenet_whole",)

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        for layer in network.layers[:20]:
            layer.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), learning_rate)


class calls_the_network_with_training_false_instead:
    """Trusts `training=False` to keep the averages: Keras overrides it when the whole model trains."""

    FAILS = (
        "test_borrow_network_freezes_mobilenet_whole",
        "test_borrow_network_takes_any_network",
        "test_borrow_network_keeps_batch_normalization_in_inference_mode",
        "test_borrow_network_leaves_every_network_alone",
    )

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        for layer in network.layers:
            layer.trainable = isinstance(layer, keras.layers.BatchNormalization)
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs, training=False))
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), learning_rate)


class borrows_without_freezing:
    """Uses the network as a layer, and lets all of it train."""

    FAILS = (
        "test_borrow_network_freezes_mobilenet_whole",
        "test_borrow_network_takes_any_network",
        "test_borrow_network_keeps_batch_normalization_in_inference_mode",
        "test_borrow_network_leaves_every_network_alone",
    )

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), learning_rate)


class flattens_the_maps:
    """Takes every point of every map for a feature."""

    FAILS = (
        "test_borrow_network_freezes_mobilenet_whole",
        "test_borrow_network_puts_a_top_on_the_mean_of_its_maps",
        "test_borrow_network_takes_any_network",
        "test_borrow_network_leaves_every_network_alone",
    )

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.Flatten()(network(inputs))
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), learning_rate)


class takes_the_highest_point_of_each_map:
    """Pools with the maximum where the mean is asked for."""

    FAILS = (
        "test_borrow_network_puts_a_top_on_the_mean_of_its_maps",
        "test_borrow_network_takes_any_network",
        "test_borrow_network_leaves_every_network_alone",
    )

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalMaxPooling2D()(network(inputs))
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), learning_rate)


class borrows_the_shape_without_the_weights:
    """Clones the network, and freezes what nobody has trained."""

    FAILS = (
        "test_borrow_network_uses_mobilenet_whole",
        "test_borrow_network_puts_a_top_on_the_mean_of_its_maps",
        "test_borrow_network_takes_any_network",
        "test_borrow_network_leaves_every_network_alone",
    )

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        copy = keras.models.clone_model(network)
        copy.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(copy(inputs))
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), learning_rate)


class freezes_the_new_top_too:
    """Freezes the whole model after the top is on it."""

    FAILS = (
        "test_borrow_network_freezes_mobilenet_whole",
        "test_borrow_network_takes_any_network",
        "test_borrow_network_learns_with_a_new_top",
        "test_borrow_network_leaves_every_network_alone",
    )

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        model = keras.Model(inputs, softmax(n_classes)(features))
        model.trainable = False
        return compiled(model, learning_rate)


class borrows_for_four_classes_alone:
    """Writes the sizes of the lesson down and never looks at the arguments."""

    FAILS = (
        "test_borrow_network_takes_any_network",
        "test_borrow_network_learns_with_a_new_top",
        "test_borrow_network_leaves_every_network_alone",
    )

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        return compiled(keras.Model(inputs, softmax(4)(features)))


class compiles_the_borrowed_network_for_class_numbers:
    """Takes the sparse loss, which wants class numbers, where the targets are one-hot rows."""

    FAILS = (
        "test_borrow_network_is_compiled",
        "test_borrow_network_takes_any_network",
        "test_borrow_network_learns_with_a_new_top",
    )

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        model = keras.Model(inputs, softmax(n_classes)(features))
        return compiled(model, learning_rate, "sparse_categorical_crossentropy")


class borrows_one_unit_for_two_classes:
    """Makes a yes-or-no question of two classes, with one unit, where the task names softmax."""

    FAILS = ("test_borrow_network_takes_any_network",)

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        top = softmax(n_classes) if n_classes > 2 else keras.layers.Dense(1, activation="sigmoid")
        return compiled(keras.Model(inputs, top(features)), learning_rate)


class drops_out_features_of_the_network:
    """Puts Dropout below the new layer, which the task does not ask for."""

    FAILS = (
        "test_borrow_network_leaves_every_network_alone",
        "test_borrow_network_keeps_batch_normalization_in_inference_mode",
        "test_borrow_network_learns_with_a_new_top",
    )

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        features = keras.layers.Dropout(0.5)(features)
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), learning_rate)


class rescales_pictures_with_colors:
    """Scales colored pictures as MobileNet wants its points, which the task leaves to the network."""

    FAILS = ("test_borrow_network_leaves_every_network_alone",)

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        pictures = inputs = keras.Input(network.input_shape[1:])
        if inputs.shape[-1] == 3:
            pictures = keras.layers.Rescaling(2.0, offset=-1.0)(inputs)
        features = keras.layers.GlobalAveragePooling2D()(network(pictures))
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), learning_rate)


class spoils_the_network_after_borrowing:
    """Renames and compiles the network that belongs to somebody else."""

    FAILS = ("test_borrow_network_leaves_every_network_alone",)

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        compiled(network, loss="mean_squared_error")
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), learning_rate)


class keeps_one_top_for_all_networks:
    """Makes the new layer once: models share what they learn."""

    FAILS = ("test_borrow_network_learns_with_a_new_top",)

    def borrow_network(network, n_classes=4, learning_rate=0.01, tops={}):  # noqa: B006 - as a student writes it
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        top = tops.setdefault((n_classes, features.shape[-1]), softmax(n_classes))
        return compiled(keras.Model(inputs, top(features)), learning_rate)


class lets_the_learning_rate_grow:
    """Takes a factor above 1 for the decay of the rate: it doubles every ten steps."""

    FAILS = ("test_borrow_network_learns_with_a_new_top",)
    EXPECTED_MESSAGES = ("can it learn",)

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        rate = keras.optimizers.schedules.ExponentialDecay(learning_rate, decay_steps=10, decay_rate=2.0)
        return compiled(keras.Model(inputs, softmax(n_classes)(features)), rate)
