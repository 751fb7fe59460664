"""Week 9, Ada Lovelace. Everything solved, in the way of the lesson."""

import keras


def build_base(n_features=4, n_classes=3):
    model = keras.Sequential()
    model.add(keras.Input(shape=(n_features,)))
    model.add(keras.layers.Dense(50, activation="relu"))
    model.add(keras.layers.Dense(25, activation="relu"))
    model.add(keras.layers.Dense(n_classes, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


def copy_layers(base):
    copied = keras.Sequential()
    copied.add(keras.Input(shape=base.input_shape[1:]))
    for layer in base.layers:
        copied.add(layer)
    return copied


def drop_top(model):
    body = keras.Sequential()
    body.add(keras.Input(shape=model.input_shape[1:]))
    for layer in model.layers[:-1]:
        body.add(layer)
    return body


def freeze(model):
    for layer in model.layers:
        layer.trainable = False
    return model


def add_softmax(body, n_classes=4):
    grown = keras.Sequential()
    grown.add(keras.Input(shape=body.input_shape[1:]))
    for layer in body.layers:
        grown.add(layer)
    grown.add(keras.layers.Dense(n_classes, activation="softmax"))
    grown.compile(loss="categorical_crossentropy", optimizer="adam")
    return grown


def build_transfer_model(base, n_classes=4):
    own = keras.models.clone_model(base)  # never the donor's own layers
    own.set_weights(base.get_weights())
    return add_softmax(freeze(drop_top(own)), n_classes)


if __name__ == "__main__":
    raise SystemExit("this line must never run while grading")
