"""Compute the grades of a class from its reports and people's decisions, without another examination."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from ..models import NOT_PASSED, CheckResult, Outcome, Remark, Report, ReviewReason, Status, TaskScore
from .grades_csv import Row, format_csv, make_row
from .late_rules import LateRecord, lateness_text
from .overrides import Override, Overrides
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
    """Return the other members of each student's group; students without a group, "", are left out."""
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
    rows = tuple(_row(student, record, reports) for student in record.students if _has_row(student, reports))
    folder.write_record(record)
    folder.write_late(late)
    table = format_csv(rows, record.tasks, with_ids=record.has_roster, with_penalties=late is not None)
    folder.write_table(table)
    return rows


def _has_row(student: StudentRecord, reports: Mapping[str, Report]) -> bool:
    """Return whether `grades.csv` lists a student: with a report, or without a submission."""
    return student.attendance != Attendance.SUBMITTED or student.student in reports


def _row(student: StudentRecord, record: ClassRecord, reports: Mapping[str, Report]) -> Row:
    if student.attendance == Attendance.SUBMITTED:
        report = reports[student.student]
        return make_row(student.student, report, id=student.id, remarks=_table_remarks(student, report))
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


def _table_remarks(student: StudentRecord, report: Report) -> list[str]:
    """Return sentences for the table that are not in the report's own message, some of them empty."""
    identical = [note.text for note in student.review if note.reason is ReviewReason.IDENTICAL]
    late = [lateness_text(report.lateness)] if report.lateness else []
    return [*identical, *late, *(remark.text for remark in report.remarks)]


def apply_overrides(report: Report, overrides: Overrides) -> Report:
    """Return the report with the points and comments that people decided for its student.

    A grader error in a check counts as resolved if an override decides its points. The report is graded if no
    unresolved grader error remains.
    """
    decided = {each.check: each for each in overrides.points if each.student == report.student}
    if remarks := tuple(_remarks(report, overrides)):
        report = replace(report, remarks=remarks)
    return _with_points(report, decided) if decided else report


def _remarks(report: Report, overrides: Overrides) -> Iterator[Remark]:
    """Yield the comments and answers for a student."""
    failed = {check.name for check in report.checks if check.outcome in NOT_PASSED}
    for comment in overrides.comments:
        if report.student in comment.students or (not comment.students and comment.check in failed):
            yield Remark(comment.text, comment.check)
    for answer in overrides.answers:
        if answer.student == report.student:
            yield Remark(answer.text, answer.check, answer.request)


def _with_points(report: Report, decided: Mapping[str, Override]) -> Report:
    """Return the report with the decided points, which are by check, and all that follows from them."""
    checks = tuple(_with_override(check, decided.get(check.name)) for check in report.checks)
    open_tasks = {
        check.task for check in checks if check.outcome == Outcome.GRADER_ERROR and check.name not in decided
    }
    tasks = {name: _add_up(name, task, checks, open_tasks) for name, task in report.tasks.items()}
    names = ", ".join(check.name for check in report.checks if check.name in decided)
    scores = [task.score for task in tasks.values()]
    is_settled = report.status == Status.GRADER_ERROR and None not in scores
    return replace(
        report,
        checks=checks,
        tasks=tasks,
        score=None if None in scores else sum(score for score in scores if score is not None),
        status=Status.GRADED if is_settled else report.status,
        message=" ".join(filter(None, (report.message, f"Decided by a person: {names}."))),
    )


def _with_override(check: CheckResult, override: Override | None) -> CheckResult:
    if override is None:
        return check
    decision = (
        f"Decided by a person: {override.points:g} of {check.max_points:g} points "
        f"(the examiner gave {check.points:g}). Reason: {override.reason}"
    )
    return replace(
        check,
        points=override.points,
        message="\n".join(filter(None, (decision, check.message))),
        student_message="\n".join(filter(None, (decision, check.student_message))),
    )


def _add_up(name: str, task: TaskScore, checks: Sequence[CheckResult], open_tasks: set[str]) -> TaskScore:
    if name in open_tasks:
        return replace(task, score=None)
    return replace(task, score=sum(check.points for check in checks if check.task == name))
