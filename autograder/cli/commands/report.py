"""Run `kit report` and `kit term`: write the pages of a class, or of several weeks, from grades folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from ...grading.storage import NoGradesError, StorageError
from ...grading.weeks import read_weeks
from ...kit import KitError, find_root
from ...reports.term import PAGE, TABLE, write_term
from ...reports.write import WrittenPages, write_pages
from ..common import DID_NOT_HOLD, USED_WRONGLY, fail, make_console
from .grade_output import listed


def run_report(
    grades: Path, root: Path | None, *, missing_as_zero: bool | None = None, language: str | None = None
) -> None:
    """Write pages and upload files, and print their paths. None means the setting of the last run."""
    try:
        written = write_pages(
            grades, find_pages_root(root, grades), missing_as_zero=missing_as_zero, language=language
        )
    except NoGradesError as error:
        fail(str(error), USED_WRONGLY)
    _print_pages(written, grades)


def _print_pages(written: WrittenPages, grades: Path) -> None:
    """Print the paths of pages and upload files, and the students that the upload files omit."""
    console = make_console()
    lines = [
        f"Class: {written.class_page}",
        f"Feedback: {grades}/<student>/feedback.html",
        f"For uploading: {grades}/uploads/",
    ]
    if written.unmatched:
        lines.append(
            f"Not in the upload files, because it is not certain who they are: {listed(written.unmatched)}."
        )
    if written.missing:
        lines.append(
            f"Not in the upload files, because nothing was handed in: {listed(written.missing)}. "
            "With --missing-as-zero they get 0 points."
        )
    for text in (*lines, *written.warnings):
        console.print(Text(text), soft_wrap=True)


def run_term(grades: Sequence[Path], out: Path, root: Path | None) -> None:
    """Write the page and the table, and print the students whose scores dropped."""
    try:
        term = write_term(read_weeks(grades), out, find_pages_root(root, grades[-1]))
    except StorageError as error:
        fail(str(error), USED_WRONGLY)
    except OSError as error:
        fail(f"Cannot write to {out}: {error.strerror}.", DID_NOT_HOLD)
    console = make_console()
    for student in term.dropped:
        console.print(f"{student.name}: {' '.join(student.drops)}", soft_wrap=True)
    console.print(f"{len(term.dropped)} of {len(term.students)} students dropped.", soft_wrap=True)
    console.print(f"Term: {out / PAGE}", soft_wrap=True)
    console.print(f"Table: {out / TABLE}", soft_wrap=True)


def find_pages_root(root: Path | None, grades: Path) -> Path | None:
    """Return the given repository, else the one around the working folder or the grades, else None."""
    for place in [root] if root else [Path.cwd(), grades]:
        try:
            return find_root(place)
        except KitError:
            continue
    return None
