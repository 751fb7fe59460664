"""Half of it: three tasks are right, one is wrong, one is a stub and one is missing."""

import keras


def build_base(n_features=4, n_classes=3):
    model = keras.Sequential(
        [
            keras.Input((n_features,)),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(25, activation="relu"),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy")
    return model


def copy_layers(base):
    # I thought that this copies the weights as well.
    return keras.models.clone_model(base)


def drop_top(model):
    return keras.Model(model.inputs, model.layers[-2].output)


def freeze(model):
    for layer in model.layers:
        layer.trainable = False
    return model


def add_softmax(body, n_classes=4):
    raise NotImplementedError("ran out of time")
