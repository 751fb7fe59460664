"""Right answers to the tasks of this kit in other styles: every check passes on each.

The form is that of `mistakes.py` beside this file, without `FAILS`. A class may hold some of the tasks or
all; where it leaves one out, the answer of `transfer.py` stands.
"""

import copy
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf


class shares_the_layers_as_the_lesson_does:
    """Adds the layer objects themselves to new models, except in the graft, which must not share."""

    def copy_layers(base):
        model = keras.Sequential()
        model.add(keras.Input((base.input_shape[-1],)))
        for layer in base.layers:
            model.add(layer)
        return model

    def drop_top(model):
        body = keras.Sequential()
        body.add(keras.Input((model.input_shape[-1],)))
        for layer in model.layers[:-1]:
            body.add(layer)
        return body

    def freeze(model):
        for layer in model.layers:
            layer.trainable = False
        return model

    def add_softmax(body, n_classes=4):
        model = keras.Sequential()
        model.add(keras.Input((body.input_shape[-1],)))
        for layer in body.layers:
            model.add(layer)
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class clones_and_sets_the_weights:
    """Gives every new model layers of its own."""

    def copy_layers(base):
        model = keras.models.clone_model(base)
        model.set_weights(base.get_weights())
        return model

    def drop_top(model):
        body = keras.models.clone_model(model)
        body.set_weights(model.get_weights())
        body.pop()
        return body

    def freeze(model):
        frozen = keras.models.clone_model(model)
        frozen.set_weights(model.get_weights())
        frozen.trainable = False
        return frozen

    def add_softmax(body, n_classes=4):
        model = keras.models.clone_model(body)
        model.set_weights(body.get_weights())
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.compile(optimizer=keras.optimizers.Adam(), loss=keras.losses.CategoricalCrossentropy())
        return model

    def build_transfer_model(base, n_classes=4):
        model = keras.models.clone_model(base)
        model.set_weights(base.get_weights())
        model.pop()
        for layer in model.layers:
            layer.trainable = False
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.compile(optimizer=keras.optimizers.Adam(), loss=keras.losses.CategoricalCrossentropy())
        return model


class builds_functional_models:
    """Calls layers on tensors instead of stacking them."""

    def build_base(n_features=4, n_classes=3):
        inputs = keras.Input(shape=(n_features,), name="measurements")
        x = keras.layers.Dense(50, activation="relu")(inputs)
        x = keras.layers.Dense(25, activation="relu")(x)
        outputs = keras.layers.Dense(n_classes, activation="softmax")(x)
        model = keras.Model(inputs=inputs, outputs=outputs)
        model.compile("adam", "categorical_crossentropy")
        return model

    def copy_layers(base):
        inputs = keras.Input(shape=base.input_shape[1:])
        x = inputs
        for layer in base.layers:
            x = layer(x)
        return keras.Model(inputs, x)

    def drop_top(model):
        inputs = keras.Input(shape=model.input_shape[1:])
        x = inputs
        for layer in model.layers[:-1]:
            x = layer(x)
        return keras.Model(inputs, x)

    def add_softmax(body, n_classes=4):
        inputs = keras.Input(shape=body.input_shape[1:])
        x = inputs
        for layer in body.layers:
            x = layer(x)
        outputs = keras.layers.Dense(n_classes, activation="softmax")(x)
        model = keras.Model(inputs, outputs)
        model.compile("adam", "categorical_crossentropy")
        return model

    def build_transfer_model(base, n_classes=4):
        inputs = keras.Input(shape=base.input_shape[1:])
        x = inputs
        for layer in base.layers[:-1]:
            fresh = keras.layers.Dense(layer.units, activation=layer.activation, trainable=False)
            x = fresh(x)
            fresh.set_weights(layer.get_weights())
        model = keras.Model(inputs, keras.layers.Dense(n_classes, activation="softmax")(x))
        model.compile("adam", "categorical_crossentropy")
        return model


class cuts_between_tensors:
    """Makes models of the given model's own input and one of its inner outputs."""

    def copy_layers(base):
        return keras.Model(base.inputs, base.outputs)

    def drop_top(model):
        return keras.Model(inputs=model.inputs, outputs=model.layers[-2].output)

    def add_softmax(body, n_classes=4):
        outputs = keras.layers.Dense(n_classes, activation="softmax", name="flowers")(body.layers[-1].output)
        model = keras.Model(inputs=body.layers[0].input, outputs=outputs)
        model.compile(optimizer="adam", loss="categorical_crossentropy")
        return model

    def build_transfer_model(base, n_classes=4):
        donor = keras.models.clone_model(base)
        donor.set_weights(base.get_weights())
        donor.trainable = False
        outputs = keras.layers.Dense(n_classes, activation="softmax", name="flowers")(donor.layers[-2].output)
        model = keras.Model(donor.inputs, outputs)
        model.compile(optimizer="adam", loss="categorical_crossentropy")
        return model


