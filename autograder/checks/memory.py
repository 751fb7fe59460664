"""Release the memory that a check leaves behind, so that later checks have as much memory available."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import traceback
from contextlib import suppress

from .failures import chain

MIB = 1024**2
# Training a small network uses less than this. Garbage collection takes longer than such a check.
COLLECT_BYTES = 256 * MIB


def data_bytes() -> int:
    """Return the size of private writable memory in bytes, which RLIMIT_DATA limits; 0 except on Linux."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - runs after every check
            return int(statm.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


class MemoryMonitor:
    """Measures how much the memory of this process has grown since the monitor was created."""

    def __init__(self) -> None:
        self._start = data_bytes()

    @property
    def growth(self) -> int:
        """Return the growth in bytes."""
        return data_bytes() - self._start

    def collect_if_grown(self) -> None:
        """Run the garbage collector and return free memory if the process has grown by COLLECT_BYTES."""
        if self.growth > COLLECT_BYTES:
            gc.collect()
            # glibc keeps freed memory for reuse. Other C libraries do not have malloc_trim.
            with suppress(OSError, AttributeError, TypeError):
                ctypes.CDLL(None).malloc_trim(0)


def release(error: BaseException) -> None:
    """Clear the local variables that the tracebacks of `error` and of its causes keep alive."""
    for each in chain(error):
        traceback.clear_frames(each.__traceback__)
        each.__traceback__ = None
    # pytest and the interpreter store the last exception for debuggers.
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)
