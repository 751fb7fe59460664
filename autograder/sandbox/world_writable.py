"""Find the folders and files of this machine that every user can write to.

Without Landlock, a submission that runs as an unprivileged user can leave messages there for the next one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# File systems of the kernel; without further rights, no data there outlives a process.
SKIPPED = ("/proc", "/sys")


@dataclass(frozen=True)
class WorldWritable:
    """Paths that every user can write to: folders whose entries only their owner can remove, and others."""

    sticky_folders: tuple[str, ...]
    others: tuple[str, ...]


def find_world_writable(root: str = "/") -> WorldWritable:
    """Return the world-writable paths below `root` in folders that every user can enter."""
    sticky: list[str] = []
    others: list[str] = []
    for path, mode in _reachable(root):
        if stat.S_ISDIR(mode):
            # To remove what a submission left in a folder, its user must be able to list the folder.
            sweepable = mode & stat.S_ISVTX and mode & stat.S_IROTH
            (sticky if sweepable else others).append(path)
        else:
            others.append(path)
    return WorldWritable(tuple(sorted(sticky)), tuple(sorted(others)))


def _reachable(root: str) -> Iterator[tuple[str, int]]:
    """Yield the path and mode of each folder, file and pipe that every user can reach and write to."""
    waiting = [root]
    if (mode := Path(root).stat().st_mode) & stat.S_IWOTH:
        yield root, mode
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    mode = entry.stat(follow_symlinks=False).st_mode
                    if stat.S_ISDIR(mode):
                        if not mode & stat.S_IXOTH or entry.path in SKIPPED:
                            continue
                        waiting.append(entry.path)
                    elif not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
                        # Devices store no data, and the system-call filter refuses sockets.
                        continue
                    if mode & stat.S_IWOTH:
                        yield entry.path, mode
        except OSError:
            continue  # removed in the meantime
