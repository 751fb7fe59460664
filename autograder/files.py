"""Write files atomically, make reproducible zips and checksums, and cache bytes in the user's cache folder.

The disk cache is shared by processes and runs, and unpickles nothing. Errors of the disk cost time but do not
affect grades: what cannot be read counts as missing.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import time
import zipfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

# Where a handout describes itself to the command `kit`.
METADATA = "support/kit.json"
# Checksums of text files ignore the carriage returns that some systems add.
TEXT_SUFFIXES = (".py", ".json", ".ini", ".txt", ".md")
# Suffix of files that are being written. A killed process leaves them behind.
UNFINISHED = ".tmp"
# The earliest time that a zip entry can store.
NO_TIME = (1980, 1, 1, 0, 0, 0)
MAX_CACHED = 256 * 1024**2
# A process looks for old files in the cache after it has written this fraction of the largest size.
FRACTION_BETWEEN_CLEANUPS = 1 / 16
DIGEST_DIGITS = 64


def cache_folder(name: str) -> Path | None:
    """Return the folder `name` in the user's cache, created if needed, or None if it is not writable."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weekly-kits" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # RuntimeError if the user has no home directory
        return None
    return folder if os.access(folder, os.W_OK) else None


def write_atomic(path: Path, content: str | bytes, *, durable: bool = True) -> None:
    """Replace the contents of `path` atomically.

    After a crash or with a full disk, the file holds either its old or its new contents. Without `durable`,
    writing is faster, and a crash of the system may damage the file. Text is encoded as UTF-8; characters
    that UTF-8 cannot encode are escaped. On an error the temporary file is removed. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode(errors="backslashreplace") if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:  # also remove the temporary file on an interrupt
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync a folder. The rename itself is still atomic.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def checksum(name: str, content: bytes) -> str:
    """Return 16 hexadecimal digits of a file's SHA-256; in text files, line endings do not matter."""
    text = content.replace(b"\r\n", b"\n") if name.endswith(TEXT_SUFFIXES) else content
    return sha256(text)[:16]


def sha256(content: bytes) -> str:
    """Return the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_parts(parts: Iterable[bytes]) -> str:
    """Return the SHA-256 of `parts`, each with its length, so that different lists have different digests."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def pack(
    files: Mapping[str, bytes],
    programs: Collection[str] = (),
    *,
    comment: bytes = b"",
    compress: bool = True,
    modified: float | None = None,
) -> bytes:
    """Return a reproducible zip of `files`, which maps paths to contents.

    `programs` are the names of executable files. `modified` is the time of all entries in seconds since the
    epoch; by default it is the earliest time that a zip can store.
    """
    moment = NO_TIME if modified is None else max(time.localtime(modified)[:6], NO_TIME)
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, moment)
            entry.create_system = 3  # always Unix, so that the bytes do not depend on the system
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, files[name], method)
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip by path."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}


def zip_comment(data: bytes) -> bytes:
    """Return the comment of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.comment


class DiskCache:
    """A folder with one file per key. `key` is a file name, such as a hash.

    Files are replaced atomically, and each begins with the SHA-256 of its data, because a file may be damaged
    after a crash of the system. Above `max_bytes`, the least recently used files are deleted.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_CACHED) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        # As if a cleanup were due, so that the first `set` of each process deletes old files.
        self._written = max_bytes

    def get(self, key: str) -> bytes | None:
        """Return the data stored under `key`, or None if it is missing or damaged."""
        with suppress(OSError):
            content = (self._folder / key).read_bytes()
            digest, data = content[:DIGEST_DIGITS], content[DIGEST_DIGITS:]
            if digest == sha256(data).encode():
                os.utime(self._folder / key)
                return data
        return None

    def set(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, if possible."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            content = sha256(data).encode() + data
            write_atomic(self._folder / key, content, durable=False)
            self._written += len(content)
            if self._written > self._max_bytes * FRACTION_BETWEEN_CLEANUPS:
                self._written = 0
                self._delete_oldest()

    def _delete_oldest(self) -> None:
        files = [(path, path.stat()) for path in self._folder.iterdir()]
        excess = sum(stat.st_size for _, stat in files) - self._max_bytes
        for path, stat in sorted(files, key=lambda file: file[1].st_mtime):
            if excess <= 0:
                return
            path.unlink(missing_ok=True)
            excess -= stat.st_size
