"""Run `kit grade` for a class, and `kit regrade`: grade one submission again, and compare the reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import typer

from ...examiner.client import Examiner, ExaminerDied, user_store
from ...grading.executors import CannotExamineError, Executor, LocalExecutor
from ...grading.grade import ClassGrades, grade_class
from ...grading.grade_changes import Regrade, changes, regrade
from ...grading.overrides import OVERRIDES, Overrides, OverridesError, OverridesFile, load_overrides
from ...grading.roster.roster_file import RosterError, load_roster
from ...grading.run_plan import GradeOptions, UnknownStudentError
from ...grading.storage import GradesFolder, StorageError, WrongFolderError, read_report
from ...grading.weeks import read_weeks
from ...kit import CONFIG_FILE, Kit, KitError
from ...models import Report, Submission
from ...sandbox.protocol import IsolationUnavailable
from ...submissions.assignment import Assignment
from ...submissions.discovery import ClassError, find_class
from ...text import clean, points
from ..common import DID_NOT_HOLD, INTERRUPTED, USED_WRONGLY, fail, find_kit
from .grade_output import GradeView, print_changes, print_ignored
from .report import run_report

# Errors in the arguments or the files that they name, and errors that prevent grading.
WRONG_USE = (KitError, ClassError, RosterError, OverridesError, UnknownStudentError, WrongFolderError)
CANNOT_GRADE = (StorageError, CannotExamineError, IsolationUnavailable, ExaminerDied)
# The value of `--scheduler` that selects Dask's own configuration.
CONFIGURED_SCHEDULER = "dask"


@dataclass(frozen=True)
class GradeCommand:
    """The arguments of `kit grade`, as typed."""

    kit: str
    folder: Path
    out: Path
    jobs: int
    isolation: str
    force: bool = False
    only: tuple[str, ...] = ()
    roster: Path | None = None
    overrides: Path | None = None
    missing_as_zero: bool | None = None
    class_zip: bool = False
    root: Path | None = None
    scheduler: str | None = None
    gradebook: str | None = None
    compare: Path | None = None
    result_cache: bool = True
    term: tuple[Path, ...] = ()


def run_grade(command: GradeCommand, go_on: str) -> int:
    """Grade, print the results, and return the exit status; `go_on` is the command that continues."""
    view = GradeView()
    # Read before grading, because the new grades may replace the old ones.
    old = _reports(command.compare) if command.compare else {}
    try:
        kit = find_kit(command.kit, command.root)
        grades = _grade(command, kit, view)
    except WRONG_USE as error:
        fail(str(error), USED_WRONGLY)
    except CANNOT_GRADE as error:
        fail(str(error), DID_NOT_HOLD)
    except KeyboardInterrupt:
        fail(
            f"\nStopped: {view.done} of {view.total} examined in this run, all of them saved in "
            f"{command.out}. To go on, run the same command again:\n  {go_on}",
            INTERRUPTED,
        )
    view.result(grades, command.out)
    _write_pages(command)
    if command.compare or command.gradebook:
        _compare_and_export(command, kit, old, {row.student for row in grades.rows})
    return DID_NOT_HOLD if grades.grader_errors else 0


def _grade(command: GradeCommand, kit: Kit, view: GradeView) -> ClassGrades:
    """Read everything that the command names, and grade the class. Raises WRONG_USE and CANNOT_GRADE."""
    if command.out.resolve().is_relative_to(command.folder.resolve()):
        raise WrongFolderError(
            f"The grades would lie in {command.folder}, among the submissions: choose another --out."
        )
    options = GradeOptions(
        isolation=command.isolation,
        force=command.force,
        only=command.only,
        roster=load_roster(command.roster) if command.roster else None,
        overrides=_overrides(command, kit),
        overrides_file=str(command.overrides.resolve()) if command.overrides else "",
        earlier=read_weeks(command.term) if kit.late else (),
    )
    found = find_class(
        command.folder,
        Assignment.from_kit(kit),
        is_class_zip=command.class_zip,
        due=kit.dates.due,
        late_rules=kit.late is not None,
    )
    print_ignored(found.ignored, found.hint, view.console)
    with view.running(kit, command.jobs if command.scheduler is None else None):
        executor = _executor(command, kit)
        return grade_class(kit, found.submissions, command.out, executor, options, view.progress)


def _overrides(command: GradeCommand, kit: Kit) -> Overrides:
    """Return the entries of the file that the command names, or else of the one in the grades folder."""
    max_points = {check.name: check.points for check in kit.checks}
    file = command.overrides or command.out / OVERRIDES
    if command.overrides:
        overrides = load_overrides(file, max_points)
    else:
        overrides = OverridesFile(file, max_points).load()
    if overrides.penalties and kit.late is None:
        raise OverridesError(
            f"{file}: `penalty` needs rules for late submissions: expected a table [late] in "
            f"{kit.path(CONFIG_FILE)}, found none."
        )
    return overrides


def _executor(command: GradeCommand, kit: Kit) -> Executor:
    if command.scheduler is None:
        start = partial(
            Examiner,
            kit,
            isolation=command.isolation,
            store=user_store(),
            result_cache=command.result_cache,
            private=(command.folder, command.out),
        )
        return LocalExecutor(kit, start, jobs=command.jobs, isolation=command.isolation)
    try:
        from ...grading.dask import DaskExecutor
    except ImportError as error:
        raise CannotExamineError(
            f"--scheduler needs Dask: install the package with its extra `cluster` ({error})."
        ) from error
    address = None if command.scheduler == CONFIGURED_SCHEDULER else command.scheduler
    return DaskExecutor(kit, address, isolation=command.isolation, result_cache=command.result_cache)


def _write_pages(command: GradeCommand) -> None:
    """Write the pages; if that fails, the grades are kept."""
    around = Path(command.kit) if Path(command.kit).is_dir() else Path.cwd()
    try:
        run_report(command.out, command.root or around, missing_as_zero=command.missing_as_zero)
    except OSError as error:
        fail(f"The grades are written, the pages are not: {error}.", DID_NOT_HOLD)


def _compare_and_export(
    command: GradeCommand, kit: Kit, old: Mapping[str, Report], students: Collection[str]
) -> None:
    """Print the changes and write nbgrader's gradebook, if the command requests them."""
    new = {student: report for student, report in _reports(command.out).items() if student in students}
    if command.compare:
        print_changes(changes(old, new), len(new), command.compare)
    if command.gradebook:
        _write_gradebook(command.gradebook, kit, new)


