"""Text of unknown origin, made safe to keep and to show."""

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
