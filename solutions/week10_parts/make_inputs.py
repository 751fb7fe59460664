"""Make the inputs of week 10: the networks that tasks are called with.

`python solutions/week10_parts/make_inputs.py` writes the same files, byte for byte, every time: public ones
to `inputs/` beside this file, hidden ones to `inputs/` beside the hidden checks. Only what is trained, the
donor and one top, could come out differently, on other hardware or with another TensorFlow.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder import support
from autograder.support import draw_top, draw_weights, fit, keras, layers_until, predict, set_deterministic

# isort: split
import numpy as np

# As in a handout, where the folder `support` is beside lesson.py.
sys.modules["support"] = support
import lesson  # noqa: E402

PUBLIC = Path(__file__).resolve().parent / "inputs"
HIDDEN = Path(__file__).resolve().parents[2] / "autograder" / "kits" / "week10_parts" / "inputs"

# The donor's seed; `choose_donor.py` compares some, and `donor.md` beside the checks has the table.
DONOR_SEED = 1
DONOR_EACH, DONOR_EPOCHS, DONOR_RATE = 1000, 5, 0.003
# The pictures and the epochs that the top of `things_graft` is trained with.
THINGS_EACH, THINGS_SEED, TOP_EPOCHS, TOP_RATE = 5, 10, 200, 0.01
SHAPE = [24, 24, 1]

Entry = dict[str, Any]


def conv(filters: int, **more: Any) -> Entry:
    """Return a convolution that keeps the size of its maps."""
    return {"class": "Conv2D", "filters": filters, "kernel_size": 3, "padding": "same", **more}


def dense(units: int, activation: str = "linear") -> Entry:
    """Return a Dense layer."""
    return {"class": "Dense", "units": units, "activation": activation}


NORM: Entry = {"class": "BatchNormalization", "momentum": 0.9}
RELU: Entry = {"class": "ReLU"}
POOL: Entry = {"class": "MaxPooling2D"}
AVERAGE: Entry = {"class": "GlobalAveragePooling2D"}
HIGHEST: Entry = {"class": "GlobalMaxPooling2D"}
FLAT: Entry = {"class": "Flatten"}
BODY = [conv(16), NORM, RELU, POOL, conv(32), NORM, RELU, POOL, conv(32), NORM, RELU, HIGHEST]

# Hidden networks. NumPy draws their weights: no initialiser of Keras gives the same ones, so a layer that was
# made anew never equals its original by chance.
DRAWN: dict[str, Sequence[Any]] = {
    "long_headed_donor": [
        *(conv(5), NORM, RELU, POOL, conv(7), RELU, POOL, AVERAGE),
        *(dense(10, "relu"), dense(5), {"class": "Softmax"}),
    ],
    "flattening_donor": [
        conv(4, strides=4),
        RELU,
        conv(3),
        NORM,
        FLAT,
        dense(6, "tanh"),
        dense(3, "softmax"),
    ],
    "nested_body": [conv(4), "frozen", [NORM, RELU, POOL, [conv(5), NORM]], RELU, conv(3), HIGHEST],
    "mixed_body": [conv(4), RELU, POOL, conv(6), "frozen", conv(5), AVERAGE],
    "loose_body": [conv(4), NORM, RELU, POOL, conv(5), NORM, AVERAGE],
    "tall_graft": [conv(4), RELU, POOL, AVERAGE, dense(9, "relu"), dense(7, "tanh"), dense(3, "softmax")],
    "nested_graft": [
        [
            conv(4),
            NORM,
            RELU,
            POOL,
            conv(5),
            NORM,
            RELU,
            POOL,
            conv(6),
            NORM,
            RELU,
            AVERAGE,
            dense(7, "relu"),
        ],
        dense(3, "softmax"),
    ],
    "small_network": [conv(4), NORM, RELU, POOL, conv(5), NORM],
}
# Networks that are frozen as a whole.
FROZEN = ("nested_graft",)


def main() -> None:
    """Write every input."""
    public()
    hidden()


def public() -> None:
    """Train the donor, and write it with what is made of it."""
    donor = described("parts_donor", [*BODY, dense(6, "softmax")])
    model = built(donor)
    learn_parts(model, DONOR_SEED)
    write(PUBLIC, "parts_donor", donor, model)
    body, frozen = donor["layers"][:-1], [{**layer, "trainable": False} for layer in donor["layers"][:-1]]
    write_config(PUBLIC, "learned_body", {**donor, "layers": body})
    write_config(PUBLIC, "parts_body", {**donor, "layers": frozen})
    for name in ("new_graft", "things_graft"):
        top = {**dense(4, "softmax"), "name": f"{name}_top"}
        config = {"shape": SHAPE, "weights": ["parts_donor", name], "layers": [*frozen, top]}
        graft = built(config | {"name": name})
        for mine, learned in zip(graft.layers[:-1], model.layers, strict=False):
            mine.set_weights(learned.get_weights())
        draw_top(graft, len(name))
        if name == "things_graft":
            learn_things(graft)
        write_config(PUBLIC, name, config)
        write_weights(PUBLIC, name, graft.layers[-1:])


def hidden() -> None:
    """Write the networks of the hidden checks."""
    for seed, (name, layers) in enumerate(DRAWN.items()):
        config = described(name, layers) | ({"trainable": False} if name in FROZEN else {})
        network = built(config)
        draw_weights(network, seed)
        write(HIDDEN, name, config, network)


def described(name: str, layers: Sequence[Any]) -> dict[str, Any]:
    """Describe a network for `support.load`: a list is a network, "frozen" concerns the layer before it."""
    return {"shape": SHAPE, "weights": [name], "layers": _entries(name, layers, SHAPE)}


def _entries(name: str, layers: Sequence[Any], shape: list[int]) -> list[Entry]:
    """Layers with names that Keras would never choose; networks among them learn what they receive."""
    entries: list[Entry] = []
    for number, layer in enumerate(layers, 1):
        inner = f"{name}_{number}"
        if layer == "frozen":
            entries[-1]["trainable"] = False
        elif isinstance(layer, list):
            received = shape
            if entries:
                before = {"name": "before", "shape": shape, "layers": entries}
                received = list(built(before).output_shape[1:])
            inside = _entries(inner, layer, received)
            entries.append({"name": inner, "shape": received, "layers": inside})
        else:
            entries.append({**layer, "name": inner})
    return entries


def built(config: dict[str, Any]) -> keras.Sequential:
    """Return the network of a description with weights as Keras draws them, and nothing of it frozen."""
    model = keras.Sequential([keras.Input(config["shape"])])
    for entry in config["layers"]:
        settings = {key: value for key, value in entry.items() if key not in ("class", "trainable")}
        model.add(built(entry) if "layers" in entry else getattr(keras.layers, entry["class"])(**settings))
    return model


def learn_parts(model: keras.Sequential, seed: int) -> None:
    """Train a donor on 6,000 pictures of parts."""
    set_deterministic(seed)
    fresh = keras.models.clone_model(model)
    model.set_weights(fresh.get_weights())
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(DONOR_RATE))
    fit(model, *lesson.parts(DONOR_EACH, seed), epochs=DONOR_EPOCHS, seed=seed)


def learn_things(graft: keras.Sequential) -> None:
    """Train the top of a graft on the features of a few things."""
    x, y = lesson.things(THINGS_EACH, THINGS_SEED)
    features = predict(layers_until(graft, graft.layers[-2].name), x)
    top = keras.Sequential([keras.Input((features.shape[1],)), graft.layers[-1]])
    top.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(TOP_RATE))
    fit(top, features, y, epochs=TOP_EPOCHS, seed=THINGS_SEED)


def write(folder: Path, name: str, config: dict[str, Any], model: keras.Sequential) -> None:
    """Write a network with its own weights."""
    write_config(folder, name, config)
    write_weights(folder, name, lesson.layers(model))


def write_config(folder: Path, name: str, config: dict[str, Any]) -> None:
    """Write a description."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"name": name} | config, indent=1) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def write_weights(folder: Path, name: str, layers: Sequence[Any]) -> None:
    """Write weights without the time of writing, so that equal ones are equal files."""
    with zipfile.ZipFile(folder / f"{name}.npz", "w", zipfile.ZIP_STORED) as archive:
        for layer in layers:
            for variable, array in zip(layer.weights, layer.get_weights(), strict=True):
                buffer = io.BytesIO()
                np.save(buffer, array, allow_pickle=False)
                entry = zipfile.ZipInfo(f"{layer.name}_{variable.name}.npy")
                archive.writestr(entry, buffer.getvalue(), zipfile.ZIP_STORED)


if __name__ == "__main__":
    main()
