"""Format a report as text for other systems, for staff and for students."""

from __future__ import annotations

from ..models import CheckResult, Outcome, Report, Status

FAULT = "The grader failed, which is not the student's fault. The submission needs a manual review."
OUTCOMES = {
    Outcome.PASSED: "Passed",
    Outcome.FAILED: "Failed",
    Outcome.NOT_ATTEMPTED: "Not attempted",
    Outcome.TIMED_OUT: "Timed out",
    Outcome.CRASHED: "Crashed",
    Outcome.GRADER_ERROR: "Not graded",
}


def summary(report: Report) -> str:
    """Return a summary for students: the status, and what the report was made with."""
    heading = {
        Status.GRADED: "",
        Status.UNREADABLE: "Nothing in this submission could be graded. ",
        Status.GRADER_ERROR: f"{FAULT} ",
    }[report.status]
    printed = f"\n\nPrinted by the submission:\n{report.output.rstrip()}" if report.output.strip() else ""
    return f"{heading}{report.message}\n{environment_text(report)}".strip() + printed


def environment_text(report: Report) -> str:
    """Return one sentence with the kit, its version, the isolation level and the submission's hash."""
    return (
        f"Kit {report.kit}, version {report.kit_version}; isolation: {report.environment.isolation}; "
        f"submission {report.submission_sha256[:12] or 'without files'}."
    )


def check_text(check: CheckResult, *, staff: bool) -> str:
    """Return the text of one check: everything for staff, the student message for students."""
    message = check.message if staff else check.student_message
    lines = [f"{OUTCOMES[check.outcome]}: {check.sentence}", message]
    if (
        check.hint
        and check.hint not in message
        and check.outcome not in (Outcome.PASSED, Outcome.GRADER_ERROR)
    ):
        lines.append(f"Think about: {check.hint}")
    return "\n".join(line for line in lines if line)
