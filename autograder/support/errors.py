"""Raise failed assertions as records: what was expected, what was received, and what to think about."""

from __future__ import annotations

from typing import NoReturn


class ExpectationError(AssertionError):
    """Raised by every assertion of this package.

    `expected` and `received` complete the sentence "Expected …, received …." `hint` is a question that leads
    on. `layer` names the layer that differs, if it is one.
    """

    def __init__(self, expected: object, received: object, hint: str = "", layer: str = "") -> None:
        self.expected = str(expected)
        self.received = str(received)
        self.hint = hint
        self.layer = layer
        super().__init__(f"Expected {self.expected}, received {self.received}. {hint}".rstrip())


def fail(expected: object, received: object, hint: str = "", layer: str = "") -> NoReturn:
    """Raise ExpectationError, without a line of this package in pytest's traceback."""
    __tracebackhide__ = True
    raise ExpectationError(expected, received, hint, layer)


def describe(value: object) -> str:
    """Return what a value is, in a few words."""
    if value is None:
        return "None"
    kind = type(value).__name__
    return f"{'an' if kind[:1] in 'AEIOUaeiou' else 'a'} {kind}"
