"""Read what was handed in from disk, as files and folders with names for messages.

Links are not followed, and only regular files are opened.
"""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..text import clean

MEGABYTE = 1_000_000
FILE_LIMIT = 10 * MEGABYTE
ZIP_LIMIT = 50 * MEGABYTE

_SOURCE = re.compile(r"\.(py|ipynb)$", re.IGNORECASE)
_ZIP = re.compile(r"\.zip$", re.IGNORECASE)
_JUNK = re.compile(
    r"\..*|~\$.*|__MACOSX|__pycache__|Thumbs\.db|desktop\.ini|.*-checkpoint\.ipynb|__zip_filename__",
    re.IGNORECASE | re.DOTALL,
)
_KINDS = {
    stat.S_IFLNK: "a symbolic link, and links are not followed",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class Unreadable(Exception):
    """A submitted file or folder is unreadable. The text is one sentence that says what, where and why.

    `excerpt` is the line that is not Python, with a caret below it.
    """

    def __init__(self, message: str, excerpt: str = "") -> None:
        super().__init__(message)
        self.excerpt = excerpt


class Reading(NamedTuple):
    """A name in an encoding that it may have."""

    encoding: str
    name: str


@dataclass(frozen=True)
class File:
    """A file. `load(limit)` returns its bytes and raises Unreadable if there are more than `limit`.

    `where` is its location in messages and `name` the name that its author chose. A `special` file is a link,
    a pipe or similar; its `load` only raises the reason. `path` is set for files on disk. `reading` is the
    name in another encoding if its bytes are not UTF-8.
    """

    name: str
    where: str
    modified: float
    load: Callable[[int], bytes] = field(compare=False)
    special: bool = False
    path: Path | None = field(default=None, compare=False)
    reading: Reading | None = None

    @property
    def is_source(self) -> bool:
        """Return whether the name ends in `.py` or `.ipynb`."""
        return _SOURCE.search(self.name) is not None

    @property
    def is_zip(self) -> bool:
        """Return whether the name ends in `.zip`."""
        return _ZIP.search(self.name) is not None

    @property
    def stem(self) -> str:
        """Return the name without the suffix of a source file or a zip."""
        return _ZIP.sub("", _SOURCE.sub("", self.name))


@dataclass(frozen=True)
class Folder:
    """A folder. `entries()` lists it again on each call, and raises Unreadable if that fails."""

    name: str
    where: str
    entries: Callable[[], Sequence[File | Folder]] = field(compare=False)
    reading: Reading | None = None


Entry = File | Folder


def is_junk(name: str) -> bool:
    """Return whether editors and operating systems create entries with this name."""
    return _JUNK.fullmatch(name) is not None


def visible(folder: Folder) -> list[Entry]:
    """Return the folder's entries without junk, sorted by name."""
    return without_junk(folder.entries())


def readable(folder: Folder) -> list[Entry]:
    """Return the folder's entries as `visible` does, or none if it cannot be listed."""
    try:
        return visible(folder)
    except Unreadable:
        return []


def without_junk(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that people made, sorted by name."""
    return sorted(
        (entry for entry in entries if not is_junk(entry.name)),
        key=lambda entry: (entry.name, entry.reading or ()),
    )


def printable(text: str, limit: int = 120) -> str:
    """Return `text` sanitized, on one line and cut to `limit` characters."""
    return clean(text, limit, newlines=False)


def join_place(parent: str, name: str) -> str:
    """Return the name used in messages for the entry `name` of the folder `parent` ("" for the class)."""
    return f"{parent}/{printable(name)}" if parent else printable(name)


def megabytes(size: int) -> str:
    """Return a size in bytes as text in megabytes, rounded up so that a size over a limit exceeds it."""
    return f"{math.ceil(size * 10 / MEGABYTE) / 10:.1f} MB"


def disk_entry(path: Path, parent: str = "") -> Entry:
    """Return the file or folder at `path`, without following a link; never raise.

    `parent` is the name of the containing folder in messages.
    """
    name, reading = _decode(path.name)
    where = join_place(parent, name)
    try:
        status = path.lstat()
    except OSError as error:
        return _special_file(name, where, f"cannot be inspected ({error.strerror})", reading)
    if stat.S_ISDIR(status.st_mode):
        return Folder(name, where, lambda: _entries(path, where), reading)
    if stat.S_ISREG(status.st_mode):
        return File(
            name, where, status.st_mtime, lambda limit: _read(path, where, limit), path=path, reading=reading
        )
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), "a special file")
    return _special_file(name, where, f"is {kind}: expected a file or a folder", reading)


def disk_root(path: Path) -> Entry:
    """Return the class at `path`; messages name its entries relative to it."""
    entry = disk_entry(path)
    return Folder(entry.name, "", lambda: _entries(path, "")) if isinstance(entry, Folder) else entry


def _decode(name: str) -> tuple[str, Reading | None]:
    """Return a file name as encodable text, and its Latin-1 form if its bytes are not UTF-8."""
    raw = os.fsencode(name)
    text = raw.decode("utf-8", "replace")
    return text, None if text.encode() == raw else Reading("Latin-1", raw.decode("latin-1"))


def _special_file(name: str, where: str, reason: str, reading: Reading | None) -> File:
    """Return a file that cannot be read; `reason` follows its location in the message."""

    def load(limit: int) -> bytes:
        raise Unreadable(f"{where} {reason}.")

    return File(name, where, 0.0, load, special=True, reading=reading)


def _entries(path: Path, where: str) -> Sequence[Entry]:
    try:
        names = sorted(child.name for child in path.iterdir())
    except OSError as error:
        raise Unreadable(f"The folder {where or path.name} cannot be listed: {error.strerror}.") from None
    return [disk_entry(path / name, where) for name in names]


def _read(path: Path, where: str, limit: int) -> bytes:
    # The file may have become a pipe or a link since it was found, so the descriptor is checked again.
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - pathlib opens no descriptors
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(f"{where} is no regular file.")
            data = file.read(limit + 1) if status.st_size <= limit else b""
    except OSError as error:
        raise Unreadable(f"{where} cannot be read: {error.strerror}.") from None
    if max(len(data), status.st_size) > limit:
        size = megabytes(max(len(data), status.st_size))
        raise Unreadable(f"{where} is too large: {size}, the limit is {megabytes(limit)}.")
    return data
