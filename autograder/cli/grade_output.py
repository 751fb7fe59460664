"""What `kit grade` prints: a calm bar on a terminal, plain lines elsewhere, then who needs a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ..grading.grade import ClassGrades, Progress
from ..grading.review import CheckChange, GradeChange, ReviewItem
from ..kit import Kit
from ..models import Outcome, Status
from ..text import clean_line, points

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
        table.add_row(
            Text(clean_line(change.student, 60)), _points(change.old), _points(change.new), Text(first)
        )
        for other in others:
            table.add_row("", "", "", Text(other))
    console.print(table)


def _told(change: CheckChange) -> str:
    return f"{change.check}: {_points(change.old)} → {_points(change.new)}"


def _points(value: float | None) -> str:
    return NONE if value is None else f"{round(value, 6):g}"


# More rows than this are in grades.csv, not on the screen.
MOST_ROWS = 40
STYLES = {
    Outcome.GRADER_ERROR: "bold magenta",
    Status.UNREADABLE: "bold red",
    Outcome.CRASHED: "yellow",
    Outcome.TIMED_OUT: "yellow",
    "identical": "cyan",
    "missing": "dim",
}


class GradeView:
    """Prints one run. `done` of `total` submissions are examined so far."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, markup=False, emoji=False)
        self.done = self.total = 0
        self._terminal = self.console.is_terminal
        self._kit: Kit | None = None
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left", markup=False),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self._terminal,
            transient=True,
        )

    @contextmanager
    def running(self, kit: Kit, jobs: int | None) -> Iterator[None]:
        """Show the progress of a run on `jobs` examiners, or on a cluster's where that is None."""
        self._kit, self._jobs = kit, jobs
        with self._bar:
            self._task = self._bar.add_task("starting", total=None)
            yield

    def progress(self, step: Progress) -> None:
        """Show one step."""
        self.done, self.total = step.done, step.total
        if step.report is None:
            self._begin(step)
        elif not self._terminal:
            self._say(f"[{step.done}/{step.total}] {clean_line(step.student)}: {_score(step)}")
        name = clean_line(step.student, 24) if step.report else "starting"
        self._bar.update(self._task, completed=step.done, total=step.total, description=name)

    def result(self, grades: ClassGrades, out: Path) -> None:
        """Print the class: who needs a person first, then everybody, then where the files are."""
        if self._terminal:
            self._table(grades)
        else:
            self._lines(grades)
        for words in _remarks(grades):
            self._say(words)
        self._say(f"Grades: {out / 'grades.csv'}")
        self._say(f"Reports: {out}/<student>/report.json, or: kit show {out} STUDENT")

    def _begin(self, step: Progress) -> None:
        assert self._kit is not None
        examiners = min(self._jobs or 0, step.total)
        kept = f", {step.kept} on disk and still right" if step.kept else ""
        self._say(
            f"{self._kit.title} ({self._kit.slug} {self._kit.version}): {step.total} to examine{kept}"
            + (f"; starting {examiners} examiner{'s' if examiners > 1 else ''}." if examiners else ".")
        )

    def _table(self, grades: ClassGrades) -> None:
        table = Table(show_edge=False, pad_edge=False)
        table.add_column("student", overflow="fold")
        table.add_column("points", justify="right", no_wrap=True)
        first, rest = _sorted_rows(grades)
        table.add_column("needs a person" if first else "", overflow="fold")
        for student, score, items in first:
            why = Text("\n").join(
                Text.assemble((item.kind.replace("_", " "), STYLES[item.kind]), ": ", clean_line(item.reason))
                for item in items
            )
            table.add_row(Text(student), Text(score), why)
        if first and rest:
            table.add_section()
        for student, score, status in rest[:MOST_ROWS]:
            table.add_row(
                Text(student), Text(score), Text("" if status == Status.GRADED else status, style="dim")
            )
        self.console.print(table)
        if len(rest) > MOST_ROWS:
            self._say(f"… and {len(rest) - MOST_ROWS} more in grades.csv")

    def _lines(self, grades: ClassGrades) -> None:
        first, rest = _sorted_rows(grades)
        if first:
            self._say("Needs a person:")
        for student, score, items in first:
            for item in items:
                self._say(f"  {student}: {score}; {item.kind.replace('_', ' ')}: {clean_line(item.reason)}")
        if rest:
            self._say("Others:" if first else "Everybody:")
        for student, score, status in rest:
            self._say(f"  {student}: {score}" + ("" if status == Status.GRADED else f"; {status}"))

    def _say(self, text: str) -> None:
        self.console.print(Text(text), soft_wrap=True)


def _score(step: Progress) -> str:
    assert step.report is not None
    score = points(step.report.score, step.report.max_score)
    return (
        score if step.report.status == Status.GRADED else f"{score}; {step.report.status.replace('_', ' ')}"
    )


def _sorted_rows(
    grades: ClassGrades,
) -> tuple[list[tuple[str, str, list[ReviewItem]]], list[tuple[str, str, str]]]:
    """Rows that need a person with the reasons, the most pressing first; and the others with their status."""
    needs: defaultdict[str, list[ReviewItem]] = defaultdict(list)
    for item in grades.attention:
        needs[item.student].append(item)
    rows = {row.student: row for row in grades.rows}
    first = [
        (clean_line(student, 60), points(rows[student].score, rows[student].max_score), items)
        for student, items in needs.items()
    ]
    rest = [
        (clean_line(row.student, 60), points(row.score, row.max_score), row.status)
        for row in grades.rows
        if row.student not in needs
    ]
    return first, rest


def _remarks(grades: ClassGrades) -> Iterator[str]:
    if grades.faults:
        yield (
            f"The grader failed on {len(grades.faults)}: {_names(grades.faults)}. They have no score yet; "
            "run the same command again, and report it if it happens again."
        )
    if grades.outdated:
        yield (
            f"{len(grades.outdated)} others are not graded yet or have changed: {_names(grades.outdated)}. "
            "Run without --only to grade them."
        )
    if grades.stale:
        yield (
            f"{len(grades.stale)} reports of students who are no longer in the class folder were kept, but "
            f"are not in grades.csv: {_names(grades.stale)}."
        )
    if grades.strangers:
        yield f"Not on the roster: {_names(grades.strangers)}."
    if grades.idle:
        names = sorted({override.student for override in grades.idle})
        yield f"Overrides for nobody in this class: {_names(names)}."


def _names(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(clean_line(name, 60) for name in names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"
