"""Provide arguments for tasks: a kit's inputs, and small models and rows that are the same at every call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .backend import keras
from .networks import weighted_layers
from .running import compile_classifier

DenseLayer = tuple[int, str, bool]
LayerSettings = tuple[str, dict[str, Any]]

# Searched in this order; the examiner adds the folder of hidden inputs.
INPUT_FOLDERS: list[Path] = [Path(__file__).resolve().parents[1] / "inputs"]


def load(name: str) -> Any:
    """Return one of the kit's inputs, from `inputs/` beside this package or a folder in INPUT_FOLDERS.

    `name.npz` alone gives a dict of arrays. `name.json` gives what it says, unless it describes layers: then
    it gives a Sequential model, built anew at every call and not compiled, with the weights of the `.npz`
    files that it names. Raises FileNotFoundError if there is no such input.
    """
    if (text := _find(f"{name}.json")) is None:
        return _arrays(name)
    config = json.loads(text.read_text(encoding="utf-8"))
    if not isinstance(config, dict) or "layers" not in config:
        return config
    arrays: dict[str, np.ndarray] = {}
    for file in config["weights"]:
        arrays |= _arrays(file)
    model = _build(config, arrays)
    if not config.get("trainable", True):
        model.trainable = False
    return model


def _arrays(name: str) -> dict[str, np.ndarray]:
    if (path := _find(f"{name}.npz")) is None:
        folders = ", ".join(map(str, INPUT_FOLDERS))
        raise FileNotFoundError(f"Expected an input {name}.json or {name}.npz, found neither in {folders}.")
    return dict(np.load(path, allow_pickle=False))


def _find(file: str) -> Path | None:
    paths = (Path(folder) / file for folder in INPUT_FOLDERS)
    return next((path for path in paths if path.is_file()), None)


def _build(config: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Any:
    """Return a Sequential model of the layers that `config` describes, models among them."""
    # All layers at once: Keras would build the model anew for each one that is added.
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
        return _build(config, arrays)
    settings = {key: value for key, value in config.items() if key not in ("class", "trainable")}
    return getattr(keras.layers, config["class"])(**settings)


def sample_rows(shape: int | tuple[int, ...], count: int | None = None) -> np.ndarray:
    """Return rows to compare models with.

    For a number of features, the 64 rows tell activations apart: of both signs, small and large. For a shape,
    there are 12 rows such as pictures have.
    """
    if isinstance(shape, int):
        count = count or 64
        rng = np.random.default_rng(shape)
        scales = np.geomspace(0.3, 20, count)[:, None]
        return (rng.normal(size=(count, shape)) * scales).astype(np.float32)
    return np.random.default_rng(sum(shape)).normal(0.3, 0.7, (count or 12, *shape)).astype(np.float32)


def labelled_rows(shape: int | tuple[int, ...], classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and one-hot classes that a model can learn from them: 48 rows, or 16 of a shape."""
    if isinstance(shape, int):
        rng = np.random.default_rng([shape, classes])
        x = rng.normal(size=(48, shape)).astype(np.float32)
        labels = np.argmax(x @ rng.normal(size=(shape, classes)), axis=1)
        return x, np.eye(classes, dtype=np.float32)[labels]
    return sample_rows(shape, 16), np.eye(classes, dtype=np.float32)[np.arange(16) % classes]


def regression_rows(shape: int | tuple[int, ...], outputs: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and targets that a model can learn from them: 48 rows, or 16 of a shape."""
    size = int(np.prod(shape))
    rng = np.random.default_rng([size, outputs])
    x = rng.normal(size=(48, shape)).astype(np.float32) if isinstance(shape, int) else sample_rows(shape, 16)
    slopes = rng.normal(size=(size, outputs)) / np.sqrt(size)
    return x, (x.reshape(len(x), size) @ slopes).astype(np.float32)


def dense_model(name: str, features: int, layers: Sequence[DenseLayer]) -> Any:
    """Build and compile a model of Dense layers, each (units, activation, trainable), drawn by NumPy.

    If every layer is frozen, so is the model as a whole.
    """
    made = [
        keras.layers.Dense(units, activation=activation, name=f"{name}_{number}")
        for number, (units, activation, _) in enumerate(layers, 1)
    ]
    model = keras.Sequential([keras.Input((features,), name=f"{name}_input"), *made], name=name)
    rng = np.random.default_rng([features, len(layers)])
    for layer, (_, _, trainable) in zip(made, layers, strict=True):
        shapes = [variable.shape for variable in layer.weights]
        layer.set_weights(
            [(rng.normal(size=shape) / np.sqrt(shape[0])).astype(np.float32) for shape in shapes]
        )
        layer.trainable = trainable
    return _finished(model)


def stacked_model(name: str, layers: Sequence[LayerSettings], shape: tuple[int, ...]) -> Any:
    """Build and compile a model of layers, each (class, settings), with weights drawn by NumPy.

    If every layer is frozen, so is the model as a whole.
    """
    made = [
        getattr(keras.layers, kind)(name=f"{name}_{number}", **settings)
        for number, (kind, settings) in enumerate(layers, 1)
    ]
    model = keras.Sequential([keras.Input(shape, name=f"{name}_input"), *made], name=name)
    draw_weights(model, len(layers))
    return _finished(model)


def _finished(model: Any) -> Any:
    if not any(layer.trainable for layer in model.layers):
        model.trainable = False
    return compile_classifier(model, 0.003)


def functional(model: Any) -> Any:
    """Return the same layers as a Functional model."""
    return keras.Model(model.inputs[0], model.outputs[0], name=f"{model.name}_functional")


def layers_until(model: Any, name: str) -> Any:
    """Return the layers of a flat model up to the one of this name."""
    names = [layer.name for layer in model.layers]
    return keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[: names.index(name) + 1]])


def model_of(layer: Any) -> Any:
    """Return a model of one layer."""
    return keras.Sequential([keras.Input(layer.input.shape[1:]), layer])


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


def draw_top(model: Any, seed: int) -> None:
    """Draw the last layer's weights anew from `seed` alone, as Keras would: Glorot uniform, biases 0."""
    top = weighted_layers(model)[-1]
    kernel, *bias = top.get_weights()
    top.set_weights([glorot(kernel.shape, seed), *(np.zeros_like(array) for array in bias)])


def glorot(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Return a kernel (inputs, units) drawn as Keras does by default, by NumPy from `seed` alone."""
    limit = np.sqrt(6 / sum(shape))
    return np.random.default_rng(seed).uniform(-limit, limit, shape).astype(np.float32)
