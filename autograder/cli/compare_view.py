"""What `kit grade --compare` prints: student, old and new grade, and the checks that made the difference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.grading.comparison import CheckChange, GradeChange

from .words import line

NONE = "–"


def print_changes(changed: Sequence[GradeChange], of: int, old: Path, console: Console | None = None) -> None:
    """Print the changes among `of` students whose earlier grades are in the folder `old`."""
    console = console or Console(highlight=False, markup=False, emoji=False)
    if not changed:
        console.print(Text(f"No grade differs from those in {old}."), soft_wrap=True)
        return
    console.print(Text(f"{len(changed)} of {of} grades differ from those in {old}:"), soft_wrap=True)
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0))
    for name in ("student", "old", "new", "check"):
        table.add_column(name, justify="right" if name in ("old", "new") else "left", overflow="fold")
    for change in changed:
        first, *others = [_told(check) for check in change.checks] or ["no longer in the class"]
        table.add_row(Text(line(change.student, 60)), _points(change.old), _points(change.new), Text(first))
        for other in others:
            table.add_row("", "", "", Text(other))
    console.print(table)


def _told(change: CheckChange) -> str:
    return f"{change.check}: {_points(change.old)} → {_points(change.new)}"


def _points(value: float | None) -> str:
    return NONE if value is None else f"{round(value, 6):g}"
