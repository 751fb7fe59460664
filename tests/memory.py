"""The memory of a process and all that descend from it, for tests and benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def peak_bytes(process: int, alive: Callable[[], bool], seconds: float) -> int:
    """The most that `process` and its descendants hold together, looked at every `seconds` while `alive`.

    What is shared counts once, and what of files is in memory counts, too.
    """
    peak = 0
    while alive():
        family = descendants(process)
        together = sum(map(proportional_bytes, family))
        # A process that forks between two readings would be counted whole and then by halves.
        if descendants(process) == family:
            peak = max(peak, together)
        time.sleep(seconds)
    return peak


def descendants(process: int) -> list[int]:
    """A process and all that descend from it, by any thread; those that end meanwhile are left out."""
    found = [process]
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += descendants(int(child))
    return found


def proportional_bytes(process: int) -> int:
    """The memory of a process, each page divided by the number of processes that share it."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
