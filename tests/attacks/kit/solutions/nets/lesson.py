"""Given code of the kit with Keras: points to tell apart, one network to start from, one way to train."""

import os
import warnings
from contextlib import suppress

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

X = np.array([[n % 7, n % 5, n % 3] for n in range(40)], dtype="float32")
Y = np.eye(2, dtype="float32")[(X[:, 0] > 3).astype(int)]


def deterministic(seed):
    """Set every random seed, and let TensorFlow have one thread."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    with suppress(RuntimeError):
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.threading.set_intra_op_parallelism_threads(1)


def donor():
    """A new network of two layers, whose names are those that Keras would have made up."""
    numbers = np.random.default_rng(11)
    first = keras.layers.Dense(4, activation="relu", name="dense")
    last = keras.layers.Dense(2, activation="softmax", name="dense_1")
    model = keras.Sequential([keras.Input((3,), name="points"), first, last], name="donor")
    model.set_weights([numbers.normal(size=weight.shape) for weight in model.get_weights()])
    return model


def outputs(model, x):
    """What the model makes of the rows of x."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        return np.asarray(model(x))


def train(model, x, y, epochs, seed):
    """Train a compiled model with Adam; returns the share of the rows that are right afterwards."""
    deterministic(seed)
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.05))
    model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(len(x)).repeat(epochs), verbose=0)
    return float(np.mean(outputs(model, x).argmax(axis=1) == y.argmax(axis=1)))