class nests_the_body:
    """Uses a whole model as one layer of the next."""

    def copy_layers(base):
        return keras.Sequential([keras.Input((base.input_shape[-1],)), base])

    def drop_top(model):
        inner = keras.Sequential([keras.Input((model.input_shape[-1],)), *model.layers[:-1]])
        return keras.Sequential([keras.Input((model.input_shape[-1],)), inner])

    def add_softmax(body, n_classes=4):
        model = keras.Sequential(
            [
                keras.Input((body.input_shape[-1],)),
                body,
                keras.layers.Dense(n_classes, activation="softmax"),
            ]
        )
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model

    def build_transfer_model(base, n_classes=4):
        donor = keras.models.clone_model(base)
        donor.set_weights(base.get_weights())
        body = keras.Sequential([keras.Input((base.input_shape[-1],)), *donor.layers[:-1]])
        body.trainable = False
        inputs = keras.Input((base.input_shape[-1],))
        outputs = keras.layers.Dense(n_classes, activation="softmax")(body(inputs, training=False))
        model = keras.Model(inputs, outputs)
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class rebuilds_from_the_config:
    """Makes each layer anew from its own description, then carries the weights over."""

    def copy_layers(base):
        model = keras.Sequential.from_config(base.get_config())
        model.set_weights(base.get_weights())
        return model

    def drop_top(model):
        body = keras.Sequential([keras.Input((model.input_shape[-1],))])
        for layer in model.layers[:-1]:
            fresh = type(layer).from_config(layer.get_config())
            body.add(fresh)
            fresh.set_weights(layer.get_weights())
        return body

    def freeze(model):
        frozen = type(model).from_config(model.get_config())
        for mine, theirs in zip(frozen.weights, model.weights, strict=True):
            mine.assign(theirs)
        for layer in frozen.layers:
            layer.trainable = False
        return frozen

    def build_transfer_model(base, n_classes=4):
        model = keras.Sequential([keras.Input((base.input_shape[-1],))])
        for layer in base.layers[:-1]:
            config = layer.get_config()
            config["name"] = "borrowed_" + config["name"]
            config["trainable"] = False
            model.add(keras.layers.Dense.from_config(config))
        for mine, theirs in zip(model.layers, base.layers, strict=False):
            mine.set_weights(theirs.get_weights())
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class spells_it_tf_keras:
    """Reaches Keras through TensorFlow, as most tutorials do."""

    def build_base(n_features=4, n_classes=3):
        model = tf.keras.models.Sequential()
        model.add(tf.keras.layers.InputLayer(shape=(n_features,)))
        model.add(tf.keras.layers.Dense(50, activation=tf.nn.relu))
        model.add(tf.keras.layers.Dense(25, activation=tf.keras.activations.relu))
        model.add(tf.keras.layers.Dense(n_classes, activation=tf.nn.softmax))
        model.compile(loss=tf.keras.losses.categorical_crossentropy, optimizer=tf.keras.optimizers.Adam())
        return model

    def copy_layers(base):
        model = tf.keras.models.Sequential([tf.keras.layers.InputLayer(shape=base.input_shape[1:])])
        for layer in base.layers:
            model.add(layer)
        return model

    def add_softmax(body, n_classes=4):
        model = tf.keras.models.Sequential([tf.keras.Input(body.input_shape[1:]), *body.layers])
        model.add(tf.keras.layers.Dense(n_classes, activation=tf.keras.activations.softmax))
        model.compile(loss=tf.keras.losses.CategoricalCrossentropy(), optimizer=tf.optimizers.Adam())
        return model


