import keras


def build_base(n_features=4, n_classes=3):
    net = keras.Sequential()
    net.add(keras.Input(shape=(n_features,)))
    net.add(keras.layers.Dense(50, activation="relu"))
    net.add(keras.layers.Dense(25, activation="relu"))
    net.add(keras.layers.Dense(n_classes, activation="softmax"))
    net.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return net


def copy_layers(base):
    twin = keras.models.clone_model(base)
    twin.set_weights(base.get_weights())
    return twin


def drop_top(model):
    short = keras.Sequential([keras.Input(shape=model.input_shape[1:])])
    for layer in model.layers[:-1]:
        short.add(layer)
    return short


def freeze(model):
    for layer in model.layers:
        layer.trainable = False
    return model


def add_softmax(body, n_classes=4):
    net = keras.Sequential([keras.Input(shape=body.input_shape[1:])])
    for layer in body.layers:
        net.add(layer)
    net.add(keras.layers.Dense(n_classes, activation="softmax"))
    net.compile(optimizer="adam", loss="categorical_crossentropy")
    return net


def build_transfer_model(base, n_classes=4):
    own = keras.models.clone_model(base)
    own.set_weights(base.get_weights())
    return add_softmax(freeze(drop_top(own)), n_classes)


build_base = build_base()
build_base.summary()
