"""What the pages say of a class, and what they never say."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.late_rules import apply_penalty
from autograder.grading.overrides import Answer, Comment, Override, Overrides
from autograder.grading.recompute import apply_overrides, recompute
from autograder.grading.review_reasons import duplicate_note
from autograder.grading.storage import Attendance, GradesFolder, NoGradesError, StudentRecord
from autograder.kit import Kit
from autograder.language import HERE as PACKAGE
from autograder.language import Messages
from autograder.models import Lateness, Report, ReviewNote, ReviewReason, Timeliness
from autograder.reports.context import Context
from autograder.reports.feedback import feedback_page
from autograder.reports.upload_files import Grade, title_warnings, uploads
from autograder.reports.write import write_pages

TOY = Path(__file__).parents[1] / "toy"
Make = Callable[..., Report]
Write = Callable[..., Path]


def test_a_student_reads_what_to_think_about_and_never_a_hidden_message(make_report: Make) -> None:
    """The message of a hidden check is for staff; its hint is for everybody."""
    report = make_report("bob", ("test_adds_negative_numbers",), words="Expected -7, received 3")
    page = feedback_page(report, Context("Sums"))
    assert "Try numbers below zero" in page
    checks = page.split("What your code printed")[0].split("<h2>Tasks</h2>")[1]
    assert "Expected -7" not in re.sub(r"<figure>.*?</figure>", "", checks, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Expected 5, received -1.", "your function</dt><dd><code>def add(left, right):"),
        (
            "add raised ValueError: no (line 2: return left - right)",
            "your line</dt><dd><code>return left - right",
        ),
    ],
)
def test_a_line_is_the_one_that_raised_or_the_whole_function(
    make_report: Make, words: str, label: str
) -> None:
    source = "def add(left, right):\n    return left - right\n"
    report = replace(make_report("bob", ("test_adds_two_numbers",), words), source=source)
    page = feedback_page(report, Context("Sums"))
    assert f"<dt>{label}" in page
    assert len(re.findall("<dt>your (line|function)</dt>", page)) == 1


def test_a_page_is_written_in_the_language_that_is_asked_for(make_report: Make) -> None:
    """The report is the same; a message without a translation stays English."""
    report = make_report("bob", ("test_adds_negative_numbers",))
    messages = Messages()
    messages.choose("zh", PACKAGE)
    page = feedback_page(report, Context("Sums", language="zh", messages=messages))
    assert '<html lang="zh">' in page
    for text in ("<h2>任务</h2>", "✗ 未通过", "，隐藏检查", "想一想：Try numbers below zero"):
        assert text in page


@pytest.mark.parametrize(("feedback", "seen"), [("hint", True), ("outcome", False), ("nothing", False)])
def test_an_instructor_decides_what_hidden_checks_show(make_report: Make, feedback: str, seen: bool) -> None:
    """With `outcome` the hint is kept back, with `nothing` the check itself."""
    report = make_report("bob", ("test_adds_negative_numbers",))
    page = feedback_page(report, Context("Sums", feedback=feedback))  # type: ignore[arg-type]  # parametrised
    assert ("Try numbers below zero" in page) == seen
    assert ("Numbers below zero are added as well" in page) == (feedback != "nothing")
    assert ("1 hidden checks count as well" in page) == (feedback == "nothing")


@pytest.mark.parametrize("hidden", [True, False])
def test_the_training_of_a_hidden_check_is_not_shown(make_report: Make, hidden: bool) -> None:
    """Code that sees a hidden input could put it into a learning curve."""
    report = make_report("bob", ())
    (training,) = report.trainings
    check = next(check for check in report.checks if check.hidden is hidden)
    page = feedback_page(replace(report, trainings=(replace(training, check=check.name),)), Context("Sums"))
    assert ("<polyline" in page) is not hidden


def test_what_students_wrote_is_text(write_grades: Write, hostile_class: list[Report]) -> None:
    """No markup of a student's reaches a page."""
    page = write_pages(write_grades(hostile_class), TOY).class_page
    for path in page.parent.rglob("*.html"):
        text = path.read_text()
        assert "<img" not in text
        assert "<script>document" not in text
        assert "{{ 7*7 }}" in text or "eve" not in path.parent.name


def test_scores_are_those_of_the_reports_with_their_overrides(
    write_grades: Write, make_report: Make, toy: Kit
) -> None:
    """Pages and upload files show the points that somebody decided, whatever stands in grades.csv."""
    folder = write_grades([make_report("ada", ("test_adds_two_numbers",))])
    grades, override = GradesFolder(folder), Override("ada", "test_adds_two_numbers", 1.5, "Nearly.")
    examination = grades.examination("ada")
    assert examination is not None
    grades.save("ada", examination.report, lambda report: apply_overrides(report, Overrides((override,))))
    (folder / "grades.csv").write_text("student,score\nada,3\n")
    write_pages(folder, TOY)
    assert "9.5 of 10" in (folder / "ada" / "feedback.html").read_text()
    assert "ada,ada,,9.5" in (folder / "uploads" / "canvas.csv").read_text()


