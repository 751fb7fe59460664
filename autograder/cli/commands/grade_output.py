"""Print a run of `kit grade`: a progress bar on a terminal, plain lines elsewhere, then the class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ...grading.grade import ClassGrades, Progress
from ...grading.grade_changes import CheckChange, GradeChange
from ...grading.grades_csv import Row
from ...grading.review_reasons import ReviewItem
from ...grading.storage import Attendance
from ...kit import Kit
from ...models import ReviewReason, Status
from ...submissions.attribution import IgnoredFile
from ...text import clean_line, points
from ..common import make_console

NO_VALUE = "–"
NAME_LENGTH = 60
# Further rows and names are in the files but not on the screen.
MAX_ROWS = 40
MAX_NAMES = 10
STYLES = {
    ReviewReason.GRADER_ERROR: "bold magenta",
    ReviewReason.UNREADABLE: "bold red",
    ReviewReason.CRASHED: "yellow",
    ReviewReason.TIMED_OUT: "yellow",
}
OTHER_STYLE = "cyan"


class GradeView:
    """Prints one run; `done` of `total` submissions are examined so far."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or make_console()
        self.done = self.total = 0
        self._is_terminal = self.console.is_terminal
        self._kit: Kit | None = None
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left", markup=False),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self._is_terminal,
            transient=True,
        )

    @contextmanager
    def running(self, kit: Kit, jobs: int | None) -> Iterator[None]:
        """Show the progress of a run on `jobs` examiners, or on a cluster's examiners if `jobs` is None."""
        self._kit, self._jobs = kit, jobs
        with self._bar:
            self._task = self._bar.add_task("starting", total=None)
            yield

    def progress(self, step: Progress) -> None:
        """Show one step."""
        self.done, self.total = step.done, step.total
        if step.report is None:
            self._begin(step)
        elif not self._is_terminal:
            self._say(f"[{step.done}/{step.total}] {clean_line(step.student)}: {_score(step)}")
        name = clean_line(step.student, 24) if step.report else "starting"
        self._bar.update(self._task, completed=step.done, total=step.total, description=name)

    def result(self, grades: ClassGrades, out: Path) -> None:
        """Print the class: students that need review first, then the others, then the paths of the files."""
        overview = _Overview.from_grades(grades)
        if self._is_terminal:
            self._table(overview)
        else:
            self._lines(overview)
        for sentence in _remarks(grades):
            self._say(sentence)
        self._say(f"Grades: {out / 'grades.csv'}")
        self._say(f"Reports: {out}/<student>/report.json, or: kit show {out} STUDENT")

    def _begin(self, step: Progress) -> None:
        assert self._kit is not None
        examiners = min(self._jobs or 0, step.total)
        kept = f", {step.kept} on disk and up to date" if step.kept else ""
        self._say(
            f"{self._kit.title} ({self._kit.slug} {self._kit.version}): {step.total} to examine{kept}"
            + (f"; starting {examiners} examiner{'s' if examiners > 1 else ''}." if examiners else ".")
        )

    def _table(self, overview: _Overview) -> None:
        table = Table(show_edge=False, pad_edge=False)
        table.add_column("student", overflow="fold")
        table.add_column("points", justify="right", no_wrap=True)
        table.add_column("needs review" if overview.needs_review else "", overflow="fold")
        for entry in overview.needs_review:
            reasons = Text("\n").join(
                Text.assemble((item.label, STYLES.get(item.reason, OTHER_STYLE)), ": ", clean_line(item.text))
                for item in entry.items
            )
            table.add_row(Text(_name(entry.row)), Text(_points(entry.row)), reasons)
        if overview.needs_review and overview.others:
            table.add_section()
        for row in overview.others[:MAX_ROWS]:
            status = "" if row.status == Status.GRADED else row.status
            table.add_row(Text(_name(row)), Text(_points(row)), Text(status, style="dim"))
        self.console.print(table)
        if (more := len(overview.others) - MAX_ROWS) > 0:
            self._say(f"… and {more} more in grades.csv")

    def _lines(self, overview: _Overview) -> None:
        if overview.needs_review:
            self._say("Needs review:")
        for entry in overview.needs_review:
            for item in entry.items:
                self._say(
                    f"  {_name(entry.row)}: {_points(entry.row)}; {item.label}: {clean_line(item.text)}"
                )
        for heading, rows in (("Graded:", overview.graded), ("Missing:", overview.missing)):
            if rows:
                self._say(heading)
            for row in rows:
                status = "" if row.status == Status.GRADED else f"; {row.status}"
                self._say(f"  {_name(row)}: {_points(row)}{status}")

    def _say(self, text: str) -> None:
        self.console.print(Text(text), soft_wrap=True)


