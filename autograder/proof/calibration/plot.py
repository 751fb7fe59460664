"""Draw a calibration: the accuracies of every network and the thresholds."""

from __future__ import annotations

import io

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .thresholds import Calibration, Network, Threshold

RIGHT, WRONG, LINE = "#0b6e4f", "#b3541e", "#1a1a1a"
# Byte-identical for equal numbers: no date, no random ids, text instead of glyph paths.
SETTINGS = {
    "svg.hashsalt": "calibration",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
}
METADATA = {"Date": None, "Creator": None}
LARGEST = 220


def plot(calibration: Calibration) -> str:
    """Return an SVG with a row per network; a disc's area is the share of trainings there."""
    rows = [len(threshold.networks) for threshold in calibration.thresholds]
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(9, 1.2 * len(rows) + 0.34 * sum(rows)), layout="constrained")
        axes = figure.subplots(len(rows), squeeze=False, height_ratios=[count + 1.5 for count in rows])
        for axis, threshold in zip(axes[:, 0], calibration.thresholds, strict=True):
            _panel(axis, threshold)
        figure.suptitle(
            f"{calibration.kit}: {calibration.seeds:,} initial weights for each network", fontsize=10
        )
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata=METADATA)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _panel(axis: Axes, threshold: Threshold) -> None:
    networks = sorted(threshold.networks, key=lambda network: not network.right)
    for row, network in enumerate(networks):
        values = [value for value, _ in network.reached]
        areas = [LARGEST * count / network.trials for _, count in network.reached]
        color = RIGHT if network.right else WRONG
        sizes = [max(area, 2) for area in areas]
        axis.scatter(values, [row] * len(values), sizes, color=color, alpha=0.7, lw=0, clip_on=False)
    axis.axvline(threshold.value, color=LINE, lw=1, ls="--")
    axis.set_yticks(range(len(networks)), [_label(threshold, network) for network in networks])
    for text, network in zip(axis.get_yticklabels(), networks, strict=True):
        text.set_color(RIGHT if network.right else WRONG)
    axis.set_ylim(len(networks) - 0.4, -0.6)
    axis.set_xlim(-0.02, 1.02)
    bound = f"a right answer fails with p ≤ {threshold.chance(threshold.worst):.2%} (95 % confidence)"
    axis.set_title(f"{threshold.setting} = {threshold.value:g}: {bound}", fontsize=9, loc="right")
    axis.set_xlabel("accuracy after training")
    axis.spines[["top", "right"]].set_visible(False)


def _label(threshold: Threshold, network: Network) -> str:
    names = network.right or network.wrong
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    kind = "right" if network.right else "wrong"
    return f"{names[0]}{more} ({kind}): {threshold.failures(network) / network.trials:.1%} fail"