def test_comments_and_answers_are_on_the_page_and_in_moodles_file(
    write_grades: Write, make_report: Make
) -> None:
    """A comment on a check stands beside it; moodle.csv has a column for comments only if there are any."""
    folder = write_grades([make_report("ada", ("test_adds_two_numbers",)), make_report("bob")])
    write_pages(folder, TOY)
    assert "Feedback comments" not in (folder / "uploads" / "moodle.csv").read_text()
    overrides = Overrides(
        comments=(Comment("See <b>slide</b> 3.", "test_adds_two_numbers"), Comment("Nice.", "", ("ada",))),
        answers=(Answer("ada", "test_adds_two_numbers", "Why?", "Because."),),
    )
    recompute(GradesFolder(folder), overrides)
    write_pages(folder, TOY)
    page = (folder / "ada" / "feedback.html").read_text()
    beside = page.split("Two and three make five.")[-1].split("</li>")[0]
    assert "See &lt;b&gt;slide&lt;/b&gt; 3." in beside
    assert "You asked: Why?" in beside
    assert "Nice." in page.split("<h2>Tasks</h2>")[0]
    moodle = (folder / "uploads" / "moodle.csv").read_text().splitlines()
    assert moodle[0].endswith(",Feedback comments")
    assert moodle[1].endswith(",See <b>slide</b> 3. Nice. Because.")
    assert moodle[2] == "bob,bob,10,"
    assert "Nice." in (folder / "grades.csv").read_text()


def test_later_pages_are_written_with_the_settings_of_the_last_run(
    write_grades: Write, make_report: Make
) -> None:
    """As `kit review` writes them, which has no such options; other settings replace them."""
    folder = write_grades([make_report("ada")], *CLASS[3:])
    page = folder / "ada" / "feedback.html"
    write_pages(folder, TOY, missing_as_zero=True, language="zh")
    written = write_pages(folder, TOY)
    assert '<html lang="zh">' in page.read_text()
    assert written.missing == ()
    assert write_pages(folder, TOY, missing_as_zero=False, language="en").missing == ("max",)
    assert '<html lang="en">' in page.read_text()


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["7 of 10 points", "8 points before the penalty of 1 for being late.", "Days late: 1"]),
        ("zh", ["7", "扣分", "迟交天数：1"]),
    ],
)
def test_a_student_reads_what_being_late_costs_and_why(
    make_report: Make, language: str, texts: list[str]
) -> None:
    """Raw points, the penalty and its reason, in the student's language; without rules nothing is said."""
    report = make_report("bob", ("test_adds_two_numbers",))
    assert "late" not in feedback_page(report, Context("Sums")).split("</style>")[1]
    moments = ("2026-11-30T23:59:59+00:00", "2026-12-01T12:00:00+00:00")
    late = apply_penalty(report, Lateness(Timeliness.LATE, *moments, units=1, percent=10))
    messages = Messages()
    messages.choose(language, PACKAGE)
    page = feedback_page(late, Context("Sums", language=language, messages=messages))
    assert all(text in page for text in texts)


def test_upload_files_have_the_score_after_the_penalty(write_grades: Write, make_report: Make) -> None:
    moments = ("2026-11-30T23:59:59+00:00", "2026-12-01T12:00:00+00:00")
    late = Lateness(Timeliness.LATE, *moments, units=1, percent=25)
    folder = write_grades([apply_penalty(make_report("ada"), late)])
    write_pages(folder, TOY)
    for path in (folder / "uploads").iterdir():
        assert ",7.5" in path.read_text().splitlines()[-1]


def test_copies_are_for_staff_and_cannot_be_made_up(write_grades: Write, make_report: Make) -> None:
    """The class page names copies; a student's page does not, and no submission can say such a thing."""
    copy = StudentRecord("ada", folder="ada", review=(duplicate_note(["cem"]),))
    reports = [make_report("ada"), make_report("bob", words="Equal to the submission of zoe.")]
    folder = write_grades(reports, copy)
    needs = write_pages(folder, TOY).class_page.read_text().split("<h2>Scores</h2>")[0]
    assert "cem" in needs
    assert "zoe" not in needs
    assert "cem" not in (folder / "ada" / "feedback.html").read_text()


def test_what_reading_a_submission_found_out_is_on_the_class_page(
    write_grades: Write, make_report: Make
) -> None:
    """It is kept beside the report, for later pages."""
    note = ReviewNote(ReviewReason.SEVERAL_VERSIONS, "b.py is newer and counts.")
    folder = write_grades([replace(make_report("ada"), review=(note,))])
    needs = write_pages(folder, TOY).class_page.read_text().split("<h2>Scores</h2>")[0]
    assert "several versions" in needs
    assert "b.py is newer and counts." in needs


