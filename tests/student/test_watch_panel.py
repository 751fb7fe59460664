"""What a student reads of a failed check: its message, cut where it is long, as text without markup."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from autograder.checks.results import make_result
from autograder.models import Outcome
from autograder.student import watch_panel
from autograder.student.handout import Handout, SavedState, take_hint
from autograder.student.task_results import Results
from autograder.student.watch_panel import View
from autograder.student.worker_process import CheckReported, Location, RunFinished, SourceChosen
from autograder.wire.call_messages import FailureKind


def read(results: Results, message: str, outcome: str = "failed") -> list[str]:
    """The lines of a failed check with this message."""
    console = Console(width=100, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    for line in watch_panel.failure_text(results, make_result(results.handout.checks[0], outcome, message)):
        console.print(line)
    return console.file.getvalue().splitlines()


def test_a_message_is_shown_as_it_is(handout: Handout) -> None:
    message = "Expected 1.5 units, received 2.5. Which layer has them?"
    assert read(Results(handout), message)[1:] == [message]


def test_a_long_message_is_cut(handout: Handout) -> None:
    assert len(read(Results(handout), "\n".join(map(str, range(100))))) == 1 + watch_panel.MAX_LINES + 1


def test_controls_and_markup_in_a_message_are_text(handout: Handout) -> None:
    (line,) = read(Results(handout), "\x1b[31m[bold]red\x07")[1:]
    assert line == "\N{REPLACEMENT CHARACTER}[31m[bold]red\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("kind", "raised_in", "begun"),
    [(FailureKind.STUB, "add", False), (FailureKind.UNWRITTEN_CALL, "mean", True)],
)
def test_only_a_stub_is_not_begun(handout: Handout, kind: FailureKind, raised_in: str, begun: bool) -> None:
    """A task that calls another one, which is not written yet, shows where."""
    results = Results(handout)
    results.begin()
    result = make_result(handout.checks[0], Outcome.NOT_ATTEMPTED, "add is not written yet.")
    location = Location("sums.py", 3, raised_in, "raise NotImplementedError")
    results.record(CheckReported(result, (location,), kind))
    console = Console(width=100, file=io.StringIO())
    for line in watch_panel.failure_text(results, result):
        console.print(line)
    shown = console.file.getvalue()
    assert ("Not attempted yet: the docstring describes the task." in shown) != begun
    assert ("sums.py:3 in mean" in shown) == begun


def screen(view: View, height: int = 24) -> list[str]:
    """The panel in a terminal of 80 columns."""
    console = Console(width=80, height=height, file=io.StringIO(), markup=False, emoji=False)
    console.print(view)
    return console.file.getvalue().splitlines()


@pytest.fixture
def failing(handout: Handout) -> View:
    """A panel in which the check of `mean` fails with a long message."""
    results = Results(handout)
    results.begin()
    message = "\n".join(f"row {number} {'wide ' * 15}" for number in range(1, 12))
    for check in handout.checks:
        outcome = Outcome.FAILED if check.task == "mean" else Outcome.PASSED
        results.record(CheckReported(make_result(check, outcome, message if check.task == "mean" else "")))
    results.record(RunFinished())
    return View(results, SavedState(), warm=True)


def test_the_panel_fills_a_terminal_of_80_by_24_and_scrolls(failing: View) -> None:
    first = screen(failing)
    assert len(first) == 24
    assert max(map(len, first)) <= 80
    assert "q quit" in first[-2]
    assert [line for line in first if "lines below: ↑ and ↓ scroll" in line]
    assert not [line for line in first if "row 11" in line]
    failing.scroll(1000)
    last = screen(failing)
    assert [line for line in last if "row 11" in line]
    assert [line for line in last if "lines above: ↑ and ↓ scroll" in line]
    failing.scroll(-1000)
    assert screen(failing) == first


def test_a_narrow_terminal_cuts_the_status_and_not_the_keys(failing: View) -> None:
    failing.saved = "a file whose name is far too long for the last line of a terminal"
    keys = "h hint   t task   o output   q quit   "
    assert screen(failing)[-2].removeprefix("│ ").startswith(f"{keys}saved a file")


def test_the_newest_hint_stands_first_where_it_is_seen(failing: View) -> None:
    for number in (1, 2):
        take_hint(failing.results.handout, "mean", failing.saved_state)
        failing.show_from_top()
        failing.hinted = True
        shown = [line[2:].split("  ")[0] for line in screen(failing) if line[2:].startswith("hint ")]
        assert shown == [f"hint {each} of 4" for each in range(number, 0, -1)]


def test_no_hint_belongs_to_a_file_that_cannot_be_read(failing: View) -> None:
    """A hint that is taken then would not be seen."""
    assert failing.shows_task
    failing.results.record(SourceChosen(None, "sums.py:1 is not Python.", (), "def add(\n       ^"))
    assert not failing.shows_task


def test_a_syntax_error_greys_the_score_and_points_at_the_line(failing: View) -> None:
    failing.results.record(SourceChosen(None, "sums.py:1 is not Python.", (), "def add(\n       ^"))
    shown = "\n".join(screen(failing))
    assert re.search(r"def add\(\s+│\n│\s+\^", shown)
    (score,) = watch_panel.tasks_text(failing.results).columns[2]._cells[-1:]
    assert (score.plain, score.style) == ("3 of 4", "dim")
