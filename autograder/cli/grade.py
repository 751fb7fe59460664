"""`kit grade`, from the words of a command line to a class that is graded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import typer

from ..examiner.client import Examiner, ExaminerDied
from ..files import cache_folder
from ..grading.executors import CannotExamineError, Executor, LocalExecutor
from ..grading.grade import ClassGrades, Entry, GradeOptions, UnknownStudentError, grade_class
from ..grading.overrides import OverridesError, load_overrides
from ..grading.review import changes
from ..grading.roster import RosterError, load_roster
from ..grading.storage import GradesFolder, StorageError, WrongFolderError
from ..kit import Kit, KitError, find_root
from ..models import Report
from ..reports.write import NoGradesError, write_pages
from ..sandbox.protocol import IsolationUnavailable
from ..submissions.discovery import ClassError, find
from .common import DID_NOT_HOLD, INTERRUPTED, USED_WRONGLY, fail, find_kit
from .grade_output import GradeView, print_changes


def run_report(grades: Path, root: Path | None) -> None:
    """Write the pages and say where they are."""
    try:
        page = write_pages(grades, repository(root, grades))
    except NoGradesError as error:
        fail(str(error), USED_WRONGLY)
    typer.echo(f"Class: {page}\nFeedback: {grades}/<student>/feedback.html\nFor uploading: {grades}/uploads/")


def repository(root: Path | None, grades: Path) -> Path | None:
    """The repository named, else the one around here or around the grades; None where there is none."""
    for place in [root] if root else [Path.cwd(), grades]:
        try:
            return find_root(place)
        except KitError:
            continue
    return None


WRONG_USE = (KitError, ClassError, RosterError, OverridesError, UnknownStudentError, WrongFolderError)
NOT_TO_BE_DONE = (StorageError, CannotExamineError, IsolationUnavailable, ExaminerDied)


@dataclass(frozen=True)
class GradeCommand:
    """What was typed."""

    kit: str
    folder: Path
    out: Path
    jobs: int
    isolation: str
    force: bool
    only: list[str]
    roster: Path | None
    overrides: Path | None
    root: Path | None
    scheduler: str | None = None
    gradebook: str | None = None
    compare: Path | None = None


def run_grade(order: GradeCommand, go_on: str) -> int:
    """Grade, print what people need, return the exit status. `go_on` is the command that continues."""
    view = GradeView()
    # Before grading, for the new grades may take the old ones' place.
    old = _reports(order.compare) if order.compare else {}
    try:
        kit = find_kit(order.kit, order.root)
        grades = _grade(order, kit, view)
    except WRONG_USE as error:
        fail(str(error), USED_WRONGLY)
    except NOT_TO_BE_DONE as error:
        fail(str(error), DID_NOT_HOLD)
    except KeyboardInterrupt:
        fail(
            f"\nStopped: {view.done} of {view.total} examined in this run, all of them saved in {order.out}. "
            f"To go on, run the same command again:\n  {go_on}",
            INTERRUPTED,
        )
    view.result(grades, order.out)
    _write_pages(order)
    if order.compare or order.gradebook:
        _hand_on(order, kit, old, {row.student for row in grades.rows})
    return DID_NOT_HOLD if grades.faults else 0


def _hand_on(order: GradeCommand, kit: Kit, old: Mapping[str, Report], students: Collection[str]) -> None:
    """Show what changed, and write the gradebook, where that was asked for."""
    new = {student: report for student, report in _reports(order.out).items() if student in students}
    if order.compare:
        print_changes(changes(old, new), len(new), order.compare)
    if order.gradebook:
        _write_gradebook(order.gradebook, kit, new)


def _reports(grades: Path) -> dict[str, Report]:
    """The reports in a folder of grades, by student."""
    return {report.student: report for report in GradesFolder(grades).reports().values()}


def _write_gradebook(place: str, kit: Kit, reports: Mapping[str, Report]) -> None:
    from ..integrations.gradebook import GradebookError, write_gradebook

    try:
        write_gradebook(place, kit, reports)
    except GradebookError as error:
        fail(str(error), DID_NOT_HOLD)
    print(f"Gradebook: {place}")


def _write_pages(order: GradeCommand) -> None:
    """Write the pages; where that fails the grades stand all the same."""
    around = Path(order.kit) if Path(order.kit).is_dir() else Path.cwd()
    try:
        run_report(order.out, order.root or around)
    except OSError as error:
        fail(f"The grades are written, the pages are not: {error}.", DID_NOT_HOLD)


def _grade(order: GradeCommand, kit: Kit, view: GradeView) -> ClassGrades:
    if order.folder.resolve() in (order.out.resolve(), *order.out.resolve().parents):
        raise WrongFolderError(
            f"The grades would lie in {order.folder}, among the submissions: choose another --out."
        )
    wishes = GradeOptions(
        isolation=order.isolation,
        force=order.force,
        only=order.only,
        roster=load_roster(order.roster) if order.roster else None,
        overrides=load_overrides(order.overrides, kit) if order.overrides else (),
    )
    entries = list(find(order.folder, kit.slug, kit.module))
    with view.running(kit, order.jobs if order.scheduler is None else None):
        return grade_class(kit, entries, order.out, _executor(order, kit, entries), wishes, view.progress)


def _executor(order: GradeCommand, kit: Kit, entries: Sequence[Entry]) -> Executor:
    if order.scheduler is None:
        # One is soon read, a class is not.
        known = [entry.read() for entry in entries] if len(entries) == 1 else []
        store = cache_folder("trainings")
        start = partial(Examiner, kit, isolation=order.isolation, store=store, only=known)
        return LocalExecutor(kit, start, jobs=order.jobs, isolation=order.isolation)
    try:
        from ..grading.dask import DaskExecutor
    except ImportError as error:
        raise CannotExamineError(
            f"--scheduler needs Dask: install the package with its extra `cluster` ({error})."
        ) from error
    address = None if order.scheduler == "dask" else order.scheduler
    return DaskExecutor(kit, address, isolation=order.isolation)
