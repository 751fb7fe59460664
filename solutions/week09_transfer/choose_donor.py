"""Choose the trained donor of week 9: one on whose frozen features every new top gets 0.875 or more.

`python solutions/week09_transfer/choose_donor.py DONORS` trains so many donors with different seeds and puts
500 new tops on each. The features of a frozen body never change, so a top is a softmax regression on them:
NumPy trains all tops of a donor at once, with Keras' Adam. `choose_donor.py --keras SEED` trains 30 tops of
one donor in Keras instead, for comparison.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from autograder.support import ACTIVATIONS, draw_top, fit, forward, glorot, keras

# isort: split
import make_inputs
import numpy as np

TOPS, KERAS_TOPS, STEPS, THRESHOLD = 500, 30, 1000, 0.875


def main(arguments: list[str]) -> None:
    """Print a Markdown table, a row a donor: how many tops get how much of the eight flowers right."""
    flowers, one_hot = arrays("eight_flowers")
    seeds = [int(arguments[1])] if arguments[0] == "--keras" else range(1, int(arguments[0]) + 1)
    print("| donor | Iris | 1.0 | 0.875 | less | lowest | last miss at step |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for seed in seeds:
        donor = make_inputs.trained_on(*arrays("iris"), seed)
        pairs = list(zip(donor[::2], donor[1::2], strict=True))
        features = forward(pairs[:-1], ["relu", "relu"], flowers).astype(np.float32)
        if arguments[0] == "--keras":
            course = np.array([[_in_keras(features, one_hot, top) for top in range(KERAS_TOPS)]])
        else:
            course = np.array(list(_in_numpy(features, one_hot)))
        last, misses = course[-1], np.flatnonzero((course < THRESHOLD).any(axis=1))
        counts = (np.sum(last == 1), np.sum((last >= THRESHOLD) & (last < 1)), np.sum(last < THRESHOLD))
        late = max(misses, default=-1) + 1 if len(course) > 1 else "not recorded"
        row = [seed, f"{_accuracy_on_iris(pairs):.3f}", *counts, last.min(), late]
        print("|", " | ".join(map(str, row)), "|", flush=True)


def arrays(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows and one-hot classes of an input."""
    with np.load(make_inputs.PUBLIC / f"{name}.npz") as found:
        return found["x"], found["y"]


def _in_numpy(features: np.ndarray, one_hot: np.ndarray) -> Iterator[np.ndarray]:
    """Train TOPS new tops at once, drawn as the grader draws them; yield all accuracies after every step."""
    parameters = [
        np.stack([glorot((features.shape[1], 4), seed) for seed in range(TOPS)]),
        np.zeros((TOPS, 1, 4), np.float32),
    ]
    means, squares = ([np.zeros_like(array) for array in parameters] for _ in range(2))
    for step in range(1, STEPS + 1):
        kernels, biases = parameters
        error = (ACTIVATIONS["softmax"](features @ kernels + biases) - one_hot) / len(one_hot)
        rate = np.float32(0.001 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step))
        slopes = [features.T @ error, error.sum(axis=1, keepdims=True)]
        for array, slope, mean, square in zip(parameters, slopes, means, squares, strict=True):
            mean += np.float32(0.1) * (slope - mean)
            square += np.float32(0.001) * (slope**2 - square)
            array -= rate * mean / (np.sqrt(square) + np.float32(1e-7))
        yield np.mean((features @ kernels + biases).argmax(axis=2) == one_hot.argmax(axis=1), axis=1)


def _in_keras(features: np.ndarray, one_hot: np.ndarray, seed: int) -> float:
    top = keras.Sequential([keras.Input(features.shape[1:]), keras.layers.Dense(4, activation="softmax")])
    top.compile(loss="categorical_crossentropy", optimizer="adam")
    draw_top(top, seed)
    return float(fit(top, features, one_hot, epochs=STEPS, seed=seed)["accuracy"])


def _accuracy_on_iris(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    x, y = arrays("iris")
    said = forward(pairs, ["relu", "relu", "softmax"], x)
    return float(np.mean(said.argmax(axis=1) == y.argmax(axis=1)))


if __name__ == "__main__":
    main(sys.argv[1:])
