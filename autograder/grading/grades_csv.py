"""Write `grades.csv`: one row per student, the same bytes for the same grades, safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..models import Report
from ..text import JOINERS, REPLACEMENT, clean

# A spreadsheet takes a cell that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "−", "﹢", "﹣", "﹦", "﹫")
# What a spreadsheet may drop before it looks at the first character.
_SKIPPED = {REPLACEMENT, *JOINERS}
# With decimal commas, a semicolon begins a cell.
_SEPARATOR = ";"


@dataclass(frozen=True)
class Row:
    """One student's line.

    `status` is the report's, or `missing`. A score is None where the grader failed.
    """

    student: str
    status: str
    score: float | None
    max_score: float
    tasks: Mapping[str, float | None]
    message: str = ""
    submission_sha256: str = ""
    id: str = ""


def make_row(student: str, report: Report, *, id: str = "", remarks: Sequence[str] = ()) -> Row:  # noqa: A002
    """Return the line of a graded student; `remarks` are sentences for staff after the report's message."""
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
    """Return the text of `grades.csv`, sorted by student; with a roster, `id` is the second column."""
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
    """Return `text` so that no spreadsheet runs it and no terminal obeys it.

    An apostrophe stands before what would be a formula, U+FFFD for controls, direction marks and invisible
    characters.
    """
    plain = clean(text, newlines=False, joiners=True)
    return _SEPARATOR.join(map(_without_formula, plain.split(_SEPARATOR)))


def number(value: float | None) -> str:
    """Return points as people write them: 3, 2.5, 33.333333; nothing for a score that is not known."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def _without_formula(part: str) -> str:
    for place, char in enumerate(part):
        if not char.isspace() and char not in _SKIPPED:
            starts_formula = char in FORMULA_STARTS or unicodedata.normalize("NFKC", char) in FORMULA_STARTS
            return f"{part[:place]}'{part[place:]}" if starts_formula else part
    return part
