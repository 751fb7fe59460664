"""Sanitize text of unknown origin: the one function for everything that a student or a submission wrote.

Imports the standard library alone: the sandbox's program carries this module too.
"""

from __future__ import annotations

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "…"
MAX_LINE = 300
# Controls, formats (bidirectional and zero-width marks), surrogates, private-use and unassigned characters,
# line and paragraph separators.
UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks that Unicode says to draw as nothing: a name could hide another one behind them.
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
# Some scripts and emoji need these between letters.
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
    """Return `text` without characters that control a terminal, reorder a line or hide.

    Each such character becomes `replacement`. A result longer than `max_length` ends in an ellipsis. Line
    feeds and tabs stay where `newlines`, zero-width joiners where `joiners`. What is no string becomes "?".
    """
    if not issubclass(type(text), str):
        return "?"
    # A subclass could have methods of its own.
    plain: str = str.__str__(text)
    if max_length is not None:
        # Removing characters may shorten the text; nobody needs to look at all of a huge one.
        plain = plain[: 4 * max_length + 1]
    if not (plain.isascii() and plain.isprintable()):
        kept = (LAYOUT if newlines else frozenset()) | (JOINERS if joiners else frozenset())
        plain = "".join(char if char in kept or _is_safe(char) else replacement for char in plain)
    if max_length is None or len(plain) <= max_length:
        return plain
    return plain[: max_length - 1] + ELLIPSIS


def clean_line(text: str, max_length: int = MAX_LINE) -> str:
    """Return `text` sanitized and in one line: every run of white space becomes one space."""
    return clean(" ".join(text.split()), max_length, newlines=False)


def points(score: float | None, max_score: float) -> str:
    """Return `8.5 of 10`, or `? of 10` where the score is not known yet."""
    return f"{'?' if score is None else f'{round(score, 6):g}'} of {round(max_score, 6):g}"


def _is_safe(char: str) -> bool:
    return unicodedata.category(char) not in UNSAFE_CATEGORIES and char not in INVISIBLE
