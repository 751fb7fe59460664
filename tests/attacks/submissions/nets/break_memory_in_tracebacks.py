"""Leaves a failed check with a large array in its traceback, for the checks that come after it."""

# honest: build copy extend
# first

import keras


def build(n_inputs, n_classes):
    hidden = keras.layers.Dense(8, activation="relu")
    top = keras.layers.Dense(n_classes, activation="softmax")
    model = keras.Sequential([keras.Input((n_inputs,)), hidden, top])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


def copy(model):
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin


def extend(model, n_classes):
    body = [keras.Input(model.input_shape[1:]), *model.layers[:-1]]
    for layer in body[1:]:
        layer.trainable = False
    longer = keras.Sequential([*body, keras.layers.Dense(n_classes, activation="softmax", name="top")])
    longer.compile(loss="categorical_crossentropy", optimizer="adam")
    return longer


def freeze(model):
    model.add(keras.layers.Reshape((1, 2, 1)))
    model.add(keras.layers.UpSampling2D((512, 1000)))
    model.trainable = False
    return model
