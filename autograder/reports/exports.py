"""Grades as the systems take them: a CSV each for Canvas, Moodle, Gradescope and nbgrader."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..grading.grades_csv import number


@dataclass(frozen=True)
class Grade:
    """What a system wants to know of one student; `id` is the roster's, else the name.

    Texts are as in `grades.csv`, where none can be taken for a formula.
    """

    student: str
    id: str
    score: float | None
    max_score: float


def uploads(grades: Sequence[Grade], title: str, slug: str) -> Mapping[str, str]:
    """File names and texts. Who has no score yet has an empty cell: no system takes that for a zero."""
    most = number(grades[0].max_score) if grades else "0"
    return {
        "canvas.csv": _table(
            ["Student", "ID", "Section", title],
            [["    Points Possible", "", "", most]],
            ([grade.student, grade.id, "", number(grade.score)] for grade in grades),
        ),
        "moodle.csv": _table(
            ["ID number", "Full name", title],
            [],
            ([grade.id, grade.student, number(grade.score)] for grade in grades),
        ),
        "gradescope.csv": _table(
            ["Name", "SID", "Total Score", "Max Points"],
            [],
            ([grade.student, grade.id, number(grade.score), most] for grade in grades),
        ),
        "nbgrader.csv": _table(
            ["assignment", "student_id", "score", "max_score"],
            [],
            ([slug, grade.id, number(grade.score), most] for grade in grades),
        ),
    }


def _table(heading: list[str], first: list[list[str]], rows: Iterable[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([heading, *first, *rows])
    return out.getvalue()
