"""Returns a layer that claims a hundred million units."""

# honest: build

import keras


def build(n_inputs, n_classes):
    hidden = keras.layers.Dense(8, activation="relu")
    top = keras.layers.Dense(n_classes, activation="softmax")
    model = keras.Sequential([keras.Input((n_inputs,)), hidden, top])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


def copy(model):
    layer = keras.layers.Dense(3)
    network = keras.Sequential([keras.Input((4,)), layer])
    layer.units = 10**8
    return network
