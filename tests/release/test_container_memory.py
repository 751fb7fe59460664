"""The memory that a container needs is that of the real program on the solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.release.container_memory import FILES_BYTES, NotMeasuredError, fits, needed_bytes

# Keeps 100 MB in memory for a second, as a training would.
HOLDS = """

import hashlib

HELD = b"x" * 100_000_000
for _ in range(20):
    hashlib.sha256(HELD)
"""


def test_memory_that_the_solution_uses_counts(toy_root: Path) -> None:
    kit, path = Kit.load(toy_root, "sums"), toy_root / "solutions" / "sums" / "sums.py"
    small = needed_bytes(toy_root, kit)
    path.write_text(path.read_text() + HOLDS)
    assert FILES_BYTES < small < needed_bytes(toy_root, kit) - 50_000_000


def test_a_solution_that_fails_is_not_measured(toy_root: Path) -> None:
    """The error shows what Gradescope would print."""
    path = toy_root / "solutions" / "sums" / "sums.py"
    path.write_text("def add(left, right):\n    return left\n")
    with pytest.raises(NotMeasuredError, match="The solution: 0 of 10 points"):
        needed_bytes(toy_root, Kit.load(toy_root, "sums"))


def test_a_tenth_of_the_container_stays_free() -> None:
    assert fits(691_200_000)
    assert not fits(691_200_001)
