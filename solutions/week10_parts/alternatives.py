"""Right answers to the tasks of this kit in other styles: every check passes on each.

The form is that of `mistakes.py` beside this file, without `FAILS`. A class may hold some of the tasks or
all; where it leaves one out, the answer of `borrow.py` stands.
"""

import keras
import lesson
import numpy as np
import tensorflow as tf


class cuts_between_tensors:
    """Makes models of a given model's own input and one of its inner outputs."""

    def cut_body(donor):
        features = next(layer.output for layer in donor.layers if len(layer.output.shape) == 2)
        return keras.Model(donor.inputs, features)

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        outputs = keras.layers.Dense(n_classes, activation="softmax", name="things")(body.layers[-1].output)
        model = keras.Model(body.inputs, outputs)
        model.compile(keras.optimizers.Adam(learning_rate), keras.losses.CategoricalCrossentropy())
        return model

    def extract_features(body, pictures):
        return body.predict(pictures, verbose=0)

    def take_top(model, learning_rate=0.01):
        top = keras.Model(model.layers[-1].input, model.layers[-1].output)
        top.compile(keras.optimizers.Adam(learning_rate), keras.losses.CategoricalCrossentropy())
        return top

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        features = keras.layers.GlobalAveragePooling2D()(network.output)
        model = keras.Model(network.input, keras.layers.Dense(n_classes, activation="softmax")(features))
        model.compile(keras.optimizers.Adam(learning_rate), keras.losses.CategoricalCrossentropy())
        return model


class stacks_layers_one_by_one:
    """Adds the very layer objects to Sequential models."""

    def cut_body(donor):
        body = keras.Sequential()
        body.add(keras.Input(donor.input_shape[1:]))
        for layer in donor.layers:
            body.add(layer)
            if len(body.output_shape) == 2:
                break
        return body

    def freeze(body):
        for layer in body.layers:
            layer.trainable = False
        return body

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        model = keras.Sequential()
        model.add(keras.Input(body.input_shape[1:]))
        for layer in body.layers:
            model.add(layer)
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="categorical_crossentropy")
        return model

    def take_top(model, learning_rate=0.01):
        top = keras.Sequential()
        top.add(keras.Input((model.layers[-2].output.shape[-1],)))
        top.add(model.layers[-1])
        top.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="categorical_crossentropy")
        return top

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        model = keras.Sequential()
        model.add(keras.Input(network.input_shape[1:]))
        model.add(network)
        model.add(keras.layers.GlobalAveragePooling2D())
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.layers[0].trainable = False
        model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="categorical_crossentropy")
        return model


class works_on_copies:
    """Gives every new model layers of its own, but for the top, which is to be shared."""

    def cut_body(donor):
        copy = keras.models.clone_model(donor)
        copy.set_weights(donor.get_weights())
        while len(copy.layers) > 1 and len(copy.layers[-2].output.shape) == 2:
            copy.pop()
        return copy

    def freeze(body):
        frozen = keras.models.clone_model(body)
        frozen.set_weights(body.get_weights())
        frozen.trainable = False
        return frozen

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        model = keras.models.clone_model(body)
        model.set_weights(body.get_weights())
        model.trainable = True
        for mine, theirs in zip(model.layers, body.layers, strict=True):
            mine.trainable = theirs.trainable
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="categorical_crossentropy")
        return model

    def thaw_last_block(model, learning_rate=0.001):
        for layer in (model, *lesson.layers(model)):
            layer.trainable = True
        copy = keras.models.clone_model(model)
        copy.set_weights(model.get_weights())
        layers = lesson.layers(copy)
        last = [isinstance(layer, keras.layers.Conv2D) for layer in layers][::-1].index(True)
        for layer in layers[: -last - 1]:
            layer.trainable = False
        for layer in layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False
        copy.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="categorical_crossentropy")
        return copy

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        copy = keras.models.clone_model(network)
        copy.set_weights(network.get_weights())
        copy.trainable = False
        model = keras.Sequential(
            [
                keras.Input(network.input_shape[1:]),
                copy,
                keras.layers.GlobalAveragePooling2D(),
                keras.layers.Dense(n_classes, activation="softmax"),
            ]
        )
        model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="categorical_crossentropy")
        return model


class calls_bodies_with_training_false:
    """Says `training=False` as well, as most tutorials do; the freeze is what counts."""

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        inputs = keras.Input(shape=body.input_shape[1:])
        features = body(inputs, training=False)
        model = keras.Model(inputs, keras.layers.Dense(n_classes, activation="softmax")(features))
        model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="categorical_crossentropy")
        return model

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(shape=network.input_shape[1:])
        maps = network(inputs, training=False)
        features = keras.layers.GlobalAveragePooling2D()(maps)
        model = keras.Model(inputs, keras.layers.Dense(n_classes, activation="softmax")(features))
        model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="categorical_crossentropy")
        return model


