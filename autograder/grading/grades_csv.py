"""`grades.csv`: one row a student, the same bytes for the same grades, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..models import Report
from ..text import clean

# A spreadsheet takes a cell that begins so for a formula. With decimal commas, a semicolon begins a cell.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_FORMULA = re.compile(rf"(^|;)(\s*)([{re.escape(''.join(FORMULA_STARTS))}])")


@dataclass(frozen=True)
class Row:
    """One student's line. `status` is the report's, or `missing`; scores that the grader owes are None."""

    student: str
    status: str
    score: float | None
    max_score: float
    tasks: Mapping[str, float | None]
    message: str = ""
    submission_sha256: str = ""
    id: str = ""


def make_row(student: str, report: Report, *, id: str = "", remarks: Sequence[str] = ()) -> Row:  # noqa: A002
    """The line of a graded student; `remarks` are sentences for staff that follow the report's message."""
    return Row(
        student=student,
        status=report.status,
        score=report.score,
        max_score=report.max_score,
        tasks={name: task.score for name, task in report.tasks.items()},
        message=" ".join(filter(None, (report.message, *remarks))),
        submission_sha256=report.submission_sha256,
        id=id,
    )


def format_csv(rows: Iterable[Row], tasks: Sequence[str], *, with_ids: bool) -> str:
    """The text of `grades.csv`, sorted by student; the column `id` stands second where there is a roster."""
    out = io.StringIO()
    writer = csv.writer(out)
    ids = ["id"] if with_ids else []
    writer.writerow(
        ["student", *ids, "score", "max_score", "status", *tasks, "message", "submission_sha256"],
    )
    for row in sorted(rows, key=lambda row: row.student):
        writer.writerow(
            [
                cell(row.student),
                *([cell(row.id)] if with_ids else []),
                number(row.score),
                number(row.max_score),
                row.status,
                *(number(row.tasks.get(task)) for task in tasks),
                cell(" ".join(row.message.split())),
                row.submission_sha256,
            ]
        )
    return out.getvalue()


def cell(text: str) -> str:
    """The text, made so that no spreadsheet runs it, and that a terminal shows it as it stands.

    An apostrophe stands before what would be a formula, U+FFFD for every control and direction mark.
    """
    # Joiners belong to how some names are written.
    return _FORMULA.sub(r"\1\2'\3", clean(text, newlines=False, joiners=True))


def number(value: float | None) -> str:
    """Points as people write them: 3, 2.5, 33.333333; nothing for a score that is not known."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")