class activates_in_layers_of_their_own:
    """Separates each activation from the layer with the weights."""

    def build_base(n_features=4, n_classes=3):
        model = keras.Sequential(
            [
                keras.Input((n_features,)),
                keras.layers.Dense(50),
                keras.layers.ReLU(),
                keras.layers.Dense(25),
                keras.layers.Activation("relu"),
                keras.layers.Dense(n_classes),
                keras.layers.Softmax(),
            ]
        )
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model

    def add_softmax(body, n_classes=4):
        model = keras.Sequential([keras.Input((body.input_shape[-1],)), *body.layers])
        model.add(keras.layers.Dense(n_classes))
        model.add(keras.layers.Activation("softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model

    def build_transfer_model(base, n_classes=4):
        model = keras.Sequential([keras.Input((base.input_shape[-1],))])
        for layer in base.layers[:-1]:
            fresh = keras.layers.Dense(layer.units)
            model.add(fresh)
            model.add(keras.layers.Activation(layer.activation))
            fresh.set_weights(layer.get_weights())
            fresh.trainable = False
        model.add(keras.layers.Dense(n_classes))
        model.add(keras.layers.Softmax())
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class helps_itself_with_types_and_prints:
    """Works with type hints, a nested helper, a log on the screen and parameters of other names."""

    def build_base(n_features: int = 4, n_classes: int = 3) -> keras.Model:
        """Build the donor's network."""
        sizes: dict[int, str] = {50: "relu", 25: "relu", n_classes: "softmax"}
        network = keras.Sequential(
            [keras.Input((n_features,)), *(keras.layers.Dense(n, activation=a) for n, a in sizes.items())],
            name="donor",
        )
        network.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
        network.summary()
        return network

    def copy_layers(old_network: keras.Model) -> keras.Model:
        """Copy the layers one by one."""
        new_network = keras.Sequential()
        new_network.add(keras.Input(shape=old_network.input_shape[1:]))
        for number, layer in enumerate(old_network.layers):
            print(f"copying layer {number}: {layer.name}")
            new_network.add(layer)
        new_network.summary()
        return new_network

    def drop_top(network: keras.Model) -> keras.Model:
        """Leave the last layer behind."""
        print("before:", len(network.layers), "layers")
        smaller = keras.Sequential([keras.Input(shape=network.input_shape[1:]), *network.layers[:-1]])
        print("after:", len(smaller.layers), "layers")
        return smaller

    def freeze(network: keras.Model) -> keras.Model:
        """Freeze all layers."""

        def freeze_one(layer: keras.layers.Layer) -> None:
            layer.trainable = False
            print(f"{layer.name} is frozen")

        for layer in network.layers:
            freeze_one(layer)
        assert not network.trainable_weights
        return network

    def build_transfer_model(donor: keras.Model, n_classes: int = 4) -> keras.Model:
        """Graft a new top onto a copy of the donor's body."""

        def borrow(layer: keras.layers.Layer) -> keras.layers.Layer:
            borrowed = type(layer).from_config(layer.get_config())
            borrowed.build((None, layer.kernel.shape[0]))
            borrowed.set_weights(layer.get_weights())
            borrowed.trainable = False
            return borrowed

        layers = [borrow(layer) for layer in donor.layers[:-1]]
        top = keras.layers.Dense(n_classes, activation="softmax", name="new_top")
        graft = keras.Sequential([keras.Input(donor.input_shape[1:]), *layers, top], name="graft")
        graft.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
        graft.summary()
        print(f"{len(graft.trainable_weights)} arrays will train")
        return graft


class starts_and_steps_otherwise:
    """Chooses initial weights and a learning rate of its own, which the task leaves open."""

    def build_base(n_features=4, n_classes=3):
        model = keras.Sequential(
            [
                keras.Input((n_features,)),
                keras.layers.Dense(50, activation="relu", kernel_initializer="he_normal"),
                keras.layers.Dense(
                    25, activation="relu", kernel_initializer=keras.initializers.HeUniform(seed=1)
                ),
                keras.layers.Dense(n_classes, activation="softmax", bias_initializer="ones"),
            ]
        )
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate=0.002))
        return model

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax", kernel_initializer="zeros")
        model = keras.Sequential([keras.Input((body.input_shape[-1],)), *body.layers, top])
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate=0.01))
        return model

    def build_transfer_model(base, n_classes=4):
        model = keras.models.clone_model(base)
        model.set_weights(base.get_weights())
        model.pop()
        for layer in model.layers:
            layer.trainable = False
        initializer = keras.initializers.RandomNormal(stddev=0.01, seed=3)
        model.add(keras.layers.Dense(n_classes, activation="softmax", kernel_initializer=initializer))
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.005, beta_1=0.8))
        return model


class compiles_with_all_the_trimmings:
    """Asks for metrics and for ways of running that change nothing about the answer."""

    def build_base(n_features=4, n_classes=3):
        model = keras.Sequential(
            [
                keras.Input((n_features,), name="flower"),
                keras.layers.Dense(units=50, activation=keras.activations.relu, name="wide"),
                keras.layers.Dense(units=25, activation=keras.activations.relu, name="narrow"),
                keras.layers.Dense(units=n_classes, activation=keras.activations.softmax, name="kinds"),
            ],
            name="iris_base",
        )
        model.compile(
            optimizer=keras.optimizers.Adam(name="stepper"),
            loss=keras.losses.CategoricalCrossentropy(name="surprise"),
            metrics=["accuracy", keras.metrics.CategoricalAccuracy(name="right")],
            run_eagerly=True,
        )
        return model

    def add_softmax(body, n_classes=4):
        model = keras.Sequential([keras.Input((body.input_shape[-1],)), *body.layers])
        model.add(keras.layers.Dense(n_classes, activation="softmax", name="kinds"))
        model.compile(
            optimizer="Adam",
            loss=["categorical_crossentropy"],
            metrics=["accuracy"],
            jit_compile=False,
            steps_per_execution=2,
        )
        return model