class freezes_first_and_thaws_what_is_named:
    """Freezes everything, opens every network around, then thaws one layer after another."""

    def freeze(body):
        for layer in lesson.layers(body):
            layer.trainable = False
        return body

    def thaw_last_block(model, learning_rate=0.001):
        model.trainable = True
        layers = lesson.layers(model)
        for layer in layers:
            layer.trainable = False
        for layer in reversed(layers):
            if not isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = True
            if isinstance(layer, keras.layers.Conv2D):
                break
        model.compile(
            loss=keras.losses.CategoricalCrossentropy(), optimizer=keras.optimizers.Adam(learning_rate)
        )
        return model


class extracts_in_batches:
    """Sends a few pictures at a time through the body, and puts the rows together."""

    def extract_features(body, pictures):
        rows = [body(pictures[start : start + 7], training=False) for start in range(0, len(pictures), 7)]
        return np.concatenate([row.numpy() for row in rows])


class returns_a_tensor_of_features:
    """Returns what the body gives, which arrives as an array."""

    def extract_features(body, pictures):
        return body(pictures, training=False).numpy()


class puts_softmax_into_a_layer_of_its_own:
    """Lets the Dense layer give scores, and a layer without weights make shares of them."""

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        layers = [keras.layers.Dense(n_classes), keras.layers.Softmax()]
        model = keras.Sequential([keras.Input(body.input_shape[1:]), *body.layers, *layers])
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
        return model

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        features = keras.layers.GlobalAveragePooling2D()(network(inputs))
        scores = keras.layers.Dense(n_classes)(features)
        model = keras.Model(inputs, keras.layers.Activation("softmax")(scores))
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
        return model


class spells_it_tf_keras:
    """Reaches Keras through TensorFlow, as most tutorials do."""

    def cut_body(donor):
        kept = tf.keras.models.Sequential([tf.keras.layers.InputLayer(shape=donor.input_shape[1:])])
        for layer in donor.layers:
            kept.add(layer)
            if tf.TensorShape(layer.output.shape).rank == 2:
                break
        return kept

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        top = tf.keras.layers.Dense(n_classes, activation=tf.nn.softmax)
        model = tf.keras.models.Sequential([tf.keras.Input(body.input_shape[1:]), *body.layers, top])
        model.compile(
            loss=tf.keras.losses.categorical_crossentropy,
            optimizer=tf.keras.optimizers.Adam(learning_rate=learning_rate),
        )
        return model

    def extract_features(body, pictures):
        return body(tf.constant(pictures), training=False).numpy()


class nests_body_in_body:
    """Uses whole models as layers of the next ones."""

    def cut_body(donor):
        count = next(place for place, layer in enumerate(donor.layers, 1) if len(layer.output.shape) == 2)
        inner = keras.Sequential([keras.Input(donor.input_shape[1:]), *donor.layers[:count]])
        return keras.Sequential([keras.Input(donor.input_shape[1:]), inner])

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = keras.Sequential([keras.Input(body.input_shape[1:]), body, top])
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
        return model


class pools_by_average_pooling_and_flatten:
    """Averages over windows as large as the maps, and flattens the points that remain."""

    def borrow_network(network, n_classes=4, learning_rate=0.01):
        network.trainable = False
        inputs = keras.Input(network.input_shape[1:])
        maps = network(inputs)
        means = keras.layers.AveragePooling2D(pool_size=maps.shape[1:3])(maps)
        features = keras.layers.Flatten()(means)
        model = keras.Model(inputs, keras.layers.Dense(n_classes, activation="softmax")(features))
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
        return model


class recompiles_what_it_builds:
    """Compiles first and thaws later, then compiles once more, as Keras wants it."""

    def thaw_last_block(model, learning_rate=0.001):
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        model.trainable = True
        layers = lesson.layers(model)
        places = [place for place, layer in enumerate(layers) if type(layer).__name__ == "Conv2D"]
        for place, layer in enumerate(layers):
            layer.trainable = place >= places[-1] and "BatchNormalization" not in type(layer).__name__
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
        return model


class smooths_labels_and_sums_the_loss:
    """Compiles with a loss that is summed or smoothed: both are categorical cross-entropy."""

    def add_softmax(body, n_classes=4, learning_rate=0.01):
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = keras.Sequential([keras.Input(body.input_shape[1:]), *body.layers, top])
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.05)
        model.compile(loss=loss, optimizer=keras.optimizers.Adam(learning_rate))
        return model

    def take_top(model, learning_rate=0.01):
        top = keras.Sequential([keras.Input(model.layers[-1].input.shape[1:]), model.layers[-1]])
        loss = keras.losses.CategoricalCrossentropy(reduction="sum")
        top.compile(loss=loss, optimizer=keras.optimizers.Adam(learning_rate))
        return top
