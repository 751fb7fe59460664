"""A user and group number that belongs to nobody, for one sandbox."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

# Above what systems give to people, containers and services; each process of ours has a block of its own.
FIRST, BLOCK, BLOCKS = 0x60000000, 1 << 3, 1 << 22
_started = itertools.count()


def spare() -> int:
    """A number that no other sandbox on this machine uses, so that their processes are counted apart.

    In a container that maps few numbers, the last ones that it maps.
    """
    mine = os.getpid() % BLOCKS * BLOCK + next(_started) % BLOCK
    lines = Path("/proc/self/uid_map").read_text().splitlines()
    first, _, size = max((tuple(map(int, line.split())) for line in lines), key=lambda extent: extent[2])
    if FIRST + mine < first + size:
        return FIRST + mine
    return first + size - 2 - mine % max(1, size // 4)
