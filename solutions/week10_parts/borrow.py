"""Week 10: parts become pictures. Seven tasks: borrow a network that knows parts, for things made of them.

The networks that are passed to you are built (their weights exist). `lesson.load` makes Sequential networks
of convolutions, BatchNormalization, activations, pooling and Dense layers: any number of them, any sizes.
What you return may be Sequential or Functional, flat or nested, made of Keras' own layers; it must be built
too. `lesson.py` has the pictures and the training, and `lesson.layers` lists all layers of a network, nested
or not.
"""

from __future__ import annotations

import keras
import lesson
import numpy as np


def cut_body(donor: keras.Model) -> keras.Model:
    """Cut a donor where its features come out.

    A donor turns a picture into maps, the maps into one row of numbers, and that row into shares of its own
    classes, which you have no use for. Return a new model that ends with the row: its last layer is the first
    layer of `donor` whose output has the shape (pictures, features). What follows may be one layer or
    several, so look at the outputs and not at the position.

    The layers that remain are there in order and with their weights, and train as before. Re-using the layer
    objects is as right as making new ones. The answer need not be compiled. `donor`, a Sequential network
    without other networks in it, must stay as it is: its layers, weights and trainable flags.

    Shapes: (pictures, 24, 24, 1) in, like `donor`; (pictures, features) out.

    For example:

        >>> donor = lesson.load("parts_donor")
        >>> body = cut_body(donor)
        >>> donor.output_shape, body.output_shape
        ((None, 6), (None, 32))
        >>> donor.count_params() - body.count_params()  # 32 weights and a bias for each of six parts
        198
    """
    ### BEGIN SOLUTION
    kept = []
    for layer in donor.layers:
        kept.append(layer)
        if len(layer.output.shape) == 2:
            break
    return keras.Sequential([keras.Input(donor.input_shape[1:]), *kept])
    ### END SOLUTION


def freeze(body: keras.Model) -> keras.Model:
    """Freeze a network: all of it.

    Return `body` itself, or a copy with the same layers and weights, in which nothing is left to train,
    however many layers there are. Some may be frozen already, and some may be networks themselves. The answer
    need not be compiled.

    A frozen BatchNormalization computes with the averages that it has learned, in training as well. One that
    is not frozen computes with those of the batch at hand, and forgets what it knew.

    Freezing changes neither weights nor outputs.

    Shapes: those of `body`, in and out.

    For example:

        >>> body = freeze(cut_body(lesson.load("parts_donor")))
        >>> body.count_params(), len(body.trainable_variables)
        (14368, 0)
    """
    ### BEGIN SOLUTION
    body.trainable = False
    return body
    ### END SOLUTION


def add_softmax(body: keras.Model, n_classes: int = 4, learning_rate: float = 0.01) -> keras.Model:
    """Put a new top onto a body.

    Return a new model: all layers of `body`, in order and with their weights, and then one new Dense layer of
    `n_classes` units with softmax and a bias. Re-using the layer objects, or `body` as a layer, is as right
    as making new ones. Compile the model: categorical cross-entropy, and Adam with `learning_rate`.

    What is frozen in `body` stays frozen, what is not stays so, and the new layer trains. `body` must not
    grow: it keeps its layers, weights and trainable flags.

    Shapes: (pictures, 24, 24, 1) in, like `body`; (pictures, n_classes) out.

    For example:

        >>> body = lesson.load("parts_body")
        >>> graft = add_softmax(body)
        >>> graft.count_params(), len(graft.trainable_variables)  # the new kernel and the new bias
        (14500, 2)
        >>> graft.output_shape
        (None, 4)

    Trained on five pictures of each thing, it knows most things that it has never seen.
    """
    ### BEGIN SOLUTION
    inputs = keras.Input(body.input_shape[1:])
    outputs = keras.layers.Dense(n_classes, activation="softmax")(body(inputs))
    graft = keras.Model(inputs, outputs)
    graft.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
    return graft
    ### END SOLUTION


def extract_features(body: keras.Model, pictures: np.ndarray) -> np.ndarray:
    """Send every picture through the body once.

    A frozen body gives the same features for a picture in every epoch. So compute them once, and train the
    top on them: the same result, for a small share of the work.

    Return what `body` gives for `pictures` in inference mode, as a NumPy array. Nothing is frozen here by
    itself: a BatchNormalization that could train has to compute with its own averages all the same, and
    neither these nor any other weight may change.

    Shapes: (pictures, 24, 24, 1) in, like `body`; (pictures, features) out, float32.

    For example:

        >>> x, y = lesson.things(5, seed=1)
        >>> extract_features(lesson.load("parts_body"), x).shape
        (20, 32)
    """
    ### BEGIN SOLUTION
    return np.asarray(body(pictures, training=False))
    ### END SOLUTION


