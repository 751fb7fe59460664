"""What Canvas lacks, from what it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.handback.canvas import CanvasSubmission, Field, plan_changes
from autograder.handback.class_results import ClassResults, StudentResult
from autograder.reports.upload_files import Grade


@pytest.fixture
def jo(tmp_path: Path) -> StudentResult:
    """A student with a page and a comment."""
    page = tmp_path / "feedback.html"
    page.write_text("<h1>8.5 of 10</h1>")
    grade = Grade("Doe, Jo", "77", 8.5, 10, "canvas", "1001", "s1", "jo1")
    return StudentResult(grade, ("See  <b>slide</b> 12 & 13.",), page)


def changes(student: StudentResult, submission: CanvasSubmission) -> list[tuple[Field, str, str]]:
    plan = plan_changes(ClassResults("Sums", 10, (student,)), [submission])
    return [(change.field, change.value, change.before) for change in plan.changes]


def test_all_that_is_missing_is_planned_and_the_score_comes_last(jo: StudentResult) -> None:
    page, comment, score = changes(jo, CanvasSubmission(1001, score=3))
    assert page[0] is Field.PAGE
    assert comment == (Field.COMMENT, "See  <b>slide</b> 12 & 13.", "")
    assert score == (Field.SCORE, "8.5", "3")


def test_nothing_is_planned_twice(jo: StudentResult) -> None:
    """Canvas may keep a comment with markup of its own."""
    ((_, name, _), *_) = changes(jo, CanvasSubmission(1001))
    there = "<p>See &lt;b&gt;slide&lt;/b&gt; 12\n&amp; 13.</p>"
    done = CanvasSubmission(1001, score=8.5, comments=frozenset({there}), files=frozenset({name}))
    plan = plan_changes(ClassResults("Sums", 10, (jo,)), [done])
    assert (plan.changes, plan.up_to_date) == ((), 1)


def test_a_page_that_changed_is_sent_again(jo: StudentResult) -> None:
    assert jo.page
    ((_, before, _), *_) = changes(jo, CanvasSubmission(1001))
    jo.page.write_text("<h1>9 of 10</h1>")
    ((_, after, _), *_) = changes(jo, CanvasSubmission(1001, files=frozenset({before})))
    assert after != before


OWN = Grade("Doe, Jo", "77", 8.5, 10, "canvas", "1001", "s1", "jo1")
ROSTER = Grade("Doe, Jo", "77", 8.5, 10, sis_id="s1", login="jo1")


@pytest.mark.parametrize(
    ("grade", "submission", "is_found"),
    [
        (OWN, CanvasSubmission(1001), True),
        (OWN, CanvasSubmission(77, "Doe, Jo", "s1", "jo1"), False),
        (ROSTER, CanvasSubmission(5, sis_id="s1"), True),
        (ROSTER, CanvasSubmission(5, login="JO1"), True),
        (ROSTER, CanvasSubmission(77, "Jo Doe"), True),
        (ROSTER, CanvasSubmission(77, "Kim Roe"), False),
        (ROSTER, CanvasSubmission(5, "Jo Doe"), False),
    ],
)
def test_a_student_is_found_by_canvas_own_ids(
    grade: Grade, submission: CanvasSubmission, is_found: bool
) -> None:
    """The id of a roster counts only together with the name."""
    plan = plan_changes(ClassResults("Sums", 10, (StudentResult(grade),)), [submission])
    assert bool(plan.changes) is is_found
    assert bool(plan.left_out) is not is_found


def test_nobody_who_is_excused_gets_a_score(jo: StudentResult) -> None:
    plan = plan_changes(ClassResults("Sums", 10, (jo,)), [CanvasSubmission(1001, excused=True)])
    assert (plan.changes, plan.left_out) == ((), ("Doe, Jo: excused in Canvas.",))
