"""The limits of one child, set by itself before it sees a submission."""

from __future__ import annotations

import io
import os
import resource
import signal
import sys

from . import kernel
from .confine import close_all_but
from .spec import Spec

LINK = 3


def take_over(link: int, output: int) -> int:
    """Make the pipe the standard output and error, keep the socket alone, and return its descriptor.

    The standard input is opened anew: flags and locks on one that every child inherits would outlive a child.
    """
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    kept = os.dup(link)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(kept, LINK)
    close_all_but(LINK)
    # Nothing is kept back: what was printed before a crash is seen. A fork may have had other objects here.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - for as long as the process lives
    sys.stdout = _unbuffered(1)
    sys.stderr = _unbuffered(2)
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


def _unbuffered(descriptor: int) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
