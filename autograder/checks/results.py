"""What a check's end means: passed, failed, not attempted, timed out, crashed, or the grader's own error."""

from __future__ import annotations

from ..check_files import Check
from ..models import CheckResult, Outcome
from ..text import clean
from .failures import SubmissionFailed

MESSAGE_LENGTH = 2_000


class Skipped(Exception):
    """In place of a check that nobody needs to see, for another was lost: the text is that one's name."""


def result_of(check: Check, error: BaseException | None, seconds: float) -> CheckResult:
    """The result of a check that ended with `error`, or passed where that is None."""
    if error is None:
        return make_result(check, Outcome.PASSED, "", seconds)
    if isinstance(error, SubmissionFailed):
        return make_result(check, error.outcome, str(error), seconds)
    if isinstance(error, Skipped):
        return make_result(check, Outcome.FAILED, f"Not looked at: {error} was lost before.")
    if isinstance(error, AssertionError):
        return make_result(check, Outcome.FAILED, str(error) or check.sentence, seconds)
    if _is_exhaustion(error):
        return make_result(check, Outcome.CRASHED, f"Examining the answer took too much: {error}", seconds)
    return make_result(
        check, Outcome.GRADER_ERROR, f"The check itself raised {type(error).__name__}: {error}", seconds
    )


def make_result(check: Check, outcome: Outcome, message: str, seconds: float = 0.0) -> CheckResult:
    """A check's result with its points, and what staff and student read of `message`."""
    message = clean(message, MESSAGE_LENGTH)
    return CheckResult(
        name=check.name,
        task=check.task,
        hidden=check.hidden,
        outcome=outcome,
        points=check.points if outcome == Outcome.PASSED else 0,
        max_points=check.points,
        sentence=check.sentence,
        message=message,
        student_message=_for_student(check, outcome, message),
        hint=check.hint,
        seconds=round(seconds, 3),
    )


def _is_exhaustion(error: BaseException) -> bool:
    """Whether a check ran out of memory or stack: with honest answers it does not, so the answer is why."""
    # TensorFlow's own exception by name: kits without it import none.
    return isinstance(error, MemoryError | RecursionError) or type(error).__name__ == "ResourceExhaustedError"


def _for_student(check: Check, outcome: Outcome, message: str) -> str:
    """A hidden check tells the student what to think about, and nothing that the submission said."""
    if outcome == Outcome.PASSED:
        return ""
    if outcome == Outcome.NOT_ATTEMPTED:
        return f"{check.task} is not written yet."
    if outcome == Outcome.GRADER_ERROR:
        return "The grader could not run this check. That is not your fault: a person will look at it."
    if not check.hidden:
        return message
    if outcome == Outcome.TIMED_OUT:
        return f"{check.task} took too long. {check.hint}"
    if outcome == Outcome.CRASHED:
        return f"{check.task} ended its process instead of returning. {check.hint}"
    return check.hint
