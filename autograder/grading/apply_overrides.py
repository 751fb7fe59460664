"""Apply what people decided to the report of a submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..models import NOT_PASSED, CheckResult, Outcome, Remark, Report, Status, TaskScore
from .overrides import Override, Overrides


def apply_overrides(report: Report, overrides: Overrides) -> Report:
    """Return the report with the points and comments that people decided for its student.

    A grader error in a check counts as resolved if an override decides its points. The report is graded if no
    unresolved grader error remains.
    """
    decided = {each.check: each for each in overrides.points if each.student == report.student}
    remarks = tuple(_remarks(report, overrides))
    if remarks:
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
    checks = tuple(_decide(check, decided.get(check.name)) for check in report.checks)
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


def _decide(check: CheckResult, override: Override | None) -> CheckResult:
    if override is None:
        return check
    said = (
        f"Decided by a person: {override.points:g} of {check.max_points:g} points "
        f"(the examiner gave {check.points:g}). Reason: {override.reason}"
    )
    return replace(
        check,
        points=override.points,
        message="\n".join(filter(None, (said, check.message))),
        student_message="\n".join(filter(None, (said, check.student_message))),
    )


def _add_up(name: str, task: TaskScore, checks: Sequence[CheckResult], open_tasks: set[str]) -> TaskScore:
    if name in open_tasks:
        return replace(task, score=None)
    return replace(task, score=sum(check.points for check in checks if check.task == name))
