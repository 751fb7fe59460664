import keras


def _compiled(model):
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


def build_base(n_features=4, n_classes=3):
    return _compiled(
        keras.Sequential(
            [
                keras.Input((n_features,)),
                keras.layers.Dense(50, activation="relu"),
                keras.layers.Dense(25, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ]
        )
    )


def copy_layers(base):
    return keras.Sequential([keras.Input(base.input_shape[1:]), *base.layers])


def drop_top(model):
    return keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[:-1]])


def freeze(model):
    for layer in model.layers:
        layer.trainable = False
    return model


def add_softmax(body, n_classes=4):
    raise NotImplementedError


def build_transfer_model(base, n_classes=4):
    # Takes the donor's own layers: nothing is copied.
    body = base.layers[:-1]
    for layer in body:
        layer.trainable = False
    top = keras.layers.Dense(n_classes, activation="softmax")
    return _compiled(keras.Sequential([keras.Input(base.input_shape[1:]), *body, top]))
