"""From a class folder and a roster to upload files: real ids, and nobody who is not certain."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from autograder.grading.grade import grade_class
from autograder.grading.roster.roster_file import load_roster
from autograder.grading.run_plan import GradeOptions
from autograder.reports.write import WrittenPages, write_pages
from autograder.submissions.assignment import Assignment
from autograder.submissions.discovery import find_class

CLASSES = Path(__file__).parents[1] / "handins" / "classes"
TOY = Path(__file__).parents[1] / "toy"
ASSIGNMENT = Assignment("week09_transfer", "transfer", frozenset({"lesson.py"}))


@pytest.fixture
def graded(kit, grader, tmp_path):
    """Grade a class folder with the grader that runs nothing, and write its pages and upload files."""

    def grade(folder: Path, roster: Path | None, *, missing_as_zero: bool = False) -> WrittenPages:
        entries = find_class(folder, ASSIGNMENT).submissions
        options = GradeOptions("process", roster=load_roster(roster) if roster else None)
        grade_class(kit, entries, tmp_path / "grades", grader, options)
        return write_pages(tmp_path / "grades", TOY, missing_as_zero=missing_as_zero)

    return grade


def uploaded(tmp_path: Path, system: str) -> list[list[str]]:
    with (tmp_path / "grades" / "uploads" / f"{system}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


# The class, its roster, the rows of canvas.csv without their scores, who is not certain, and who is missing.
TABLE = [
    (
        "canvas-roster",
        "gradebook.csv",
        [["Doe, Jo", "1001", "s1", "jo1", "A"], ["Roe, Kim", "1002", "s2", "kim1", "A"]],
        (),
        (),
    ),
    (
        "canvas-roster",
        "roster.csv",
        [["Doe, Jo", "1001", ""], ["Roe, Kim", "1002", ""]],
        (),
        ("Poe, Lee",),
    ),
    ("canvas-roster", "", [["doejo", "1001", ""], ["roekim", "1002", ""]], (), ()),
    (
        "google-classroom",
        "roster.csv",
        [["Jo Doe", "jo@x.edu", ""], ["Kim Roe", "kim@x.edu", ""]],
        ("Kopie von transfer",),
        (),
    ),
    (
        "google-classroom",
        "",
        [["Jo Doe", "Jo Doe", ""], ["Kim Roe", "Kim Roe", ""]],
        ("Kopie von transfer",),
        (),
    ),
    (
        "same-names",
        "roster.csv",
        [["Jo Doe", "503", ""], ["Wang Wei", "501", ""], ["Wang Wei", "502", ""]],
        (),
        (),
    ),
    ("roster-letter-case", "roster.csv", [["jo müller", "7", ""]], (), ("Kim Roe",)),
]


@pytest.mark.parametrize(("name", "roster", "rows", "unmatched", "missing"), TABLE)
def test_ids_reach_the_upload_files(graded, tmp_path, name, roster, rows, unmatched, missing):
    """The roster's name and the platform's id stand in them, and the run says who does not."""
    written = graded(CLASSES / name / "class", CLASSES / name / roster if roster else None)
    assert [row[:-1] for row in uploaded(tmp_path, "canvas")[2:]] == rows
    assert (written.unmatched, written.missing) == (unmatched, missing)
    for system in ("moodle", "gradescope", "nbgrader"):
        assert len(uploaded(tmp_path, system)) == len(rows) + 1


def test_moodles_file_has_the_addresses_of_the_roster(graded, tmp_path):
    """Two students of one name and without an id number differ in nothing else."""
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "Identifier,Full name,Email address\nParticipant 501,Wang Wei,w1@x\nParticipant 502,Wang Wei,w2@x\n"
    )
    graded(CLASSES / "same-names" / "class", roster)
    assert [row[1:3] for row in uploaded(tmp_path, "moodle")] == [
        ["Full name", "Email address"],
        ["Wang Wei", "w1@x"],
        ["Wang Wei", "w2@x"],
    ]


def test_missing_students_get_a_zero_only_where_asked(graded, tmp_path):
    folder = CLASSES / "canvas-roster"
    written = graded(folder / "class", folder / "roster.csv", missing_as_zero=True)
    assert ["Poe, Lee", "1003", "", "0"] in uploaded(tmp_path, "canvas")
    assert written.missing == ()


def test_a_name_that_fits_several_students_gives_nobody_a_zero(graded, tmp_path):
    """Neither student of the name is missing, and the hand-in is in no upload file."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "Jo Doe.py").write_text("x = 1")
    (tmp_path / "class" / "ada.py").write_text("x = 2")
    roster = tmp_path / "roster.csv"
    roster.write_text("student,id\nJo Doe,1\nJo Doe,2\nada,3\n")
    written = graded(tmp_path / "class", roster, missing_as_zero=True)
    assert [row[:2] for row in uploaded(tmp_path, "canvas")[2:]] == [["ada", "3"]]
    assert set(written.unmatched) == {"Jo Doe", "Jo Doe (1)", "Jo Doe (2)"}


def test_members_of_a_group_share_a_grade_and_are_no_copies(kit, grader, tmp_path):
    """Gradescope names several submitters of one submission."""
    (tmp_path / "class" / "submission_1").mkdir(parents=True)
    (tmp_path / "class" / "submission_1" / "transfer.py").write_text("x = 1")
    (tmp_path / "class" / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Jo\n    :sid: '1'\n  - :name: Kim\n    :sid: '2'\n"
    )
    entries = find_class(tmp_path / "class", ASSIGNMENT).submissions
    grades = grade_class(kit, entries, tmp_path / "grades", grader, GradeOptions("process"))
    assert [(row.student, row.score, row.message) for row in grades.rows] == [("Jo", 10, ""), ("Kim", 10, "")]
    assert not grades.review
    write_pages(tmp_path / "grades", TOY)
    assert [row[:2] for row in uploaded(tmp_path, "gradescope")[1:]] == [["Jo", "1"], ["Kim", "2"]]
