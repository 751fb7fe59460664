"""Write grades as CSV files in the formats of Canvas, Moodle, Gradescope and nbgrader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..grading.grades_csv import cell, format_table, number
from ..submissions.identity import Platform

# The first cell of the row in which Canvas keeps the points of an assignment.
POINTS_POSSIBLE = "    Points Possible"
# Canvas treats a column with one of these words in its title as one of its totals, and ignores it.
_CANVAS_TOTALS = re.compile(r"\b(current|final|override|unposted)\b|\(read only\)", re.IGNORECASE)


@dataclass(frozen=True)
class Grade:
    """The data about one student that another system needs.

    `id`, `sis_id`, `login`, `email` and `section` come from the roster. `platform_id` is the student's id in
    the system `platform`; no other system knows it.
    """

    student: str
    id: str
    score: float | None
    max_score: float
    platform: str = ""
    platform_id: str = ""
    sis_id: str = ""
    login: str = ""
    email: str = ""
    section: str = ""
    comments: str = ""

    def id_for(self, platform: Platform) -> str:
        """Return the id of the student on `platform`: its own id, the roster's, or else the name."""
        own = self.platform_id if self.platform == platform else ""
        return own or self.id or self.login or self.student


def uploads(grades: Sequence[Grade], title: str, slug: str) -> Mapping[str, str]:
    """Return the texts of the upload files by file name.

    A student without a score has an empty cell, which no system treats as a zero. No cell is a formula. Of
    these systems, only Moodle reads comments from a table.
    """
    max_score = number(grades[0].max_score) if grades else "0"

    def rows(platform: Platform) -> Iterator[tuple[str, str, str]]:
        """Return the name, the id on the platform and the score of each student."""
        return ((cell(each.student), cell(each.id_for(platform)), number(each.score)) for each in grades)

    return {
        "canvas.csv": _canvas(grades, title, max_score),
        "moodle.csv": _moodle(grades, title),
        "gradescope.csv": format_table(
            ["Name", "SID", "Total Score", "Max Points"],
            ([student, sid, score, max_score] for student, sid, score in rows(Platform.GRADESCOPE)),
        ),
        "nbgrader.csv": format_table(
            ["assignment", "student_id", "score", "max_score"],
            ([slug, student_id, score, max_score] for _, student_id, score in rows(Platform.NBGRADER)),
        ),
    }


def _canvas(grades: Sequence[Grade], title: str, max_score: str) -> str:
    columns = canvas_columns(grades, title)
    # Canvas reads `SIS User ID` only where `SIS Login ID` follows it, and refuses the file otherwise.
    if not any(columns["SIS User ID"]):
        del columns["SIS User ID"]
        if not any(columns["SIS Login ID"]):
            del columns["SIS Login ID"]
    return canvas_table(columns, max_score)


def canvas_columns(grades: Sequence[Grade], title: str) -> dict[str, list[str]]:
    """Return the table for Canvas by column: those that identify students in its gradebook, and the score."""
    return {
        "Student": [cell(each.student) for each in grades],
        "ID": [cell(each.id_for(Platform.CANVAS)) for each in grades],
        "SIS User ID": [cell(each.sis_id) for each in grades],
        "SIS Login ID": [cell(each.login) for each in grades],
        "Section": [cell(each.section) for each in grades],
        title: [number(each.score) for each in grades],
    }


def canvas_table(columns: Mapping[str, list[str]], max_score: str) -> str:
    """Return the text of the table for Canvas, with the points of the assignment above the scores."""
    first = [POINTS_POSSIBLE, *[""] * (len(columns) - 2), max_score]
    return format_table(list(columns), [first, *zip(*columns.values(), strict=True)])


def _moodle(grades: Sequence[Grade], title: str) -> str:
    """Return the table for Moodle, with columns for addresses and comments if anybody has one.

    Moodle's import finds students by `ID number`, which is often empty in Moodle, or by `Email address`.
    """
    columns = {
        "ID number": [cell(each.id_for(Platform.PLAIN)) for each in grades],
        "Full name": [cell(each.student) for each in grades],
    }
    if any(each.email for each in grades):
        columns["Email address"] = [cell(each.email) for each in grades]
    columns[title] = [number(each.score) for each in grades]
    if any(each.comments for each in grades):
        columns["Feedback comments"] = [cell(each.comments) for each in grades]
    return format_table(list(columns), zip(*columns.values(), strict=True))


def title_warnings(title: str) -> list[str]:
    """Return a sentence for each system that would ignore a column with this title."""
    if found := _CANVAS_TOTALS.search(title):
        return [
            f"Canvas ignores uploaded columns whose title contains {found[0]!r}, as {title!r} does: "
            "rename the column in uploads/canvas.csv, or the title in kit.toml."
        ]
    return []
