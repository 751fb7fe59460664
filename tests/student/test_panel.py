"""What a student reads of a failed check: its message, cut where it is long, as text without markup."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from autograder.checks.results import make_result
from autograder.models import Outcome
from autograder.student import panel
from autograder.student.events import CheckReported, Location
from autograder.student.handout import Handout
from autograder.student.state import Results
from autograder.wire.failure_kind import FailureKind


def read(board: Results, message: str, outcome: str = "failed") -> list[str]:
    """The lines of a failed check with this message."""
    console = Console(width=100, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    for line in panel.failure_text(board, make_result(board.handout.checks[0], outcome, message)):
        console.print(line)
    return console.file.getvalue().splitlines()


def test_a_message_is_shown_as_it_is(handout: Handout) -> None:
    message = "Expected 1.5 units, received 2.5. Which layer has them?"
    assert read(Results(handout), message)[1:] == [message]


def test_a_long_message_is_cut(handout: Handout) -> None:
    assert len(read(Results(handout), "\n".join(map(str, range(100))))) == 1 + panel.MAX_LINES + 1


def test_controls_and_markup_in_a_message_are_text(handout: Handout) -> None:
    (line,) = read(Results(handout), "\x1b[31m[bold]red\x07")[1:]
    assert line == "\N{REPLACEMENT CHARACTER}[31m[bold]red\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("kind", "raised_in", "begun"),
    [(FailureKind.STUB, "add", False), (FailureKind.UNWRITTEN_CALL, "mean", True)],
)
def test_only_a_stub_is_not_begun(handout: Handout, kind: FailureKind, raised_in: str, begun: bool) -> None:
    """A task that calls another one, which is not written yet, shows where."""
    board = Results(handout)
    board.begin()
    result = make_result(handout.checks[0], Outcome.NOT_ATTEMPTED, "add is not written yet.")
    location = Location("sums.py", 3, raised_in, "raise NotImplementedError")
    board.record(CheckReported(result, (location,), kind))
    console = Console(width=100, file=io.StringIO())
    for line in panel.failure_text(board, result):
        console.print(line)
    shown = console.file.getvalue()
    assert ("Not begun yet: the text below the function's name is the whole task." in shown) != begun
    assert ("sums.py, line 3, mean" in shown) == begun