class freezes_the_model_as_a_whole:
    """Sets the one flag that Keras hands down to all layers."""

    def freeze(model):
        model.trainable = False
        return model


class freezes_from_the_last_layer_to_the_first:
    """Walks through the layers backwards and by their number."""

    def freeze(model):
        for i in reversed(range(len(model.layers))):
            model.get_layer(index=i).trainable = False
        return model


class freezes_after_compiling:
    """Compiles first: nothing has been trained yet, so the flags still count."""

    def build_transfer_model(base, n_classes=4):
        model = keras.Sequential([keras.Input((base.input_shape[-1],))])
        for layer in base.layers[:-1]:
            model.add(keras.layers.Dense(layer.units, activation=layer.activation))
            model.layers[-1].set_weights(layer.get_weights())
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        for layer in model.layers[:-1]:
            layer.trainable = False
        return model


class names_the_input_late:
    """Stacks layers without an input and builds them afterwards."""

    def build_base(n_features=4, n_classes=3):
        model = keras.Sequential()
        model.add(keras.layers.Dense(50, activation="relu"))
        model.add(keras.layers.Dense(25, activation="relu"))
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.build((None, n_features))
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model

    def copy_layers(base):
        model = keras.Sequential(base.layers)
        model.build(base.input_shape)
        return model

    def drop_top(model):
        body = keras.Sequential(model.layers[:-1])
        body.build(model.input_shape)
        return body


class shows_the_network_some_rows:
    """Lets the first rows that pass through build the network."""

    def build_base(n_features=4, n_classes=3):
        model = keras.Sequential(
            [
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ]
        )
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        model(np.zeros((2, n_features), dtype="float32"))
        return model

    def drop_top(model):
        body = keras.Sequential(model.layers[:-1])
        body.predict(np.zeros((2, model.input_shape[-1]), dtype="float32"), verbose=0)
        return body


class copies_deeply:
    """Leaves the copying to Python."""

    def copy_layers(base):
        return copy.deepcopy(base)

    def drop_top(model):
        body = copy.deepcopy(model)
        body.pop()
        return body

    def build_transfer_model(base, n_classes=4):
        layers = copy.deepcopy(base).layers[:-1]
        for layer in layers:
            layer.trainable = False
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = keras.Sequential([keras.Input((base.input_shape[-1],)), *layers, top])
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class copies_through_a_file:
    """Saves the donor and loads it again, as one does with a network from elsewhere."""

    def build_transfer_model(base, n_classes=4):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "donor.keras"
            base.save(path)
            model = keras.models.load_model(path)
        model.pop()
        for layer in model.layers:
            layer.trainable = False
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class pops_from_a_copy:
    """Shares the layers with a new model and takes the last one away there, not from the argument."""

    def drop_top(model):
        body = keras.Sequential([keras.Input((model.input_shape[-1],)), *model.layers])
        body.pop()
        return body


class chooses_schedules_reductions_and_smoothing:
    """Lets the learning rate fall, sums or smooths the loss: all are Adam and categorical cross-entropy."""

    def build_base(n_features=4, n_classes=3):
        model = keras.Sequential(
            [
                keras.Input((n_features,)),
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ]
        )
        rate = keras.optimizers.schedules.ExponentialDecay(0.005, decay_steps=200, decay_rate=0.9)
        loss = keras.losses.CategoricalCrossentropy(reduction="sum")
        model.compile(loss=loss, optimizer=keras.optimizers.Adam(rate))
        return model

    def add_softmax(body, n_classes=4):
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = keras.Sequential([keras.Input((body.input_shape[-1],)), *body.layers, top])
        rate = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=1000)
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
        model.compile(loss=loss, optimizer=keras.optimizers.Adam(rate))
        return model

    def build_transfer_model(base, n_classes=4):
        model = keras.models.clone_model(base)
        model.set_weights(base.get_weights())
        model.pop()
        for layer in model.layers:
            layer.trainable = False
        model.add(keras.layers.Dense(n_classes, activation="softmax"))
        rate = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=1000, decay_rate=0.5)
        loss = keras.losses.CategoricalCrossentropy(reduction="sum", label_smoothing=0.05)
        model.compile(loss=loss, optimizer=keras.optimizers.Adam(rate))
        return model
