"""Whether a report on disk is still right: the submission, the kit and what it ran on are the same."""

from __future__ import annotations

from autograder.examiner.environment import describe
from autograder.kit import Kit
from autograder.records import Environment, Report, Submission


def is_current(report: Report, submission: Submission, kit: Kit, isolation: str) -> bool:
    """True where examining this submission again would give this report; a fault of the grader never is."""
    return (
        report.status != "grader_error"
        and (report.kit, report.kit_version) == (kit.slug, kit.version)
        and report.submission_sha256 == submission.sha256
        and _determined_by(report.environment) == _determined_by(describe(kit, isolation))
        # What intake found out is not part of the hash: which of two files counts, or why none can be read.
        and (submission.problem is None or report.status == "unreadable")
        and all(said in report.message for said in (*submission.notes, submission.problem or ""))
    )


def _determined_by(environment: Environment) -> tuple[str | None, ...]:
    e = environment
    return e.python, e.tensorflow, e.keras, e.numpy, e.isolation
