"""Zips that are the same bytes for the same files."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path


def cache_folder(name: str) -> Path | None:
    """The folder of this name in the user's cache, made if need be; None where it cannot be written."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weekly-kits" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # a user without a home raises the latter
        return None
    return folder if os.access(folder, os.W_OK) else None


METADATA = "kit.json"
# Text is compared without the carriage returns that some systems add.
TEXT = (".py", ".json", ".ini", ".txt", ".md")


def checksum(name: str, content: bytes) -> str:
    """Sixteen hexadecimal digits of a file's SHA-256, the same whatever ends its lines."""
    text = content.replace(b"\r\n", b"\n") if name.endswith(TEXT) else content
    return hashlib.sha256(text).hexdigest()[:16]


def pack(files: Mapping[str, bytes], programs: Collection[str] = ()) -> bytes:
    """A zip of `files` by path, sorted and without times; `programs` are those that may be executed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3  # Unix, whatever this runs on
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a zip by path."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
