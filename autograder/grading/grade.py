"""Grade a class: examine what is missing or has changed, and keep every report that is up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Protocol

from ..checks.environment import describe
from ..kit import Kit
from ..models import Environment, Report, ReviewNote, ReviewReason, Status, Submission
from ..submissions.identity import Identity, Platform, safe_name
from .executors import Executor
from .grades_csv import Row, format_csv, make_row
from .overrides import Override, apply_overrides, by_student
from .review import (
    ReviewItem,
    duplicate_note,
    find_duplicates,
    find_review_items,
    fingerprint,
    text_hashes,
)
from .roster import Roster, RosterEntry, RosterMatch
from .storage import (
    Attendance,
    ClassRecord,
    Examination,
    GradesFolder,
    StudentRecord,
    WrongFolderError,
    hash_findings,
)

MISSING = ReviewNote(ReviewReason.MISSING, "Nothing was handed in.")
UNMATCHED = ReviewNote(
    ReviewReason.AMBIGUOUS_NAME, "A submission that fits several students may be this student's."
)
NOT_ON_ROSTER = ReviewNote(ReviewReason.NOT_ON_ROSTER, "Handed in, but nobody on the roster fits.")


class Entry(Protocol):
    """One student's place in a class folder."""

    @property
    def student(self) -> str:
        """Who handed it in."""

    @property
    def identity(self) -> Identity:
        """What the platform says of who handed it in; its `display_name` is the student."""

    def read(self) -> Submission:
        """Return what is there now."""


class UnknownStudentError(LookupError):
    """`only` names somebody who is not in the class; the text suggests similar names."""


@dataclass(frozen=True)
class GradeOptions:
    """How a class is graded.

    `force` examines everybody again, `only` these students, and leaves the others as they are.
    """

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
    """The result of a run.

    `outdated` were left out by `only` and have changed or are not graded yet. `stale` names folders of
    reports whose student is not in the class folder: they are kept, but are not in `grades.csv`. `strangers`
    are not on the roster. `unused_overrides` name nobody in the class.
    """

    rows: tuple[Row, ...]
    review: tuple[ReviewItem, ...]
    examined: int
    kept: int
    outdated: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    unused_overrides: tuple[Override, ...] = ()

    @property
    def grader_errors(self) -> tuple[str, ...]:
        """The students on whose submission the grader failed."""
        return tuple(row.student for row in self.rows if row.status == Status.GRADER_ERROR)


@dataclass(frozen=True)
class Plan:
    """What a run has to do, by student.

    `due` are examined, reports of `kept` stay, and those of `outdated` stay though they no longer fit.
    """

    due: list[Entry] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)


def grade_class(
    kit: Kit,
    entries: Sequence[Entry],
    out: Path,
    executor: Executor,
    options: GradeOptions,
    progress: Callable[[Progress], None] = lambda _: None,
) -> ClassGrades:
    """Grade `entries` into the folder `out`; a second run does only what is missing or has changed.

    Every report is on disk before `progress` is called with it; `grades.csv` is written last. Raises
    StorageError, UnknownStudentError, and what the executor raises where nothing can be examined. After an
    interrupt at any time, another run goes on where this one stopped.
    """
    entries = with_unique_names(entries)
    students = sorted(entry.student for entry in entries)
    check_only(options.only, students)
    folder, decisions = GradesFolder(out), by_student(options.overrides)
    with folder.locked():
        _refuse_other_kit(folder, kit)
        plan = make_plan(kit, entries, folder, options)
        reports = _decide_again(folder, [*plan.kept, *plan.outdated], decisions)
        progress(Progress(0, len(plan.due), len(plan.kept)))
        with closing(executor.examine(_read(plan.due))) as examined:
            for done, (student, report) in enumerate(examined, 1):
                decide = partial(apply_overrides, overrides=decisions.get(student, ()))
                reports[student] = folder.save(student, report, decide, plan.findings[student])
                progress(Progress(done, len(plan.due), len(plan.kept), student, reports[student]))
        records = _records(entries, reports, plan, options.roster)
        rows = _rows(kit, records, reports)
        folder.write_record(ClassRecord(kit.slug, kit.points(), kit.tasks, records, kit.title, kit.feedback))
        folder.write_table(format_csv(rows, kit.tasks, with_ids=options.roster is not None))
        stale = set(folder.names()) - {safe_name(student) for student in students}
    known = {*students, *(record.student for record in records)}
    return ClassGrades(
        rows=rows,
        review=find_review_items(reports, {record.student: record.review for record in records}),
        examined=len(plan.due),
        kept=len(plan.kept),
        outdated=tuple(plan.outdated),
        stale=tuple(sorted(stale)),
        strangers=tuple(record.student for record in records if options.roster and not record.on_roster),
        unused_overrides=tuple(each for each in options.overrides if each.student not in known),
    )


