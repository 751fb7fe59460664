"""Week 9: transfer learning. Six tasks: a network of your own, then a graft onto somebody else's.

The networks that are passed to you are Sequential networks of Dense layers, built (their weights exist): any
number of layers, any sizes, any activations. What you return may be Sequential or Functional, flat or nested,
made of Keras' own layers; it must be built too. `lesson.py` has the data and the training.
"""

from __future__ import annotations

import keras


def build_base(n_features: int = 4, n_classes: int = 3) -> keras.Model:
    """Build the network that will be the donor.

    Return a new network for rows of `n_features` numbers:

    1. a Dense layer of 50 units with relu,
    2. a Dense layer of 25 units with relu,
    3. a Dense layer of `n_classes` units with softmax.

    Every layer has its bias, and all of them train. The network is built, so it knows the size of its input
    (`keras.Input`), and compiled: the loss is categorical cross-entropy, for one-hot targets and outputs that
    are probabilities, and the optimizer Adam.

    Shapes: (rows, n_features) in, (rows, n_classes) out.

    For example:

        >>> base = build_base()
        >>> base.count_params()  # 250 + 1,275 + 78
        1603
        >>> base.output_shape
        (None, 3)

    After 100 epochs of `lesson.train`, the base gets at least 95 % of the Iris flowers right.
    """
    ### BEGIN SOLUTION
    base = keras.Sequential(
        [
            keras.Input((n_features,)),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(25, activation="relu"),
            keras.layers.Dense(n_classes, activation="softmax"),
        ]
    )
    base.compile(loss="categorical_crossentropy", optimizer="adam")
    return base
    ### END SOLUTION


def copy_layers(base: keras.Model) -> keras.Model:
    """Copy a network, layer by layer.

    Return a new model that has all layers of `base`, in order and with their weights, so that it predicts the
    same. Re-using the layer objects is as right as making new ones. It need not be compiled.

    `base` must stay as it is: its layers, weights and trainable flags.

    Shapes: those of `base`, in and out.

    For example:

        >>> base = build_base()
        >>> copy = copy_layers(base)
        >>> copy is base
        False
        >>> copy.count_params()
        1603
    """
    ### BEGIN SOLUTION
    copy = keras.models.clone_model(base)
    copy.set_weights(base.get_weights())
    return copy
    ### END SOLUTION


def drop_top(model: keras.Model) -> keras.Model:
    """Cut off the last layer.

    Return a model that has all layers of `model` but the last one, in order and with their weights. What
    comes out of it is what the last layer used to receive. `model` has at least two layers. Re-using the
    layer objects is as right as making new ones. The answer need not be compiled.

    `model` must stay as it is: all of its layers, the last one too, their weights and trainable flags.

    Shapes: (rows, features) in, like `model`; (rows, units of the last but one layer) out.

    For example:

        >>> base = build_base()
        >>> body = drop_top(base)
        >>> body.count_params(), base.count_params()
        (1525, 1603)
        >>> body.output_shape
        (None, 25)
    """
    ### BEGIN SOLUTION
    return keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[:-1]])
    ### END SOLUTION


def freeze(model: keras.Model) -> keras.Model:
    """Freeze a network, so that no training can change it.

    Return `model` itself, or a copy with the same layers and weights, with every layer frozen: nothing is
    left to train. Some layers may be frozen already. The answer need not be compiled.

    Freezing changes neither weights nor outputs.

    Shapes: those of `model`, in and out.

    For example:

        >>> body = freeze(drop_top(build_base()))
        >>> body.count_params(), len(body.trainable_variables)
        (1525, 0)
    """
    ### BEGIN SOLUTION
    for layer in model.layers:
        layer.trainable = False
    return model
    ### END SOLUTION


def add_softmax(body: keras.Model, n_classes: int = 4) -> keras.Model:
    """Put a new top onto a network.

    Return a new model that has all layers of `body`, in order and with their weights, and then one new Dense
    layer of `n_classes` units with softmax and a bias. Re-using the layer objects, or `body` as a layer, is
    as right as making new ones. Compile the model: categorical cross-entropy, Adam.

    All, some or none of the layers of `body` are frozen. What was frozen stays frozen, what was not stays
    so, and the new layer trains. `body` must not grow: it keeps its layers, weights and trainable flags.

    Shapes: (rows, features) in, like `body`; (rows, n_classes) out.

    For example:

        >>> body = freeze(drop_top(build_base()))
        >>> model = add_softmax(body)
        >>> model.count_params(), len(model.trainable_variables)  # the new kernel and the new bias
        (1629, 2)
        >>> len(body.layers)
        2
    """
    ### BEGIN SOLUTION
    top = keras.layers.Dense(n_classes, activation="softmax")
    model = keras.Sequential([keras.Input(body.input_shape[1:]), *body.layers, top])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model
    ### END SOLUTION


def build_transfer_model(base: keras.Model, n_classes: int = 4) -> keras.Model:
    """Make the whole graft: borrow the layers of `base`, and train nothing but a new top.

    Return a new model that has all layers of `base` but the last one, in order, with their weights and
    frozen, and then one new Dense layer of `n_classes` units with softmax and a bias, which trains. `base`
    has at least two layers. Compile the model: categorical cross-entropy, Adam.

    `base` must stay as it is: its layers, weights and trainable flags. It must share no layer with the graft,
    so that nothing that is done to the graft can ever change it.

    Shapes: (rows, features) in, like `base`; (rows, n_classes) out.

    For example:

        >>> base = build_base()
        >>> graft = build_transfer_model(base)
        >>> graft.count_params(), len(graft.trainable_variables)  # 104 of the 1,629 train
        (1629, 2)
        >>> len(base.trainable_variables)
        6

    After 1,000 epochs of `lesson.train`, the graft gets at least seven of the eight imaginary flowers right.
    """
    ### BEGIN SOLUTION
    donor = keras.models.clone_model(base)
    donor.set_weights(base.get_weights())
    return add_softmax(freeze(drop_top(donor)), n_classes=n_classes)
    ### END SOLUTION