def print_ignored(ignored: Sequence[IgnoredFile], hint: str, console: Console) -> None:
    """Print the files of the class folder that are not submissions, and a hint about the class, if any."""
    if hint:
        console.print(Text(clean_line(hint)), soft_wrap=True)
    if ignored:
        console.print(Text("Files that belong to no student:"), soft_wrap=True)
    for file in ignored[:MAX_ROWS]:
        console.print(Text(f"  {clean_line(file.text)}"), soft_wrap=True)
    if (more := len(ignored) - MAX_ROWS) > 0:
        console.print(Text(f"  … and {more} more"), soft_wrap=True)


def print_changes(changed: Sequence[GradeChange], total: int, old: Path) -> None:
    """Print the changes among `total` students whose earlier grades are in the folder `old`."""
    console = make_console()
    if not changed:
        console.print(Text(f"No grade differs from those in {old}."), soft_wrap=True)
        return
    console.print(Text(f"{len(changed)} of {total} grades differ from those in {old}:"), soft_wrap=True)
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0))
    for name in ("student", "old", "new", "check"):
        table.add_column(name, justify="right" if name in ("old", "new") else "left", overflow="fold")
    for change in changed:
        first, *others = [_change(check) for check in change.checks] or ["no longer in the class"]
        student = Text(clean_line(change.student, NAME_LENGTH))
        table.add_row(student, _value(change.old), _value(change.new), Text(first))
        for other in others:
            table.add_row("", "", "", Text(other))
    console.print(table)


@dataclass(frozen=True)
class _ReviewedRow:
    """A student's row and the items to review, the most urgent first."""

    row: Row
    items: tuple[ReviewItem, ...]


@dataclass(frozen=True)
class _Overview:
    """The rows of a class: those that need review, the most urgent first, and the others by name."""

    needs_review: tuple[_ReviewedRow, ...]
    graded: tuple[Row, ...]
    missing: tuple[Row, ...]

    @property
    def others(self) -> tuple[Row, ...]:
        """Return the rows that need no review."""
        return (*self.graded, *self.missing)

    @classmethod
    def from_grades(cls, grades: ClassGrades) -> _Overview:
        """Return the rows of a class, each in one of the groups."""
        items: defaultdict[str, list[ReviewItem]] = defaultdict(list)
        for item in grades.review:
            items[item.student].append(item)
        rows = {row.student: row for row in grades.rows}
        others = [row for row in grades.rows if row.student not in items]
        return cls(
            tuple(_ReviewedRow(rows[student], tuple(own)) for student, own in items.items()),
            tuple(row for row in others if row.status != Attendance.MISSING),
            tuple(row for row in others if row.status == Attendance.MISSING),
        )


def _remarks(grades: ClassGrades) -> Iterator[str]:
    """Yield the sentences below the rows, about everything else that the staff should know."""
    if failed := grades.grader_errors:
        yield (
            f"The grader failed on {len(failed)}: {listed(failed)}. They have no score yet; "
            "run the same command again, and report it if it happens again."
        )
    if grades.outdated:
        yield (
            f"{len(grades.outdated)} others are not graded yet or have changed: {listed(grades.outdated)}. "
            "Run without --only to grade them."
        )
    if grades.stale:
        yield (
            "Reports of students who are no longer in the class folder were kept, but are not in grades.csv: "
            f"{listed(grades.stale)}."
        )
    # Submissions that match several students of the roster are among those that need review.
    fits_nobody = {item.student for item in grades.review if item.reason is ReviewReason.NOT_ON_ROSTER}
    if strangers := [student for student in grades.strangers if student in fits_nobody]:
        yield f"Not on the roster: {listed(strangers)}."
    if columns := grades.doubtful_columns:
        problem = (
            "No submission fits anybody on the roster."
            if columns.have_names_or_ids
            else "No column of the roster is known to hold names or ids."
        )
        yield f"{problem} Columns used: {listed(columns.used)}; not used: {listed(columns.unused) or 'none'}."
    if grades.undated:
        yield (
            f"It is not known when {len(grades.undated)} submissions arrived, so they lose no points "
            f"for being late: {listed(grades.undated)}."
        )
    if grades.unused_overrides:
        names = list(grades.unused_overrides)
        yield f"Overrides without effect, because these students have no submission: {listed(names)}."


def _name(row: Row) -> str:
    return clean_line(row.student, NAME_LENGTH)


def _points(row: Row) -> str:
    return points(row.score, row.max_score)


def _score(step: Progress) -> str:
    assert step.report is not None
    score, status = points(step.report.score, step.report.max_score), step.report.status
    return score if status == Status.GRADED else f"{score}; {status.replace('_', ' ')}"


def _change(change: CheckChange) -> str:
    return f"{change.check}: {_value(change.old)} → {_value(change.new)}"


def _value(value: float | None) -> str:
    return NO_VALUE if value is None else f"{round(value, 6):g}"


def listed(names: Sequence[str]) -> str:
    """Return the first names of a list, and how many others there are."""
    shown = ", ".join(clean_line(name, NAME_LENGTH) for name in names[:MAX_NAMES])
    return shown if len(names) <= MAX_NAMES else f"{shown} and {len(names) - MAX_NAMES} more"
