"""Name the ways in which a call to a submission's function fails."""

from __future__ import annotations

from enum import StrEnum


class FailureKind(StrEnum):
    """The reason why a call returned no value."""

    RAISED = "raised"  # the function raised an exception
    ARGUMENTS = "arguments"  # the function does not take the arguments of its task
    STUB = "stub"  # the function is unchanged from the handout
    LEFTOVER_RAISE = "leftover_raise"  # the function has code but still contains the stub's `raise`
    UNWRITTEN_CALL = "unwritten_call"  # the function calls another one that is unchanged from the handout
    EXITED = "exited"  # the function exited the program
    ENDED = "ended"  # an iterator has no more items
    LOST = "lost"  # the process ended that held the value of a handle
    MISSING = "missing"  # there is no function with that name


# Exceptions that a check may expect of a task, as `pytest.raises(ValueError)` does.
EXPECTABLE = frozenset(
    {
        *("ArithmeticError", "AttributeError", "IndexError", "KeyError", "LookupError", "OverflowError"),
        *("RuntimeError", "TypeError", "ValueError", "ZeroDivisionError"),
    }
)
