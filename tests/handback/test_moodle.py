"""Moodle's zip and worksheet, read by Moodle's own rules."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from autograder.files import unpack
from autograder.handback.class_results import ClassResults, StudentResult
from autograder.handback.moodle import FEEDBACK_ZIP, WORKSHEET, moodle_files
from autograder.handback.tables import PlatformTable, TableError
from autograder.reports.upload_files import Grade

HEADING = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
)


def participant_of(path: str) -> tuple[str, str]:
    """Return the participant and the rest of a path, as Moodle's importer takes them apart."""
    folder, _, rest = path.partition("/")
    parts = folder.split("_", 4)
    assert len(parts) == 5
    assert (parts[1].isdigit(), parts[2:4]) == (True, ["assignsubmission", "file"])
    return parts[1], parts[4] + rest


def student(
    name: str, number: str = "", score: float = 8, page: Path | None = None, **fields: str
) -> StudentResult:
    grade = Grade(name, fields.pop("id", ""), score, 10, "moodle" if number else "", number, **fields)
    return StudentResult(grade, page=page)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A feedback page."""
    path = tmp_path / "feedback.html"
    path.write_text("<h1>8 of 10</h1>")
    return path


def rows(text: str | bytes) -> list[dict[str, str]]:
    assert isinstance(text, str)
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    "name",
    ["Jo Doe", "Jo_Doe_7", "O'Brien, Róisín", "a/b\\..", "=2+3", "_", "王 伟", "x_1_assignsubmission_file_"],
)
def test_moodle_finds_the_participant_whatever_the_name(page: Path, name: str) -> None:
    """No part of a name is read as a number, and none leaves the folder."""
    made = moodle_files(ClassResults("Sums", 10, (student(name, "501", page=page),))).files
    files = unpack(made[FEEDBACK_ZIP])  # type: ignore[arg-type]  # a zip
    assert [participant_of(path) for path in files] == [("501", "feedback.html")]
    assert list(files.values()) == [page.read_bytes()]


def test_a_new_worksheet_has_the_columns_that_moodle_reads(page: Path) -> None:
    """Students whose number nobody knows are left out, and named."""
    results = ClassResults(
        "Sums", 10, (student("Jo Doe", "501"), student("Kim Roe")), ("Lee: handed in nothing.",)
    )
    made = moodle_files(results)
    assert rows(made.files[WORKSHEET]) == [
        {"Identifier": "Participant 501", "Full name": "Jo Doe", "Grade": "8", "Last modified (grade)": "-"}
    ]
    assert made.left_out == (
        "Lee: handed in nothing.",
        "Kim Roe: no participant number of Moodle is known.",
    )
    assert any("--table" in note for note in made.notes)


def test_moodles_worksheet_is_filled_in_and_gives_the_numbers(tmp_path: Path, page: Path) -> None:
    """Students are found by number, id, address or name; what stands in other cells stays."""
    path = tmp_path / "Grades-Sums.csv"
    path.write_text(
        HEADING
        + "Participant 501,Jo Doe,,,Submitted,,10.00,Yes,-,-,\n"
        + "Participant 502,Kim Roe,,kim@x.edu,Submitted,,10.00,Yes,-,-,a teacher's words\n"
        + 'Participant 503,"Lee Poe",,,No submission,,10.00,Yes,-,-,\n'
        + "Participant 504,Ann Lee,,,Submitted,3.00,10.00,Yes,-,-,\n",
        encoding="utf-8-sig",
    )
    commented = StudentResult(student("other name", "501").grade, ("See slide 12.", "Nice!"), page)
    results = ClassResults(
        "Sums", 10, (commented, student("?", email="KIM@x.edu"), student("Poe, Lee", score=0), student("Zed"))
    )
    made = moodle_files(results, PlatformTable.read(path))
    found = rows(made.files[WORKSHEET])
    assert [(row["Identifier"], row["Grade"], row["Feedback comments"]) for row in found] == [
        ("Participant 501", "8", "See slide 12. Nice!"),
        ("Participant 502", "8", "a teacher's words"),
        ("Participant 503", "0", ""),
    ]
    assert [participant_of(path)[0] for path in unpack(made.files[FEEDBACK_ZIP])] == ["501"]  # type: ignore[arg-type]
    assert made.left_out == ("Zed: no row of Grades-Sums.csv is theirs for certain.",)


def test_a_row_that_fits_two_students_is_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_text(HEADING + "Participant 501,Jo Doe,,,Submitted,,10.00,Yes,-,-,\n")
    made = moodle_files(
        ClassResults("Sums", 10, (student("Jo Doe"), student("Doe, Jo", score=2))), PlatformTable.read(path)
    )
    assert rows(made.files[WORKSHEET]) == []
    assert len(made.left_out) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Full name,Grade,Last modified (grade)\n", "expected a column 'Identifier', found Full name"),
        ("Identifier,Full name,Bewertung\n", "expected a column 'Grade', .*Bewertung. Set Moodle to English"),
        (
            HEADING + "Participant 501,Jo Doe,,,Submitted,,100.00,Yes,-,-,\n",
            "expected the maximum grade 10 .* 100",
        ),
        (
            HEADING + "Jo,Jo Doe,,,Submitted,,10,Yes,-,-,\n",
            "expected Identifier as in 'Participant 501', found 'Jo'",
        ),
        ("", "Expected the platform's own table in"),
    ],
)
def test_a_worksheet_that_moodle_would_refuse_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "worksheet.csv"
    path.write_text(text)
    with pytest.raises(TableError, match=told):
        moodle_files(ClassResults("Sums", 10, (student("Jo Doe", "501"),)), PlatformTable.read(path))
