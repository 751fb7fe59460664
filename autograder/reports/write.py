"""Writes all pages of a folder of grades."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from ..grading.grades_csv import cell
from ..grading.review import SAME, ReviewItem, find_review_items
from ..grading.storage import read_report, write_if_changed
from ..models import Report
from .class_page import StudentRow, class_page
from .context import context_of
from .exports import Grade, uploads
from .feedback import feedback_page

FEEDBACK = "feedback.html"
CLASS = "class.html"
# The columns of grades.csv that are no task.
PLAIN_COLUMNS = {"student", "id", "score", "max_score", "status", "message", "submission_sha256"}

Row = Mapping[str, str]


class NoGradesError(LookupError):
    """The folder holds no grades; the text says what was expected."""


def write_pages(
    folder: Path, root: Path | None, progress: Callable[[int, int], None] = lambda done, total: None
) -> Path:
    """Write a page a student, the page of the class and the tables for uploading; return the class page.

    `grades.csv` decides who is in the class and what the scores are, as a person may have changed them.
    `root` is the repository of the kit, which brings titles, expected networks and known mistakes. Raises
    NoGradesError.
    """
    rows = _rows(folder)
    found = ((path.parent, read_report(path)) for path in sorted(folder.glob("*/report.json")))
    places = {cell(report.student): (place, report) for place, report in found if report}
    handed_in = [row for row in rows if row["student"] in places]
    remarks = {row["student"]: _remark(places[row["student"]][1], row) for row in handed_in}
    reports = [_as_decided(places[row["student"]][1], row) for row in handed_in]
    kit = reports[0].kit if reports else folder.name
    context = context_of(kit, root)
    for done, report in enumerate(reports, 1):
        write_if_changed(places[cell(report.student)][0] / FEEDBACK, feedback_page(report, context))
        progress(done, len(reports))
    lines = [_line(row, places.get(row["student"])) for row in rows]
    write_if_changed(folder / CLASS, class_page(lines, reports, _attention(remarks, reports), context))
    for name, text in uploads([_grade(row) for row in rows], context.title, kit).items():
        write_if_changed(folder / "uploads" / name, text)
    return folder / CLASS


def _rows(folder: Path) -> list[Row]:
    path = folder / "grades.csv"
    if not path.is_file():
        raise NoGradesError(f"Expected {path}, as `kit grade --out {folder}` writes it, found none.")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _as_decided(report: Report, row: Row) -> Report:
    """The report with what a person decided, score and message of `grades.csv`, without remarks for staff."""
    message = row["message"].removesuffix(_remark(report, row)).rstrip()
    return replace(report, student=row["student"], score=_number(row["score"]), message=message)


def _remark(report: Report, row: Row) -> str:
    """What `grades.csv` says of copies behind the report's own message, which may say anything."""
    own = cell(" ".join(report.message.split()))
    said = row["message"].removeprefix(own).lstrip() if row["message"].startswith(own) else ""
    return said if said.startswith(SAME) else ""


def _line(row: Row, found: tuple[Path, Report] | None) -> StudentRow:
    return StudentRow(
        student=row["student"],
        score=_number(row["score"]),
        max_score=_number(row["max_score"]) or 0.0,
        status=row["status"],
        tasks={name: _number(value) for name, value in row.items() if name not in PLAIN_COLUMNS},
        seconds=found[1].seconds if found else 0.0,
        page=f"{quote(found[0].name)}/{FEEDBACK}" if found else "",
        message=row["message"],
    )


def _attention(remarks: Mapping[str, str], reports: list[Report]) -> list[ReviewItem]:
    identical = [ReviewItem("identical", student, remark) for student, remark in remarks.items() if remark]
    return [*find_review_items({cell(report.student): report for report in reports}, {}), *identical]


def _grade(row: Row) -> Grade:
    """A row for uploading; a name keeps the apostrophe that makes it safe in a spreadsheet."""
    name = row["student"]
    return Grade(name, row.get("id") or name, _number(row["score"]), _number(row["max_score"]) or 0.0)


def _number(text: str) -> float | None:
    return float(text) if text else None
