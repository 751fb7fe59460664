"""Print one report: the score, then every task with its checks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from ...grading.late_rules import lateness_text
from ...grading.storage import GradesFolder
from ...models import CheckResult, Outcome, Report, Status
from ...text import clean, clean_line, points
from ..common import make_console, near

STYLES = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.NOT_ATTEMPTED: "dim",
    Outcome.TIMED_OUT: "yellow",
    Outcome.CRASHED: "yellow",
    Outcome.GRADER_ERROR: "bold magenta",
    Status.GRADED: "green",
    Status.UNREADABLE: "bold red",
}


class UnknownReportError(LookupError):
    """There is no report for this student; the text lists the students with reports."""


def find_report(grades: Path, student: str) -> Report:
    """Return the report of `student`, by name or folder, in any letter case; raise UnknownReportError."""
    reports = GradesFolder(grades).reports()
    by_name = {report.student: report for report in reports.values()}
    known = {**reports, **by_name}
    folded = {name.casefold(): report for name, report in known.items()}
    lower = student.casefold()
    if report := known.get(student) or known.get(lower) or folded.get(lower):
        return report
    if not reports:
        raise UnknownReportError(f"There is no report in {grades}: expected what `kit grade --out` wrote.")
    raise UnknownReportError(
        f"There is no report of {student!r} in {grades}; {near(student, sorted(by_name))}"
    )


def print_report(report: Report, console: Console | None = None) -> None:
    """Print a report; students' text is never interpreted as markup."""
    console = console or make_console()
    console.print(
        Text(clean_line(report.student), style="bold"),
        Text(f"{report.kit} {report.kit_version}", style="dim"),
        Text(report.status.replace("_", " "), style=STYLES[report.status]),
    )
    console.print(Text(f"{points(report.score, report.max_score)} points", style="bold"))
    if report.lateness and (lateness := lateness_text(report.lateness)):
        if report.penalty:
            lateness = f"{report.raw:g} points, minus a penalty of {report.penalty:g}. {lateness}"
        _print(console, Text(clean(lateness)), 0)
    if report.message:
        _print(console, Text(clean(report.message)), 0)
    for name, task in report.tasks.items():
        console.print()
        console.print(Text(name, style="bold"), Text(points(task.score, task.max_score)))
        for check in report.checks:
            if check.task == name:
                for text, indent in _check_lines(check):
                    _print(console, text, indent)
    environment = report.environment
    console.print()
    _print(
        console,
        Text(
            f"Python {environment.python}, TensorFlow {environment.tensorflow}, Keras {environment.keras}, "
            f"NumPy {environment.numpy}; {environment.cpu}, {environment.device}; seed {environment.seed}; "
            f"isolation {environment.isolation}",
            style="dim",
        ),
        0,
    )


def _print(console: Console, text: Text, indent: int) -> None:
    """Print indented text: wrapped on a terminal, unwrapped elsewhere."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent), expand=False))
    else:
        for part in text.split(allow_blank=True):
            console.print(Text(" " * indent) + part, soft_wrap=True)


def _check_lines(check: CheckResult) -> Iterator[tuple[Text, int]]:
    """Yield the lines of one check, each with its indent."""
    heading = Text.assemble(
        (check.outcome.replace("_", " "), STYLES[check.outcome]),
        f"  {round(check.points, 6):g}/{round(check.max_points, 6):g}  ",
        clean_line(check.sentence),
    )
    yield heading, 2
    yield Text(f"{check.name}{', hidden' if check.hidden else ''}", style="dim"), 4
    if check.message:
        yield Text(clean(check.message)), 4
