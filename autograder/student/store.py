"""Trainings kept as files in the student's folder: a network that has not changed is not trained again."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

MOST_FILES = 200


class Files:
    """A folder with a file for every training. What goes wrong with it costs time alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> bytes | None:
        """What was kept under `key`, or None."""
        with suppress(OSError):
            return (self._folder / key).read_bytes()
        return None

    def set(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all; the oldest files go first."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            new = self._folder / f"{key}.new"
            new.write_bytes(data)
            new.replace(self._folder / key)
            by_age = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime)
            for path in by_age[:-MOST_FILES]:
                path.unlink()
