"""Given code of week 10: pictures, networks to borrow, and one way to train. Nothing here is yours.

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
    import shapes
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


def parts(each: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What the donor learns from: `each` pictures of every part, drawn from `seed`.

    x (6 each, 24, 24, 1) grey pictures. y (6 each, 6) one-hot: edge, upright edge, wheel, eye, nose, cross.
    """
    return shapes.drawn(shapes.PARTS, shapes.PART_SIZES, shapes.PART_ROOM, each, seed)


def things(each: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What you have: `each` pictures of every thing, drawn from `seed`.

    x (4 each, 24, 24, 1) grey pictures. y (4 each, 4) one-hot: bicycle, face, house, windmill.
    """
    return shapes.drawn(shapes.THINGS, shapes.THING_SIZES, shapes.THING_ROOM, each, seed)


def load(name: str) -> Any:
    """Read one of the kit's inputs, from `inputs/` beside this file or from a folder in INPUT_FOLDERS.

    `name.json` gives what it says, unless it describes layers: then it is a network, built anew at every call
    and not compiled. Raises FileNotFoundError where there is no such input.
    """
    config = json.loads(_find(f"{name}.json").read_text(encoding="utf-8"))
    if "layers" not in config:
        return config
    arrays: dict[str, np.ndarray] = {}
    for file in config["weights"]:
        arrays |= np.load(_find(f"{file}.npz"), allow_pickle=False)
    network = _network(config, arrays)
    if not config.get("trainable", True):
        network.trainable = False
    return network


def mobilenet(imagenet: bool = False, side: int = 32) -> keras.Model:
    """MobileNetV3Small without its top, for pictures (side, side, 3): what comes out are maps.

    By default its narrowest variant, with weights that NumPy draws, the same ones at every call. With
    `imagenet` the usual one, with the weights that were trained on ImageNet, if they can be had: from Keras'
    folder of downloads, or from the network.
    """
    build = keras.applications.MobileNetV3Small
    if imagenet:
        try:
            with warnings.catch_warnings():
                # Keras warns that the weights are those for larger pictures.
                warnings.filterwarnings("ignore", message="`input_shape` is undefined")
                return build((side, side, 3), minimalistic=True, include_top=False, weights="imagenet")
        except Exception as problem:
            print(f"No ImageNet weights can be had ({problem}): these are drawn.")
    network = build((side, side, 3), alpha=0.25, minimalistic=True, include_top=False, weights=None)
    draw_weights(network, seed=0)
    # Keras numbers what it names itself through the whole process: two of these would not be called alike.
    for place, layer in enumerate(network.layers):
        if isinstance(layer, keras.layers.InputLayer | keras.layers.Rescaling | keras.layers.ReLU):
            layer.name = f"mobilenet_{place}"
    return network


def draw_weights(model: Any, seed: int) -> None:
    """Draw all weights of a model from `seed` alone, by NumPy; signals neither fade nor grow on their way."""
    rng = np.random.default_rng(seed)
    arrays = []
    for variable in model.weights:
        shape = tuple(variable.shape)
        if len(shape) > 1:
            arrays.append(rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1])))
        elif variable.name in ("gamma", "moving_variance"):
            arrays.append(rng.uniform(0.5, 1.5, shape))
        else:
            arrays.append(rng.normal(size=shape) / 4)
    model.set_weights(arrays)


def layers(model: Any) -> list[Any]:
    """All layers of a network, in order; a network among them is replaced by its own layers."""
    found: list[Any] = []
    for layer in model.layers:
        found += layers(layer) if isinstance(layer, keras.Model) else [layer]
    return found


def train(model: Any, x: np.ndarray, y: np.ndarray, epochs: int, seed: int) -> dict[str, Any]:
    """Train `model` on all rows of x (n, …) and y (n, classes), `epochs` times over, 32 rows a step.

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
    chapters = math.gcd(epochs, 10)
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
    """What the model makes of the rows of x (n, …), in inference mode: one call, without `predict`."""
    with _one_input():
        return np.asarray(model(x, training=False))


@contextmanager
def _one_input() -> Iterator[None]:
    """Keep Keras from warning, at every call, that a model made of a list of one input gets just that one."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        yield


def _find(file: str) -> Path:
    for folder in (INPUTS, *map(Path, INPUT_FOLDERS)):
        if (folder / file).is_file():
            return folder / file
    folders = ", ".join(map(str, (INPUTS, *INPUT_FOLDERS)))
    raise FileNotFoundError(f"Expected an input {file}, found none in {folders}.")


def _network(config: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> keras.Sequential:
    """A Sequential network of the layers that `config` describes, networks among them."""
    # All layers at once: Keras would put the network together anew for each one that is added.
    layers = [_layer(entry, arrays) for entry in config["layers"]]
    start = keras.Input(config["shape"], name=f"{config['name']}_input")
    model = keras.Sequential([start, *layers], name=config["name"])
    for layer, entry in zip(layers, config["layers"], strict=True):
        if "layers" not in entry:
            layer.set_weights([arrays[f"{layer.name}_{variable.name}"] for variable in layer.weights])
        if not entry.get("trainable", True):
            layer.trainable = False
    return model


def _layer(config: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Any:
    if "layers" in config:
        return _network(config, arrays)
    settings = {key: value for key, value in config.items() if key not in ("class", "trainable")}
    return getattr(keras.layers, config["class"])(**settings)


if __name__ == "__main__":
    from story import tell

    tell()
