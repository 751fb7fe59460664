"""What keeps libraries to one thread: a process forks safely only while it has no other."""

from __future__ import annotations

from pathlib import Path

# Workers must not fight for the cores either.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def count() -> int:
    """How many threads this process has; Linux alone tells."""
    return len(list(Path("/proc/self/task").iterdir()))
