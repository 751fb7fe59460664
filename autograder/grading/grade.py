"""Grading a class: do what is missing or has changed, keep what is right, and lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Protocol

from ..checks.environment import describe
from ..kit import Kit
from ..models import Environment, Report, Status, Submission
from ..submissions.identity import safe_name
from .executors import Executor
from .grades_csv import Row, format_csv, make_row
from .overrides import Override, apply_overrides, by_student
from .review import ReviewItem, duplicate_note, find_duplicates, find_review_items, fingerprint, hashes
from .roster import Roster
from .storage import GradesFolder, WrongFolderError


def is_up_to_date(report: Report, submission: Submission, kit: Kit, isolation: str) -> bool:
    """True where examining this submission again would give this report; a fault of the grader never is."""
    return (
        report.status != Status.GRADER_ERROR
        and (report.kit, report.kit_version) == (kit.slug, kit.version)
        and report.submission_sha256 == submission.sha256
        and _determined_by(report.environment) == _determined_by(describe(kit, isolation))
        # What intake found out is not part of the hash: which of two files counts, or why none can be read.
        and (submission.problem is None or report.status == Status.UNREADABLE)
        and all(said in report.message for said in (*submission.notes, submission.problem or ""))
    )


def _determined_by(environment: Environment) -> tuple[str | None, ...]:
    e = environment
    return e.python, e.tensorflow, e.keras, e.numpy, e.isolation


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
class GradeOptions:
    """What a run should do: `force` regrades all, `only` regrades these students and leaves the others."""

    isolation: str
    force: bool = False
    only: Collection[str] = ()
    roster: Roster | None = None
    overrides: Sequence[Override] = ()


@dataclass(frozen=True)
class Plan:
    """Entries to examine, students whose report on disk stays, and the fingerprints of all."""

    due: list[Entry] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)


def checked_names(entries: Sequence[Entry], only: Collection[str]) -> list[str]:
    """The students of a class, sorted; raises UnknownStudentError where `only` names somebody else."""
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


def plan(kit: Kit, entries: Sequence[Entry], folder: GradesFolder, wishes: GradeOptions) -> Plan:
    """Read every submission once, and compare it with the report on disk."""
    found, handout = Plan(), hashes(kit.given.values())
    for entry in entries:
        submission = entry.read()
        found.fingerprints[entry.student] = fingerprint(submission, handout)
        report = None if wishes.force else folder.examined(entry.student)
        current = report is not None and is_up_to_date(report, submission, kit, wishes.isolation)
        if wishes.only:
            if entry.student in wishes.only:
                found.due.append(entry)
            else:
                (found.kept if current else found.outdated).append(entry.student)
        else:
            found.kept.append(entry.student) if current else found.due.append(entry)
    return found


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
    attention: tuple[ReviewItem, ...]
    examined: int
    kept: int
    outdated: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    idle: tuple[Override, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Students whose grade the grader owes."""
        return tuple(row.student for row in self.rows if row.status == Status.GRADER_ERROR)


def grade_class(
    kit: Kit,
    entries: Sequence[Entry],
    out: Path,
    executor: Executor,
    wishes: GradeOptions,
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
        same = find_duplicates(to_do.fingerprints, reports)
        rows = _rows(reports, same, wishes.roster, students, kit)
        folder.write_table(format_csv(rows, kit.tasks, with_ids=wishes.roster is not None))
        stale = set(folder.reports()) - {safe_name(student) for student in students}
    known = {*students, *(wishes.roster.ids if wishes.roster else ())}
    return ClassGrades(
        rows=tuple(rows),
        attention=find_review_items(reports, same),
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
        make_row(
            student,
            report,
            id=(roster.id_of(student) or "") if roster else "",
            remarks=[duplicate_note(same[student])] if student in same else [],
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
