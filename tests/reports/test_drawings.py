"""Drawings on a student's page: networks side by side, and learning curves."""

from __future__ import annotations

from autograder.models import NetworkLayer, NetworkRecord
from autograder.reports.drawings import compare_networks, curve


def test_a_difference_between_networks_is_marked_on_both_sides() -> None:
    """A layer that differs is marked, an extra one and a missing one as such."""
    dense, top, other = (NetworkLayer(name, 5, 5) for name in ("Dense 5 relu", "Dense 3 softmax", "Dense 4"))
    same = compare_networks(NetworkRecord("add", (dense, top)), NetworkRecord("add", (dense, top)))
    assert not same.differs
    found = compare_networks(NetworkRecord("add", (dense, other, other)), NetworkRecord("add", (dense, top)))
    assert [block.mark for block in found.yours] == ["same", "other", "extra"]
    assert [block.mark for block in found.expected] == ["same", "other"]
    less = compare_networks(NetworkRecord("add", (dense,)), NetworkRecord("add", (dense, top)))
    assert [block.mark for block in less.expected] == ["same", "missing"]


def test_a_curve_falls_from_left_to_right() -> None:
    """The first loss is at the top left, the last at the bottom right; one number is no curve."""
    drawn = curve([1.0, 0.5, 0.0])
    assert drawn is not None
    assert drawn.points.split() == ["6.0,6.0", "160.0,60.0", "314.0,114.0"]
    assert curve([1.0]) is None