def _reports(grades: Path) -> dict[str, Report]:
    """Return the reports in a grades folder, by student."""
    return {report.student: report for report in GradesFolder(grades).reports().values()}


def _write_gradebook(gradebook: str, kit: Kit, reports: Mapping[str, Report]) -> None:
    from ...integrations.nbgrader_gradebook import GradebookError, write_gradebook

    try:
        write_gradebook(gradebook, kit, reports)
    except GradebookError as error:
        fail(str(error), DID_NOT_HOLD)
    typer.echo(f"Gradebook: {gradebook}")


def run_regrade(path: Path, submission: Path, root: Path | None) -> int:
    """Grade again, print the comparison, and return the exit status."""
    old = read_report(path)
    if old is None:
        fail(f"{path} is no report: expected a report.json that `kit grade` wrote.", USED_WRONGLY)
    try:
        kit = find_kit(old.kit, root)
        result = regrade(kit, old, _only_submission(kit, submission))
    except (KitError, ClassError) as error:
        fail(str(error), USED_WRONGLY)
    except (ExaminerDied, IsolationUnavailable) as error:
        fail(str(error), DID_NOT_HOLD)
    _print_comparison(result)
    return DID_NOT_HOLD if result.results else 0


def _only_submission(kit: Kit, path: Path) -> Submission:
    """Return the only submission in `path`; raise ClassError."""
    found = find_class(path, Assignment.from_kit(kit), due=kit.dates.due).submissions
    if len(found) != 1:
        raise ClassError(f"Expected one submission in {path}, found {len(found)}. Name one student's.")
    return found[0].read()


def _print_comparison(result: Regrade) -> None:
    report = result.report
    if result.record:
        typer.echo("The record differs, so results may differ too:")
        for difference in result.record:
            typer.echo(f"  {clean(str(difference))}")
    if result.results:
        typer.echo("The reports disagree:")
        for difference in result.results:
            typer.echo(f"  {clean(str(difference))}")
    else:
        score = points(report.score, report.max_score)
        count = f"{len(report.checks)} checks, {len(report.trainings)} trainings"
        typer.echo(f"The reports agree: {score} points, {count}.")
