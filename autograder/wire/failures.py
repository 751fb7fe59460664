"""Name the ways in which a call to a submission's function fails."""

from __future__ import annotations

from enum import StrEnum


class FailureKind(StrEnum):
    """What came of a call that returned nothing."""

    RAISED = "raised"  # an exception
    STUB = "stub"  # the function is as it was handed out
    LEFTOVER_RAISE = "leftover_raise"  # the stub's `raise` still stands in a function with code of its own
    UNWRITTEN_CALL = "unwritten_call"  # the function calls another one that is as it was handed out
    EXITED = "exited"  # the function ends the program
    MISSING = "missing"  # there is no function of that name
