"""Folders and files on a disk: links are never followed, only regular files are opened, nothing blocks."""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..text import clean

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


def printable(text: str, limit: int = 120) -> str:
    """`text` on one line, without controls, direction marks or broken characters, cut to `limit`."""
    return clean(text, limit, newlines=False)


def joined(parent: str, name: str) -> str:
    """What messages call the entry `name` of the folder that they call `parent` ("" for the class itself)."""
    return f"{parent}/{printable(name)}" if parent else printable(name)


def megabytes(size: int) -> str:
    """A size in bytes for people, rounded up, so that what is over a limit does not look like it."""
    return f"{math.ceil(size * 10 / MEGABYTE) / 10:.1f} MB"


_KINDS = {
    stat.S_IFLNK: "a symbolic link, and links are not followed",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def text_of(name: str) -> str:
    """A file name as text that can be encoded: bytes that are no UTF-8 become replacement characters."""
    return os.fsencode(name).decode("utf-8", "replace")


def disk_entry(path: Path, parent: str = "") -> Entry:
    """The file or folder at `path`, which is not followed when it is a link. Never raises.

    `parent` is what messages call the folder that it lies in.
    """
    name = text_of(path.name)
    where = joined(parent, name)
    try:
        status = path.lstat()
    except OSError as error:
        return _odd(name, where, f"cannot be looked at ({error.strerror})")
    if stat.S_ISDIR(status.st_mode):
        return Folder(name, where, lambda: _entries(path, where))
    if stat.S_ISREG(status.st_mode):
        return File(name, where, status.st_mtime, lambda limit: _read(path, where, limit), path=path)
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), "a special file")
    return _odd(name, where, f"is {kind}: expected a file or a folder")


def disk_root(path: Path) -> Entry:
    """The class at `path`; messages name what is inside a class folder by its place there."""
    entry = disk_entry(path)
    return Folder(entry.name, "", lambda: _entries(path, "")) if isinstance(entry, Folder) else entry


def _odd(name: str, where: str, reason: str) -> File:
    def load(limit: int) -> bytes:
        raise Unreadable(f"{where} {reason}.")

    return File(name, where, 0.0, load, odd=True)


def _entries(path: Path, where: str) -> Sequence[Entry]:
    try:
        names = sorted(child.name for child in path.iterdir())
    except OSError as error:
        raise Unreadable(f"The folder {where or path.name} cannot be listed: {error.strerror}.") from None
    return [disk_entry(path / name, where) for name in names]


def _read(path: Path, where: str, limit: int) -> bytes:
    # What was a regular file a moment ago may be a pipe or a link by now, so the descriptor is asked again.
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
        raise Unreadable(f"{where} is too large: {size}, where at most {megabytes(limit)} are read.")
    return data
