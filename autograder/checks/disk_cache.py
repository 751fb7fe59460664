"""Cache bytes on disk, shared by processes and runs. No cached data is unpickled.

Errors of a disk cost time but do not affect grades: what cannot be read counts as missing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..files import sha256, write_atomic

MAX_BYTES = 256 * 1024**2
# Old files are looked for after every sixteenth of the largest size that was written.
PARTS = 16
DIGITS = 64


class DiskCache:
    """A folder with one file per key. `key` is a file name, such as a hash.

    Files are replaced atomically, and each begins with the SHA-256 of its data, because a file may be damaged
    after a crash of the system. Above `max_bytes`, the least recently used files are deleted.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        # Counts as written, so that the first `set` of each process deletes old files.
        self._written = max_bytes

    def get(self, key: str) -> bytes | None:
        """Return the data stored under `key`, or None if it is missing or damaged."""
        with suppress(OSError):
            content = (self._folder / key).read_bytes()
            digest, data = content[:DIGITS], content[DIGITS:]
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
            if self._written > self._max_bytes // PARTS:
                self._written = 0
                self._delete_oldest()

    def _delete_oldest(self) -> None:
        files = sorted(
            ((path.stat(), path) for path in self._folder.iterdir()), key=lambda found: found[0].st_mtime
        )
        excess = sum(stat.st_size for stat, _ in files) - self._max_bytes
        for stat, path in files:
            if excess <= 0:
                return
            path.unlink(missing_ok=True)
            excess -= stat.st_size
