"""Returns a subclass that lies about its parameters and flags."""

# honest: build

import keras


def build(n_inputs, n_classes):
    hidden = keras.layers.Dense(8, activation="relu")
    top = keras.layers.Dense(n_classes, activation="softmax")
    model = keras.Sequential([keras.Input((n_inputs,)), hidden, top])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


class Liar(keras.Sequential):
    trainable_variables = []
    def count_params(self): return 1
def freeze(model):
    return Liar(model.layers)
