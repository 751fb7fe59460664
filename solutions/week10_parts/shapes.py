"""Given code of week 10: grey pictures of parts, and of things that are made of them. Nothing here is yours.

Every picture has 24 × 24 points: 0 where it is empty, 1 on a stroke, and then strong noise over all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

SIDE = 24
NOISE = 0.45

Point = tuple[float, float]
Strokes = list[np.ndarray]

# Row and column of every point, (24, 24) each.
ROWS, COLUMNS = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")


def line(start: Point, end: Point) -> np.ndarray:
    """The distance (24, 24) of every point from a line between two points (row, column)."""
    (top, left), (down, right) = start, (end[0] - start[0], end[1] - start[1])
    along = ((ROWS - top) * down + (COLUMNS - left) * right) / max(down**2 + right**2, 1e-9)
    along = np.clip(along, 0, 1)
    return np.hypot(ROWS - top - along * down, COLUMNS - left - along * right)


def ring(centre: Point, radius: float) -> np.ndarray:
    """The distance (24, 24) of every point from a circle; a radius of 0 makes a dot."""
    return np.abs(np.hypot(ROWS - centre[0], COLUMNS - centre[1]) - radius)


def edge(at: Point, size: float) -> Strokes:
    """A level line."""
    return [line((at[0], at[1] - size), (at[0], at[1] + size))]


def upright(at: Point, size: float) -> Strokes:
    """An upright line."""
    return [line((at[0] - size, at[1]), (at[0] + size, at[1]))]


def wheel(at: Point, size: float) -> Strokes:
    """A ring."""
    return [ring(at, size)]


def eye(at: Point, size: float) -> Strokes:
    """A ring with a dot in it."""
    return [ring(at, size), ring(at, 0)]


def nose(at: Point, size: float) -> Strokes:
    """A triangle that stands on its side."""
    peak, left, right = (at[0] - size, at[1]), (at[0] + size, at[1] - size), (at[0] + size, at[1] + size)
    return [line(peak, left), line(peak, right), line(left, right)]


def cross(at: Point, size: float) -> Strokes:
    """Two lines that cross aslant."""
    (row, column), arm = at, 0.8 * size
    return [
        line((row - arm, column - arm), (row + arm, column + arm)),
        line((row - arm, column + arm), (row + arm, column - arm)),
    ]


def bicycle(at: Point, size: float) -> Strokes:
    """Two wheels, and a bar between their hubs."""
    left, right = (at[0], at[1] - 1.5 * size), (at[0], at[1] + 1.5 * size)
    return [*wheel(left, size), *wheel(right, size), line(left, right)]


def face(at: Point, size: float) -> Strokes:
    """Two eyes, and a nose below them."""
    above = at[0] - size
    eyes = [*eye((above, at[1] - 1.4 * size), size), *eye((above, at[1] + 1.4 * size), size)]
    return [*eyes, *nose((at[0] + 1.2 * size, at[1]), 0.8 * size)]


def house(at: Point, size: float) -> Strokes:
    """A roof like a nose, two upright walls and a floor."""
    row, column = at
    roof = nose((row - size, column), size)
    walls = [*upright((row + size, column - size), size), *upright((row + size, column + size), size)]
    return [*roof, *walls, *edge((row + 2 * size, column), size)]


def windmill(at: Point, size: float) -> Strokes:
    """A cross of sails on an upright mast."""
    return [*cross((at[0] - size, at[1]), 1.4 * size), *upright((at[0] + size, at[1]), 1.5 * size)]


PARTS: tuple[Callable[[Point, float], Strokes], ...] = (edge, upright, wheel, eye, nose, cross)
THINGS: tuple[Callable[[Point, float], Strokes], ...] = (bicycle, face, house, windmill)

# The least and the greatest size, and how far from the edge of the picture the centre is, in points.
PART_SIZES, PART_ROOM = (3.0, 5.0), 5.5
THING_SIZES, THING_ROOM = (3.0, 3.8), 9.0


def clean(kind: Callable[[Point, float], Strokes], at: Point, size: float) -> np.ndarray:
    """One picture (24, 24) without noise: strokes about two points wide."""
    return np.clip(1.5 - np.min(kind(at, size), axis=0), 0, 1)


def drawn(
    kinds: Sequence[Callable[[Point, float], Strokes]],
    sizes: tuple[float, float],
    room: float,
    each: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """`each` noisy pictures of every kind, in turn, at random places: x (n, 24, 24, 1), y (n, kinds)."""
    rng = np.random.default_rng(seed)
    labels = np.tile(np.arange(len(kinds)), each)
    pictures = [
        clean(kinds[label], tuple(rng.uniform(room, SIDE - 1 - room, 2)), rng.uniform(*sizes))
        for label in labels
    ]
    x = np.stack(pictures)[..., None] + rng.normal(0, NOISE, (len(labels), SIDE, SIDE, 1))
    return x.astype(np.float32), np.eye(len(kinds), dtype=np.float32)[labels]
