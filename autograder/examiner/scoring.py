"""Make the report of one submission, with its score, from the results of its checks.

Scores are sums of points. After a grader error the score is None, not zero.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..checks.results import make_result
from ..kit import Kit
from ..models import CheckResult, Environment, Outcome, Report, Status, Submission, TaskScore
from .event_collector import EventCollector


def compose(
    kit: Kit, submission: Submission, collector: EventCollector, seconds: float, environment: Environment
) -> Report:
    """Return the report of a submission whose checks all have results."""
    checks = [collector.results[check.name] for check in collector.checks]
    failed = [check.name for check in checks if check.outcome == Outcome.GRADER_ERROR]
    status = Status.GRADER_ERROR if failed else Status.GRADED
    notes = _notes(submission, collector)
    if failed:
        notes.insert(0, f"The grader failed on {', '.join(failed)}: it needs a manual review.")
    return _report(kit, submission, status, " ".join(notes), checks, seconds, environment, collector)


def unreadable(
    kit: Kit, submission: Submission, collector: EventCollector, seconds: float, environment: Environment
) -> Report:
    """Return the report of a submission that cannot be read or loaded. Every check earns zero points."""
    checks = [
        make_result(check, Outcome.NOT_ATTEMPTED, "The submission could not be read.")
        for check in collector.checks
    ]
    message = " ".join([collector.problem or "", *_notes(submission, collector)])
    return _report(kit, submission, Status.UNREADABLE, message, checks, seconds, environment, collector)


def grader_error(kit: Kit, submission: Submission, message: str, environment: Environment) -> Report:
    """Return the report of a submission that the grader failed to examine. It has no score."""
    checks = [make_result(check, Outcome.GRADER_ERROR, message) for check in kit.checks]
    no_events = EventCollector(kit)
    return _report(kit, submission, Status.GRADER_ERROR, message, checks, 0.0, environment, no_events)


def _notes(submission: Submission, collector: EventCollector) -> list[str]:
    """Return the sentences about a submission from reading and examining it."""
    review = [note.text for note in (*submission.review, *collector.review)]
    return [*submission.notes, *review, *collector.notes]


def _report(
    kit: Kit,
    submission: Submission,
    status: Status,
    message: str,
    checks: Sequence[CheckResult],
    seconds: float,
    environment: Environment,
    collector: EventCollector,
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
        checks=tuple(checks),
        seconds=round(seconds, 3),
        environment=environment,
        output=collector.output,
        hidden_output=collector.hidden_output,
        trainings=tuple(collector.trainings),
        networks=collector.networks,
        review=(*submission.review, *collector.review),
        replies=collector.replies,
        source=collector.source,
    )


def _score(checks: Sequence[CheckResult]) -> TaskScore:
    unknown = any(check.outcome == Outcome.GRADER_ERROR for check in checks)
    return TaskScore(
        score=None if unknown else sum(check.points for check in checks),
        max_score=sum(check.max_points for check in checks),
    )
