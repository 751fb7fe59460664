"""Files: atomic writes, repeatable zips, checksums and the cache folder."""

from __future__ import annotations

import errno
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


def write_atomic(path: Path, content: str | bytes) -> None:
    """Replace `path` by `content` as a whole: no reader, crash or full disk leaves half of it.

    Text is encoded as UTF-8; characters that UTF-8 cannot hold are escaped. Raises
    OSError after removing what was begun.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode(errors="backslashreplace") if isinstance(content, str) else content
    begun = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with begun.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        begun.replace(path)
    except OSError:
        begun.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync a folder; the rename itself was still whole.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


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
