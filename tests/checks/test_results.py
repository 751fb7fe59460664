"""What the end of a check means for staff and student."""

from __future__ import annotations

import pytest

from autograder.checks.failures import SubmissionFailed
from autograder.checks.results import result_of
from autograder.kit import Kit


class ResourceExhaustedError(Exception):
    """Named as TensorFlow's own."""


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "passed"),
        (AssertionError("not five"), "failed"),
        (SubmissionFailed("timed_out", "slow"), "timed_out"),
        (MemoryError(), "crashed"),
        (RecursionError("maximum recursion depth exceeded"), "crashed"),
        (ResourceExhaustedError("OOM when allocating tensor"), "crashed"),
        (TypeError("unsupported operand"), "grader_error"),
        (KeyboardInterrupt(), "grader_error"),
    ],
)
def test_what_ends_a_check_decides_its_outcome(toy: Kit, error: BaseException | None, outcome: str) -> None:
    """An answer that eats memory or stack is at fault; for whatever else a check raises, the grader is."""
    ended = result_of(toy.checks[0], error, 0.0)
    assert ended.outcome == outcome
    assert ended.points == (toy.checks[0].points if outcome == "passed" else 0)
