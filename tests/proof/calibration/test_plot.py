"""The plot of a calibration."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.kit import Kit, slugs
from autograder.proof.calibration.plot import plot
from autograder.proof.calibration.table import read_table, table_path

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("slug", [slug for slug in slugs(ROOT) if Kit.load(ROOT, slug).calibrated])
def test_every_plot_shows_its_table(slug: str) -> None:
    """The plot beside the kit is that of the table: equal tables give equal bytes, without a date."""
    path = table_path(ROOT, Kit.load(ROOT, slug))
    calibration = read_table(path.read_text())
    assert plot(calibration) == plot(calibration) == path.with_suffix(".svg").read_text()
    assert calibration.seeds >= 1_000
