"""A person's decisions: applied, added up, shown, and refused where they make no sense."""

from __future__ import annotations

import pytest

from autograder.grading.apply_overrides import apply_overrides
from autograder.grading.overrides import (
    Answer,
    Comment,
    Override,
    Overrides,
    OverridesError,
    Penalty,
    Reviewed,
    load_overrides,
)
from autograder.models import Remark

WRONG_ADD = "test_adds_two_numbers test_adds_negative_numbers"


def load(tmp_path, kit, text):
    path = tmp_path / "overrides.toml"
    path.write_text(text, encoding="utf-8")
    return load_overrides(path, {check.name: check.points for check in kit.checks})


def entry(**changes):
    values = {"student": '"ada"', "check": '"test_adds_two_numbers"', "points": "1.5", "reason": '"A typo."'}
    return "[[override]]\n" + "\n".join(
        f"{key} = {value}" for key, value in (values | changes).items() if value
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


PENALTY = '[[penalty]]\nstudent = "ada"\npoints = 0\nreason = "Ill."\n'


def test_a_file_is_read(tmp_path, kit):
    assert load(tmp_path, kit, entry() + "\n" + entry(student='"Zoë"')).points == (
        Override("ada", "test_adds_two_numbers", 1.5, "A typo."),
        Override("Zoë", "test_adds_two_numbers", 1.5, "A typo."),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (entry(check='"test_adds_to_numbers"'), "did you mean 'test_adds_two_numbers'"),
        (entry(check='"zzz"'), "known are test_adds_two_numbers"),
        (entry(points="3"), "points from 0 to 2 .* found 3"),
        (entry(points="-1"), "points from 0 to 2"),
        (entry(points="nan"), "points from 0 to 2"),
        (entry(points="true"), r"`override\[0\].points`: expected a number, found a truth value: True"),
        (entry(points='"2"'), r"`override\[0\].points`: expected a number, found a string: '2'"),
        (entry(reason='" "'), "expected a reason, found an empty text"),
        (entry(reason=""), r"the key `override\[0\].reason` is missing"),
        (entry(why='"x"'), r"unknown key `override\[0\].why`; expected one of `student`, `check`"),
        (entry() + "\n" + entry(points="2"), "decided more than once"),
        ('student = "ada"', "unknown key `student`; expected one of `override`, `comment`"),
        ("override = [1]", r"`override\[0\]`: expected a table, found a number: 1"),
        ("[[override", "overrides.toml is not TOML: "),
        (PENALTY.replace("0", "-1"), r"`penalty\[0\]`: expected points of at least 0, found -1"),
        (PENALTY.replace("Ill.", " "), r"`penalty\[0\]`: expected a reason, found an empty text"),
        (PENALTY + PENALTY, "decided more than once"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(tmp_path, kit, text, said):
    with pytest.raises(OverridesError, match=said):
        load(tmp_path, kit, text)


def test_a_file_that_is_not_there_is_refused(tmp_path, kit):
    with pytest.raises(OverridesError, match="Cannot read"):
        load_overrides(tmp_path / "none.toml", {})


def test_a_penalty_is_read(tmp_path, kit):
    found = load(tmp_path, kit, PENALTY)
    assert found.penalties == (Penalty("ada", 0, "Ill."),)
    assert found.students == {"ada"}


ALL = """
[[comment]]
text = "Look at the sign."
students = ["ada", "bob"]
check = "test_adds_two_numbers"

[[comment]]
text = "Read the task again."
check = "test_adds_negative_numbers"

[[answer]]
student = "ada"
check = "test_adds_two_numbers"
request = "It is right!"
text = "It is not."

[[reviewed]]
entry = "late: ada"
"""


def test_comments_and_answers_are_read(tmp_path, kit):
    assert load(tmp_path, kit, ALL) == Overrides(
        comments=(
            Comment("Look at the sign.", "test_adds_two_numbers", ("ada", "bob")),
            Comment("Read the task again.", "test_adds_negative_numbers"),
        ),
        answers=(Answer("ada", "test_adds_two_numbers", "It is right!", "It is not."),),
        reviewed=(Reviewed("late: ada"),),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[comment]]\ntext = "x"', r"`comment\[0\]`: expected `students`, or the `check`"),
        ('[[comment]]\ntext = " "\ncheck = "test_adds_two_numbers"', "expected a text, found an empty text"),
        ('[[comment]]\ntext = "x"\ncheck = "test_adds"', "has no check 'test_adds'; did you mean"),
        ('[[answer]]\nstudent = "ada"', r"`answer\[0\]"),
    ],
)
def test_a_comment_needs_somebody_to_read_it(tmp_path, kit, text, said):
    with pytest.raises(OverridesError, match=said):
        load(tmp_path, kit, text)


@pytest.mark.parametrize(
    ("student", "failed", "remarks"),
    [
        ("ada", "", ["Look at the sign.", "It is not."]),
        ("bob", "test_adds_negative_numbers", ["Look at the sign.", "Read the task again."]),
        ("cem", "test_adds_negative_numbers", ["Read the task again."]),
        ("cem", "nothing", []),
    ],
)
def test_a_comment_reaches_those_named_or_whoever_failed(tmp_path, kit, report, student, failed, remarks):
    decided = apply_overrides(report(student, failed), load(tmp_path, kit, ALL))
    assert [remark.text for remark in decided.remarks] == remarks
    assert decided.score == report(student, failed).score


def test_members_of_a_group_share_what_is_decided(tmp_path, kit):
    """An own decision about the same check comes first, and nobody else is concerned."""
    text = entry() + "\n" + entry(student='"bob"', check='"test_adds_negative_numbers"') + ALL + PENALTY
    found = load(tmp_path, kit, text)
    eve = found.for_member("eve", ["ada"])
    assert [each for each in eve.points if each.student == "eve"] == [
        Override("eve", "test_adds_two_numbers", 1.5, "A typo.")
    ]
    assert "eve" in eve.comments[0].students
    assert eve.comments[1] == found.comments[1]
    assert [answer.student for answer in eve.answers] == ["ada", "eve"]
    assert [penalty.student for penalty in eve.penalties] == ["ada", "eve"]
    assert found.for_member("ada", ["zoe"]) == found
    assert found.for_member("ada", []) is found


def test_an_answer_comes_with_what_was_asked(tmp_path, kit, report):
    decided = apply_overrides(report(), load(tmp_path, kit, ALL))
    assert decided.remarks[-1] == Remark("It is not.", "test_adds_two_numbers", "It is right!")
