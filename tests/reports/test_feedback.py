"""What a student reads about a check that did not pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from autograder.language import HERE as PACKAGE
from autograder.language import Messages
from autograder.models import CheckResult, Report
from autograder.reports.feedback import MAX_CODE_LINES, Explanation, Line, explain, task_lines

HINT = ("Which sign?",)
CODE = ("def add(left, right):", "    return left - right")
DEFINITION = Line("def add(left, right):")


@pytest.fixture
def failed(make_report: Callable[..., Report]) -> CheckResult:
    """A public check that failed, with its hint."""
    check = make_report("ada", ("test_adds_two_numbers",)).checks[0]
    return replace(check, hint="Which sign?")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Expected 5, received -1.", Explanation("", "5", "-1", HINT, DEFINITION)),
        (
            "Expected 5, received -1. Look at the sign.",
            Explanation("", "5", "-1", ("Look at the sign.",), DEFINITION),
        ),
        ("Expected 5, received -1. Which sign?", Explanation("", "5", "-1", HINT, DEFINITION)),
        (
            "add raised ValueError: no (line 2: return left - right)",
            Explanation("add raised ValueError: no", "", "", HINT, Line("return left - right", 2)),
        ),
        (
            "add took too long. Which sign?",
            Explanation("add took too long.", "", "", HINT, DEFINITION),
        ),
        ("Which sign?", Explanation("", "", "", HINT, DEFINITION)),
    ],
)
def test_a_message_becomes_its_parts(failed: CheckResult, message: str, expected: Explanation) -> None:
    """Expected and received, or else the message; the hint once; the line that raised, or the definition."""
    assert explain(replace(failed, student_message=message), CODE, Messages()) == expected


def test_there_is_no_line_without_code(failed: CheckResult) -> None:
    assert explain(failed, (), Messages()).line is None


def test_an_explanation_is_translated_part_by_part(failed: CheckResult) -> None:
    messages = Messages()
    messages.choose("zh", PACKAGE)
    check = replace(failed, student_message="Expected a Keras model, received -1.", hint="received")
    found = explain(check, CODE, messages)
    assert (found.received, found.hints) == ("-1", (messages.gettext("received"),))
    assert found.hints != ("received",)


SOURCE = """def add(left, right):
    '''The kit's
    text.'''
    # mine
    return left - right


def mean(numbers):
    pass
"""


def test_the_answer_is_shown_as_written_without_the_docstring() -> None:
    assert task_lines(SOURCE, ["add", "scale"]) == {
        "add": ("def add(left, right):", "    # mine", "    return left - right")
    }


def test_a_long_answer_is_cut() -> None:
    source = "def add(left, right):\n" + "    left += 1\n" * 100
    lines = task_lines(source, ["add"])["add"]
    assert (len(lines), lines[-1]) == (MAX_CODE_LINES + 1, "    …")


@pytest.mark.parametrize("source", ["", "def add(:", "add = 1"])
def test_there_is_no_answer_where_the_task_is_not_defined(source: str) -> None:
    assert task_lines(source, ["add"]) == {}