def test_grades_without_a_class_record_are_those_of_the_reports(
    write_grades: Write, make_report: Make
) -> None:
    """Such as grades of an earlier version, or of a run that was stopped."""
    folder = write_grades([make_report("ada"), make_report("bob")])
    (folder / "class.json").unlink()
    page = write_pages(folder, TOY).class_page.read_text()
    assert "ada" in page
    assert "bob" in page


def test_each_system_gets_a_table(write_grades: Write, make_report: Make) -> None:
    """Canvas, Moodle, Gradescope and nbgrader: everybody is in each, with the score."""
    folder = write_grades([make_report("ada"), make_report("=2+3", ("test_adds_two_numbers",))])
    write_pages(folder, TOY)
    for name in ("canvas", "moodle", "gradescope", "nbgrader"):
        rows = list(csv.reader((folder / "uploads" / f"{name}.csv").read_text().splitlines()))
        assert len(rows) == (4 if name == "canvas" else 3)
        assert {"10", "8"} <= {value for row in rows for value in row}
        assert not any(value.startswith("=") for row in rows for value in row)


CLASS = [
    StudentRecord("ada", folder="ada", id="7", roster_name="Ada Lovelace"),
    StudentRecord("doejane", folder="doejane", platform="canvas", platform_id="1234"),
    StudentRecord("eve", folder="eve", on_roster=False),
    StudentRecord("max", Attendance.MISSING, id="8"),
    StudentRecord("zoe", Attendance.UNMATCHED, id="9"),
]


@pytest.mark.parametrize("missing_as_zero", [False, True])
def test_upload_files_leave_out_whoever_is_unmatched_or_missing(
    write_grades: Write, make_report: Make, missing_as_zero: bool
) -> None:
    """A missing student gets a zero only where that is asked for, an unmatched one never."""
    folder = write_grades([make_report(name) for name in ("ada", "doejane", "eve")], *CLASS)
    written = write_pages(folder, TOY, missing_as_zero=missing_as_zero)
    assert written.unmatched == ("eve", "zoe")
    assert written.missing == (() if missing_as_zero else ("max",))
    zero = {"max": ("8", "0")} if missing_as_zero else {}
    expected = {
        "canvas": {"Ada Lovelace": ("7", "10"), "doejane": ("1234", "10"), **zero},
        "gradescope": {"Ada Lovelace": ("7", "10"), "doejane": ("doejane", "10"), **zero},
    }
    for name, column in (("canvas", "Student"), ("gradescope", "Name")):
        rows = list(csv.DictReader((folder / "uploads" / f"{name}.csv").read_text().splitlines()))
        found = {
            row[column]: (row.get("ID", row.get("SID")), row.get("Sums", row.get("Total Score")))
            for row in rows
            if not row[column].startswith(" ")
        }
        assert found == expected[name]


def test_hidden_checks_stay_hidden_without_the_kits_repository(
    write_grades: Write, make_report: Make
) -> None:
    """The record of the class says what students may see."""
    folder = write_grades([make_report("bob", ("test_adds_negative_numbers",))])
    grades = GradesFolder(folder)
    record = grades.record()
    assert record is not None
    grades.write_record(replace(record, feedback="nothing", title="Sums of numbers"))
    write_pages(folder, None)
    page = (folder / "bob" / "feedback.html").read_text()
    assert "Sums of numbers" in page
    assert "Try numbers below zero" not in page


def test_the_class_page_names_everybody(write_grades: Write, make_report: Make) -> None:
    """Also whoever handed in nothing, or perhaps did."""
    folder = write_grades([make_report(name) for name in ("ada", "doejane", "eve")], *CLASS)
    students = write_pages(folder, TOY).class_page.read_text().split("<h2>Students</h2>")[1]
    assert all(record.student in students for record in CLASS)


@pytest.mark.parametrize(
    ("title", "warned"),
    [("Sums", False), ("Final project", True), ("current events", True), ("Finalists", False)],
)
def test_a_title_that_canvas_ignores_is_told(title: str, warned: bool) -> None:
    assert bool(title_warnings(title)) == warned


@pytest.mark.parametrize(
    ("sis_id", "login", "columns"),
    [
        ("", "", []),
        ("", "ada1", ["SIS Login ID"]),
        ("s1", "", ["SIS User ID", "SIS Login ID"]),
        ("s1", "ada1", ["SIS User ID", "SIS Login ID"]),
    ],
)
def test_canvas_reads_the_columns_that_identify_students(sis_id: str, login: str, columns: list[str]) -> None:
    """Canvas refuses a table with `SIS User ID` but no `SIS Login ID` behind it."""
    table = uploads([Grade("Ada", "7", 9, 10, sis_id=sis_id, login=login)], "Sums", "sums")["canvas.csv"]
    assert table.splitlines()[0].split(",") == ["Student", "ID", *columns, "Section", "Sums"]


def test_a_folder_without_grades_says_what_was_expected(tmp_path: Path) -> None:
    """The error names the folder and the command that writes it."""
    with pytest.raises(NoGradesError, match=r"Expected grades in .*, as `kit grade"):
        write_pages(tmp_path, None)
