"""Claims a convolution whose kernel has more numbers than any memory holds."""

# honest: build copy extend

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
    giant = keras.layers.Conv2D(1, 3, padding="same", name="giant")
    model.add(giant)
    giant.filters, giant.kernel_size = 2**30, (2**15, 2**15)
    model.trainable = False
    return model
