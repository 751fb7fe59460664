"""What goes back to whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.storage import GradesFolder, NoGradesError
from autograder.handback.class_results import read_results


def test_comments_and_answers_go_back_with_the_sentence_of_their_check(grades: Path) -> None:
    jo, kim = read_results(grades).students
    assert jo.comments == (
        "“Two and three make five”: See slide 12.",
        "Nice names!",
        "“Two and three make five”: You asked: It is right! Answer: It adds one.",
    )
    assert (jo.name, jo.grade.score, jo.page) == ("Doe, Jo", 8, grades / "doejo" / "feedback.html")
    assert (kim.name, kim.grade.score, kim.comments) == ("Roe, Kim", 10, ())


def test_whoever_is_left_out_is_named_with_the_reason(grades: Path) -> None:
    """Nobody without a certain owner or a score gets one."""
    results = read_results(grades)
    assert results.left_out == (
        "stranger: not certain whose submission this is.",
        "Poe, Lee: handed in nothing.",
        "broken: has no score, because the grader failed.",
    )


def test_missing_students_get_a_zero_only_where_asked(grades: Path) -> None:
    results = read_results(grades, missing_as_zero=True)
    lee = results.students[-1]
    assert (lee.name, lee.grade.score, lee.page) == ("Poe, Lee", 0, None)


def test_a_hidden_check_that_students_do_not_see_is_not_named(grades: Path) -> None:
    folder = GradesFolder(grades)
    record, report = folder.record(), folder.in_folder("doejo")
    assert record is not None
    assert report is not None
    hidden = next(check for check in report.checks if check.hidden)
    remark = replace(report.remarks[0], check=hidden.name)
    folder.save("doejo", replace(report, remarks=(remark,)), lambda examined: examined)
    assert read_results(grades).students[0].comments == (f"“{hidden.sentence.rstrip('.')}”: See slide 12.",)
    folder.write_record(replace(record, feedback="nothing"))
    assert read_results(grades).students[0].comments == ("See slide 12.",)


def test_a_folder_without_grades_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoGradesError, match="Expected grades in"):
        read_results(tmp_path)
