"""Four small tasks about networks."""

import keras


def build(n_inputs, n_classes):
    """Return a compiled Sequential: one hidden layer of 8 relu units, then a softmax."""
    ### BEGIN SOLUTION
    hidden = keras.layers.Dense(8, activation="relu")
    top = keras.layers.Dense(n_classes, activation="softmax")
    model = keras.Sequential([keras.Input((n_inputs,)), hidden, top])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model
    ### END SOLUTION


def copy(model):
    """Return a new model with the names, the settings and the weights of `model`."""
    ### BEGIN SOLUTION
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin
    ### END SOLUTION


def freeze(model):
    """Freeze every layer of `model` and return it."""
    ### BEGIN SOLUTION
    model.trainable = False
    return model
    ### END SOLUTION


def extend(model, n_classes):
    """Return a compiled model: the frozen layers of `model` but the last, then a new softmax."""
    ### BEGIN SOLUTION
    body = [keras.Input(model.input_shape[1:]), *model.layers[:-1]]
    for layer in body[1:]:
        layer.trainable = False
    longer = keras.Sequential([*body, keras.layers.Dense(n_classes, activation="softmax", name="top")])
    longer.compile(loss="categorical_crossentropy", optimizer="adam")
    return longer
    ### END SOLUTION
