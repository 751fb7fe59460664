"""Write scores as the tables that Canvas, Brightspace and Gradescope read or write, or as pages with a table.

Canvas reads an assignment's column by the id in its title, `Week 9 (4711)`, and students by `ID`, the SIS
columns or the name (canvas-lms, `lib/gradebook_importer.rb`). Brightspace reads `OrgDefinedId` or `Username`
and the column `<grade item> Points Grade` (community.d2l.com, "Importing grades").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..grading.grades_csv import cell, format_table, number
from ..reports.upload_files import POINTS_POSSIBLE, Grade, canvas_columns, canvas_table, title_warnings
from ..submissions.identity import Platform
from .class_results import ClassResults, Handback, StudentResult
from .tables import Keys, PlatformTable, TableError, parse_points

CANVAS_CSV, BRIGHTSPACE_CSV, GRADESCOPE_CSV = "gradebook.csv", "grades.csv", "scores.csv"
PAGES_CSV = "students.csv"
END_OF_LINE = "End-of-Line Indicator"
# Canvas' grade of an excused student.
EXCUSED = "EX"

_CANVAS_COLUMN = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)")
# `Week 9 Points Grade <Numeric MaxPoints:10 Weight:5>`, as Brightspace exports it.
_BRIGHTSPACE_COLUMN = re.compile(r"(?P<title>.*) Points Grade(?: <.*?MaxPoints:(?P<points>[\d.]+).*>)?")


def canvas_id(grade: Grade) -> str:
    """Return the id of a student that Canvas writes into the names of submissions, or ""."""
    return grade.platform_id if grade.platform == Platform.CANVAS else ""


def canvas_files(
    results: ClassResults, assignment: str = "", gradebook: PlatformTable | None = None
) -> Handback:
    """Return the table for the import into Canvas' gradebook.

    With the `gradebook` that Canvas exports, its rows and the title of its column are used. The column is
    that of the `assignment`'s id, or of the title. Raises TableError.
    """
    if gradebook:
        return _in_gradebook(results, assignment, gradebook)
    title = f"{results.title} ({assignment})" if assignment else results.title
    columns = canvas_columns([student.grade for student in results.students], title)
    notes = list(title_warnings(title))
    if not assignment:
        notes.append(
            f"Canvas takes the column {title!r} for the assignment with exactly this title, and for a new "
            "assignment if there is none: give the assignment's id with --assignment, or Canvas' gradebook "
            "export with --table."
        )
    table = canvas_table(columns, number(results.max_score))
    return Handback({CANVAS_CSV: table}, results.left_out, tuple(notes))


def _in_gradebook(results: ClassResults, assignment: str, gradebook: PlatformTable) -> Handback:
    column = _canvas_column(results.title, assignment, gradebook)
    kept = [*range(gradebook.column("Section") + 1), column]
    points_rows = [list(row) for row in gradebook.rows if row[0].strip() == POINTS_POSSIBLE.strip()]
    _check_points(results, gradebook, column, points_rows[0][column] if points_rows else "")
    student_rows, left_out = _filled(results, gradebook, column, _canvas_keys)
    table = format_table(
        [gradebook.heading[i] for i in kept],
        ([row[i] for i in kept] for row in (*points_rows, *student_rows)),
    )
    return Handback({CANVAS_CSV: table}, left_out, tuple(title_warnings(gradebook.heading[column])))


def _canvas_column(title: str, assignment: str, gradebook: PlatformTable) -> int:
    """Return the index of the column with an assignment's id, or else its title; raise TableError."""
    found = {
        i: match for i, name in enumerate(gradebook.heading) if (match := _CANVAS_COLUMN.fullmatch(name))
    }
    part, expected = ("id", assignment) if assignment else ("title", title)
    fitting = [i for i, match in found.items() if match[part] == expected]
    if len(fitting) != 1:
        wanted = f"({assignment})" if assignment else repr(title)
        known = ", ".join(match[0] for match in found.values())
        raise TableError(
            f"{gradebook.path}: expected one column {wanted}, found {known or 'no assignment'}. Name the "
            "assignment with --assignment or --title."
        )
    return fitting[0]


def _canvas_keys(grade: Grade) -> Iterable[tuple[str, str]]:
    return (
        ("ID", canvas_id(grade)),
        ("SIS User ID", grade.sis_id),
        ("SIS Login ID", grade.login),
        ("Student", grade.student),
    )


