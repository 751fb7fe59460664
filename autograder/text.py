"""Text of students and of their code, made safe to print: no control, no surrogate, no bidirectional mark."""

from __future__ import annotations

import unicodedata

# Controls, formatting (bidirectional marks among it), surrogates, private use and unassigned characters.
DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
KEPT = {"\n", "\t"}


def clean(text: object, most: int) -> str:
    """At most `most` characters, without what a terminal or a page could take for an instruction."""
    if type(text) is not str:
        return "?"
    kept = "".join(c for c in text[: 4 * most] if c in KEPT or unicodedata.category(c) not in DROPPED)
    return kept if len(kept) <= most else kept[: most - 1] + "…"


REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def lines(text: str) -> str:
    """The text with its line breaks kept."""
    return "".join(char if char == "\n" or _harmless(char) else REPLACEMENT for char in text.expandtabs(4))


def line(text: str, longest: int = 300) -> str:
    """The text in one line, cut where it is longer than `longest`."""
    one = lines(" ".join(text.split()))
    return one if len(one) <= longest else one[: longest - 1] + "…"


def points(score: float | None, most: float) -> str:
    """`8.5 of 10`, or `? of 10` where the grader owes the score."""
    return f"{'?' if score is None else f'{round(score, 6):g}'} of {round(most, 6):g}"


def _harmless(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] != "C" and category not in ("Zl", "Zp")
