"""`kit grade`, from the words of a command line to a class that is graded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.examiner import Examiner, ExaminerDied
from autograder.grading import (
    CannotExamineError,
    ClassGrades,
    Executor,
    LocalExecutor,
    OverridesError,
    RosterError,
    StorageError,
    UnknownStudentError,
    Wishes,
    WrongFolderError,
    grade_class,
    load_overrides,
    load_roster,
)
from autograder.intake import ClassError, find
from autograder.kit import Kit, KitError
from autograder.sandbox import IsolationUnavailable

from .cache import cache_folder
from .failing import DID_NOT_HOLD, INTERRUPTED, USED_WRONGLY, fail
from .grade_view import GradeView
from .kits import find_kit
from .report import run_report

WRONG_USE = (KitError, ClassError, RosterError, OverridesError, UnknownStudentError, WrongFolderError)
NOT_TO_BE_DONE = (StorageError, CannotExamineError, IsolationUnavailable, ExaminerDied)


@dataclass(frozen=True)
class GradeOrder:
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


def run_grade(order: GradeOrder, go_on: str) -> int:
    """Grade, print what people need, return the exit status. `go_on` is the command that continues."""
    view = GradeView()
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
    return DID_NOT_HOLD if grades.faults else 0


def _write_pages(order: GradeOrder) -> None:
    """Write the pages; where that fails the grades stand all the same."""
    around = Path(order.kit) if Path(order.kit).is_dir() else Path.cwd()
    try:
        run_report(order.out, order.root or around)
    except OSError as error:
        fail(f"The grades are written, the pages are not: {error}.", DID_NOT_HOLD)


def _grade(order: GradeOrder, kit: Kit, view: GradeView) -> ClassGrades:
    if order.folder.resolve() in (order.out.resolve(), *order.out.resolve().parents):
        raise WrongFolderError(
            f"The grades would lie in {order.folder}, among the submissions: choose another --out."
        )
    wishes = Wishes(
        isolation=order.isolation,
        force=order.force,
        only=order.only,
        roster=load_roster(order.roster) if order.roster else None,
        overrides=load_overrides(order.overrides, kit) if order.overrides else (),
    )
    entries = list(find(order.folder, kit.slug, kit.module))
    with view.running(kit, order.jobs if order.scheduler is None else None):
        return grade_class(kit, entries, order.out, _executor(order, kit), wishes, view.progress)


def _executor(order: GradeOrder, kit: Kit) -> Executor:
    if order.scheduler is None:
        start = partial(Examiner, kit, isolation=order.isolation, store=cache_folder("trainings"))
        return LocalExecutor(kit, start, jobs=order.jobs, isolation=order.isolation)
    try:
        from autograder.grading.cluster import DaskExecutor
    except ImportError as error:
        raise CannotExamineError(
            f"--scheduler needs Dask: install the package with its extra `cluster` ({error})."
        ) from error
    address = None if order.scheduler == "dask" else order.scheduler
    return DaskExecutor(kit, address, isolation=order.isolation)
