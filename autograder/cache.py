"""Where things are kept from run to run: in the user's cache, which may be emptied at any time."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder(name: str) -> Path | None:
    """The folder of this name in the user's cache, made if need be; None where it cannot be written."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weekly-kits" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # a user without a home raises the latter
        return None
    return folder if os.access(folder, os.W_OK) else None
