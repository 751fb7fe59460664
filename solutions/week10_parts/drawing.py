"""Given code of week 10: a network drawn as a stack of layers. Nothing here is yours.

`print(draw(model))` shows it, the input at the bottom. What is frozen is blue and what trains is orange, and
the words beside say so too.
"""

from __future__ import annotations

import math
import sys
from types import ModuleType
from typing import Any, NamedTuple

# First, for it brings in Keras with the lesson's settings.
import lesson

# isort: split
import networks

# Colour-blind people can tell these apart, on dark and on light ground.
BLUE, ORANGE, PLAIN = "\x1b[38;5;32m", "\x1b[38;5;172m", "\x1b[0m"
BAR = 24
# A network such as MobileNet has more layers than one wants to see.
MOST = 12


class Part(NamedTuple):
    """One layer with weights: its class, its maps or units, its parameters, and whether they train."""

    kind: str
    width: int
    parameters: int
    trains: bool

    def text(self, most: int, colour: bool) -> str:
        """A bar as wide as the layer is beside others, and what it is in words."""
        bar = "█" * max(1, round(BAR * self.width / most))
        left = (BAR - len(bar)) // 2
        right = BAR - len(bar) - left
        painted = f"{ORANGE if self.trains else BLUE}{bar}{PLAIN}" if colour else bar
        what = f"{self.kind} {self.width}"
        state = "train" if self.trains else "frozen"
        return f"{' ' * left}{painted}{' ' * right}  {what:<24} {self.parameters:>7,} {state}"


class Drawing(NamedTuple):
    """A network as a stack of layers: the first one, and what goes in, at the bottom."""

    shape: tuple[int, ...]
    parts: tuple[Part, ...]
    counts: networks.Counts

    def text(self, colour: bool) -> str:
        """One line for each layer that has weights; of many, the last ones."""
        most = max(part.width for part in self.parts)
        lines = [part.text(most, colour) for part in reversed(self.parts[-MOST:])]
        if len(self.parts) > MOST:
            lines.append(f"{'⋮':^{BAR}}  and {len(self.parts) - MOST} layers below")
        inputs = f"{'▪':^{BAR}}  inputs of {' × '.join(map(str, self.shape))} numbers"
        total, trainable, frozen = self.counts
        return "\n".join(
            [*lines, inputs, f"{total:,} parameters: {trainable:,} train, {frozen:,} are frozen."]
        )

    def __str__(self) -> str:
        return self.text(colour=sys.stdout.isatty())

    __repr__ = __str__


def draw(model: Any) -> Drawing:
    """A network as it stands now; raises AssertionError for what `networks.flat` does not take."""
    parts = []
    for layer, trains in zip(networks.weighted(model), networks.flags(model), strict=True):
        sizes = [math.prod(variable.shape) for variable in layer.weights]
        width = int(layer.weights[-1].shape[-1])
        parts.append(Part(type(layer).__name__, width, sum(sizes), trains))
    if not parts:
        raise AssertionError("Expected a network with layers that have weights, received one without any.")
    return Drawing(tuple(model.input_shape[1:]), tuple(parts), networks.counts(model))


def solved(task: str, borrow: ModuleType) -> str:
    """What a task that is solved makes of the lesson's networks, as text with colours."""
    function = getattr(borrow, task)
    if task == "extract_features":
        x, _ = lesson.things(1, seed=1)
        return _table(function(lesson.load("parts_body"), x))
    if task == "borrow_network":
        return draw(function(lesson.mobilenet())).text(colour=True)
    arguments = {
        "cut_body": "parts_donor",
        "freeze": "learned_body",
        "add_softmax": "parts_body",
        "take_top": "new_graft",
        "thaw_last_block": "things_graft",
    }
    return draw(function(lesson.load(arguments[task]))).text(colour=True)


def _table(features: Any) -> str:
    """The features of one picture of each thing, a line each, as shades."""
    shades = " ░▒▓█"
    most = max(float(features.max()), 1e-9)
    lines = []
    for name, row in zip(("bicycle", "face", "house", "windmill"), features, strict=True):
        marks = (shades[min(4, max(0, int(5 * value / most)))] for value in row)
        lines.append(f"{name:<9} {''.join(marks)}")
    return "\n".join(lines)
