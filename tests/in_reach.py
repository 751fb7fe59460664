"""Runs a command where other users can reach this Python, even where it lies in root's private home."""

from __future__ import annotations

import sys
from pathlib import Path

# A mount namespace shows the Python in an open home.
IN_REACH = f"""
set -e
mount --make-rprivate /
kept=$(mktemp --directory)
mount --bind {sys.base_prefix} $kept
mount -t tmpfs -o mode=755 none {Path.home()}
mkdir --parents {sys.base_prefix}
mount --move $kept {sys.base_prefix}
rmdir $kept
exec "$@"
"""


def in_reach(command: list[str]) -> list[str]:
    """The command, run where others can reach this Python."""
    if not Path(sys.base_prefix).is_relative_to(Path.home()):
        return command
    return ["unshare", "--mount", "sh", "-c", IN_REACH, "sh", *command]
