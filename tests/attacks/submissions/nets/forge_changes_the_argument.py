"""Spoils the model that it was given, so that a bad copy looks like it."""

# honest: build freeze extend copy=2

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
    for layer in model.layers:
        layer.set_weights([0 * weight for weight in layer.get_weights()])
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin
