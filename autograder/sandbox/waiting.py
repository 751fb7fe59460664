"""Waits for descriptors, however high their numbers are."""

from __future__ import annotations

import select
import time


def wait(descriptors: list[int], deadline: float) -> list[int]:
    """Those with something to read, or closed; none once `deadline` (`time.monotonic()`) has passed."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    milliseconds = max(0.0, deadline - time.monotonic()) * 1000
    return [descriptor for descriptor, _ in poll.poll(min(milliseconds, 1e9))]
