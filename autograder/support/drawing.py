"""Draw models and trainings: `draw(model)` shows itself in a notebook, `print(draw(model))` in a terminal.

What is frozen is blue and what trains is orange, and the words beside say so too.
"""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, zip_longest
from typing import Any

from .errors import fail
from .language import gettext as _
from .networks import Counts, LayerSummary, count_parameters, summary

# Colour-blind people can tell these apart, on dark and on light ground: the blue and the orange of Okabe and
# Ito, their like among a terminal's 256 colours, and a grey that is as far from black as from white.
BLUE, ORANGE, GREY = "#0072b2", "#e69f00", "#767676"
TERMINAL = {BLUE: "\x1b[38;5;32m", ORANGE: "\x1b[38;5;172m"}
PLAIN = "\x1b[0m"
BAR = 25
# Of a model such as MobileNet only the last layers are shown.
MAX_LAYERS = 12
# Sizes of a picture: boxes are up to 112 wide and stand in its left part, words in the right one.
STEP, LINE, MIDDLE, RIGHT, WIDTH = 34, 20, 64, 132, 540
# The outline of a layer that is not as expected.
RED = "#d55e00"


class Plot:
    """A matplotlib figure that shows itself in a notebook; elsewhere `plot.figure.savefig("plot.png")`."""

    def __init__(self, figure: Any) -> None:
        self.figure = figure

    def _repr_svg_(self) -> str:
        from matplotlib import rc_context

        text = io.StringIO()
        # The browser has letters that matplotlib's own font lacks.
        with rc_context({"svg.fonttype": "none"}), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph")
            self.figure.savefig(text, format="svg", metadata={"Date": None})
        return text.getvalue()


