"""What people decided, applied to a report: points added up, and comments shown."""

from __future__ import annotations

import pytest

from autograder.grading.overrides import Answer, Comment, Override, Overrides
from autograder.grading.recompute import apply_overrides
from autograder.models import Remark

WRONG_ADD = "test_adds_two_numbers test_adds_negative_numbers"
REMARKS = Overrides(
    comments=(
        Comment("Look at the sign.", "test_adds_two_numbers", ("ada", "bob")),
        Comment("Read the task again.", "test_adds_negative_numbers"),
    ),
    answers=(Answer("ada", "test_adds_two_numbers", "It is right!", "It is not."),),
)


def test_the_points_are_set_and_the_totals_follow(report):
    decided = apply_overrides(
        report(text=WRONG_ADD), Overrides((Override("ada", "test_adds_two_numbers", 1.5, "Half of it."),))
    )
    assert decided.score == 6.5
    assert decided.tasks["add"].score == 1.5
    assert decided.checks[0].points == 1.5
    assert decided.checks[0].outcome == "failed"


def test_points_can_be_taken_away(report):
    decided = apply_overrides(report(), Overrides((Override("ada", "test_adds_two_numbers", 0, "Copied."),)))
    assert decided.score == 8


def test_a_decision_is_shown_to_staff_and_student(report):
    decided = apply_overrides(
        report(text=WRONG_ADD), Overrides((Override("ada", "test_adds_two_numbers", 2, "Right, really."),))
    )
    said = "Decided by a person: 2 of 2 points (the examiner gave 0). Reason: Right, really."
    assert decided.checks[0].message.startswith(said)
    assert decided.checks[0].student_message.startswith(said)
    assert "Decided by a person: test_adds_two_numbers." in decided.message


def test_without_a_decision_the_report_stays(report):
    assert apply_overrides(report(), Overrides()) == report()


def test_a_fault_of_the_grader_stays_owed_until_every_check_of_it_is_decided(report, kit):
    fault = report(text="lost")
    everything = tuple(Override("ada", check.name, check.points, "By hand.") for check in kit.checks)
    partly = apply_overrides(fault, Overrides(everything[:-1]))
    assert (partly.status, partly.score, partly.tasks["add"].score) == ("grader_error", None, 5)
    wholly = apply_overrides(fault, Overrides(everything))
    assert (wholly.status, wholly.score) == ("graded", 10)


@pytest.mark.parametrize(
    ("student", "failed", "remarks"),
    [
        ("ada", "", ["Look at the sign.", "It is not."]),
        ("bob", "test_adds_negative_numbers", ["Look at the sign.", "Read the task again."]),
        ("cem", "test_adds_negative_numbers", ["Read the task again."]),
        ("cem", "nothing", []),
    ],
)
def test_a_comment_reaches_those_named_or_whoever_failed(report, student, failed, remarks):
    decided = apply_overrides(report(student, failed), REMARKS)
    assert [remark.text for remark in decided.remarks] == remarks
    assert decided.score == report(student, failed).score


def test_an_answer_comes_with_what_was_asked(report):
    decided = apply_overrides(report(), REMARKS)
    assert decided.remarks[-1] == Remark("It is not.", "test_adds_two_numbers", "It is right!")
