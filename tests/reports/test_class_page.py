"""What the class page shows and in which order, and the numbers of a class."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from autograder.models import Report, ReviewNote, ReviewReason
from autograder.reports.class_page import (
    MAX_GROUPS,
    MAX_UNFOLDED,
    MIN_FOR_DISCRIMINATION,
    check_statistics,
    class_scores,
    distribution,
)
from autograder.reports.write import write_pages
from autograder.reports.wrong_answers import find_groups

TOY = Path(__file__).parents[1] / "toy"
Make = Callable[..., Report]
Write = Callable[..., Path]
LATE = ReviewNote(ReviewReason.LATE, "Two days late.")
BOTH = ("test_adds_two_numbers", "test_adds_negative_numbers")


def written(folder: Path, language: str = "en") -> str:
    """The class page of a grades folder."""
    return write_pages(folder, TOY, language=language).class_page.read_text(encoding="utf-8")


def text_of(page: str) -> str:
    """The text of a page, without addresses, script and style."""
    body = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_the_numbers_that_matter_are_at_the_top(write_grades: Write, make_report: Make) -> None:
    reports = [make_report("ada"), make_report("bob", BOTH), replace(make_report("cem"), review=(LATE,))]
    unreadable = replace(make_report("eve"), status="unreadable", score=0, message="Torn.")
    page = text_of(written(write_grades([*reports, unreadable])))
    assert "Graded 3 of 4 To review 2 of 4 Median 10 of 10 Full marks 2 of 3" in page


def test_what_needs_review_is_first_in_the_table_too(write_grades: Write, make_report: Make) -> None:
    reports = [make_report("ada"), make_report("bob"), replace(make_report("cem"), review=(LATE,))]
    table = text_of(written(write_grades(reports)).split("<h2>Students</h2>")[1])
    assert table.index("cem") < table.index("ada") < table.index("bob")
    assert "cem 10 late" in table


def test_no_name_of_a_test_stands_in_a_sentence(write_grades: Write, make_report: Make) -> None:
    """Checks are told by their sentences, crashes by their tasks."""
    report = make_report("bob", BOTH)
    crashed = [replace(check, outcome="crashed") if check.points == 0 else check for check in report.checks]
    others = [make_report(f"student {n}", BOTH[: n % 3]) for n in range(12)]
    page = text_of(written(write_grades([replace(report, checks=tuple(crashed)), *others])))
    assert "test_" not in page
    assert "add ended the process." in page
    assert "Two and three make five." in page


def test_the_chart_has_a_text_and_a_table(write_grades: Write, make_report: Make) -> None:
    page = written(write_grades([make_report("ada"), make_report("bob", BOTH)]))
    assert re.search(r'<svg role="img" aria-label="[^"]*: \S+ to \S+: 1; 9 to 10: 1">', page)
    assert "9 to 10 1" in text_of(page.split("As a table")[1])


def test_only_short_lists_of_reasons_are_unfolded(write_grades: Write, make_report: Make) -> None:
    late = [replace(make_report(f"student {n}"), review=(LATE,)) for n in range(MAX_UNFOLDED + 1)]
    assert "<details open>" in written(write_grades(late[:1]))
    assert "<details open>" not in written(write_grades(late))


def test_rare_mistakes_are_folded(write_grades: Write, make_report: Make) -> None:
    names = [check.name for check in make_report("ada").checks]
    subsets = [failed for size in range(1, len(names) + 1) for failed in combinations(names, size)]
    reports = [make_report(f"student {n}", failed) for n, failed in enumerate(subsets)]
    rarer = len(find_groups(reports, ())) - MAX_GROUPS
    assert rarer > 0
    page = text_of(written(write_grades(reports)))
    assert f"Rarer ones: {rarer} " in page
    assert "Rarer ones" not in text_of(written(write_grades(reports[:2])))


def test_a_class_without_any_grade_has_a_page(write_grades: Write, make_report: Make) -> None:
    unreadable = replace(make_report("eve"), status="unreadable", score=0, message="Torn.")
    page = text_of(written(write_grades([unreadable])))
    assert "Graded 0 of 1" in page
    assert "Nobody is graded yet." in page


def test_the_page_is_in_the_language_that_is_asked_for(write_grades: Write, make_report: Make) -> None:
    page = written(write_grades([replace(make_report("ada"), review=(LATE,))]), "zh")
    assert '<html lang="zh">' in page
    for text in ("<h2>需要复核</h2>", "迟交", "<h2>学生</h2>"):
        assert text in page


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
