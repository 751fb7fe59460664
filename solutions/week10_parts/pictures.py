"""Given code of week 10: pictures of things, of filters, and of what these answer to. Nothing here is yours.

Every function returns a plot that shows itself in a notebook; elsewhere `plot.figure.savefig("plot.png")`.
"""

from __future__ import annotations

import io
from typing import Any

# First, for it brings in Keras with the lesson's settings.
import lesson

# isort: split
import keras
import networks
import numpy as np
import shapes


class Plot:
    """A matplotlib figure that shows itself in a notebook."""

    def __init__(self, figure: Any) -> None:
        self.figure = figure

    def _repr_svg_(self) -> str:
        text = io.StringIO()
        self.figure.savefig(text, format="svg", metadata={"Date": None})
        return text.getvalue()


def parts() -> Plot:
    """The six parts that the donor learns, without and with noise."""
    return _kinds(shapes.PARTS, shapes.PART_SIZES[1], lesson.parts(1, seed=1)[0])


def things() -> Plot:
    """The four things that are made of them, without and with noise."""
    return _kinds(shapes.THINGS, shapes.THING_SIZES[1], lesson.things(1, seed=1)[0])


def filters(model: Any) -> Plot:
    """The kernels of the first convolution: what each of its maps looks for."""
    kernels = first_convolution(model).get_weights()[0]
    images = [kernels[:, :, :, number].mean(axis=2) for number in range(kernels.shape[3])]
    return _grid([(f"{number}", image) for number, image in enumerate(images, 1)], "RdBu_r", centred=True)


def answers(model: Any, seed: int = 1) -> Plot:
    """A bicycle, and the map of each filter of the first convolution: bright where the filter answers."""
    bicycle = lesson.things(1, seed)[0][:1]
    layer = first_convolution(model)
    maps = np.asarray(keras.ops.relu(layer(bicycle)))[0]
    images = [(f"{number}", maps[:, :, number - 1]) for number in range(1, maps.shape[2] + 1)]
    return _grid([("bicycle", bicycle[0, :, :, 0]), *images], "gray")


def first_convolution(model: Any) -> Any:
    """The first Conv2D of a network; raises AssertionError where it has none."""
    for layer in networks.flat(model):
        if isinstance(layer, keras.layers.Conv2D):
            return layer
    raise AssertionError("Expected a network with a Conv2D layer, received one without any.")


def _kinds(kinds: Any, size: float, noisy: np.ndarray) -> Plot:
    middle = ((shapes.SIDE - 1) / 2, (shapes.SIDE - 1) / 2)
    clean = [(kind.__name__, shapes.clean(kind, middle, size)) for kind in kinds]
    return _grid([*clean, *(("", picture[:, :, 0]) for picture in noisy)], "gray", columns=len(kinds))


def _grid(
    images: list[tuple[str, np.ndarray]], colours: str, columns: int = 8, centred: bool = False
) -> Plot:
    from matplotlib.figure import Figure

    rows = -(-len(images) // columns)
    figure = Figure(figsize=(1.2 * columns, 1.35 * rows), layout="constrained", facecolor="white")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for place in axes:
        place.axis("off")
    for place, (title, image) in zip(axes, images, strict=False):
        most = float(np.abs(image).max())
        limits = {"vmin": -most, "vmax": most} if centred else {}
        place.imshow(image, cmap=colours, **limits)
        place.set_title(title, fontsize=8)
    return Plot(figure)
