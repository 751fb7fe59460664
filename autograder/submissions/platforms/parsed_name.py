"""Define what a platform's file name contains, and helpers for the parsers of such names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..identity import Identity

MAX_NAME = 1_000


@dataclass(frozen=True)
class ParsedName:
    """The information in a platform's name.

    `filename` is the part that the student chose, "" for a folder. `order` increases with time if the name
    contains it, in the same unit throughout a platform. The platform itself wrote a `platform_file`.
    """

    identity: Identity
    filename: str = ""
    order: float | None = None
    platform_file: bool = False


PLATFORM_FILE = ParsedName(Identity(""), platform_file=True)


def common_prefix(names: Sequence[str]) -> str:
    """Return the longest beginning that all names share."""
    first, last = min(names), max(names)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length]


def seconds(text: str, form: str) -> float | None:
    """Return the Unix time that a format of strptime finds in `text`, read as UTC, or None."""
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None
