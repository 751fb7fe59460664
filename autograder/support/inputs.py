"""Load a kit's inputs: plain data, arrays and networks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .backend import keras

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
