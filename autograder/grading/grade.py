"""Grade a class: examine new and changed submissions, and keep every report that is up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..kit import Kit
from ..models import Report, ReviewNote, ReviewReason, Status, Submission, Timeliness
from ..submissions.identity import Identity, Platform, safe_name
from .executors import Executor
from .grades_csv import Row
from .late_rules import LateRecord, late_notes, make_late_record
from .recompute import decide, decide_again, group_members, write_grades
from .review_reasons import ReviewItem, duplicate_note, find_duplicates, find_review_items
from .roster.matching import Roster, RosterColumns, RosterEntry, RosterMatch
from .run_plan import Entry, GradeOptions, check_only, make_plan, with_unique_names
from .storage import Attendance, ClassRecord, GradesFolder, StudentRecord, WrongFolderError
from .weeks import People, Week

MISSING = ReviewNote(ReviewReason.MISSING, "Nothing was handed in.")
UNMATCHED = ReviewNote(
    ReviewReason.AMBIGUOUS_NAME, "A submission that fits several students may be this student's."
)
NOT_ON_ROSTER = ReviewNote(ReviewReason.NOT_ON_ROSTER, "Handed in, but nobody on the roster fits.")


@dataclass(frozen=True)
class Progress:
    """Progress of a run: `done` of `total` submissions to examine are saved, and `report` is the newest.

    `report` is None at the start.
    """

    done: int
    total: int
    kept: int
    student: str = ""
    report: Report | None = None


@dataclass(frozen=True)
class ClassGrades:
    """The result of a run.

    `outdated` are students excluded by `only` whose submissions have changed or are not graded yet. `stale`
    are folders of reports whose student is not in the class folder; they are kept, but are not in
    `grades.csv`. `strangers` are students who are not on the roster. `unused_overrides` are students whom the
    overrides name and who have no submission. With rules for late submissions, `undated` are students whose
    submissions arrived at an unknown time. `doubtful_columns` are those of a roster without known columns for
    names or ids, or of one that no submission matches.
    """

    rows: tuple[Row, ...]
    review: tuple[ReviewItem, ...]
    outdated: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    unused_overrides: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    doubtful_columns: RosterColumns | None = None

    @property
    def grader_errors(self) -> tuple[str, ...]:
        """Return the students on whose submission the grader failed."""
        return tuple(row.student for row in self.rows if row.status == Status.GRADER_ERROR)


def grade_class(
    kit: Kit,
    entries: Sequence[Entry],
    out: Path,
    executor: Executor,
    options: GradeOptions,
    progress: Callable[[Progress], None] = lambda _: None,
) -> ClassGrades:
    """Grade `entries` into the folder `out`, examining only new and changed submissions.

    Every report is saved before `progress` is called with it; `grades.csv` is written last. After an
    interrupt at any time, another run continues from there.

    Raises StorageError, UnknownStudentError, and the executor's exceptions if nothing can be examined.
    """
    entries = with_unique_names(entries)
    students = sorted(entry.student for entry in entries)
    check_only(options.only, students)
    _refuse_own_week(kit, options.earlier)
    folder = GradesFolder(out)
    identities = {entry.student: entry.identity for entry in entries}
    match = options.roster.match(identities.values()) if options.roster else None
    submitted = {student: _submitted(student, identity, match) for student, identity in identities.items()}
    late = _late_record(kit, identities, submitted, match, options.earlier)
    members = group_members(_groups(identities))
    apply_decisions = partial(decide, overrides=options.overrides, late=late, members=members)
    with folder.locked():
        _refuse_other_kit(folder, kit)
        plan = make_plan(kit, entries, folder, options)
        reports = decide_again(folder, [*plan.kept, *plan.outdated], apply_decisions)
        progress(Progress(0, len(plan.due), len(plan.kept)))
        with closing(executor.examine(_read(plan.due))) as examined:
            for done, (student, report) in enumerate(examined, 1):
                reports[student] = folder.save(student, report, apply_decisions, plan.findings[student])
                progress(Progress(done, len(plan.due), len(plan.kept), student, reports[student]))
        duplicates = find_duplicates(plan.fingerprints, reports, _groups(identities))
        graded = (_with_notes(submitted[student], duplicates, late) for student in reports)
        records = _with_absent(graded, options.roster, match)
        rows = write_grades(folder, _class_record(kit, records, options), reports, late)
        stale = set(folder.names()) - {safe_name(student) for student in students}
    return ClassGrades(
        rows=rows,
        review=find_review_items(reports, {record.student: record.review for record in records}),
        outdated=tuple(plan.outdated),
        stale=tuple(sorted(stale)),
        strangers=tuple(record.student for record in records if options.roster and not record.on_roster),
        unused_overrides=tuple(sorted(options.overrides.students - set(students))),
        undated=tuple(sorted(student for student in reports if _is_undated(student, late))),
        doubtful_columns=options.roster.doubtful_columns(match) if options.roster and match else None,
    )


def _late_record(
    kit: Kit,
    identities: Mapping[str, Identity],
    submitted: Mapping[str, StudentRecord],
    match: RosterMatch | None,
    earlier: Sequence[Week],
) -> LateRecord | None:
    """Return what decides the penalties, with the roster's extensions and the free days used in `earlier`."""
    extensions = {student: entry.extension for student, entry in match.entries.items()} if match else {}
    people = People(earlier)
    days_used = {student: people.free_days_used(record) for student, record in submitted.items()}
    return make_late_record(kit, identities, extensions, days_used)