@dataclass(frozen=True, repr=False)
class Drawing:
    """A model as a stack of layers with weights: the input at the bottom."""

    shape: tuple[int, ...]
    layers: tuple[LayerSummary, ...]
    counts: Counts

    def text(self, colour: bool) -> str:
        """Return a line for each layer, with bars as wide as the layers; of many, the last ones."""
        shown = self.layers[-MAX_LAYERS:]
        rows = [_words(layer) for layer in shown]
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        lines = [
            f"{self._bar(layer, colour)}  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}} {row[2]}"
            for layer, row in zip(shown, rows, strict=True)
        ]
        if more := len(self.layers) - len(shown):
            lines.insert(0, f"{'⋮':^{BAR}}  {_('and {count} layers below', count=more)}")
        inputs = f"{'▪' * min(self.shape[-1], BAR):^{BAR}}  {self._inputs}"
        return "\n".join([*reversed(lines), inputs, self._total])

    def __str__(self) -> str:
        return _printable(self.text(colour=sys.stdout.isatty()))

    def __repr__(self) -> str:
        return str(self)

    def _repr_svg_(self) -> str:
        return self.svg()

    def svg(self, heading: str = "", differs: Sequence[bool] = (), rows: int = 0) -> str:
        """Return a picture with place for `rows` layers at least; outline layers that differ."""
        shown = self.layers[-MAX_LAYERS:]
        more = len(self.layers) - len(shown)
        marks = differs[more : len(self.layers)] or [False] * len(shown)
        floor = STEP * max(rows, len(shown)) + (STEP if heading else 8)
        shapes = [_text(8, LINE, heading, 'font-weight="bold"')] * bool(heading)
        for number, (layer, differ) in reversed(list(enumerate(zip(shown, marks, strict=True), 1))):
            shapes += self._layer(layer, floor - number * STEP, differ)
        shapes.append(_text(8, floor + 16, self._inputs))
        if more:
            shapes.append(_text(WIDTH // 2, floor + 16, f"⋮ {_('and {count} layers below', count=more)}"))
        shapes.append(_text(8, floor + 16 + LINE, self._total))
        bottom = floor + 16 + 2 * LINE
        for place, colour, meaning in ((15, BLUE, _("frozen")), (95, ORANGE, _("trains"))):
            shapes.append(f'<circle cx="{place}" cy="{bottom - 5}" r="7" fill="{colour}"/>')
            shapes.append(_text(place + 12, bottom, meaning))
        return _svg(bottom + 10, f"{heading} {self._total}".strip(), "".join(shapes))

    def _layer(self, layer: LayerSummary, top: int, differs: bool) -> list[str]:
        """Return the box of a layer and the words beside it."""
        wide = 12 + 100 * layer.units / max(other.units for other in self.layers[-MAX_LAYERS:])
        box = f'x="{MIDDLE - wide / 2:.0f}" y="{top}" width="{wide:.0f}" height="{STEP - 6}" rx="4"'
        outline = f' stroke="{RED}" stroke-width="4" stroke-dasharray="7 4"' if differs else ""
        name, parameters, state = _words(layer)
        words = _("{name}: {parameters} parameters, {state}", name=name, parameters=parameters, state=state)
        words = f"≠ {words}" if differs else words
        return [f'<rect {box} fill="{_colour(layer)}"{outline}/>', _text(RIGHT, top + 19, words)]

    @property
    def _inputs(self) -> str:
        shape = " × ".join(map(str, self.shape))
        if len(self.shape) > 1:
            return _("inputs of {shape} numbers", shape=shape)
        return _("rows of {shape} numbers", shape=shape)

    @property
    def _total(self) -> str:
        total, trainable, frozen = self.counts
        return _(
            "{total:,} parameters: {trainable:,} train, {frozen:,} are frozen.",
            total=total,
            trainable=trainable,
            frozen=frozen,
        )

    def _bar(self, layer: LayerSummary, colour: bool) -> str:
        most = max(other.units for other in self.layers)
        bar = "█" * max(1, round(BAR * layer.units / most))
        painted = f"{TERMINAL[_colour(layer)]}{bar}{PLAIN}" if colour else bar
        left = (BAR - len(bar)) // 2
        return " " * left + painted + " " * (BAR - len(bar) - left)


@dataclass(frozen=True, repr=False)
class Comparison:
    """A model beside the expected one, layer by layer from the first on."""

    yours: Drawing
    expected: Drawing

    @property
    def differs(self) -> list[bool]:
        """Return for each layer whether it is another one than expected, or one of the two is missing."""
        pairs = zip_longest(self.yours.layers, self.expected.layers)
        # Names of layers do not matter.
        return [mine is None or other is None or mine[1:] != other[1:] for mine, other in pairs]

    def __str__(self) -> str:
        mine = self.yours.text(colour=False)
        if not any(self.differs):
            return mine
        return "\n".join([_("your network"), mine, "", _("expected"), self.expected.text(colour=False)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        if not any(self.differs):
            return self.yours.svg()
        rows = min(len(self.differs), MAX_LAYERS)
        sides = []
        for drawing, heading in ((self.yours, _("your network")), (self.expected, _("expected"))):
            picture = drawing.svg(heading, self.differs, rows)
            sides.append(f'<div style="flex: 1 1 360px; max-width: {WIDTH}px">{picture}</div>')
        # Where there is no room for both, the second is below the first.
        return f'<div style="display: flex; flex-wrap: wrap; gap: 8px 24px">{"".join(sides)}</div>'


def _svg(height: int, title: str, shapes: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" style="max-width: 100%; height: auto" role="img" fill="{GREY}" '
        f'font-family="sans-serif" font-size="14"><title>{title}</title>{shapes}</svg>'
    )


def _text(left: int, line: int, words: str, style: str = "") -> str:
    return f'<text x="{left}" y="{line}" {style}>{words}</text>'


def draw(model: Any) -> Drawing:
    """Return a drawing of a model as it is now; raises ExpectationError for values that are not models."""
    __tracebackhide__ = True
    layers = tuple(summary(model))
    if not layers:
        fail("a layer with weights", "a model without any", "Which layers does the model have?")
    return Drawing(tuple(size or 1 for size in model.input_shape[1:]), layers, count_parameters(model))


def plot_history(result: Mapping[str, Any]) -> Plot:
    """Return a plot of the loss along a training, given what `fit` returned."""
    from matplotlib.figure import Figure

    losses: Sequence[float] = result["losses"]
    figure = Figure(figsize=(6, 3), layout="constrained", facecolor="white")
    axes = figure.subplots()
    shares = [100 * (number + 1) / len(losses) for number in range(len(losses))]
    axes.plot(shares, losses, color=BLUE, marker="o")
    axes.set(
        xlabel=_("training done (%)"),
        ylabel=_("loss"),
        title=_("accuracy {value:.3f}", value=result["accuracy"]),
    )
    return Plot(figure)


def plot_losses(**results: Mapping[str, Any]) -> Plot:
    """Return a plot of the losses along several trainings, given by name what `fit` returned."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.2), layout="constrained", facecolor="white")
    axes = figure.subplots()
    for (name, result), marker in zip(results.items(), cycle("os^D")):
        losses: Sequence[float] = result["losses"]
        shares = [100 * (number + 1) / len(losses) for number in range(len(losses))]
        axes.plot(shares, losses, marker=marker, markersize=4, label=name)
    axes.set(xlabel=_("training done (%)"), ylabel=_("loss (logarithmic)"), yscale="log")
    # Beside the axes, where it covers nothing.
    figure.legend(loc="outside right upper")
    return Plot(figure)


def _printable(text: str) -> str:
    """Return a text with other symbols if the encoding of standard output lacks those of drawings."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return text.translate(str.maketrans("█▪⋮×", "#.:x"))
    return text


def _words(layer: LayerSummary) -> tuple[str, str, str]:
    """Return what a layer is, its parameters, and whether it trains."""
    name = " ".join(word for word in (layer.kind, str(layer.units), layer.activation) if word)
    return name, f"{layer.parameters:,}", _("train") if layer.trainable else _("frozen")


def _colour(layer: LayerSummary) -> str:
    return ORANGE if layer.trainable else BLUE
