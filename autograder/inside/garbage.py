"""Garbage in processes that import much and then fork: looking for it costs more than there is to find."""

from __future__ import annotations

import gc

# Networks are many small objects, and a submission's process is short.
NEW_OBJECTS = 20_000


def settle() -> None:
    """Collect once, leave all that is there alone from now on, and look seldom at what comes after.

    A collection writes to every object that it looks at, so a fork would get a copy of each.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    gc.enable()
