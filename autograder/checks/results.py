"""Create the result of a check from the exception that ended it."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from ..declared_checks import Check
from ..keras_advice import advice
from ..language import gettext as _
from ..models import CheckResult, Outcome
from ..support.errors import readable_error
from ..text import clean
from .check_handles import ArgumentError
from .failures import Skipped, SubmissionFailed, is_exhaustion

MESSAGE_LENGTH = 2_000
# Checks use answers with these libraries, so exceptions of the libraries are failures of the answer.
NETWORK_LIBRARIES = frozenset({"keras", "tensorflow"})
# What Python raises for a value of another type, shape or size than a check expects.
UNEXPECTED_VALUE = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)


def result_of(
    check: Check, error: BaseException | None, seconds: float, used_handles: bool = False
) -> CheckResult:
    """Return the result of a check that ended with `error`. None means that the check passed.

    `used_handles` says whether the check used an answer that stays in the sandbox. Such an answer may return
    anything, so an error from using it is a failure of the answer, not of the check.
    """
    return make_result(check, *_outcome_and_message(check, error, used_handles), seconds)


def make_result(
    check: Check,
    outcome: Outcome,
    message: str,
    seconds: float = 0.0,
    student_message: str | None = None,
) -> CheckResult:
    """Return a check's result with its points and its messages for staff and for the student."""
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
        student_message=student_message or _student_message(check, outcome, message),
        hint=check.hint,
        seconds=round(seconds, 3),
    )


def _outcome_and_message(
    check: Check, error: BaseException | None, used_handles: bool
) -> tuple[Outcome, str]:
    """Return the outcome and the message for staff."""
    match error:
        case None:
            return Outcome.PASSED, ""
        case Skipped():
            return Outcome.FAILED, _("Skipped, because {error} failed.", error=error)
        case SubmissionFailed(outcome=outcome) if outcome != Outcome.FAILED:
            return outcome, str(error)
        case _ if is_exhaustion(error):
            return Outcome.CRASHED, _(
                "Checking the answer needs too much memory: {error}", error=_describe(error)
            )
        case SubmissionFailed():
            return Outcome.FAILED, str(error)
        case AssertionError() | pytest.fail.Exception():
            return Outcome.FAILED, str(error) or check.sentence
        case _ if _is_about_network(error):
            text = _(
                "The check could not use what `{task}` returned: {what}",
                task=check.task,
                what=_describe(error),
            )
            return Outcome.FAILED, "\n".join(filter(None, (text, advice(error, of_student=False))))
        case _ if (
            used_handles and isinstance(error, UNEXPECTED_VALUE) and not isinstance(error, ArgumentError)
        ):
            message = _("Using the answer of {task} raised {error}", task=check.task, error=_describe(error))
            return Outcome.FAILED, f"{message}{_place(error)}"
    message = _("The check itself raised {error}", error=_describe(error))
    return Outcome.GRADER_ERROR, f"{message}{_place(error)}"


def _describe(error: BaseException) -> str:
    """Return the class and the text of an exception."""
    return f"{type(error).__name__}: {readable_error(str(error))}"


def _place(error: BaseException) -> str:
    """Return the last line of a test file that took part in an exception, in parentheses, or ""."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if (name := Path(frame.filename).name).startswith("test_"):
            return f" ({name}, line {frame.lineno})"
    return ""


def _is_about_network(error: BaseException) -> bool:
    """Return whether Keras or TensorFlow raised `error`, such as for incompatible shapes."""
    if not isinstance(error, Exception):
        return False
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    modules = [type(error).__module__, *(str(frame.f_globals.get("__name__")) for frame in frames)]
    return any(module.partition(".")[0] in NETWORK_LIBRARIES for module in modules)


def _student_message(check: Check, outcome: Outcome, message: str) -> str:
    """Return the message for the student. For a hidden check it never includes `message`."""
    match outcome:
        case Outcome.PASSED:
            return ""
        case Outcome.NOT_ATTEMPTED:
            return _("{task} is not written yet.", task=check.task)
        case Outcome.GRADER_ERROR:
            return _("The grader could not run this check. That is not your fault: a person will look at it.")
        case _ if not check.hidden:
            return message
        case Outcome.TIMED_OUT:
            return _("{task} took too long. {hint}", task=check.task, hint=check.hint)
        case Outcome.CRASHED:
            return _(
                "{task} ended its process instead of returning. {hint}", task=check.task, hint=check.hint
            )
    return check.hint
