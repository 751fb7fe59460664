"""Make the grades of a class from its reports, without examining anything again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from ..models import Report, ReviewReason
from .apply_overrides import apply_overrides
from .grades_csv import Row, format_csv, make_row
from .late_rules import LateRecord
from .lateness_text import lateness_text
from .overrides import Overrides
from .storage import Attendance, ClassRecord, GradesFolder, StudentRecord


def recompute(folder: GradesFolder, overrides: Overrides) -> None:
    """Apply `overrides` instead of earlier ones to all reports, and write `grades.csv`.

    Penalties for late submissions are computed again by the rules of the last run of `kit grade`. Raises
    StorageError, also while another run is grading into the folder.
    """
    with folder.locked():
        if (record := folder.record()) is not None:
            late = folder.late()
            groups = {student.student: student.group for student in record.students}
            members = group_members(groups)
            graded = [student.student for student in record.students if student.folder]
            reports = decide_again(
                folder, graded, partial(decide, overrides=overrides, late=late, members=members)
            )
            write_grades(folder, record, reports, late)


def decide(
    report: Report, overrides: Overrides, late: LateRecord | None, members: Mapping[str, Collection[str]]
) -> Report:
    """Return the examiner's report with what people decided, and then the penalty for being late.

    `members` are the other students of each student's group, whose decisions count as well.
    """
    own = overrides.for_member(report.student, members.get(report.student, ()))
    decided = apply_overrides(report, own)
    return late.apply(decided, own.penalties) if late else decided


def group_members(groups: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the other students of each student's group; those without one have an empty group."""
    by_group: defaultdict[str, list[str]] = defaultdict(list)
    for student, group in groups.items():
        if group:
            by_group[group].append(student)
    return {
        student: [other for other in by_group[group] if other != student]
        for student, group in groups.items()
        if group
    }


def decide_again(
    folder: GradesFolder, students: Sequence[str], decide: Callable[[Report], Report]
) -> dict[str, Report]:
    """Return the reports on disk with the current overrides instead of earlier ones."""
    decided = {}
    for student in students:
        if (examination := folder.examination(student)) is not None:
            decided[student] = folder.save(student, examination.report, decide, examination.findings)
    return decided


def write_grades(
    folder: GradesFolder, record: ClassRecord, reports: Mapping[str, Report], late: LateRecord | None
) -> tuple[Row, ...]:
    """Write `class.json`, `late.json` and then `grades.csv`, and return its rows."""
    rows = tuple(_row(student, record, reports) for student in record.students if _counts(student, reports))
    folder.write_record(record)
    folder.write_late(late)
    table = format_csv(rows, record.tasks, with_ids=record.has_roster, with_penalties=late is not None)
    folder.write_table(table)
    return rows


def _counts(student: StudentRecord, reports: Mapping[str, Report]) -> bool:
    return student.attendance != Attendance.SUBMITTED or student.student in reports


def _row(student: StudentRecord, record: ClassRecord, reports: Mapping[str, Report]) -> Row:
    if student.attendance == Attendance.SUBMITTED:
        report = reports[student.student]
        return make_row(student.student, report, id=student.id, remarks=_remarks(student, report))
    # Do not assign zero points if a submission may belong to this student.
    score = 0.0 if student.attendance == Attendance.MISSING else None
    return Row(
        student=student.student,
        status=student.attendance.value,
        score=score,
        max_score=record.max_score,
        tasks=dict.fromkeys(record.tasks, score),
        message=student.review[0].text,
        id=student.id,
        raw=score,
        penalty=score,
    )


def _remarks(student: StudentRecord, report: Report) -> list[str]:
    """Return sentences for the table that are not in the report's own message."""
    identical = [note.text for note in student.review if note.reason is ReviewReason.IDENTICAL]
    late = [lateness_text(report.lateness)] if report.lateness else []
    return [*identical, *filter(None, late), *(remark.text for remark in report.remarks)]
