"""Given code of week 9: the eight flowers as a network sees them. Nothing here is yours.

`scatter(body)` shows itself in a notebook; elsewhere `scatter(body).figure.savefig("flowers.png")` writes it.
"""

from __future__ import annotations

import io
from typing import Any

# First, for it brings in Keras with the lesson's settings.
import lesson

# isort: split
import networks
import numpy as np

# Told apart by colour-blind people, and by shape where there is no colour.
KINDS = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"))


class Plot:
    """A matplotlib figure that shows itself in a notebook."""

    def __init__(self, figure: Any) -> None:
        self.figure = figure

    def _repr_svg_(self) -> str:
        text = io.StringIO()
        self.figure.savefig(text, format="svg", metadata={"Date": None})
        return text.getvalue()


def scatter(body: Any) -> Plot:
    """The eight flowers as they were measured, and as `body`, a network without its top, describes them.

    Both are seen along their two principal components: the directions in which they differ most.
    """
    from matplotlib.figure import Figure

    x, y = lesson.eight_flowers()
    figure = Figure(figsize=(9, 4), layout="constrained", facecolor="white")
    spaces = {f"{x.shape[1]} measurements": x, "features of the borrowed layers": networks.outputs(body, x)}
    for axes, (name, rows) in zip(figure.subplots(1, 2), spaces.items(), strict=True):
        flat, shares = principal(rows)
        for kind, (colour, marker) in enumerate(KINDS, 1):
            mine = flat[np.argmax(y, axis=1) == y.shape[1] - kind]
            axes.scatter(*mine.T, c=colour, marker=marker, s=70, label=f"flower {kind}")
        axes.set(
            title=name, xlabel=f"1st component ({shares[0]:.0%})", ylabel=f"2nd component ({shares[1]:.0%})"
        )
    figure.axes[-1].legend()
    return Plot(figure)


def principal(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, features) along two principal components (n, 2), and the share of the variance of each."""
    centred = rows.astype(np.float64) - rows.mean(axis=0)
    left, scales, _ = np.linalg.svd(centred, full_matrices=False)
    return left[:, :2] * scales[:2], scales[:2] ** 2 / max(np.sum(scales**2), np.finfo(float).tiny)
