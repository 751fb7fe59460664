"""Make the inputs of week 9: the data, and the networks that tasks are called with.

`python solutions/week09_transfer/make_inputs.py` writes the same files to `inputs/` beside this file, byte
for byte, every time. Only the donor that is trained could come out differently, on other hardware or with
another TensorFlow. The hidden checks make their own networks.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from autograder.support import fit, keras, set_deterministic

# isort: split
import numpy as np
from sklearn.datasets import load_iris

INPUTS = Path(__file__).resolve().parent / "inputs"

# The seed of the trained donor, chosen by `choose_donor.py`; the table is in `donor.md` beside the checks.
DONOR_SEED = 11

# Sepal length and width, petal length and width, and the number of the flower: 1 is the last one-hot column.
EIGHT_FLOWERS = [
    (2.1, 0.9, 0.8, 1.1, 1),
    (2.5, 1.2, 0.8, 1.2, 1),
    (1.1, 3.1, 1.1, 1.1, 2),
    (0.8, 2.2, 0.7, 1.2, 2),
    (1.2, 0.7, 3.1, 1.1, 3),
    (1.0, 1.1, 2.4, 0.9, 3),
    (0.1, 1.1, 4.1, 1.2, 4),
    (1.2, 0.8, 3.1, 0.1, 4),
]

# Name, then units, activation and trainable flag of each layer. NumPy draws the weights: no initialiser of
# Keras gives the same ones, so a layer that was made anew never equals its original by chance. No two
# networks are equal, so no argument of one task answers another.
FEATURES = 4
IRIS_BODY = [(50, "relu", True), (25, "relu", True)]
DRAWN = [
    ("drawn_donor", [*IRIS_BODY, (3, "softmax", True)]),
    ("topped_donor", [*IRIS_BODY, (3, "softmax", True)]),
    ("body", IRIS_BODY),
    ("frozen_body", [(50, "relu", False), (25, "relu", False)]),
]


def main() -> None:
    """Write every input."""
    # Iris comes from scikit-learn's copy of R. A. Fisher's data (sklearn.datasets.load_iris).
    x, kinds = load_iris(return_X_y=True)
    x, y = x.astype(np.float32), np.eye(3, dtype=np.float32)[kinds]
    write_arrays(INPUTS / "iris.npz", {"x": x, "y": y})
    flowers = np.array(EIGHT_FLOWERS, dtype=np.float32)
    one_hot = np.eye(4, dtype=np.float32)[4 - flowers[:, 4].astype(int)]
    write_arrays(INPUTS / "eight_flowers.npz", {"x": flowers[:, :4], "y": one_hot})
    write_network("iris_donor", [*IRIS_BODY, (3, "softmax", True)], trained_on(x, y, DONOR_SEED))
    for seed, (name, layers) in enumerate(DRAWN):
        write_network(name, layers, drawn(layers, seed))


def trained_on(x: np.ndarray, y: np.ndarray, seed: int) -> list[np.ndarray]:
    """Return the weights of the base after the lesson's training on Iris."""
    set_deterministic(seed)
    hidden = [keras.layers.Dense(units, activation="relu") for units in (50, 25)]
    base = keras.Sequential([keras.Input((4,)), *hidden, keras.layers.Dense(3, activation="softmax")])
    base.compile(loss="categorical_crossentropy", optimizer="adam")
    fit(base, x, y, epochs=100, seed=seed)
    return base.get_weights()


def drawn(layers: list[tuple[int, str, bool]], seed: int) -> list[np.ndarray]:
    """Return normal kernels and biases, scaled so that signals neither fade nor grow."""
    rng = np.random.default_rng(seed)
    weights, features = [], FEATURES
    for units, _, _ in layers:
        weights.append((rng.normal(size=(features, units)) * np.sqrt(2 / features)).astype(np.float32))
        weights.append((rng.normal(size=units) / 4).astype(np.float32))
        features = units
    return weights


def write_network(name: str, layers: list[tuple[int, str, bool]], weights: list[np.ndarray]) -> None:
    """Write a network as `support.load` reads it. No layer has a name that Keras would choose."""
    names = [f"{name}_{number}" for number in range(1, len(layers) + 1)]
    rows = [
        {"class": "Dense", "units": units, "activation": activation, "name": layer}
        | ({} if trainable else {"trainable": False})
        for layer, (units, activation, trainable) in zip(names, layers, strict=True)
    ]
    config = {"name": name, "shape": [FEATURES], "weights": [name], "layers": rows}
    (INPUTS / f"{name}.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    parts = [f"{layer}_{part}" for layer in names for part in ("kernel", "bias")]
    write_arrays(INPUTS / f"{name}.npz", dict(zip(parts, weights, strict=True)))


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write an `.npz` without the time of writing, so that equal arrays are equal files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue(), zipfile.ZIP_STORED)


if __name__ == "__main__":
    main()
