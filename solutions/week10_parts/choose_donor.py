"""Compare donors of week 10: how well things are told apart on what each has learned, and on random layers.

`python solutions/week10_parts/choose_donor.py 1 2 3` prints a row for each of these donor seeds. Every number
is over six draws of five pictures a thing, each with a top and a random body of its own, on new pictures.
"""

from __future__ import annotations

import sys
from typing import Any

from autograder.support import (
    accuracy,
    compile_classifier,
    draw_top,
    draw_weights,
    fit,
    keras,
    layers_until,
    model_of,
    predict,
)

# isort: split
import make_inputs
import numpy as np
from make_inputs import lesson

DRAWS = range(6)


def main(seeds: list[int]) -> None:
    """Print the table of `donor.md`."""
    print("| donor | parts | things, donor | things, random | least margin | fine-tuned, gain |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for seed in seeds:
        donor = make_inputs.built(make_inputs.described("donor", [*make_inputs.BODY, DENSE]))
        make_inputs.learn_parts(donor, seed)
        known = accuracy(donor, *lesson.parts(100, 1000))
        rows = np.array([trial(donor, draw) for draw in DRAWS])
        borrowed, random, gain = rows.T
        print(
            f"| {seed} | {known:.3f} | {span(borrowed)} | {span(random)} "
            f"| {min(borrowed - random):.2f} | {span(gain)} |",
            flush=True,
        )


DENSE = make_inputs.dense(6, "softmax")


def trial(donor: Any, draw: int) -> tuple[float, float, float]:
    """One draw of pictures: accuracy with the donor, on random layers, and what fine-tuning adds."""
    few, new = lesson.things(make_inputs.THINGS_EACH, 10 + draw), lesson.things(50, 99)
    name = donor.layers[-2].name
    body, blank = (layers_until(keras.models.clone_model(donor), name) for _ in range(2))
    body.set_weights(layers_until(donor, name).get_weights())
    draw_weights(blank, draw)
    reached = []
    for layers in (blank, body):
        layers.trainable = False
        graft = keras.Sequential(
            [keras.Input((24, 24, 1)), *layers.layers, keras.layers.Dense(4, activation="softmax")]
        )
        draw_top(graft, draw)
        top = compile_classifier(model_of(graft.layers[-1]), make_inputs.TOP_RATE)
        features = predict(layers, few[0])
        fit(top, features, few[1], epochs=make_inputs.TOP_EPOCHS, seed=draw)
        reached.append(accuracy(graft, *new))
    last = [layer for layer in graft.layers if isinstance(layer, keras.layers.Conv2D)][-1]
    last.trainable = True
    fit(compile_classifier(graft, 0.001), *few, epochs=20, seed=draw)
    return reached[1], reached[0], accuracy(graft, *new) - reached[1]


def span(numbers: np.ndarray) -> str:
    """Return the least and the greatest."""
    return f"{min(numbers):.2f} to {max(numbers):.2f}"


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]])
