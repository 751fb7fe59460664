"""A comparison tells whose grade changed, and by which checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autograder.grading.grade_changes import CheckChange, GradeChange, changes
from autograder.models import Report

Make = Callable[..., Report]
ADDS, SCALES = "test_adds_two_numbers", "test_scale_doubles_an_array"


def test_equal_grades_are_no_change(report: Make) -> None:
    assert changes({"ada": report("ada")}, {"ada": report("ada")}) == []


def test_a_change_names_its_checks_with_old_and_new_points(report: Make) -> None:
    """Also where the sum stays the same."""
    old = {"bob": report("bob", ADDS), "ada": report("ada", SCALES)}
    new = {"bob": report("bob", SCALES), "ada": report("ada", SCALES)}
    assert changes(old, new) == [
        GradeChange("bob", 8, 9, (CheckChange(ADDS, 0, 2), CheckChange(SCALES, 1, 0))),
    ]


def test_checks_that_came_or_went_are_changes(report: Make) -> None:
    before, after = report(), report()
    older = replace(before, checks=before.checks[1:])
    newer = replace(after, checks=after.checks[:-1])
    (change,) = changes({"ada": older}, {"ada": newer})
    assert change.checks == (CheckChange(ADDS, None, 2), CheckChange("test_mean_of_other_numbers", 3, None))


def test_a_grade_that_the_grader_owes_is_no_zero(report: Make) -> None:
    (change,) = changes({"ada": report()}, {"ada": report("ada", "lost")})
    assert (change.old, change.new) == (10, None)
    assert {check.new for check in change.checks} == {None}


def test_who_is_gone_is_told_and_who_is_new_is_not(report: Make) -> None:
    assert changes({"ada": report()}, {"bob": report("bob")}) == [GradeChange("ada", 10, None, ())]
