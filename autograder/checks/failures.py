"""Define the exceptions that end a check, and interpret failed calls of a submission's functions."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from ..language import FAILURE_PARTS
from ..language import gettext as _
from ..models import Outcome
from ..support.errors import readable_error
from ..wire.call_messages import Failed, FailureKind

# TensorFlow's exceptions are compared by name, because kits without TensorFlow do not import it.
EXHAUSTION_NAMES = frozenset({"ResourceExhaustedError", "InternalError"})
# Exceptions that a check may expect of a task, as `pytest.raises(ValueError)` does.
EXPECTABLE = frozenset(
    {
        *("ArithmeticError", "AttributeError", "IndexError", "KeyError", "LookupError", "OverflowError"),
        *("RuntimeError", "TypeError", "ValueError", "ZeroDivisionError"),
    }
)
# The kinds of a function that cannot be called because loading did not define it.
UNDEFINED = (FailureKind.MISSING, FailureKind.METHOD, FailureKind.NESTED, FailureKind.MAIN_ONLY)
# A line of the submission, the number in a name such as `dense_7`, or an address in memory.
SPECIFIC = re.compile(r" \(line \d+\)|_\d+(?![A-Za-z0-9])|\b0x[0-9a-f]+\b")


class SubmissionFailed(Exception):
    """Raised in a check if the submission fails. `outcome` says how it failed.

    `kind` says how its function failed, if a function was called. `call` is the index of the failed call
    among the calls of the checks that run together. `cause` is the text without the line that raised.
    `locations` are the student's lines that led to it, where the caller knows them.
    """

    def __init__(
        self,
        outcome: Outcome,
        text: str,
        *,
        kind: FailureKind | None = None,
        call: int | None = None,
        cause: str = "",
        locations: Sequence[Any] = (),
    ) -> None:
        super().__init__(text)
        self.outcome = outcome
        self.kind = kind
        self.call = call
        self.cause = cause or text
        self.locations = tuple(locations)

    def __str__(self) -> str:
        # KeyError would quote the text.
        return Exception.__str__(self)

    def in_call(self, call: int) -> SubmissionFailed:
        """Return this failure as that of a call with this index."""
        return type(self)(
            self.outcome,
            str(self),
            kind=self.kind,
            call=call,
            cause=self.cause,
            locations=self.locations,
        )

    def comparable(self) -> SubmissionFailed:
        """Return this failure with a text that is the same for equal mistakes."""
        return SubmissionFailed(self.outcome, without_specifics(self.cause))


@cache
def failure_class(name: str) -> type[SubmissionFailed]:
    """Return the class of the failure of a function that raised an exception of the class `name`.

    It is also a subclass of that exception, if a check may expect it.
    """
    if name not in EXPECTABLE:
        return SubmissionFailed
    return type(f"Submission{name}", (SubmissionFailed, getattr(builtins, name)), {})


class Skipped(Exception):
    """Raised in place of a check of a task that failed an earlier check. The message names that check."""


def without_specifics(text: str) -> str:
    """Return a text without line numbers, numbers in names and addresses, in which equal answers may differ.

    Keras numbers layers, models, operations, optimizers and tensors through the whole process.
    """
    return SPECIFIC.sub("", text)


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, its causes, its contexts and the members of exception groups, recursively."""
    pending, seen = [error], set[int]()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += [linked for linked in (current.__cause__, current.__context__) if linked is not None]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions


def is_exhaustion(error: BaseException) -> bool:
    """Return whether a check ran out of memory or stack, directly or as the cause of another exception.

    Such an outcome depends on what ran before it in the same process, so it is never stored.
    """
    return any(
        isinstance(each, MemoryError | RecursionError) or type(each).__name__ in EXHAUSTION_NAMES
        for each in chain(error)
    )


