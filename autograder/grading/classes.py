"""Grading a class: do what is missing or has changed, keep what is right, and lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Protocol

from autograder.intake.names import safe_name
from autograder.kit import Kit
from autograder.records import Report, Submission

from .attention import Attention, attention, same_as
from .copies import copies, fingerprint, hashes
from .current import is_current
from .executor import Executor
from .overrides import Override, apply_overrides, by_student
from .roster import Roster
from .storage import GradesFolder, WrongFolderError
from .table import Row, row_of, table_text


class Entry(Protocol):
    """One student's place in a class folder."""

    @property
    def student(self) -> str:
        """Who handed it in."""

    def read(self) -> Submission:
        """What is there now."""


class UnknownStudentError(LookupError):
    """`only` names somebody who is not in the class; the text suggests near names."""


@dataclass(frozen=True)
class Wishes:
    """What a run should do: `force` regrades all, `only` regrades these students and leaves the others."""

    isolation: str
    force: bool = False
    only: Collection[str] = ()
    roster: Roster | None = None
    overrides: Sequence[Override] = ()


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


@dataclass(frozen=True)
class _Plan:
    """Entries to examine, students whose report on disk stays, and the fingerprints of all."""

    due: list[Entry] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)


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
    students = _checked_names(entries, wishes.only)
    folder, decisions = GradesFolder(out), by_student(wishes.overrides)
    with folder.locked():
        _refuse_other_kit(folder, kit)
        plan = _plan(kit, entries, folder, wishes)
        reports = _settled(folder, [*plan.kept, *plan.outdated], decisions)
        progress(Progress(0, len(plan.due), len(plan.kept)))
        with closing(executor.examine(_read(plan.due))) as examined:
            for done, (student, report) in enumerate(examined, 1):
                decide = partial(apply_overrides, overrides=decisions.get(student, ()))
                reports[student] = folder.save(student, report, decide)
                progress(Progress(done, len(plan.due), len(plan.kept), student, reports[student]))
        same = copies(plan.fingerprints, reports)
        rows = _rows(reports, same, wishes.roster, students, kit)
        folder.write_table(table_text(rows, kit.tasks, with_ids=wishes.roster is not None))
        stale = set(folder.reports()) - {safe_name(student) for student in students}
    known = {*students, *(wishes.roster.ids if wishes.roster else ())}
    return ClassGrades(
        rows=tuple(rows),
        attention=attention(reports, same),
        examined=len(plan.due),
        kept=len(plan.kept),
        outdated=tuple(plan.outdated),
        stale=tuple(sorted(stale)),
        strangers=tuple(s for s in students if wishes.roster and wishes.roster.id_of(s) is None),
        idle=tuple(override for override in wishes.overrides if override.student not in known),
    )


def _checked_names(entries: Sequence[Entry], only: Collection[str]) -> list[str]:
    students = sorted(entry.student for entry in entries)
    folders = [safe_name(student) for student in students]
    if len(set(folders)) != len(folders):
        raise ValueError(
            f"Two students share a folder name: {sorted(f for f in folders if folders.count(f) > 1)}."
        )
    for name in only:
        if name not in students:
            near = get_close_matches(name, students, n=3)
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "nobody's name is like it."
            raise UnknownStudentError(f"Nobody called {name!r} among {len(students)} submissions; {hint}")
    return students


def _refuse_other_kit(folder: GradesFolder, kit: Kit) -> None:
    if others := {report.kit for report in folder.reports().values()} - {kit.slug}:
        raise WrongFolderError(
            f"{folder.path} holds grades of {', '.join(sorted(others))}, not of {kit.slug}: "
            "choose another --out."
        )


def _plan(kit: Kit, entries: Sequence[Entry], folder: GradesFolder, wishes: Wishes) -> _Plan:
    plan, handout = _Plan(), hashes(kit.given.values())
    for entry in entries:
        submission = entry.read()
        plan.fingerprints[entry.student] = fingerprint(submission, handout)
        report = None if wishes.force else folder.examined(entry.student)
        current = report is not None and is_current(report, submission, kit, wishes.isolation)
        if wishes.only:
            if entry.student in wishes.only:
                plan.due.append(entry)
            else:
                (plan.kept if current else plan.outdated).append(entry.student)
        else:
            plan.kept.append(entry.student) if current else plan.due.append(entry)
    return plan


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
