"""Grading a class: do what is missing or has changed, keep what is right, and lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.intake.names import safe_name
from autograder.kit import Kit
from autograder.records import Report, Submission

from .attention import Attention, attention, same_as
from .copies import copies
from .executor import Executor
from .overrides import Override, apply_overrides, by_student
from .plan import Entry, Wishes, checked_names, plan
from .roster import Roster
from .storage import GradesFolder, WrongFolderError
from .table import Row, row_of, table_text


@dataclass(frozen=True)
class Progress:
    """`done` of `total` submissions to examine are on disk; `report` is the newest, None at the start."""

    done: int
    total: int
    kept: int
    student: str = ""
    report: Report | None = None


@dataclass(frozen=True)
class ClassGrades:
    """What a run left behind.

    `outdated` were left out by `only` and have changed or are not graded yet; `stale` names folders of
    reports whose student is not in the class folder (they are kept, but not in `grades.csv`); `strangers` are
    not on the roster; `idle` overrides name nobody in the class.
    """

    rows: tuple[Row, ...]
    attention: tuple[Attention, ...]
    examined: int
    kept: int
    outdated: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    idle: tuple[Override, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Students whose grade the grader owes."""
        return tuple(row.student for row in self.rows if row.status == "grader_error")


def grade_class(
    kit: Kit,
    entries: Sequence[Entry],
    out: Path,
    executor: Executor,
    wishes: Wishes,
    progress: Callable[[Progress], None] = lambda _: None,
) -> ClassGrades:
    """Grade `entries` into the folder `out`; a second run does only what is missing or has changed.

    Every report is on disk before `progress` hears of it; `grades.csv` is written last. Raises StorageError,
    UnknownStudentError, and what the executor raises where nothing can be examined. An interrupt may come at
    any time: run again to go on.
    """
    students = checked_names(entries, wishes.only)
    folder, decisions = GradesFolder(out), by_student(wishes.overrides)
    with folder.locked():
        _refuse_other_kit(folder, kit)
        to_do = plan(kit, entries, folder, wishes)
        reports = _settled(folder, [*to_do.kept, *to_do.outdated], decisions)
        progress(Progress(0, len(to_do.due), len(to_do.kept)))
        with closing(executor.examine(_read(to_do.due))) as examined:
            for done, (student, report) in enumerate(examined, 1):
                decide = partial(apply_overrides, overrides=decisions.get(student, ()))
                reports[student] = folder.save(student, report, decide)
                progress(Progress(done, len(to_do.due), len(to_do.kept), student, reports[student]))
        same = copies(to_do.fingerprints, reports)
        rows = _rows(reports, same, wishes.roster, students, kit)
        folder.write_table(table_text(rows, kit.tasks, with_ids=wishes.roster is not None))
        stale = set(folder.reports()) - {safe_name(student) for student in students}
    known = {*students, *(wishes.roster.ids if wishes.roster else ())}
    return ClassGrades(
        rows=tuple(rows),
        attention=attention(reports, same),
        examined=len(to_do.due),
        kept=len(to_do.kept),
        outdated=tuple(to_do.outdated),
        stale=tuple(sorted(stale)),
        strangers=tuple(s for s in students if wishes.roster and wishes.roster.id_of(s) is None),
        idle=tuple(override for override in wishes.overrides if override.student not in known),
    )


def _refuse_other_kit(folder: GradesFolder, kit: Kit) -> None:
    if others := {report.kit for report in folder.reports().values()} - {kit.slug}:
        raise WrongFolderError(
            f"{folder.path} holds grades of {', '.join(sorted(others))}, not of {kit.slug}: "
            "choose another --out."
        )


def _settled(
    folder: GradesFolder, students: Sequence[str], decisions: Mapping[str, Sequence[Override]]
) -> dict[str, Report]:
    """The reports on disk, with today's overrides instead of yesterday's."""
    settled = {}
    for student in students:
        examined = folder.examined(student)
        if examined is not None:
            decide = partial(apply_overrides, overrides=decisions.get(student, ()))
            settled[student] = folder.save(student, examined, decide)
    return settled


def _read(entries: Sequence[Entry]) -> Iterator[Submission]:
    """What was handed in, read one at a time: a class need not fit into memory."""
    for entry in entries:
        yield entry.read()


def _rows(
    reports: Mapping[str, Report],
    same: Mapping[str, Sequence[str]],
    roster: Roster | None,
    students: Sequence[str],
    kit: Kit,
) -> list[Row]:
    rows = [
        row_of(
            student,
            report,
            id=(roster.id_of(student) or "") if roster else "",
            remarks=[same_as(same[student])] if student in same else [],
        )
        for student, report in reports.items()
    ]
    if roster:
        rows += [
            Row(
                student=name,
                status="missing",
                score=0.0,
                max_score=kit.points(),
                tasks=dict.fromkeys(kit.tasks, 0.0),
                message="Nothing was handed in.",
                id=roster.ids[name],
            )
            for name in roster.missing(students)
        ]
    return sorted(rows, key=lambda row: row.student)
