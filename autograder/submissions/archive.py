"""Read zips as in-memory folders; nothing is written to disk, and decompression stops at the limits."""

from __future__ import annotations

import calendar
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .file_types import is_zip, kind_of_content
from .folders import (
    ZIP_LIMIT,
    Entry,
    File,
    Folder,
    Reading,
    Unreadable,
    is_junk,
    join_place,
    megabytes,
    printable,
)

MAX_MEMBERS = 10_000
MAX_SEPARATORS = 10 * MAX_MEMBERS
# Other methods can allocate gigabytes of memory for a few bytes, and ordinary zips do not use them.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CENTRAL_HEADER = b"PK\x01\x02"
_DRIVE = re.compile(r"[A-Za-z]:")
# Exceptions that `zipfile` raises on damaged archives.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # also raised for an encrypted member
    NotImplementedError,
    ValueError,
    IndexError,
    OverflowError,
    MemoryError,
    ImportError,
)


@dataclass
class _Node:
    """A folder of a zip: its subfolders by name, and its files, several of which may share a name."""

    folders: dict[str, _Node] = field(default_factory=dict)
    files: list[tuple[str, zipfile.ZipInfo]] = field(default_factory=list)
    reading: Reading | None = None


def student_zip(data: bytes, name: str, where: str) -> Folder:
    """Return a student's zip as a folder; raise Unreadable.

    It may unpack to at most 50 MB, and no member's path may leave the zip.
    """
    if not data:
        raise Unreadable(f"{where} is empty.")
    if data.count(_CENTRAL_HEADER) > MAX_MEMBERS:
        raise Unreadable(f"{where} holds too many files: more than {MAX_MEMBERS:,}.")
    archive = _open(io.BytesIO(data), where)
    members = archive.infolist()
    separators = sum(info.orig_filename.count("/") + info.orig_filename.count("\\") for info in members)
    if separators > MAX_SEPARATORS:
        raise Unreadable(f"{where} holds too many folders in folders: more than {MAX_SEPARATORS:,}.")
    size = sum(info.file_size for info in members)
    if size > ZIP_LIMIT:
        raise Unreadable(
            f"{where} is too large: it unpacks to {megabytes(size)}, the limit is {megabytes(ZIP_LIMIT)}."
        )
    for info in members:
        reason = _refused(info)
        if reason and not _is_junk(info):
            raise Unreadable(f"{where} {reason}.")
    return _folder(archive, members, name, where)


def class_zip(path: Path, name: str, where: str) -> Folder:
    """Return the zip of a whole class as a folder; raise Unreadable if it is not a zip.

    The zip stays open and is read member by member. Its total size is not limited, because each submission in
    it has its own limit. A member whose path leaves the zip fails only the submission that it belongs to.
    """
    archive = _open(path, where or printable(path.name))
    return _folder(archive, archive.infolist(), name, where)


def _open(source: io.BytesIO | Path, where: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except _BROKEN as error:
        content = source.getvalue() if isinstance(source, io.BytesIO) else b""
        if not is_zip(content) and (kind := kind_of_content(content)):
            raise Unreadable(f"In spite of its name, {where} is {kind}.") from None
        raise Unreadable(
            f"{where} is a broken zip: {printable(str(error)) or type(error).__name__}."
        ) from None


def _folder(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], name: str, where: str) -> Folder:
    root = _Node()
    for info in members:
        parts = _parts(info)
        if not parts or _is_junk(info):
            continue
        node = root
        for part in parts if info.is_dir() else parts[:-1]:
            node = node.folders.setdefault(part, _Node(reading=_reading(part, info)))
        if not info.is_dir():
            node.files.append((parts[-1], info))
    return _as_folder(archive, root, name, where)


def _as_folder(archive: zipfile.ZipFile, node: _Node, name: str, where: str) -> Folder:
    def entries() -> list[Entry]:
        folders: list[Entry] = [
            _as_folder(archive, child, key, join_place(where, key)) for key, child in node.folders.items()
        ]
        return folders + [_file(archive, info, key, join_place(where, key)) for key, info in node.files]

    return Folder(name, where, entries, node.reading)


def _file(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, where: str) -> File:
    reason = _refused(info)

    def load(limit: int) -> bytes:
        if reason:
            raise Unreadable(f"{where} {reason}.")
        if info.flag_bits & 0x1:
            raise Unreadable(f"{where} is encrypted: hand it in without a password.")
        if info.compress_type not in _METHODS:
            raise Unreadable(f"{where} is compressed in an unusual way: hand in an ordinary zip.")
        try:
            # The declared size may be wrong, so the limit applies to the bytes actually decompressed.
            with archive.open(info) as member:
                data = member.read(limit + 1) if info.file_size <= limit else b""
        except _BROKEN as error:
            raise Unreadable(
                f"{where} is damaged: {printable(str(error)) or type(error).__name__}."
            ) from None
        if max(len(data), info.file_size) > limit:
            size = megabytes(max(len(data), info.file_size))
            raise Unreadable(f"{where} is too large: {size}, the limit is {megabytes(limit)}.")
        return data

    reading = _reading(name, info)
    return File(name, where, _modified(info), load, special=bool(reason), reading=reading)


def _modified(info: zipfile.ZipInfo) -> float:
    try:
        return float(calendar.timegm((*info.date_time, 0, 0, 0)))
    except (ValueError, OverflowError):
        return 0.0


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return the parts of the member's path inside the zip, without those that leave it."""
    path = PurePosixPath(_name(info))
    return tuple(part for part in path.parts if part not in ("..", path.anchor))


def _is_junk(info: zipfile.ZipInfo) -> bool:
    return any(is_junk(part) for part in _parts(info))


def _refused(info: zipfile.ZipInfo) -> str:
    """Return the reason for refusing a member whose path leaves the zip, or ""."""
    name = _name(info)
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or _DRIVE.match(name) or "\0" in name:
        return f"unpacks out of its own folder: a member is named {printable(name)}"
    if stat.S_ISLNK(info.external_attr >> 16):
        return f"holds a symbolic link, {printable(name)}, and links are not followed"
    return ""


def _name(info: zipfile.ZipInfo) -> str:
    """Return the member's name.

    macOS writes UTF-8 without setting the flag, and `zipfile` then decodes the name as code page 437.
    """
    return (_as_utf8(info) or info.orig_filename).replace("\\", "/")


def _as_utf8(info: zipfile.ZipInfo) -> str | None:
    """Return the member's name if its bytes are UTF-8, else None."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return None


def _reading(part: str, info: zipfile.ZipInfo) -> Reading | None:
    """Return a part of the member's path as Windows may have written it in China or in Western Europe.

    Windows does not say which code page it uses.
    """
    if part.isascii() or _as_utf8(info) is not None:
        return None
    raw = part.encode("cp437")
    try:
        return Reading("GB 2312", raw.decode("gb2312"))
    except UnicodeError:
        return Reading("code page 850", raw.decode("cp850"))
