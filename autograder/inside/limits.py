"""The limits of one child, set by itself before it sees a submission."""

from __future__ import annotations

import os
import resource
import signal

from . import kernel
from .confine import close_all_but
from .spec import Spec

LINK = 3


def take_over(link: int, output: int) -> int:
    """Make the pipe the standard output and error, keep the socket alone, and return its descriptor."""
    kept = os.dup(link)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(kept, LINK)
    close_all_but(LINK)
    return LINK


def limit(spec: Spec) -> None:
    """Give up, for good, everything that a submission does not need; raises OSError."""
    os.setsid()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    # Writing too much, or to nobody, should raise in the submission instead of ending it.
    for number in (signal.SIGXFSZ, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    for name, most in spec.rlimits.items():
        hard = most + 1 if name == "CPU" else most
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, hard))
    kernel.restrict_files(spec.readable, (*spec.scratch, *spec.writable))
    if spec.system_calls:
        kernel.filter_system_calls(bytes.fromhex(spec.system_calls))
