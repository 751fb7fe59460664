"""Given code of week 9: the flowers, the borrowed networks, and one way to train. Nothing here is yours to change.

`python lesson.py` in your folder tells the lesson's story with your functions.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

# TensorFlow reads these once, while it is imported: the same order of additions, in one thread, on every machine.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
for _threads in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
):
    os.environ[_threads] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

BATCH = 32
INPUTS = Path(__file__).resolve().parent / "inputs"
INPUT_FOLDERS: list[Path] = []


def deterministic(seed: int) -> None:
    """Make everything that follows repeatable: seeds, operations, precision, one thread.

    Safe to call again, and after TensorFlow has started (then its number of threads stays as it is). Starts no
    thread and builds no TensorFlow object.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    tf.config.run_functions_eagerly(False)
    with suppress(RuntimeError):
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.threading.set_intra_op_parallelism_threads(1)


def iris() -> tuple[np.ndarray, np.ndarray]:
    """All 150 Iris flowers: x (150, 4) in cm, sepal length and width, petal length and width; y (150, 3) one-hot."""
    return _rows("iris")


def eight_flowers() -> tuple[np.ndarray, np.ndarray]:
    """The eight imaginary flowers, two of each kind: x (8, 4) measured like Iris, y (8, 4) one-hot."""
    return _rows("eight_flowers")


def load(name: str, compiled: bool = False) -> Any:
    """Read one of the kit's inputs, from `inputs/` beside this file or from one of INPUT_FOLDERS.

    `name.json` alone gives what it says, `name.npz` alone a dict of arrays. Both together are a network: a new, built
    Sequential of Dense layers each time, compiled (categorical cross-entropy, Adam) only if asked.
    Raises FileNotFoundError if there is no such input.
    """
    for folder in (INPUTS, *map(Path, INPUT_FOLDERS)):
        text, numbers = folder / f"{name}.json", folder / f"{name}.npz"
        if text.is_file() or numbers.is_file():
            config = json.loads(text.read_text(encoding="utf-8")) if text.is_file() else None
            arrays = dict(np.load(numbers, allow_pickle=False)) if numbers.is_file() else None
            return _network(config, arrays, compiled) if config and arrays else config or arrays
    raise FileNotFoundError(
        f"Expected an input called {name!r} in {[str(INPUTS), *map(str, INPUT_FOLDERS)]}."
    )


def train(model: Any, x: np.ndarray, y: np.ndarray, epochs: int, seed: int) -> dict[str, Any]:
    """Train `model` on all rows of x (n, features) and y (n, classes), `epochs` times over, 32 rows a step.

    The network, its weights, its loss and its optimizer's settings are the model's; everything else is decided here,
    so equal arguments give equal weights. The model is compiled anew first: Keras would otherwise go on training
    layers that were frozen after an earlier `fit`, and the optimizer would remember its earlier steps.

    Returns {"accuracy": the share of the rows that it gets right afterwards, "losses": the loss along the way}.
    Raises ValueError if the model was never compiled.
    """
    if getattr(model, "optimizer", None) is None or model.loss is None:
        raise ValueError(
            "Expected a compiled model: model.compile(loss=…, optimizer=…) says how it is trained."
        )
    deterministic(seed)
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    # One fit over a repeated dataset: a fit of 1,000 short epochs would spend most of its time between them.
    chapters = math.gcd(epochs, 20)
    steps = epochs // chapters * math.ceil(len(x) / BATCH)
    model.compile(loss=model.loss, optimizer=optimizer, jit_compile=False, steps_per_execution=steps)
    rows = tf.data.Dataset.from_tensor_slices((x, y)).cache()
    rows = rows.shuffle(len(x), seed=seed) if len(x) > BATCH else rows
    story = model.fit(
        rows.batch(BATCH).repeat(epochs), epochs=chapters, steps_per_epoch=steps, shuffle=False, verbose=0
    )
    return {"accuracy": accuracy(model, x, y), "losses": [float(loss) for loss in story.history["loss"]]}


def accuracy(model: Any, x: np.ndarray, y: np.ndarray) -> float:
    """The share of the rows whose likeliest class, says the model, is the true one."""
    return float(np.mean(np.argmax(np.asarray(model(x)), axis=1) == np.argmax(y, axis=1)))


def _rows(name: str) -> tuple[np.ndarray, np.ndarray]:
    arrays = load(name)
    return arrays["x"], arrays["y"]


def _network(config: Mapping[str, Any], arrays: Mapping[str, np.ndarray], compiled: bool) -> keras.Sequential:
    model = keras.Sequential(
        [keras.Input((config["features"],), name=f"{config['name']}_input")], name=config["name"]
    )
    for layer in config["layers"]:
        dense = keras.layers.Dense(layer["units"], activation=layer["activation"], name=layer["name"])
        model.add(dense)
        dense.set_weights([arrays[f"{layer['name']}_kernel"], arrays[f"{layer['name']}_bias"]])
        dense.trainable = layer["trainable"]
    if compiled:
        model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


if __name__ == "__main__":
    from story import tell

    tell()
