"""From which weights the networks of week 10 may start: a function for each threshold.

`kit calibrate` puts every known answer to the checks that kit.toml names in [calibrated]. Where one trains a
network, many tops are drawn for it here, in place of the one that the kit's seed gives, and it is trained
from all of them. Layers below the top stay what the answer made of them: the donor's, or what came instead.
"""

from __future__ import annotations

from typing import Any

import lesson
from support import accuracy, draw_top, load, predict

# isort: split
import numpy as np

# `kit calibrate` measures what the checks compare with the thresholds.
__all__ = ["accuracy", "graded_on", "graft_accuracy", "top_accuracy"]


def graft_accuracy(graft: Any, seed: int) -> list[np.ndarray]:
    """All weights, the top's as the check draws them."""
    draw_top(graft, seed)
    weights: list[np.ndarray] = graft.get_weights()
    return weights


# A top by itself is drawn like one on its body.
top_accuracy = graft_accuracy


def graded_on(setting: str, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return new things, as the checks look at: pictures for a graft, their features for a top by itself."""
    settings = load("settings")
    pictures, names = lesson.things(settings["new_each"], settings["new_seed"])
    if setting == "top_accuracy":
        return predict(load("parts_body"), pictures), names
    return pictures, names
