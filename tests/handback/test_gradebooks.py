"""The tables of Canvas, Brightspace and Gradescope."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from autograder.handback.class_results import ClassResults, Handback, StudentResult
from autograder.handback.gradebooks import brightspace_files, canvas_files, gradescope_files
from autograder.handback.tables import PlatformTable, TableError
from autograder.reports.upload_files import Grade

JO = Grade("Doe, Jo", "77", 8.5, 10, "canvas", "1001", "s1", "jo1", "jo@x.edu", "A")
KIM = Grade("Roe, Kim", "", 10, 10, login="kim1")
LEE = Grade("Poe, Lee", "", 0, 10)
RESULTS = ClassResults("Sums", 10, tuple(map(StudentResult, (JO, KIM, LEE))), ("Ann: handed in nothing.",))

GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,Week 8 (41),Sums (42),Current Score
,,,,,Manual Posting,,
    Points Possible,,,,,5,{points},(read only)
"Doe, Jo",1001,s1,jo1,A,4,,80
"Roe, Kim",1002,s2,kim1,A,5,3,90
"Kim, Ann",1003,s3,ann1,A,5,,90
"""
BRIGHTSPACE = """\
OrgDefinedId,Username,Email,Sums Points Grade <Numeric MaxPoints:{points} Weight:5>,End-of-Line Indicator
#77,#jo1,jo@x.edu,,#
#88,#kim1,kim@x.edu,3,#
"""


def rows(made: Handback) -> list[list[str]]:
    (text,) = made.files.values()
    assert isinstance(text, str)
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def table(tmp_path: Path):
    """Write a platform's table and read it."""

    def read(text: str) -> PlatformTable:
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8")
        return PlatformTable.read(path)

    return read


def test_canvas_gets_its_five_columns_and_the_assignments_id() -> None:
    made = canvas_files(RESULTS, "42")
    assert rows(made) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sums (42)"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Doe, Jo", "1001", "s1", "jo1", "A", "8.5"],
        ["Roe, Kim", "kim1", "", "kim1", "", "10"],
        ["Poe, Lee", "Poe, Lee", "", "", "", "0"],
    ]
    assert (made.left_out, made.notes) == (RESULTS.left_out, ())


def test_a_column_that_would_make_a_new_assignment_is_told() -> None:
    (note,) = canvas_files(RESULTS).notes
    assert "a new assignment" in note
    assert "--assignment" in note
    assert "Final Score" in canvas_files(ClassResults("Final Score", 10, ()), "42").notes[0]


@pytest.mark.parametrize("assignment", ["", "42"])
def test_canvas_own_gradebook_gives_ids_and_the_column(table, assignment: str) -> None:
    """Only the rows and the column that change are in the file."""
    made = canvas_files(RESULTS, assignment, table(GRADEBOOK.format(points=10)))
    assert rows(made) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sums (42)"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Doe, Jo", "1001", "s1", "jo1", "A", "8.5"],
        ["Roe, Kim", "1002", "s2", "kim1", "A", "10"],
    ]
    assert made.left_out[-1] == "Poe, Lee: no row of export.csv is theirs for certain."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_canvas_own_gradebook_may_have_semicolons_and_decimal_commas(tmp_path: Path, encoding: str) -> None:
    """Canvas writes them for some languages, and reads both."""
    path = tmp_path / "export.csv"
    path.write_text(GRADEBOOK.format(points="10#0").replace(",", ";").replace("#", ","), encoding)
    path.write_text(path.read_text(encoding).replace("Doe; Jo", "Doe, Jo"), encoding)
    made = rows(canvas_files(RESULTS, "42", PlatformTable.read(path)))
    assert made[1:3] == [
        ["    Points Possible", "", "", "", "", "10,0"],
        ["Doe, Jo", "1001", "s1", "jo1", "A", "8.5"],
    ]


def test_nobody_who_is_excused_in_canvas_own_gradebook_gets_a_score(table) -> None:
    made = canvas_files(RESULTS, "42", table(GRADEBOOK.format(points=10).replace("A,4,,80", "A,4,EX,80")))
    assert [row[0] for row in rows(made)[2:]] == ["Roe, Kim"]
    assert made.left_out[-1] == "Doe, Jo: excused in Canvas."


@pytest.mark.parametrize(
    ("text", "assignment", "told"),
    [
        (GRADEBOOK.format(points=100), "", r"expected 10 points for 'Sums \(42\)', found 100"),
        (GRADEBOOK, "43", r"expected one column \(43\), found Week 8 \(41\), Sums \(42\)"),
        (GRADEBOOK.replace("Sums (42)", "Sums"), "", "expected one column 'Sums', found Week 8"),
        ("Student,ID,Sums (42)\n", "", "expected a column 'Section'"),
    ],
)
def test_a_gradebook_that_does_not_fit_is_told(table, text: str, assignment: str, told: str) -> None:
    with pytest.raises(TableError, match=told):
        canvas_files(RESULTS, assignment, table(text))


def test_brightspace_gets_its_column_and_the_end_of_each_line() -> None:
    made = brightspace_files(RESULTS)
    assert rows(made) == [
        ["OrgDefinedId", "Username", "Sums Points Grade", "End-of-Line Indicator"],
        ["77", "jo1", "8.5", "#"],
        ["", "kim1", "10", "#"],
    ]
    assert made.left_out[-1] == "Poe, Lee: neither OrgDefinedId nor user name is known."
    assert "exact title of the grade item, 'Sums'" in made.notes[0]


def test_brightspaces_export_gives_ids_and_the_title(table) -> None:
    made = brightspace_files(RESULTS, table(BRIGHTSPACE.format(points=10)))
    assert rows(made) == [
        ["OrgDefinedId", "Username", "Sums Points Grade", "End-of-Line Indicator"],
        ["#77", "#jo1", "8.5", "#"],
        ["#88", "#kim1", "10", "#"],
    ]
    assert made.notes == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BRIGHTSPACE.format(points=5), "expected 10 points for 'Sums Points Grade .*, found 5"),
        (
            BRIGHTSPACE.format(points=10).replace("Sums", "Week 9"),
            "'Sums Points Grade', found grade items 'Week 9'",
        ),
    ],
)
def test_an_export_of_another_item_is_told(table, text: str, told: str) -> None:
    with pytest.raises(TableError, match=told):
        brightspace_files(RESULTS, table(text))


def test_gradescopes_columns_name_students_by_sid_and_address() -> None:
    made = gradescope_files(RESULTS)
    assert rows(made) == [
        ["Name", "SID", "Email", "Total Score", "Max Points"],
        ["Doe, Jo", "77", "jo@x.edu", "8.5", "10"],
    ]
    assert len(made.left_out) == 3
    assert "no import of scores" in made.notes[0]
