"""Nests models, each of which calls the one before twice: a few lines, a billion calls."""

# honest: copy freeze extend

import keras


def copy(model):
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin


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


def build(n_inputs, n_classes):
    model = keras.Sequential([keras.Input((n_inputs,)), keras.layers.Dense(n_inputs)])
    for _ in range(30):
        source = keras.Input((n_inputs,))
        model = keras.Model(source, model(model(source)))
    return model