def brightspace_files(results: ClassResults, export: PlatformTable | None = None) -> Handback:
    """Return the table for Brightspace's import of grades.

    With the `export` of Brightspace's grades, its rows and the title of its column are used. Raises
    TableError.
    """
    if export:
        return _in_export(results, export)
    heading = ["OrgDefinedId", "Username", f"{results.title} Points Grade", END_OF_LINE]
    known = [student for student in results.students if student.grade.id or student.grade.login]
    rows = (
        [cell(student.grade.id), cell(student.grade.login), number(student.grade.score), "#"]
        for student in known
    )
    unidentified = (
        f"{student.name}: neither OrgDefinedId nor user name is known."
        for student in results.students
        if student not in known
    )
    note = (
        f"Brightspace needs the exact title of the grade item, {results.title!r} here: give another with "
        "--title, or Brightspace's export of grades with --table."
    )
    left_out = (*results.left_out, *unidentified)
    return Handback({BRIGHTSPACE_CSV: format_table(heading, rows)}, left_out, (note,))


def _in_export(results: ClassResults, export: PlatformTable) -> Handback:
    found = {
        match["title"]: (i, match["points"])
        for i, name in enumerate(export.heading)
        if (match := _BRIGHTSPACE_COLUMN.fullmatch(name))
    }
    if results.title not in found:
        raise TableError(
            f"{export.path}: expected a column '{results.title} Points Grade', found grade items "
            f"{', '.join(map(repr, found)) or 'in no column'}. Name the item with --title."
        )
    column, points = found[results.title]
    _check_points(results, export, column, points or "")
    keys = [i for i, name in enumerate(export.heading) if name in ("OrgDefinedId", "Username")]
    rows, left_out = _filled(results, export, column, _brightspace_keys)
    heading = [*(export.heading[i] for i in keys), f"{results.title} Points Grade", END_OF_LINE]
    table = format_table(heading, ([*(row[i] for i in keys), row[column], "#"] for row in rows))
    return Handback({BRIGHTSPACE_CSV: table}, left_out)


def _brightspace_keys(grade: Grade) -> Iterable[tuple[str, str]]:
    return (("OrgDefinedId", grade.id), ("Username", grade.login), ("Email", grade.email))


def gradescope_files(results: ClassResults) -> Handback:
    """Return a table with the columns of Gradescope's own export of scores."""
    known = [student for student in results.students if _gradescope_id(student) or student.grade.email]
    rows = (
        [
            cell(student.grade.student),
            cell(_gradescope_id(student)),
            cell(student.grade.email),
            number(student.grade.score),
            number(results.max_score),
        ]
        for student in known
    )
    unidentified = (
        f"{student.name}: neither SID nor e-mail address is known."
        for student in results.students
        if student not in known
    )
    note = (
        "Gradescope documents no import of scores: its own come from an autograder, which `kit release` "
        "builds. This table has the columns of its export."
    )
    heading = ["Name", "SID", "Email", "Total Score", "Max Points"]
    left_out = (*results.left_out, *unidentified)
    return Handback({GRADESCOPE_CSV: format_table(heading, rows)}, left_out, (note,))


def _gradescope_id(student: StudentResult) -> str:
    grade = student.grade
    return (grade.platform_id if grade.platform == Platform.GRADESCOPE else "") or grade.id


def page_files(results: ClassResults) -> Handback:
    """Return a page per student, and the table of names, addresses, scores and files, for a mail merge."""
    pages: dict[str, bytes] = {}
    rows = []
    for student in results.students:
        name = f"{student.page.parent.name}.html" if student.page else ""
        if student.page:
            pages[name] = student.page.read_bytes()
        grade = student.grade
        rows.append(
            [
                *map(cell, (grade.student, grade.id, grade.login, grade.email)),
                number(grade.score),
                number(results.max_score),
                name,
            ]
        )
    heading = ["student", "id", "login", "email", "score", "max_score", "page"]
    return Handback({**pages, PAGES_CSV: format_table(heading, rows)}, results.left_out)


def _check_points(results: ClassResults, table: PlatformTable, column: int, points: str) -> None:
    """Raise TableError if the platform's assignment has another number of points than the kit."""
    if parse_points(points) not in (None, results.max_score):
        raise TableError(
            f"{table.path}: expected {number(results.max_score)} points for {table.heading[column]!r}, found "
            f"{points}. Change the points of the assignment there."
        )


def _filled(
    results: ClassResults, table: PlatformTable, column: int, keys: Keys
) -> tuple[list[list[str]], tuple[str, ...]]:
    """Return the rows of the students with their scores in `column`, and who is left out."""
    matched, unmatched = table.match(results.students, keys)
    rows = []
    excused = []
    for i in sorted(matched):
        row = list(table.rows[i])
        if row[column].strip().upper() == EXCUSED:
            excused.append(f"{matched[i].name}: excused in Canvas.")
            continue
        row[column] = number(matched[i].grade.score)
        rows.append(row)
    return rows, (*results.left_out, *unmatched, *excused)
