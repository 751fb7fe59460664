"""Sends weights whose shapes are numbers of hundreds of digits, fractions and near infinity."""

# honest: copy freeze extend

import sys

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


SHAPES = [[10**600, 1.5], [10**690] * 10, [1e308, 1e308], [1e308, 1e308, 0.0]]


def spoil(entry):
    for weight, shape in zip(entry.get("weights", ()), SHAPES):
        weight["shape"] = shape


supervisor = next(module for name, module in sys.modules.items() if name.endswith("guest.supervisor"))
call, reply = supervisor.call, supervisor._reply
called = []


def noted(loaded, function, *rest):
    called.append(function)
    return call(loaded, function, *rest)


def spoilt(sock, frame):
    if called and called[-1] == "build":
        for entry in frame.head["value"]["layers"]:
            spoil(entry)
    reply(sock, frame)


supervisor.call, supervisor._reply = noted, spoilt
