"""From which weights the network of week 11 may start, for `kit calibrate`."""

from __future__ import annotations

from typing import Any

import lesson
from support import accuracy, load

# isort: split
import numpy as np

# `kit calibrate` measures what the check compares with the threshold.
__all__ = ["accuracy", "graded_on", "reader_accuracy"]


def reader_accuracy(reader: Any, seed: int) -> list[np.ndarray]:
    """Draw all matrices as widely as Keras did; scales and biases stay what the answer made of them."""
    rng = np.random.default_rng(seed)
    return [_draw(array, rng) if array.ndim > 1 else array for array in reader.get_weights()]


def _draw(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    widest = np.abs(array).max()
    return rng.uniform(-widest, widest, array.shape).astype(array.dtype)


def graded_on(setting: str, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the new sentences that the check asks."""
    settings = load("settings")
    return lesson.sentences(settings["new_sentences"], settings["new_seed"])
