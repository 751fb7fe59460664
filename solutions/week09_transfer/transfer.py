"""Week 9: transfer learning. Six tasks, from a network of your own to a graft onto somebody else's.

A network may be Sequential or Functional; use Keras' own layers only. `lesson.py` has the data and the training.
"""

from __future__ import annotations

import keras


def build_base(n_features: int = 4, n_classes: int = 3) -> keras.Model:
    """Build the network that will be the donor.

    Return a new network, compiled and ready to train, for rows of `n_features` numbers:

    1. a Dense layer of 50 units with relu,
    2. a Dense layer of 25 units with relu,
    3. a Dense layer of `n_classes` units with softmax.

    Each has its bias, and all of them train. The network must be built: it knows the size of its input (`keras.Input`),
    so its weights exist. Compile it with the loss categorical cross-entropy (the targets are one-hot, the network gives
    probabilities) and the optimizer Adam.

    Shapes: (rows, n_features) in, (rows, n_classes) out.

    Example:
        >>> base = build_base()
        >>> base.count_params()  # 250 + 1,275 + 78
        1603
        >>> base.output_shape
        (None, 3)

    Trained by `lesson.train` for 100 epochs, the base gets at least 95 % of the Iris flowers right.
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

    `base` is a built Sequential network of Dense layers: any number of them, any sizes, any activations. Return a new
    model with all of its layers, in order and with their weights, so that it gives the same outputs. You may re-use the
    layer objects or make new ones with equal weights. It need not be compiled.

    `base` must stay as it is: the same layers, weights and trainable flags.

    Shapes: those of `base`.

    Example:
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

    `model` is a built Sequential network of at least two Dense layers. Return a model with all of its layers but the
    last one, in order and with their weights: what comes out is what the last layer used to receive. You may re-use the
    layer objects or make new ones with equal weights. It need not be compiled.

    `model` must keep all of its layers, the last one too, with their weights and trainable flags.

    Shapes: (rows, features) in, as before; (rows, units of the last but one layer) out.

    Example:
        >>> base = build_base()
        >>> body = drop_top(base)
        >>> body.count_params(), base.count_params()
        (1525, 1603)
    """
    ### BEGIN SOLUTION
    return keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[:-1]])
    ### END SOLUTION


def freeze(model: keras.Model) -> keras.Model:
    """Freeze a network, so that no training can change it.

    `model` is a built Sequential network of Dense layers, some of which may be frozen already. Return `model` itself, or
    a copy with the same layers and weights, with every layer frozen: no trainable parameter is left. It need not be
    compiled.

    Freezing changes neither weights nor outputs.

    Shapes: those of `model`.

    Example:
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

    `body` is a built Sequential network of Dense layers; all, some or none of them are frozen. Return a new model: the
    layers of `body` with their weights, then one new Dense layer of `n_classes` units with softmax and a bias. You may
    re-use the layer objects or the body itself, or make new ones with equal weights. Compile the new model with the loss
    categorical cross-entropy and the optimizer Adam.

    What was frozen stays frozen, what was not stays so, and the new layer trains. `body` must not grow: it keeps its
    layers, weights and trainable flags.

    Shapes: (rows, features) in, as before; (rows, n_classes) out.

    Example:
        >>> body = freeze(drop_top(build_base()))
        >>> model = add_softmax(body)
        >>> model.count_params(), sum(v.numpy().size for v in model.trainable_variables)
        (1629, 104)
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
    """Make the whole graft: borrow the layers of `base`, train only a new top.

    `base` is a built Sequential network of at least two Dense layers. Return a new model: the layers of `base` but the
    last one, with their weights and all of them frozen, then one new Dense layer of `n_classes` units with softmax and a
    bias, which trains. Compile it with the loss categorical cross-entropy and the optimizer Adam.

    `base` must stay as it is, with its layers, weights and trainable flags, and must share no layer with the graft, so
    that no training of the one can ever change the other.

    Shapes: (rows, features) in, as for `base`; (rows, n_classes) out.

    Example:
        >>> base = build_base()
        >>> graft = build_transfer_model(base)
        >>> graft.count_params(), sum(v.numpy().size for v in graft.trainable_variables)
        (1629, 104)
        >>> len(base.trainable_variables)
        6

    Trained by `lesson.train` for 1,000 epochs, the graft gets at least seven of the eight imaginary flowers right.
    """
    ### BEGIN SOLUTION
    donor = keras.models.clone_model(base)
    donor.set_weights(base.get_weights())
    return add_softmax(freeze(drop_top(donor)), n_classes=n_classes)
    ### END SOLUTION
