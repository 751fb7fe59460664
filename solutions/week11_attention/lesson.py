"""Week 11: sentences about coloured animals, and a network without attention. Nothing here is yours.

A sentence such as "red fox, blue cat, green owl" is followed by a question, "cat?", which asks for the
animal's colour. A colour with its animal is one word: the network sees its number alone.
"""

from __future__ import annotations

import warnings
from typing import Any

from support import Plot, compile_classifier, keras

# isort: split
import numpy as np
from support.language import gettext as _

# A block that is a model ends the mask, and Keras warns of it. After the block nothing needs a mask.
warnings.filterwarnings("ignore", message=".* does not support masking", category=UserWarning)

COLOURS, ANIMALS = 4, 4
N_ANSWERS = COLOURS
# Padding, every colour with every animal, and a question about each animal.
N_WORDS = 1 + COLOURS * ANIMALS + ANIMALS
# So many animals at most are in one sentence.
LONGEST = 4


def sentences(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw sentences of two to four animals, each followed by a question about one of them.

    x (count, 5) has the numbers of the words, with zeros in front of short sentences. y (count, 4) has the
    colour that is asked for, one-hot. No animal and no colour occurs twice in a sentence.
    """
    rng = np.random.default_rng(seed)
    x, colours = np.zeros((count, LONGEST + 1), np.int32), np.zeros(count, int)
    for row in range(count):
        length = rng.integers(2, LONGEST + 1)
        animals, colour = rng.permutation(ANIMALS)[:length], rng.permutation(COLOURS)[:length]
        asked = rng.integers(length)
        question = 1 + ANIMALS * COLOURS + animals[asked]
        x[row, LONGEST - length :] = [*(1 + animals * COLOURS + colour), question]
        colours[row] = colour[asked]
    return x, np.eye(N_ANSWERS, dtype=np.float32)[colours]


def words(sentence: np.ndarray) -> list[str]:
    """Return the words of a sentence as text, without padding."""
    animals = (_("fox"), _("cat"), _("owl"), _("mouse"))
    pairs = [f"{colour} {animal}" for animal in animals for colour in answers()]
    names = ["", *pairs, *(f"{animal}?" for animal in animals)]
    return [names[number] for number in sentence if number]


def answers() -> list[str]:
    """Return the colours, in the order of the network's outputs."""
    return [_("red"), _("blue"), _("green"), _("white")]


def vectors(*shape: int, seed: int = 1) -> np.ndarray:
    """Draw an array of normal random numbers."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def arrays(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Draw an array of every shape, the same ones in every call."""
    return [vectors(*shape, seed=number) for number, shape in enumerate(shapes, 2)]


def normalize(x: np.ndarray, gamma: np.ndarray | float = 1.0, beta: np.ndarray | float = 0.0) -> np.ndarray:
    """Compute what Keras' `LayerNormalization` makes of the vectors in x with these weights."""
    centred = x - x.mean(axis=-1, keepdims=True)
    made: np.ndarray = (
        gamma * centred / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + 1e-3) + beta
    )
    return made


def averaging_reader(units: int = 16, learning_rate: float = 0.01) -> keras.Model:
    """Build a reader without attention: the answer follows from the mean of all words."""
    numbers = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(N_WORDS, units, mask_zero=True)(numbers)
    mean = keras.layers.GlobalAveragePooling1D()(embedded)
    model = keras.Model(numbers, keras.layers.Dense(N_ANSWERS, activation="softmax")(mean))
    return compile_classifier(model, learning_rate)


def show_weights(names: list[str], weights: Any) -> Plot:
    """Draw how much each word attends to each word."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5, 4), layout="constrained", facecolor="white")
    axis, shares = figure.subplots(), np.asarray(weights)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(shares.shape):
        share = shares[row, column]
        colour = "white" if share > 0.5 else "black"
        axis.text(column, row, f"{share:.0%}", ha="center", va="center", color=colour)
    axis.set_xticks(range(len(names)), names)
    axis.set_yticks(range(len(names)), names)
    axis.set_xlabel(_("keys"))
    axis.set_ylabel(_("queries"))
    return Plot(figure)
