"""A person's decisions: applied, added up, shown, and refused where they make no sense."""

from __future__ import annotations

import pytest

from autograder.grading.overrides import Override, OverridesError, apply_overrides, load_overrides

WRONG_ADD = "test_adds_two_numbers test_adds_negative_numbers"


def load(tmp_path, kit, text):
    path = tmp_path / "overrides.toml"
    path.write_text(text, encoding="utf-8")
    return load_overrides(path, kit)


def entry(**changes):
    values = {"student": '"ada"', "check": '"test_adds_two_numbers"', "points": "1.5", "reason": '"A typo."'}
    return "[[override]]\n" + "\n".join(
        f"{key} = {value}" for key, value in (values | changes).items() if value
    )


def test_the_points_are_set_and_the_totals_follow(report):
    decided = apply_overrides(
        report(text=WRONG_ADD), [Override("ada", "test_adds_two_numbers", 1.5, "Half of it.")]
    )
    assert decided.score == 6.5
    assert decided.tasks["add"].score == 1.5
    assert decided.checks[0].points == 1.5
    assert decided.checks[0].outcome == "failed"


def test_points_can_be_taken_away(report):
    decided = apply_overrides(report(), [Override("ada", "test_adds_two_numbers", 0, "Copied.")])
    assert decided.score == 8


def test_a_decision_is_shown_to_staff_and_student(report):
    decided = apply_overrides(
        report(text=WRONG_ADD), [Override("ada", "test_adds_two_numbers", 2, "Right, really.")]
    )
    said = "Decided by a person: 2 of 2 points (the examiner gave 0). Reason: Right, really."
    assert decided.checks[0].message.startswith(said)
    assert decided.checks[0].student_message.startswith(said)
    assert "Decided by a person: test_adds_two_numbers." in decided.message


def test_without_a_decision_the_report_stays(report):
    assert apply_overrides(report(), []) == report()


def test_a_fault_of_the_grader_stays_owed_until_every_check_of_it_is_decided(report, kit):
    fault = report(text="lost")
    everything = [Override("ada", check.name, check.points, "By hand.") for check in kit.checks]
    partly = apply_overrides(fault, everything[:-1])
    assert (partly.status, partly.score, partly.tasks["add"].score) == ("grader_error", None, 5)
    wholly = apply_overrides(fault, everything)
    assert (wholly.status, wholly.score) == ("graded", 10)


def test_a_file_is_read(tmp_path, kit):
    assert load(tmp_path, kit, entry() + "\n" + entry(student='"Zoë"')) == (
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
        ('student = "ada"', "unknown key `student`; expected one of `override`"),
        ("override = [1]", r"`override\[0\]`: expected a table, found a number: 1"),
        ("[[override", "overrides.toml is not TOML: "),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(tmp_path, kit, text, said):
    with pytest.raises(OverridesError, match=said):
        load(tmp_path, kit, text)


def test_a_file_that_is_not_there_is_refused(tmp_path, kit):
    with pytest.raises(OverridesError, match="Cannot read"):
        load_overrides(tmp_path / "none.toml", kit)
