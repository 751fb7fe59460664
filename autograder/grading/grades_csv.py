"""Write `grades.csv`: one row per student, reproducible and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..models import Report
from ..text import JOINERS, REPLACEMENT, clean

# Spreadsheets interpret a cell with one of these prefixes as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "−", "﹢", "﹣", "﹦", "﹫")
# Characters that a spreadsheet may remove before it interprets the first character.
_SKIPPED = {REPLACEMENT, *JOINERS}
# In locales with decimal commas, a semicolon starts a new cell.
_SEPARATOR = ";"


@dataclass(frozen=True)
class Row:
    """The row of one student.

    `status` is that of the report, or the attendance without one. A score is None if it is unknown. `raw` and
    `penalty` are written only for kits with rules for late submissions.
    """

    student: str
    status: str
    score: float | None
    max_score: float
    tasks: Mapping[str, float | None]
    message: str = ""
    submission_sha256: str = ""
    id: str = ""
    raw: float | None = None
    penalty: float | None = None


def make_row(student: str, report: Report, *, id: str = "", remarks: Sequence[str] = ()) -> Row:  # noqa: A002
    """Return the row of a graded student. `remarks` are appended to the report's message, for staff."""
    return Row(
        student=student,
        status=report.status,
        score=report.score,
        max_score=report.max_score,
        tasks={name: task.score for name, task in report.tasks.items()},
        message=" ".join(filter(None, (report.message, *remarks))),
        submission_sha256=report.submission_sha256,
        id=id,
        raw=report.raw,
        penalty=report.penalty,
    )


def format_csv(
    rows: Iterable[Row], tasks: Sequence[str], *, with_ids: bool, with_penalties: bool = False
) -> str:
    """Return the text of `grades.csv`, sorted by student.

    With `with_ids`, the second column is `id`. With `with_penalties`, `raw` and `penalty` precede `score`.
    """
    ids = ["id"] if with_ids else []
    penalties = ["raw", "penalty"] if with_penalties else []
    return format_table(
        ["student", *ids, *penalties, "score", "max_score", "status", *tasks, "message", "submission_sha256"],
        (
            [
                cell(row.student),
                *([cell(row.id)] if with_ids else []),
                *([number(row.raw), number(row.penalty)] if with_penalties else []),
                number(row.score),
                number(row.max_score),
                row.status,
                *(number(row.tasks.get(task)) for task in tasks),
                cell(" ".join(row.message.split())),
                row.submission_sha256,
            ]
            for row in sorted(rows, key=lambda row: row.student)
        ),
    )


def format_table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the text of a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([heading, *rows])
    return out.getvalue()


def cell(text: str) -> str:
    """Return `text` so that spreadsheets do not evaluate it and terminals do not interpret it.

    Formulas are prefixed with an apostrophe. Control characters, direction marks and invisible characters
    become U+FFFD.
    """
    plain = clean(text, newlines=False, joiners=True)
    return _SEPARATOR.join(map(_without_formula, plain.split(_SEPARATOR)))


def number(value: float | None) -> str:
    """Return points in decimal notation, such as 3, 2.5 or 33.333333. An unknown score is an empty string."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def _without_formula(part: str) -> str:
    """Return a cell with an apostrophe in front of a formula; the first visible character decides."""
    for i, char in enumerate(part):
        if not char.isspace() and char not in _SKIPPED:
            starts_formula = char in FORMULA_STARTS or unicodedata.normalize("NFKC", char) in FORMULA_STARTS
            return f"{part[:i]}'{part[i:]}" if starts_formula else part
    return part
