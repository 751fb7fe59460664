"""What a student reads: expected and received on lines of their own, and text that is only text."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from autograder.checks.results import make_result
from autograder.student import panel as wording
from autograder.student.handout import Handout
from autograder.student.state import Results


def read(board: Results, message: str, outcome: str = "failed") -> list[str]:
    """The lines of a failed check with this message."""
    console = Console(width=100, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    for line in wording.failure(board, make_result(board.handout.checks[0], outcome, message)):
        console.print(line)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        (
            "Expected 1.5 units, received 2.5. Which layer has them?",
            ["expected  1.5 units", "received  2.5", "Which layer has them?"],
        ),
        (
            "Expected 5, received -1: add both arguments.",
            ["expected  5", "received  -1", "add both arguments."],
        ),
        ("Expected a float, received int.", ["expected  a float", "received  int"]),
        (
            "mean raised NameError: name 'x' is not defined",
            ["mean raised NameError: name 'x' is not defined"],
        ),
    ],
)
def test_expected_and_received_stand_apart(handout: Handout, message: str, lines: list[str]) -> None:
    assert read(Results(handout), message)[1:] == lines


def test_a_long_message_is_cut(handout: Handout) -> None:
    assert len(read(Results(handout), "\n".join(map(str, range(100))))) == 1 + wording.MOST_LINES + 1


def test_controls_and_markup_in_a_message_are_text(handout: Handout) -> None:
    (line,) = read(Results(handout), "\x1b[31m[bold]red\x07")[1:]
    assert line == "\N{REPLACEMENT CHARACTER}[31m[bold]red\N{REPLACEMENT CHARACTER}"


def test_what_is_not_begun_says_where_the_task_is(handout: Handout) -> None:
    lines = read(Results(handout), "add is not written yet.", "not_attempted")
    assert lines[1] == "Not begun yet: the text below the function's name is the whole task."