@dataclass(frozen=True)
class _Renamed:
    """An entry under a name of its own, because several have the same name."""

    student: str
    entry: Entry
    note: ReviewNote

    @property
    def identity(self) -> Identity:
        """The same identity under the new name."""
        return replace(self.entry.identity, display_name=self.student)

    def read(self) -> Submission:
        """Return what is there now, with a note about the name."""
        submission = self.entry.read()
        return replace(submission, student=self.student, review=(*submission.review, self.note))


def with_unique_names(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries, those that share a name or a folder's name under names of their own."""
    counts, taken = Counter(safe_name(entry.student) for entry in entries), Counter[str]()
    unique: list[Entry] = []
    for entry in entries:
        place = safe_name(entry.student)
        taken[place] += 1
        if counts[place] == 1:
            unique.append(entry)
            continue
        name = entry.student if taken[place] == 1 else f"{entry.student} #{taken[place]}"
        said = f"{counts[place]} submissions have the name {entry.student}; this one is graded as {name}."
        unique.append(_Renamed(name, entry, ReviewNote(ReviewReason.AMBIGUOUS_NAME, said)))
    return unique


def check_only(only: Collection[str], students: Sequence[str]) -> None:
    """Raise UnknownStudentError where `only` names somebody who is not among the students."""
    for name in only:
        if name not in students:
            near = get_close_matches(name, students, n=3)
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "no name is similar."
            raise UnknownStudentError(f"Nobody called {name!r} among {len(students)} submissions; {hint}")


def make_plan(kit: Kit, entries: Sequence[Entry], folder: GradesFolder, options: GradeOptions) -> Plan:
    """Read every submission and compare it with the report on disk."""
    plan, handout = Plan(), text_hashes(kit.given.values())
    for entry in entries:
        submission, student = entry.read(), entry.student
        plan.fingerprints[student] = fingerprint(submission, handout)
        plan.findings[student] = hash_findings(submission)
        examination = None if options.force else folder.examination(student)
        current = examination is not None and is_up_to_date(examination, submission, kit, options.isolation)
        if student in options.only or not (options.only or current):
            plan.due.append(entry)
        elif current:
            plan.kept.append(student)
        else:
            plan.outdated.append(student)
    return plan


def is_up_to_date(examination: Examination, submission: Submission, kit: Kit, isolation: str) -> bool:
    """Return whether examining this submission again would give this report; a grader error never would."""
    report = examination.report
    return (
        report.status != Status.GRADER_ERROR
        and (report.kit, report.kit_version) == (kit.slug, kit.version)
        and report.submission_sha256 == submission.sha256
        and examination.findings == hash_findings(submission)
        and _determined_by(report.environment) == _determined_by(describe(kit, isolation))
    )


def _determined_by(environment: Environment) -> tuple[str | None, ...]:
    """Return what decides a result; on another processor it is the same."""
    e = environment
    return e.python, e.tensorflow, e.keras, e.numpy, e.isolation


def _refuse_other_kit(folder: GradesFolder, kit: Kit) -> None:
    if others := folder.kits() - {kit.slug}:
        raise WrongFolderError(
            f"{folder.path} holds grades of {', '.join(sorted(others))}, not of {kit.slug}: "
            "choose another --out."
        )


def _decide_again(
    folder: GradesFolder, students: Sequence[str], decisions: Mapping[str, Sequence[Override]]
) -> dict[str, Report]:
    """Return the reports on disk, with today's overrides instead of earlier ones."""
    decided = {}
    for student in students:
        if (examination := folder.examination(student)) is not None:
            decide = partial(apply_overrides, overrides=decisions.get(student, ()))
            decided[student] = folder.save(student, examination.report, decide, examination.findings)
    return decided


def _read(entries: Sequence[Entry]) -> Iterator[Submission]:
    """Yield what was handed in, read one at a time: a class need not fit into memory."""
    for entry in entries:
        yield entry.read()


def _records(
    entries: Sequence[Entry], reports: Mapping[str, Report], plan: Plan, roster: Roster | None
) -> tuple[StudentRecord, ...]:
    """Return everybody in the class: whoever has a report, and whoever else is on the roster."""
    identities = {entry.student: entry.identity for entry in entries}
    groups = {student: identity.group for student, identity in identities.items()}
    duplicates = find_duplicates(plan.fingerprints, reports, groups)
    match = roster.match(identities.values()) if roster else None
    records: list[StudentRecord] = []
    for student in reports:
        record = _submitted(student, identities[student], match)
        if student in duplicates:
            record = replace(record, review=(*record.review, duplicate_note(duplicates[student])))
        records.append(record)
    if roster and match:
        for attendance, absent, note in (
            (Attendance.MISSING, match.missing, MISSING),
            (Attendance.UNMATCHED, match.contested, UNMATCHED),
        ):
            for entry in absent:
                name = roster.names[entry]
                unique = f"{name} (on the roster)" if name in reports else name
                absentee = StudentRecord(unique, attendance, roster_name=name, review=(note,))
                records.append(_with_entry(absentee, entry))
    return tuple(sorted(records, key=lambda record: record.student))


def _submitted(student: str, identity: Identity, match: RosterMatch | None) -> StudentRecord:
    """Return the record of a student who handed something in."""
    own_id = identity.login if identity.platform is Platform.NBGRADER else next(iter(identity.ids), "")
    record = StudentRecord(
        student, folder=safe_name(student), platform=identity.platform.value, platform_id=own_id
    )
    if match is None:
        return replace(record, on_roster=identity.known and not identity.ambiguous)
    if (entry := match.entries.get(student)) is not None:
        return _with_entry(replace(record, roster_name=entry.name), entry)
    if (reason := match.ambiguous.get(student)) is not None:
        note = ReviewNote(ReviewReason.AMBIGUOUS_NAME, reason)
    else:
        note = NOT_ON_ROSTER
    return replace(record, on_roster=False, review=(note,))


def _with_entry(record: StudentRecord, entry: RosterEntry) -> StudentRecord:
    """Return the record with what upload files need of the roster."""
    return replace(record, id=entry.id, sis_id=entry.sis_id, login=entry.login, section=entry.section)


def _rows(kit: Kit, records: Sequence[StudentRecord], reports: Mapping[str, Report]) -> tuple[Row, ...]:
    rows = []
    for record in records:
        if record.attendance == Attendance.SUBMITTED:
            report = reports[record.student]
            rows.append(make_row(record.student, report, id=record.id, remarks=_remarks(record)))
        else:
            # Nobody gets a zero for a submission that may be theirs.
            score = 0.0 if record.attendance == Attendance.MISSING else None
            rows.append(
                Row(
                    student=record.student,
                    status=record.attendance.value,
                    score=score,
                    max_score=kit.points(),
                    tasks=dict.fromkeys(kit.tasks, score),
                    message=record.review[0].text,
                    id=record.id,
                )
            )
    return tuple(rows)


def _remarks(record: StudentRecord) -> list[str]:
    """Return the sentences for the table that the report's own message does not have."""
    return [note.text for note in record.review if note.reason is ReviewReason.IDENTICAL]
