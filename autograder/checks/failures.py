"""Say in a sentence why a call to a submission's function gave no answer that a check can use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..models import Outcome
from ..wire.failures import FailureKind


class SubmissionFailed(Exception):
    """The one exception that a failing submission raises in a check; `outcome` says how it failed."""

    def __init__(self, outcome: Outcome, text: str) -> None:
        super().__init__(text)
        self.outcome = outcome


def call_failed(function: str, raised: Mapping[str, Any], *, line: bool = True) -> SubmissionFailed:
    """Return what a reply without an answer means. `line` adds the student's own line to an exception.

    Only the stub's own `raise`, in the very function that was called, is no attempt.
    """
    kind = FailureKind(raised["kind"])
    outcome = Outcome.NOT_ATTEMPTED if kind == FailureKind.STUB else Outcome.FAILED
    return SubmissionFailed(outcome, _sentence(function, kind, raised, line))


def _sentence(function: str, kind: FailureKind, raised: Mapping[str, Any], line: bool) -> str:
    name, trace = raised["name"], raised["trace"]
    number, text = (trace[-1][0], trace[-1][2]) if trace else (None, "")
    if kind == FailureKind.STUB:
        return f"`{function}` is not written yet."
    if kind == FailureKind.UNWRITTEN_CALL:
        return f"`{function}` calls `{name}`, which is not written yet."
    if kind == FailureKind.LEFTOVER_RAISE:
        place = f" (line {number})" if number else ""
        return f"The line `raise NotImplementedError` is still there in `{name}`{place}."
    if kind == FailureKind.EXITED:
        return f"`{function}` ends the program instead of returning."
    if kind == FailureKind.MISSING:
        return _missing(function, name)
    place = f" (line {number}: {text})" if line and number else ""
    return f"{function} raised {raised['type']}: {raised['text']}{place}"


def _missing(function: str, similar: str) -> str:
    if not similar:
        return f"There is no function `{function}`."
    if "." in similar:
        owner = similar.partition(".")[0]
        return (
            f"There is no function `{function}`; found one in the class `{owner}`: the checks call functions "
            "that stand by themselves."
        )
    return f"There is no function `{function}`; found `{similar}`: renamed?"
