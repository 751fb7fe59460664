"""The sentence that a student reads when a layer is not accepted."""

from __future__ import annotations

from typing import Any

from .compiling import FIELDS
from .layers import ACCEPTED, LAYERS
from .operations import OPERATIONS
from .refusal import readable


def sentence(entry: dict[str, Any], key: str, found: str) -> str:
    """Why a layer is not accepted: which one it is, what was found in it, and what would be accepted."""
    kind, name = readable(entry.get("class")), readable(entry.get("name"))
    key, found = readable(key), readable(found, 200)
    if key == "class":
        return (
            f"A layer of the class “{found}” is not accepted. Accepted are Keras' own {', '.join(ACCEPTED)}."
        )
    if key == "operation":
        return f"The {kind} “{name}” uses the operation {found}. Accepted are {', '.join(OPERATIONS)}."
    fields = LAYERS[kind].fields if kind in LAYERS else FIELDS
    wanted = f" Accepted is {fields[key].kind.accepts}." if key in fields else ""
    return f"The {kind} “{name}” has this as its {key}: {found}. That is not accepted.{wanted}"
