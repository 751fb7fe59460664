"""What other users of this machine can read, as far as modes tell."""

from __future__ import annotations

import stat
from pathlib import Path


def reachable_by_others(path: Path) -> bool:
    """Whether a user who owns nothing can come to `path` and read it."""
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents) and readable_by_others(path)


def readable_by_others(path: Path) -> bool:
    """Whether the mode of `path` itself lets everybody read it."""
    return bool(path.stat().st_mode & stat.S_IROTH)
