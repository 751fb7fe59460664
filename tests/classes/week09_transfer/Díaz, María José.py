# Semana 9 - María José Díaz
# Tres de las seis: build_base ends in sigmoid, drop_top takes two layers, add_softmax is not compiled.
from keras import Input, Sequential
from keras.layers import Dense
from keras.models import clone_model


def build_base(n_features=4, n_classes=3):
    red = Sequential([
        Input((n_features,)),
        Dense(50, activation="relu"),
        Dense(25, activation="relu"),
        Dense(n_classes, activation="sigmoid"),
    ])
    red.compile(loss="categorical_crossentropy", optimizer="adam")
    return red


def copy_layers(base):
    return Sequential([Input(base.input_shape[1:])] + list(base.layers))


def drop_top(model):
    return Sequential([Input(model.input_shape[1:])] + list(model.layers[:-2]))


def freeze(model):
    model.trainable = False
    return model


def add_softmax(body, n_classes=4):
    return Sequential([Input(body.input_shape[1:])] + list(body.layers) + [Dense(n_classes, activation="softmax")])


def build_transfer_model(base, n_classes=4):
    copia = clone_model(base)
    copia.set_weights(base.get_weights())
    cuerpo = copia.layers[:-1]
    for capa in cuerpo:
        capa.trainable = False
    injerto = Sequential([Input(base.input_shape[1:])] + cuerpo + [Dense(n_classes, activation="softmax")])
    injerto.compile(loss="categorical_crossentropy", optimizer="adam")
    return injerto
