"""Write Moodle's zip of feedback files, and its grading worksheet.

Moodle reads a student's participant number from the name of each folder of the zip,
`Full name_501_assignsubmission_file_`, as it writes these names into the download of all submissions
(`mod/assign/feedback/file/importziplib.php`). From the worksheet it reads the columns `Identifier`, `Grade`,
`Last modified (grade)` and `Feedback comments`, and refuses a file without one of the first three
(`mod/assign/feedback/offline/importgradeslib.php`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..files import pack
from ..grading.grades_csv import cell, format_table, number
from ..reports.upload_files import Grade
from ..submissions.identity import Platform
from .class_results import ClassResults, Handback, StudentResult
from .tables import PlatformTable, TableError, parse_points

WORKSHEET, FEEDBACK_ZIP = "worksheet.csv", "feedback.zip"
IDENTIFIER, GRADE, MODIFIED = "Identifier", "Grade", "Last modified (grade)"
NAME, COMMENTS, MAXIMUM = "Full name", "Feedback comments", "Maximum grade"
# Moodle's word before the number in the column `Identifier`, in English.
PARTICIPANT = "Participant "

HOW_TO = (
    "In Moodle's assignment, enable the feedback types “Feedback comments”, “Feedback files” and “Offline "
    f"grading worksheet”. Then “Upload multiple feedback files in a zip” takes {FEEDBACK_ZIP}, and “Upload "
    f"grading worksheet” takes {WORKSHEET}."
)
WITHOUT_WORKSHEET = (
    "Better download Moodle's grading worksheet and name it with --table: without it, Moodle ignores whoever "
    "it has graded already (unless you allow “updating records that have been modified more recently”), and "
    "an empty comment replaces what a teacher wrote there."
)

# Moodle splits the folder's name at underscores, so a student's name in it has none.
_UNSAFE = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+$")


def moodle_files(results: ClassResults, worksheet: PlatformTable | None = None) -> Handback:
    """Return the zip and the worksheet.

    With the `worksheet` that Moodle offers for download, its rows are filled in and its participant numbers
    used. Otherwise the numbers are those in the names of the submissions. Raises TableError.
    """
    if worksheet:
        _check_columns(worksheet)
        rows, unmatched = worksheet.match(results.students, _keys)
        by_participant = {_row_number(worksheet, row): student for row, student in rows.items()}
        table = _filled(worksheet, rows, results.max_score)
    else:
        by_participant = {
            participant: student
            for student in results.students
            if (participant := _own_number(student.grade))
        }
        unmatched = tuple(
            f"{student.name}: no participant number of Moodle is known."
            for student in results.students
            if not _own_number(student.grade)
        )
        table = _new_worksheet(by_participant)
    pages = {
        f"{_folder(participant, student)}/feedback.html": student.page.read_bytes()
        for participant, student in by_participant.items()
        if student.page
    }
    return Handback(
        files={WORKSHEET: table, FEEDBACK_ZIP: pack(pages)},
        left_out=(*results.left_out, *unmatched),
        notes=(HOW_TO, *([] if worksheet else [WITHOUT_WORKSHEET])),
    )


def _check_columns(worksheet: PlatformTable) -> None:
    """Raise TableError if the worksheet lacks a column that Moodle reads; Moodle translates their titles."""
    try:
        for name in (IDENTIFIER, GRADE, MODIFIED):
            worksheet.column(name)
    except TableError as error:
        raise TableError(
            f"{error} Set Moodle to English, download the worksheet again, and upload it in English too."
        ) from None


def _keys(grade: Grade) -> Iterable[tuple[str, str]]:
    own = _own_number(grade)
    return (
        (IDENTIFIER, f"{PARTICIPANT}{own}" if own else ""),
        ("ID number", grade.id),
        ("Username", grade.login),
        ("Email address", grade.email),
        (NAME, grade.student),
    )


def _own_number(grade: Grade) -> str:
    """Return the participant number in the name of a submission, or ""."""
    return grade.platform_id if grade.platform == Platform.MOODLE else ""


def _row_number(worksheet: PlatformTable, row: int) -> str:
    """Return the participant number in a row of the worksheet; raise TableError."""
    identifier = worksheet.rows[row][worksheet.column(IDENTIFIER)]
    if (found := _NUMBER.search(identifier)) is None:
        raise TableError(
            f"{worksheet.path}: expected {IDENTIFIER} as in {PARTICIPANT + '501'!r}, found {identifier!r}."
        )
    return found[0]


def _folder(participant: str, student: StudentResult) -> str:
    """Return the name of the folder in which Moodle looks for a student's feedback files."""
    name = " ".join(_UNSAFE.sub(" ", student.name).split()) or "student"
    return f"{name}_{participant}_assignsubmission_file_"


def _new_worksheet(by_participant: Mapping[str, StudentResult]) -> str:
    """Return a worksheet with the columns that Moodle reads, and comments if there are any."""
    has_comments = any(student.comments for student in by_participant.values())
    heading = [IDENTIFIER, NAME, GRADE, MODIFIED, *([COMMENTS] if has_comments else [])]
    rows = (
        [
            f"{PARTICIPANT}{participant}",
            cell(student.grade.student),
            number(student.grade.score),
            "-",
            *([cell(" ".join(student.comments))] if has_comments else []),
        ]
        for participant, student in by_participant.items()
    )
    return format_table(heading, rows)


def _filled(worksheet: PlatformTable, students: Mapping[int, StudentResult], max_score: float) -> str:
    """Return the rows of these students in Moodle's worksheet, with grades and comments filled in."""
    grade = worksheet.column(GRADE)
    comments, maximum = worksheet.find_column(COMMENTS), worksheet.find_column(MAXIMUM)
    rows = []
    for i in sorted(students):
        row, student = list(worksheet.rows[i]), students[i]
        if maximum is not None and parse_points(row[maximum]) not in (None, max_score):
            raise TableError(
                f"{worksheet.path}: expected the maximum grade {number(max_score)} of the kit, found "
                f"{row[maximum]}. Change it in Moodle's assignment."
            )
        row[grade] = number(student.grade.score)
        if comments is not None and student.comments:
            row[comments] = cell(" ".join(student.comments))
        rows.append(row)
    return format_table(worksheet.heading, rows)