def call_failed(
    function: str,
    failed: Failed,
    *,
    line: bool = True,
    advice: str = "",
    locations: Sequence[Any] = (),
) -> SubmissionFailed:
    """Return the exception for a reply that reports a failed call.

    With `line`, the message includes the line of the student's code that raised. `advice` is added in another
    line. The outcome is NOT_ATTEMPTED only if the called function itself is an unchanged stub.
    """
    kind = failed.kind
    outcome = Outcome.NOT_ATTEMPTED if kind == FailureKind.STUB else Outcome.FAILED
    exhausted = kind == FailureKind.RAISED and failed.type in {"MemoryError", *EXHAUSTION_NAMES}
    if exhausted or kind == FailureKind.LOST:
        outcome = Outcome.CRASHED
    text = _sentence(function, failed, line)
    cause = _sentence(function, failed, False)
    failure = failure_class(failed.type) if kind == FailureKind.RAISED else SubmissionFailed
    text = "\n".join(filter(None, (text, advice)))
    return failure(outcome, text, kind=kind, cause=cause, locations=locations)


def _sentence(function: str, failed: Failed, line: bool) -> str:
    """Return the sentence about a failed call, with the student's line on request."""
    kind, name = failed.kind, failed.name
    number, code = (failed.trace[-1].number, failed.trace[-1].text) if failed.trace else (None, "")
    if kind == FailureKind.STUB:
        return _("`{function}` is not written yet.", function=function)
    if kind == FailureKind.UNWRITTEN_CALL:
        return _("`{function}` calls `{name}`, which is not written yet.", function=function, name=name)
    if kind == FailureKind.LEFTOVER_RAISE:
        place = _(" (line {number})", number=number) if line and number else ""
        return _(
            "The line `raise NotImplementedError` is still there in `{name}`{place}.", name=name, place=place
        )
    if kind == FailureKind.EXITED:
        return _(
            "`{function}` ends the program, as `exit()` or `sys.exit()` do. A function ends with `return`.",
            function=function,
        )
    if kind == FailureKind.ENDED:
        return _("{function} has no more items.", function=function)
    if kind == FailureKind.LOST:
        return _("{function} cannot run: its process ended in an earlier call.", function=function)
    if kind in UNDEFINED:
        return _undefined(kind, function, name)
    if kind == FailureKind.ARGUMENTS:
        what = f"TypeError: {failed.text}"
        return _(
            "`{task}` does not take the arguments of its task: {what}. Keep the line `def {task}(…)` as it "
            "was handed out: the checks call it that way.",
            task=function,
            what=what,
        )
    if not failed.trace and FAILURE_PARTS.fullmatch(failed.text):
        # Support code of the kit says what it expected.
        return failed.text
    place = _(" (line {number}: {text})", number=number, text=code) if line and number else ""
    text = readable_error(failed.text)
    if not text:  # as of `assert x > 0`
        return _("{function} raised {type}{place}", function=function, type=failed.type, place=place)
    return _(
        "{function} raised {type}: {text}{place}",
        function=function,
        type=failed.type,
        text=text,
        place=place,
    )


def _undefined(kind: FailureKind, function: str, similar: str) -> str:
    """Return the sentence about a function that cannot be called. `similar` is a name as `kind` says."""
    if kind == FailureKind.METHOD:
        return _(
            "There is no function `{function}`; found one in the class `{owner}`: the checks call "
            "functions that stand by themselves.",
            function=function,
            owner=similar,
        )
    if kind == FailureKind.NESTED:
        return _(
            "There is no function `{function}`; found one inside the function `{owner}`: is its line `def` "
            "indented too far?",
            function=function,
            owner=similar,
        )
    if kind == FailureKind.MAIN_ONLY:
        return _(
            'There is no function `{function}`; found one under `if __name__ == "__main__":`. The checks '
            "import your file, and an import skips that block: move the function above it.",
            function=function,
        )
    if not similar:
        return _("`{function}` is not defined.", function=function)
    if odd := [letter for letter in similar if not letter.isascii()]:
        return _(
            "`{function}` is not defined; found `{similar}`, whose letter {letter} (U+{code}) looks like "
            "another.",
            function=function,
            similar=similar,
            letter=odd[0],
            code=f"{ord(odd[0]):04X}",
        )
    return _(
        "`{function}` is not defined; found `{similar}`. Did you rename it?",
        function=function,
        similar=similar,
    )
