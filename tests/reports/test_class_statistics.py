"""The numbers of a class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from autograder.models import Report
from autograder.reports.class_statistics import (
    MIN_FOR_DISCRIMINATION,
    check_statistics,
    class_scores,
    distribution,
)

Make = Callable[..., Report]
WEAK = ("test_adds_two_numbers", "test_adds_negative_numbers", "test_mean_of_other_numbers")


def a_class(make_report: Make, size: int) -> list[Report]:
    """Reports of which every third failed the same three checks."""
    return [make_report(f"student {n}", WEAK if n % 3 == 0 else ()) for n in range(size)]


def test_discrimination_is_high_where_passing_goes_with_the_rest(make_report: Make) -> None:
    """A check that the strong pass and the weak fail discriminates; one that all pass says nothing."""
    statistics = {each.name: each for each in check_statistics(a_class(make_report, 12))}
    assert statistics["test_adds_two_numbers"].discrimination == pytest.approx(1)
    assert statistics["test_adds_two_numbers"].pass_rate == pytest.approx(2 / 3)
    assert statistics["test_scale_doubles_an_array"].discrimination is None


@pytest.mark.parametrize("size", [MIN_FOR_DISCRIMINATION - 1, MIN_FOR_DISCRIMINATION])
def test_few_submissions_have_no_discrimination(make_report: Make, size: int) -> None:
    statistics = {each.name: each for each in check_statistics(a_class(make_report, size))}
    found = statistics["test_adds_two_numbers"].discrimination
    assert (found is None) == (size < MIN_FOR_DISCRIMINATION)


def test_the_hardest_check_comes_first(make_report: Make) -> None:
    reports = [make_report("a", WEAK), make_report("b", WEAK[:1]), make_report("c")]
    rates = [check.pass_rate for check in check_statistics(reports)]
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(1 / 3)


def test_every_graded_student_is_in_one_step_of_the_distribution(make_report: Make) -> None:
    """Full marks fall into the last step."""
    bins = distribution([make_report("a"), make_report("b", ("test_adds_two_numbers",))])
    assert [step.count for step in bins] == [0] * 8 + [1, 1]


def test_scores_are_those_of_graded_submissions(make_report: Make) -> None:
    """One that could not be read has neither a score nor a part in the means."""
    unreadable = replace(make_report("c"), status="unreadable", score=0)
    scores = class_scores([make_report("a"), make_report("b", ("test_adds_two_numbers",)), unreadable])
    assert (scores.graded, scores.full_marks, scores.median, scores.max_score) == (2, 1, 9, 10)
    assert {task.name: task.mean for task in scores.tasks}["add"] == pytest.approx(4)


def test_a_class_without_grades_has_no_median() -> None:
    scores = class_scores([])
    assert (scores.graded, scores.full_marks, scores.median, scores.tasks) == (0, 0, None, ())
