"""What is said when something received is not on the short lists."""

from __future__ import annotations

from typing import Any

MAX_NAME = 80


class NotAccepted(ValueError):
    """Something received is not on the short lists; the text is a sentence that a student can read."""


def readable(text: object, most: int = MAX_NAME) -> str:
    """A text of unknown origin, fit for a sentence: what is printable is kept, at most `most` letters."""
    if type(text) is not str:
        return "?"
    kept = "".join(filter(str.isprintable, text[: 4 * most]))
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def sentence(entry: dict[str, Any], key: str, found: str) -> str:
    """Why a layer is not accepted: what it is, what was found in it, and what would be accepted."""
    from .compiling import FIELDS
    from .layers import ACCEPTED, LAYERS

    kind, name = readable(entry.get("class")), readable(entry.get("name"))
    key, found = readable(key), readable(found, 200)
    if key == "class":
        return (
            f"A layer of the class “{found}” is not accepted. Accepted are Keras' own {', '.join(ACCEPTED)}."
        )
    fields = LAYERS[kind].fields if kind in LAYERS else FIELDS
    wanted = f" Accepted is {fields[key].kind.accepts}." if key in fields else ""
    return f"The {kind} “{name}” has this as its {key}: {found}. That is not accepted.{wanted}"