def take_top(model: keras.Model, learning_rate: float = 0.01) -> keras.Model:
    """Take the last layer of a graft by itself, so that it can train on features.

    Return a model of one layer: the very last layer of `model`, the same object. So whatever it learns on
    extracted features, `model` knows at once. Compile the answer: categorical cross-entropy, and Adam with
    `learning_rate`.

    `model`, which has no other network in it, must stay as it is: its layers, weights and trainable flags.

    Shapes: (pictures, features) in, what the last layer of `model` receives; (pictures, classes) out.

    For example:

        >>> graft = lesson.load("new_graft")
        >>> top = take_top(graft)
        >>> top.input_shape, top.output_shape, top.count_params()
        ((None, 32), (None, 4), 132)
        >>> top.layers[-1] is graft.layers[-1]
        True
    """
    ### BEGIN SOLUTION
    last = model.layers[-1]
    top = keras.Sequential([keras.Input(last.input.shape[1:]), last])
    top.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
    return top
    ### END SOLUTION


def thaw_last_block(model: keras.Model, learning_rate: float = 0.001) -> keras.Model:
    """Thaw the last block of a frozen graft, to train it with care.

    The top has learned. Now the body's last block may give in a little. Return `model` itself, or a copy with
    the same layers and weights, in which exactly these train:

    1. the last Conv2D of the network,
    2. every layer after it that has weights, the top too, but no BatchNormalization.

    All else is frozen, every BatchNormalization too, so that it goes on to compute with the donor's averages.
    Compile the answer: categorical cross-entropy, and Adam with `learning_rate`, which is small: large steps
    can undo what the donor learned. Compiling comes last, for it is then that Keras looks what trains.

    The body may be a network in `model`, and `model` may be frozen as a whole: then nothing in it trains,
    whatever the flags of its layers say. And if the flag of `model` is set to what it is already, Keras
    passes nothing on to the layers, whatever theirs are.

    Shapes: (pictures, 24, 24, 1) in, like `model`; (pictures, classes) out.

    For example:

        >>> graft = thaw_last_block(lesson.load("things_graft"))
        >>> graft.count_params(), sum(array.size for array in graft.get_weights()[-2:])
        (14500, 132)
        >>> len(graft.trainable_variables)  # kernel and bias of the last convolution, and of the top
        4
    """
    ### BEGIN SOLUTION
    model.trainable = True
    thawed = False
    for layer in reversed(lesson.layers(model)):
        layer.trainable = not (thawed or isinstance(layer, keras.layers.BatchNormalization))
        thawed = thawed or isinstance(layer, keras.layers.Conv2D)
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
    return model
    ### END SOLUTION


def borrow_network(network: keras.Model, n_classes: int = 4, learning_rate: float = 0.01) -> keras.Model:
    """The same moves with a network that everybody can have.

    `network` is one such as `keras.applications.MobileNetV3Small` without its top: what comes out are maps,
    and nothing in it is frozen. Its layers branch and join, so they are no stack that could be put together
    anew: use the network whole, as a layer.

    Return a new model: `network` with its weights and frozen, all of it; then the mean of each of its maps
    (`GlobalAveragePooling2D`); then one new Dense layer of `n_classes` units with softmax and a bias, which
    is all that trains. Compile the model: categorical cross-entropy, and Adam with `learning_rate`.

    `network` may be frozen by this, for the answer may use it; its layers and weights stay as they are.

    Shapes: (pictures, side, side, channels) in, like `network`; (pictures, n_classes) out.

    For example:

        >>> network = lesson.mobilenet()
        >>> network.output_shape
        (None, 1, 1, 144)
        >>> graft = borrow_network(network)
        >>> graft.output_shape, len(graft.trainable_variables)
        ((None, 4), 2)
    """
    ### BEGIN SOLUTION
    network.trainable = False
    inputs = keras.Input(network.input_shape[1:])
    features = keras.layers.GlobalAveragePooling2D()(network(inputs))
    outputs = keras.layers.Dense(n_classes, activation="softmax")(features)
    graft = keras.Model(inputs, outputs)
    graft.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
    return graft
    ### END SOLUTION
