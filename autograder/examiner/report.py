"""From results to one report: scores are sums, and a grader's fault is never a silent zero."""

from __future__ import annotations

from collections.abc import Sequence

from ..kit import Kit
from ..records import CheckResult, Environment, Report, Status, Submission, TaskScore
from .outcome import settle
from .progress import Progress


def compose(
    kit: Kit, submission: Submission, progress: Progress, seconds: float, environment: Environment
) -> Report:
    """The report of a submission on which every check has a result."""
    checks = [progress.results[check.name] for check in kit.checks]
    failed = [check.name for check in checks if check.outcome == "grader_error"]
    status: Status = "grader_error" if failed else "graded"
    notes = [*submission.notes, *progress.notes]
    if failed:
        notes.insert(0, f"The grader failed on {', '.join(failed)}: a person must look.")
    return _report(kit, submission, status, " ".join(notes), checks, seconds, environment, progress)


def unreadable(
    kit: Kit, submission: Submission, progress: Progress, seconds: float, environment: Environment
) -> Report:
    """The report of a submission that cannot be read or loaded: every check is there and earns nothing."""
    checks = [settle(check, "not_attempted", "The submission could not be read.") for check in kit.checks]
    message = " ".join([progress.problem or "", *submission.notes, *progress.notes])
    return _report(kit, submission, "unreadable", message, checks, seconds, environment, progress)


def grader_error(kit: Kit, submission: Submission, message: str, environment: Environment) -> Report:
    """The report of a submission that the grader failed to examine: it has no score."""
    checks = [settle(check, "grader_error", message) for check in kit.checks]
    return _report(kit, submission, "grader_error", message, checks, 0.0, environment, Progress(kit))


def _report(
    kit: Kit,
    submission: Submission,
    status: Status,
    message: str,
    checks: Sequence[CheckResult],
    seconds: float,
    environment: Environment,
    progress: Progress,
) -> Report:
    tasks = {task: _score([check for check in checks if check.task == task]) for task in kit.tasks}
    total = _score(checks)
    return Report(
        kit=kit.slug,
        kit_version=kit.version,
        student=submission.student,
        submission_sha256=submission.sha256,
        status=status,
        message=message,
        score=total.score,
        max_score=total.max_score,
        tasks=tasks,
        checks=checks,
        seconds=round(seconds, 3),
        environment=environment,
        output=progress.output,
        hidden_output=progress.hidden_output,
        trainings=tuple(progress.trainings),
        networks=tuple(progress.networks),
    )


def _score(checks: Sequence[CheckResult]) -> TaskScore:
    unknown = any(check.outcome == "grader_error" for check in checks)
    return TaskScore(
        score=None if unknown else sum(check.points for check in checks),
        max_score=sum(check.max_points for check in checks),
    )
