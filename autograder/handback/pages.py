"""Write the feedback pages of a class into one folder, with a table that says whose each is."""

from __future__ import annotations

from ..grading.grades_csv import cell, number
from .results import ClassResults, Handback
from .tables import format_table

INDEX = "students.csv"


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
    return Handback({**pages, INDEX: format_table(heading, rows)}, results.left_out)
