"""What a kit wants and what a level asks for, together: one warm process to be."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from ..inside.spec import Spec
from . import beside, bubblewrap, fonts
from .environment import PYTHON_FLAGS, SYSTEM_FILES, WRITABLE_DEVICES, variables
from .errors import IsolationUnavailable
from .identity import spare
from .launch import Launch
from .level import Isolation
from .limits import MB, Limits
from .python import Python
from .syscalls import compile_filter
from .workplace import Workplace


def plan(wanted: Spec, workplace: Workplace, limits: Limits, isolation: Isolation) -> Launch:
    """Complete what a kit wants (module, preload, prepare, seed); raises IsolationUnavailable."""
    if sys.platform != "linux":
        raise IsolationUnavailable(
            f"Expected Linux, whose kernel keeps submissions apart; found {sys.platform}. What to do: grade "
            "in a Linux virtual machine or container, such as WSL on Windows."
        )
    spec = replace(
        wanted,
        fonts=fonts.kept() if wanted.preload else {},
        scratch_bytes=limits.scratch_mb * MB,
        scratch_inodes=limits.scratch_inodes,
        resident_bytes=limits.resident_mb * MB,
        rlimits=limits.rlimits(),
        writable=WRITABLE_DEVICES,
    )
    if isolation is Isolation.BUBBLEWRAP:
        return _in_bubblewrap(spec, workplace, limits)
    return beside.complete(spec, workplace, isolation)


def _in_bubblewrap(spec: Spec, workplace: Workplace, limits: Limits) -> Launch:
    python = Python.running()
    environment = variables(bubblewrap.SCRATCH, python.library_path())
    words = bubblewrap.command(bubblewrap.find(), workplace, python, limits, environment)
    spec = replace(
        spec,
        paths=(*map(str, python.package_paths()), bubblewrap.GIVEN),
        scratch=(bubblewrap.SCRATCH, bubblewrap.SHARED_MEMORY),
        scratch_mounted=True,
        scratch_bytes=(limits.scratch_mb + limits.shared_memory_mb) * MB,
        system_calls=compile_filter().hex(),
        readable=(*bubblewrap.readable(python), *SYSTEM_FILES),
        identity=spare() if os.geteuid() == 0 else None,
    )
    return Launch((*words, *PYTHON_FLAGS, bubblewrap.PROGRAM), {}, spec)
