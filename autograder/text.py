"""Sanitize untrusted text, such as text from students and submissions.

This module imports only the standard library, because the sandbox's program also includes it.
"""

from __future__ import annotations

import json
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "…"
MAX_LINE = 300
# Control, format (bidirectional and zero-width), surrogate, private-use and unassigned characters, line
# and paragraph separators.
UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks that are rendered as nothing. They can make two different names look equal.
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
# Some scripts and emoji need these between characters.
JOINERS = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
LAYOUT = frozenset("\n\t")


def clean(
    text: object,
    max_length: int | None = None,
    *,
    newlines: bool = True,
    joiners: bool = False,
    replacement: str = REPLACEMENT,
) -> str:
    """Return `text` without characters that control a terminal, reorder a line or are invisible.

    Each such character becomes `replacement`. A result longer than `max_length` is cut and ends in an
    ellipsis. Line feeds and tabs are kept if `newlines` is true, zero-width joiners if `joiners` is true. An
    object that is not a string becomes "?".
    """
    if not issubclass(type(text), str):
        return "?"
    # A subclass could override methods, so convert to a plain string.
    plain: str = str.__str__(text)
    if max_length is not None:
        # Limit the work on very long text, with a margin for the later cut.
        plain = plain[: 4 * max_length + 1]
    if not (plain.isascii() and plain.isprintable()):
        kept = (LAYOUT if newlines else frozenset()) | (JOINERS if joiners else frozenset())
        plain = "".join(char if char in kept or _is_safe(char) else replacement for char in plain)
    if max_length is None or len(plain) <= max_length:
        return plain
    return plain[: max_length - 1] + ELLIPSIS


def clean_line(text: str, max_length: int = MAX_LINE) -> str:
    """Return `text` sanitized and on one line, with every run of white space replaced by one space."""
    return clean(" ".join(text.split()), max_length, newlines=False)


def toml_string(text: str) -> str:
    """Return a text as a string in TOML. A JSON string is one, except for the control character DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def points(score: float | None, max_score: float) -> str:
    """Return `8.5 of 10`, or `? of 10` if the score is unknown."""
    return f"{'?' if score is None else f'{round(score, 6):g}'} of {round(max_score, 6):g}"


def _is_safe(char: str) -> bool:
    return unicodedata.category(char) not in UNSAFE_CATEGORIES and char not in INVISIBLE
