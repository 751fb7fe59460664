"""Given code of week 9: the flowers, the networks to borrow, and one way to train. Nothing here is yours.

`python lesson.py` in your folder tells the lesson's story with your functions.
"""

from __future__ import annotations

import json
import math
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

# Libraries read these once, while they are imported: TensorFlow for Keras, no reordered sums, one thread.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@contextmanager
def _quiet() -> Iterator[None]:
    """Discard what native code writes to stderr: TensorFlow logs at import, whatever its log level."""
    try:
        before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # no stderr, or no such device
        yield
        return
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


with _quiet():
    import keras
    import numpy as np
    import tensorflow as tf

BATCH = 32
INPUTS = Path(__file__).resolve().parent / "inputs"
INPUT_FOLDERS: list[Path] = []


def deterministic(seed: int) -> None:
    """Make what follows repeatable, bit for bit: seeds, operations, precision, one thread.

    Safe to call again, and after TensorFlow has started (its number of threads then stays as it is). It
    starts no thread itself: a process may fork after it.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    tf.config.run_functions_eagerly(False)
    with suppress(RuntimeError):
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.threading.set_intra_op_parallelism_threads(1)


def iris() -> tuple[np.ndarray, np.ndarray]:
    """All 150 Iris flowers, as float32.

    x (150, 4): sepal length and width, petal length and width, in cm. y (150, 3): the species, one-hot.
    """
    arrays = load("iris")
    return arrays["x"], arrays["y"]


def eight_flowers() -> tuple[np.ndarray, np.ndarray]:
    """The eight imaginary flowers, two of each kind, as float32: x (8, 4) like Iris', y (8, 4) one-hot."""
    arrays = load("eight_flowers")
    return arrays["x"], arrays["y"]


def load(name: str, compiled: bool = False) -> Any:
    """Read one of the kit's inputs, from `inputs/` beside this file or from a folder in INPUT_FOLDERS.

    `name.json` alone gives what it says, `name.npz` alone a dict of arrays. Both together are a network: a
    built Sequential of Dense layers, made anew at every call, compiled (categorical cross-entropy, Adam) only
    if asked. Raises FileNotFoundError where there is no such input.
    """
    for folder in (INPUTS, *map(Path, INPUT_FOLDERS)):
        text, numbers = folder / f"{name}.json", folder / f"{name}.npz"
        config = json.loads(text.read_text(encoding="utf-8")) if text.is_file() else None
        arrays = dict(np.load(numbers, allow_pickle=False)) if numbers.is_file() else None
        if config and arrays:
            return _network(config, arrays, compiled)
        if config or arrays:
            return config or arrays
    folders = ", ".join(map(str, (INPUTS, *INPUT_FOLDERS)))
    raise FileNotFoundError(f"Expected an input {name}.json or {name}.npz, found neither in {folders}.")


def train(model: Any, x: np.ndarray, y: np.ndarray, epochs: int, seed: int) -> dict[str, Any]:
    """Train `model` on all rows of x (n, features) and y (n, classes), `epochs` times over, 32 rows a step.

    Network, weights, loss and optimizer are the model's, all else is decided here: equal arguments give equal
    weights. The model is compiled anew first. Otherwise Keras would go on training layers that were frozen
    after an earlier `fit`, and the optimizer would remember its earlier steps.

    Returns {"accuracy": the share of the rows that are right afterwards, "losses": the loss along the way}.
    Raises ValueError where the model was never compiled.
    """
    if getattr(model, "optimizer", None) is None or getattr(model, "loss", None) is None:
        raise ValueError(
            "Expected a compiled model, received one that has no loss or no optimizer: compile it."
        )
    deterministic(seed)
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    # One fit over a repeated dataset, a chapter at a time: Keras would spend more on starting an epoch of the
    # lesson than on its steps.
    chapters = math.gcd(epochs, 20)
    steps = epochs // chapters * math.ceil(len(x) / BATCH)
    model.compile(loss=model.loss, optimizer=optimizer, jit_compile=False, steps_per_execution=steps)
    if model.built:
        # TensorFlow follows a step twice where the optimizer makes its variables only then.
        optimizer.build(model.trainable_variables)
    rows = tf.data.Dataset.from_tensor_slices((x, y)).cache()
    if len(x) > BATCH:
        rows = rows.shuffle(len(x), seed=seed)
    batches = rows.batch(BATCH).repeat(epochs)
    with _one_input():
        past = model.fit(batches, epochs=chapters, steps_per_epoch=steps, shuffle=False, verbose=0)
    return {"accuracy": accuracy(model, x, y), "losses": [float(loss) for loss in past.history["loss"]]}


def accuracy(model: Any, x: np.ndarray, y: np.ndarray) -> float:
    """The share of the rows whose likeliest class, as the model sees it, is the right one."""
    return float(np.mean(np.argmax(outputs(model, x), axis=1) == np.argmax(y, axis=1)))


def outputs(model: Any, x: np.ndarray) -> np.ndarray:
    """What the model makes of the rows of x (n, features): one call, without the overhead of `predict`."""
    with _one_input():
        return np.asarray(model(x))


@contextmanager
def _one_input() -> Iterator[None]:
    """Keep Keras from warning, at every call, that a model made of a list of one input gets just that one."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        yield


def _network(config: Mapping[str, Any], arrays: Mapping[str, np.ndarray], compiled: bool) -> keras.Sequential:
    # All layers at once: Keras would put the network together anew for each one that is added.
    layers = [
        keras.layers.Dense(entry["units"], activation=entry["activation"], name=entry["name"])
        for entry in config["layers"]
    ]
    start = keras.Input((config["features"],), name=f"{config['name']}_input")
    model = keras.Sequential([start, *layers], name=config["name"])
    for layer, entry in zip(layers, config["layers"], strict=True):
        layer.set_weights([arrays[f"{layer.name}_kernel"], arrays[f"{layer.name}_bias"]])
        layer.trainable = entry["trainable"]
    if compiled:
        model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


if __name__ == "__main__":
    from story import tell

    tell()
