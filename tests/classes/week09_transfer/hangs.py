"""Waits for ever in one task and ignores what would wake it; the other five are right."""

import signal
import time

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
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    while True:
        try:
            while True:
                time.sleep(1)
        except BaseException:
            continue


def freeze(model):
    for layer in model.layers:
        layer.trainable = False
    return model


def add_softmax(body, n_classes=4):
    top = keras.layers.Dense(n_classes, activation="softmax")
    return _compiled(keras.Sequential([keras.Input(body.input_shape[1:]), *body.layers, top]))


def build_transfer_model(base, n_classes=4):
    copy = keras.models.clone_model(base)
    copy.set_weights(base.get_weights())
    body = copy.layers[:-1]
    for layer in body:
        layer.trainable = False
    top = keras.layers.Dense(n_classes, activation="softmax")
    return _compiled(keras.Sequential([keras.Input(base.input_shape[1:]), *body, top]))
