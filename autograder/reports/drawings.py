"""Prepare the drawings of a student's page: networks side by side, and learning curves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from ..language import gettext_noop
from ..models import NetworkLayer, NetworkRecord, TrainingRecord

Mark = Literal["same", "other", "extra", "missing"]
MARK_NOTES = {
    "same": "",
    "other": gettext_noop("differs"),
    "extra": gettext_noop("not expected"),
    "missing": gettext_noop("missing in yours"),
}


@dataclass(frozen=True)
class Block:
    """One layer in a drawing, and its difference from the other drawing."""

    layer: NetworkLayer
    mark: Mark

    @property
    def frozen(self) -> bool:
        """Return whether the layer has parameters and none is trainable."""
        return self.layer.parameters > 0 and self.layer.trainable == 0

    @property
    def note(self) -> str:
        """Return the difference from the other drawing in words, empty if there is none."""
        return MARK_NOTES[self.mark]

    def state(self, _: Callable[..., str]) -> str:
        """Return the parameters of the layer, translated by a function like gettext."""
        count, trainable = self.layer.parameters, self.layer.trainable
        if not count:
            return _("no parameters")
        if self.frozen:
            return _("{count:,} parameters, frozen", count=count)
        if trainable == count:
            return _("{count:,} parameters, trainable", count=count)
        return _("{trainable:,} of {count:,} parameters trainable", trainable=trainable, count=count)


@dataclass(frozen=True)
class Comparison:
    """A student's network and the expected one; `expected` is empty if none is known."""

    task: str
    yours: tuple[Block, ...]
    expected: tuple[Block, ...]

    @property
    def differs(self) -> bool:
        """Return whether a layer is marked as different."""
        return any(block.mark != "same" for block in (*self.yours, *self.expected))


def compare_networks(yours: NetworkRecord, expected: NetworkRecord | None) -> Comparison:
    """Return two networks for side-by-side display, with the layers that differ marked."""
    if expected is None:
        return Comparison(yours.task, tuple(Block(layer, "same") for layer in yours.layers), ())
    left: list[Block] = []
    right: list[Block] = []
    matcher = SequenceMatcher(None, list(yours.layers), list(expected.layers), autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        mine, theirs = yours.layers[a:b], expected.layers[c:d]
        if kind == "equal":
            left += [Block(layer, "same") for layer in mine]
            right += [Block(layer, "same") for layer in theirs]
        else:
            pairs = min(len(mine), len(theirs))
            left += [Block(layer, "other" if n < pairs else "extra") for n, layer in enumerate(mine)]
            right += [Block(layer, "other" if n < pairs else "missing") for n, layer in enumerate(theirs)]
    return Comparison(yours.task, tuple(left), tuple(right))


@dataclass(frozen=True)
class Curve:
    """A learning curve as the points of an SVG polyline in a box of `width` × `height`."""

    points: str
    first: float
    last: float
    highest: float
    lowest: float
    epochs: int
    width: int = 320
    height: int = 120


def curve(losses: Sequence[float]) -> Curve | None:
    """Return a curve of the losses, with the largest at the top; None for fewer than two."""
    if len(losses) < 2:
        return None
    top, bottom = max(losses), min(losses)
    span = (top - bottom) or 1.0
    width, height, edge = Curve.width, Curve.height, 6
    points = [
        (
            edge + n * (width - 2 * edge) / (len(losses) - 1),
            edge + (top - loss) / span * (height - 2 * edge),
        )
        for n, loss in enumerate(losses)
    ]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Curve(drawn, losses[0], losses[-1], top, bottom, len(losses))


@dataclass(frozen=True)
class Training:
    """A training on a page: the check that requested it, its accuracy if returned, and its curve."""

    check: str
    accuracy: float | None
    curve: Curve | None


def drawn_training(record: TrainingRecord) -> Training:
    """Return what a page shows of a training. Values that are no numbers are left out."""
    value: dict[str, Any] = record.value if isinstance(record.value, dict) else {}
    accuracy = value.get("accuracy")
    losses = _finite_numbers(value.get("losses"))
    return Training(record.check, accuracy if isinstance(accuracy, float) else None, curve(losses))


def _finite_numbers(value: object) -> Sequence[float]:
    """Return a list of finite numbers, or an empty list for any other value."""
    if isinstance(value, list | tuple) and all(isinstance(n, float) and math.isfinite(n) for n in value):
        return value
    return ()
