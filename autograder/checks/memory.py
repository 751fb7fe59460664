"""Release what a check leaves in memory, so that the checks after it find as much memory as it did."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import traceback
from contextlib import suppress

from .failures import chain

MIB = 1024**2
# A check that trains a small network adds less than this; garbage collection takes longer than such a check.
COLLECT_BYTES = 256 * MIB


def data_bytes() -> int:
    """Return the private writable memory of this process, which RLIMIT_DATA limits; 0 except on Linux."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - runs after every check
            return int(statm.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


class MemoryMonitor:
    """Compares the memory of this process with what it had when the monitor was made."""

    def __init__(self) -> None:
        self._start = data_bytes()

    @property
    def growth(self) -> int:
        """How many bytes the process has more."""
        return data_bytes() - self._start

    def collect_if_grown(self) -> None:
        """Collect garbage and return free memory to the system when the process has grown considerably."""
        if self.growth > COLLECT_BYTES:
            gc.collect()
            # glibc keeps freed memory for later; elsewhere the function does not exist.
            with suppress(OSError, AttributeError, TypeError):
                ctypes.CDLL(None).malloc_trim(0)


def release(error: BaseException) -> None:
    """Clear the local variables that the tracebacks of `error` and of its causes keep alive."""
    for each in chain(error):
        traceback.clear_frames(each.__traceback__)
        each.__traceback__ = None
    # pytest and the interpreter remember the last exception for debuggers.
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)
