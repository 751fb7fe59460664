"""What is said when something received is not on the short lists."""

from __future__ import annotations

MAX_NAME = 80


class NotAccepted(ValueError):
    """Something received is not on the short lists; the text is a sentence that a student can read."""


def readable(text: object, most: int = MAX_NAME) -> str:
    """A text of unknown origin, fit for a sentence: what is printable is kept, at most `most` letters."""
    if type(text) is not str:
        return "?"
    kept = "".join(filter(str.isprintable, text[: 4 * most]))
    return kept if len(kept) <= most else kept[: most - 1] + "…"
