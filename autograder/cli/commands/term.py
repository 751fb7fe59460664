"""Run `kit term`: compare the grades of several weeks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...grading.storage import StorageError
from ...grading.weeks import read_weeks
from ...reports.term import PAGE, TABLE, write_term
from ..common import DID_NOT_HOLD, USED_WRONGLY, fail, make_console
from .grade import find_pages_root


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
