"""Given code of week 9: a network drawn as a stack of layers. Nothing here is yours.

`draw(model)` shows itself in a notebook, and `print(draw(model))` in a terminal. What is frozen is blue and
what trains is orange, and the words beside say so too.
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

# Colour-blind people can tell these apart, on dark and on light ground: the blue and the orange of Okabe and
# Ito, their like among a terminal's 256 colours, and a grey that is as far from black as from white.
BLUE, ORANGE, GREY = "#0072b2", "#e69f00", "#767676"
TERMINAL = {BLUE: "\x1b[38;5;32m", ORANGE: "\x1b[38;5;172m"}
PLAIN = "\x1b[0m"
BAR = 25


class Part(NamedTuple):
    """One Dense layer: its units, what bends them, how many parameters it has, whether they train."""

    units: int
    bends: str
    parameters: int
    trains: bool

    @property
    def colour(self) -> str:
        """Orange if training can change it, else blue."""
        return ORANGE if self.trains else BLUE

    @property
    def words(self) -> tuple[str, str, str]:
        """What the layer is, how many parameters it has, and what becomes of them."""
        state = "train" if self.trains else "frozen"
        return f"Dense {self.units} {self.bends}", f"{self.parameters:,}", state


class Drawing(NamedTuple):
    """A network as a stack of layers: the first one, and the numbers that go in, at the bottom."""

    features: int
    parts: tuple[Part, ...]
    counts: networks.Counts

    def text(self, colour: bool) -> str:
        """One line a layer, the bars as wide as the layers."""
        rows = [part.words for part in self.parts]
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        lines = [
            f"{self._bar(part, colour)}  {words[0]:<{widths[0]}}  {words[1]:>{widths[1]}} {words[2]}"
            for part, words in zip(self.parts, rows, strict=True)
        ]
        inputs = f"{'▪' * min(self.features, BAR):^{BAR}}  rows of {self.features} numbers"
        return "\n".join([*reversed(lines), inputs, self._sum])

    def __str__(self) -> str:
        return self.text(colour=sys.stdout.isatty())

    def _repr_svg_(self) -> str:
        """The same for a notebook."""
        step, middle, most = 34, 130, max(part.units for part in self.parts)
        height = step * len(self.parts) + 62
        shapes = []
        for row, part in enumerate(reversed(self.parts)):
            wide, top = 24 + 216 * part.units / most, 8 + row * step
            box = f'x="{middle - wide / 2:.0f}" y="{top}" width="{wide:.0f}" height="{step - 6}" rx="4"'
            name, parameters, state = part.words
            shapes.append(f'<rect {box} fill="{part.colour}"/>')
            shapes.append(f'<text x="262" y="{top + 19}">{name}: {parameters} parameters, {state}</text>')
        inputs = f"rows of {self.features} numbers"
        shapes.append(f'<text x="{middle}" y="{height - 36}" text-anchor="middle">{inputs}</text>')
        shapes.append(f'<text x="8" y="{height - 10}">{self._sum}</text>')
        size = f'viewBox="0 0 560 {height}" width="560" height="{height}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" fill="{GREY}" '
            f'font-family="sans-serif" font-size="14"><title>{self._sum}</title>{"".join(shapes)}</svg>'
        )

    @property
    def _sum(self) -> str:
        total, trainable, frozen = self.counts
        return f"{total:,} parameters: {trainable:,} train, {frozen:,} are frozen."

    def _bar(self, part: Part, colour: bool) -> str:
        most = max(part.units for part in self.parts)
        bar = "█" * max(1, round(BAR * part.units / most))
        painted = f"{TERMINAL[part.colour]}{bar}{PLAIN}" if colour else bar
        left = (BAR - len(bar)) // 2
        return " " * left + painted + " " * (BAR - len(bar) - left)


def draw(model: Any) -> Drawing:
    """A network as it stands now; raises AssertionError for what `networks.weighted` does not take."""
    parts: list[Part] = []
    for layer, trains in zip(networks.weighted(model), networks.flags(model), strict=True):
        parameters = sum(math.prod(variable.shape) for variable in layer.weights)
        parts.append(Part(layer.units, layer.activation.__name__, parameters, trains))
    for layer, following in _between(model):
        parts[layer] = parts[layer]._replace(bends=f"{parts[layer].bends}, {following}")
    if not parts:
        raise AssertionError("Expected a network with layers that have weights, received one without any.")
    return Drawing(networks.weights(model)[0][0].shape[0], tuple(parts), networks.counts(model))


def solved(task: str, transfer: ModuleType) -> str:
    """What a task that is solved makes of the lesson's networks, as text with colours."""
    donor = lesson.load("iris_donor")
    if task == "build_base":
        return draw(transfer.build_base()).text(colour=True)
    if task == "freeze":
        return _frozen(transfer, donor)
    argument = lesson.load("frozen_body") if task == "add_softmax" else donor
    return draw(getattr(transfer, task)(argument)).text(colour=True)


def _between(model: Any) -> list[tuple[int, str]]:
    """The layers without weights that follow a Dense one, such as a softmax by itself, with its position."""
    found, position = [], -1
    for layer in networks.flat(model):
        if layer.weights:
            position += 1
        elif position >= 0:
            activation = getattr(layer, "activation", None)
            found.append((position, getattr(activation, "__name__", type(layer).__name__)))
    return found


def _frozen(transfer: ModuleType, donor: Any) -> str:
    """A frozen body, and what became of the donor that it was cut from."""
    before = networks.counts(donor)
    try:
        body = transfer.drop_top(donor)
        networks.flat(body)
    except Exception:  # that task is not solved yet
        body = lesson.load("body")
    drawn = draw(transfer.freeze(body)).text(colour=True)
    return f"{drawn}\n\n{remark}" if (remark := harm(before, networks.counts(donor))) else drawn


def harm(before: networks.Counts, now: networks.Counts) -> str:
    """What to tell of a donor that froze along with what was made of it; nothing of one that did not."""
    if now.frozen <= before.frozen:
        return ""
    return (
        f"Your donor is frozen too now: {now.trainable:,} of its {now.total:,} parameters still train. Its "
        "layers are the body's, and a layer is frozen in every network that uses it. That is right here. In "
        "build_transfer_model it would not be: who needs layers of their own?"
    )
