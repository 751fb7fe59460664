"""Folders and files as handed in, the same on a disk and in a zip: only named and read, never written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1_000_000
FILE_LIMIT = 10 * MEGABYTE
ZIP_LIMIT = 50 * MEGABYTE

_SOURCE = re.compile(r"\.(py|ipynb)$", re.IGNORECASE)
_ZIP = re.compile(r"\.zip$", re.IGNORECASE)
_JUNK = re.compile(
    r"\..*|~\$.*|__MACOSX|__pycache__|Thumbs\.db|desktop\.ini|.*-checkpoint\.ipynb|__zip_filename__",
    re.IGNORECASE,
)


class Unreadable(Exception):
    """Something handed in cannot be read. The text is one sentence that says what, where and why."""


@dataclass(frozen=True)
class File:
    """One file: `load(limit)` returns its bytes, or raises Unreadable when there are more than `limit`.

    `where` is its place for messages and `name` the name that its author gave it. `odd` says that it is a
    link, a pipe or the like, of which `load` only tells why it is not read. `path` is set on a disk.
    """

    name: str
    where: str
    modified: float
    load: Callable[[int], bytes] = field(compare=False)
    odd: bool = False
    path: Path | None = field(default=None, compare=False)

    @property
    def is_source(self) -> bool:
        """Whether the name is that of a `.py` or an `.ipynb`."""
        return _SOURCE.search(self.name) is not None

    @property
    def is_zip(self) -> bool:
        """Whether the name is that of a zip."""
        return _ZIP.search(self.name) is not None

    @property
    def stem(self) -> str:
        """The name without the suffix of a source or a zip."""
        return _ZIP.sub("", _SOURCE.sub("", self.name))


@dataclass(frozen=True)
class Folder:
    """One folder; `entries()` lists it anew and raises Unreadable when that cannot be done."""

    name: str
    where: str
    entries: Callable[[], Sequence[File | Folder]] = field(compare=False)


Entry = File | Folder


def is_junk(name: str) -> bool:
    """Whether editors and operating systems leave entries of this name behind."""
    return _JUNK.fullmatch(name) is not None


def visible(folder: Folder) -> list[Entry]:
    """The folder's entries that are no junk, sorted by name."""
    return sorted(
        (entry for entry in folder.entries() if not is_junk(entry.name)), key=lambda entry: entry.name
    )


def shown(text: str, limit: int = 120) -> str:
    """`text` on one line, without controls, direction marks or broken characters, cut to `limit`."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def joined(parent: str, name: str) -> str:
    """What messages call the entry `name` of the folder that they call `parent` ("" for the class itself)."""
    return f"{parent}/{shown(name)}" if parent else shown(name)


def megabytes(size: int) -> str:
    """A size in bytes for people, rounded up, so that what is over a limit does not look like it."""
    return f"{math.ceil(size * 10 / MEGABYTE) / 10:.1f} MB"
