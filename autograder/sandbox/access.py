"""What other users of this machine can come to, as far as modes tell."""

from __future__ import annotations

import stat
from pathlib import Path


def barrier(path: Path) -> Path | None:
    """The first folder on the way to `path`, or `path` itself, that shuts others out; None if none does."""
    path = path.resolve()
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None if path.stat().st_mode & stat.S_IROTH else path
