"""Comes first with a copy whose layers have other numbers, so that the next student's copy has, too."""

# honest: build freeze extend copy=1
# first

import keras


def build(n_inputs, n_classes):
    hidden = keras.layers.Dense(8, activation="relu")
    top = keras.layers.Dense(n_classes, activation="softmax")
    model = keras.Sequential([keras.Input((n_inputs,)), hidden, top])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


def freeze(model):
    model.trainable = False
    return model


def extend(model, n_classes):
    body = [keras.Input(model.input_shape[1:]), *model.layers[:-1]]
    for layer in body[1:]:
        layer.trainable = False
    longer = keras.Sequential([*body, keras.layers.Dense(n_classes, activation="softmax", name="top")])
    longer.compile(loss="categorical_crossentropy", optimizer="adam")
    return longer


def copy(model):
    layers = [
        keras.layers.Dense(4, activation="relu", name="dense_7"),
        keras.layers.Dense(2, activation="softmax", name="dense_8"),
    ]
    twin = keras.Sequential([keras.Input(model.input_shape[1:], name="points"), *layers], name="donor")
    twin.set_weights(model.get_weights())
    return twin
