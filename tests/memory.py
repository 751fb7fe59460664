"""A process and all that descend from it, and their memory, for tests and benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

# What the kernel says of a process's memory, shared pages divided by those who share them. How much of a
# file is in memory depends on how it was read once, and the kernel takes it back where memory is short.
ALL = ("Pss",)
NOT_OF_FILES = ("Pss_Anon", "Pss_Shmem")


def peak_bytes(process: int, alive: Callable[[], bool], seconds: float, counted: Sequence[str] = ALL) -> int:
    """The most that `process` and its descendants hold together, looked at every `seconds` while `alive`.

    What is shared counts once.
    """
    peak = 0
    while alive():
        family = descendants(process)
        together = sum(proportional_bytes(member, counted) for member in family)
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


def alive(process: int) -> bool:
    """Whether a process still runs; one that ended and was not waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def proportional_bytes(process: int, counted: Sequence[str] = ALL) -> int:
    """The memory of a process, each page divided by the number of processes that share it."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    sizes = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    return sum(int(sizes[name][0]) * 1024 for name in counted if name in sizes)
