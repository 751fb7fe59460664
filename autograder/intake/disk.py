"""Folders and files on a disk: links are never followed, only regular files are opened, nothing blocks."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from autograder.intake.tree import Entry, File, Folder, Unreadable, joined, megabytes

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
