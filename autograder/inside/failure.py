"""An exception of a submission as plain data: its kind, its text, and the student's own lines."""

from __future__ import annotations

import linecache
import traceback
from typing import Any

MAX_TEXT = 2_000
MAX_LINES = 20
MAX_LINE = 200


def describe(error: BaseException, filenames: frozenset[str]) -> dict[str, Any]:
    """Return `{"type", "text", "trace": [[line, function, text], …]}`, outermost call first."""
    kind = "NotImplementedError" if isinstance(error, NotImplementedError) else type(error).__name__
    return {"type": cut(kind, MAX_LINE), "text": text_of(error), "trace": trace_of(error, filenames)}


def text_of(error: BaseException) -> str:
    """What the exception says, cut; an exception that cannot say it says so."""
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:
        text = "(the exception has no readable text)"
    return cut(text, MAX_TEXT)


def trace_of(error: BaseException, filenames: frozenset[str]) -> list[list[Any]]:
    """The lines of the student's files that were being run, the last ones where there are many."""
    found = [
        [number, cut(frame.f_code.co_name, MAX_LINE), _line(frame.f_code.co_filename, number)]
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename in filenames
    ]
    if isinstance(error, SyntaxError) and error.filename in filenames and error.lineno:
        found.append([error.lineno, "<module>", _line(error.filename, error.lineno)])
    return found[-MAX_LINES:]


def cut(text: object, most: int) -> str:
    """A plain string of at most `most` characters."""
    plain = str.__str__(text) if isinstance(text, str) else "?"
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _line(filename: str, number: int) -> str:
    return cut(linecache.getline(filename, number).strip(), MAX_LINE)