def _refuse_own_week(kit: Kit, earlier: Sequence[Week]) -> None:
    """Raise WrongFolderError if the kit's own grades are among the earlier weeks."""
    for week in earlier:
        if week.record.kit == kit.slug:
            raise WrongFolderError(
                f"Expected grades of earlier weeks with --term, found those of {kit.slug} in {week.path}."
            )


def _refuse_other_kit(folder: GradesFolder, kit: Kit) -> None:
    if others := folder.kits() - {kit.slug}:
        raise WrongFolderError(
            f"{folder.path} holds grades of {', '.join(sorted(others))}, not of {kit.slug}: "
            "choose another --out."
        )


def _class_record(kit: Kit, records: tuple[StudentRecord, ...], options: GradeOptions) -> ClassRecord:
    return ClassRecord(
        kit=kit.slug,
        max_score=kit.points(),
        tasks=kit.tasks,
        students=records,
        title=kit.title,
        feedback=kit.feedback,
        has_roster=options.roster is not None,
        overrides=options.overrides_file,
    )


def _read(entries: Sequence[Entry]) -> Iterator[Submission]:
    """Yield submissions, reading one at a time, because a class may not fit into memory."""
    for entry in entries:
        yield entry.read()


def _is_undated(student: str, late: LateRecord | None) -> bool:
    return late is not None and late.judge(student).timeliness is Timeliness.UNKNOWN


def _groups(identities: Mapping[str, Identity]) -> dict[str, str]:
    return {student: identity.group for student, identity in identities.items()}


def _with_notes(
    record: StudentRecord, duplicates: Mapping[str, Sequence[str]], late: LateRecord | None
) -> StudentRecord:
    """Return the record with the review notes that depend on the class and its rules."""
    identical = [duplicate_note(duplicates[record.student])] if record.student in duplicates else []
    notes = (*record.review, *late_notes(late, record.student), *identical)
    return replace(record, review=notes)


def _with_absent(
    graded: Iterable[StudentRecord], roster: Roster | None, match: RosterMatch | None
) -> tuple[StudentRecord, ...]:
    """Return these records and those of everybody else on the roster, sorted."""
    records = list(graded)
    taken = {record.student for record in records}
    if roster and match:
        names = roster.names
        for attendance, absent, note in (
            (Attendance.MISSING, match.missing, MISSING),
            (Attendance.UNMATCHED, match.contested, UNMATCHED),
        ):
            for entry in absent:
                name = names[entry]
                unique = f"{name} (on the roster)" if name in taken else name
                absentee = StudentRecord(unique, attendance, roster_name=name, review=(note,))
                records.append(_with_entry(absentee, entry))
    return tuple(sorted(records, key=lambda record: record.student))


def _submitted(student: str, identity: Identity, match: RosterMatch | None) -> StudentRecord:
    """Return the record of a student with a submission."""
    platform_id = identity.login if identity.platform is Platform.NBGRADER else next(iter(identity.ids), "")
    record = StudentRecord(
        student,
        folder=safe_name(student),
        platform=identity.platform.value,
        platform_id=platform_id,
        email=identity.email,
        group=identity.group,
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
    """Return the record with the roster data that upload files need."""
    return replace(
        record,
        id=entry.id,
        sis_id=entry.sis_id,
        login=entry.login,
        email=entry.email or record.email,
        section=entry.section,
    )
