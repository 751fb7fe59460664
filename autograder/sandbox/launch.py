"""How a warm process is started at each level: its command, its environment, and what it is told."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace

from ..inside.kernel import landlock_version
from ..inside.spec import Spec
from . import bubblewrap
from .access import reachable_by_others
from .box import ENGINE
from .environment import PYTHON_FLAGS, SYSTEM_FILES, WRITABLE_DEVICES, variables
from .errors import IsolationUnavailable
from .identity import spare
from .level import Isolation
from .limits import MB, Limits
from .python import SYSTEM_LIBRARIES, Python
from .syscalls import compile_filter
from .workplace import Workplace


@dataclass(frozen=True)
class Launch:
    """One warm process to be: how to start it, and what to tell it then."""

    command: tuple[str, ...]
    environment: dict[str, str]
    spec: Spec


def plan(wanted: Spec, workplace: Workplace, limits: Limits, isolation: Isolation) -> Launch:
    """Complete what a kit wants (module, preload, prepare, seed); raises IsolationUnavailable."""
    if sys.platform != "linux":
        raise IsolationUnavailable(
            f"Expected Linux, whose kernel keeps submissions apart; found {sys.platform}. What to do: grade "
            "in a Linux virtual machine or container, such as WSL on Windows."
        )
    spec = replace(
        wanted,
        scratch_bytes=limits.scratch_mb * MB,
        scratch_inodes=limits.scratch_inodes,
        resident_bytes=limits.resident_mb * MB,
        rlimits=limits.rlimits(),
        writable=WRITABLE_DEVICES,
    )
    if isolation is Isolation.BUBBLEWRAP:
        return _in_bubblewrap(spec, workplace, limits)
    return _beside_us(spec, workplace, isolation)


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


def _beside_us(spec: Spec, workplace: Workplace, isolation: Isolation) -> Launch:
    python = Python.running()
    root = os.geteuid() == 0
    if isolation is Isolation.USER:
        _expect_another_user(root)
    if root:
        _expect_reachable(python, workplace)
    identity = spare() if root else None
    if identity is not None:
        workplace.lend_scratch(identity)
    libraries = (
        *SYSTEM_LIBRARIES,
        "/usr/local/lib",
        "/usr/share/zoneinfo",
        "/etc/ld.so.cache",
        "/etc/localtime",
    )
    spec = replace(
        spec,
        paths=(*map(str, python.packages), str(workplace.given)),
        scratch=(str(workplace.scratch),),
        system_calls=_filter_if_any(isolation),
        readable=(
            *map(str, (*python.libraries, *python.packages, workplace.program, workplace.given)),
            *libraries,
            *SYSTEM_FILES,
        ),
        identity=identity,
        unshare=root,
        alone=root,
    )
    command = (str(python.executable), *PYTHON_FLAGS, str(workplace.program))
    return Launch(command, variables(str(workplace.scratch), None), spec)


def _expect_another_user(root: bool) -> None:
    if not root:
        raise IsolationUnavailable(
            "The level `user` runs submissions as another user, which only root can do; found the user "
            f"{os.geteuid()}. What to do: ask for the level `bubblewrap`, which needs no root."
        )
    if landlock_version() == 0 and reachable_by_others(ENGINE):
        raise IsolationUnavailable(
            f"The level `user` keeps our files from submissions; found that any user can read {ENGINE}, and "
            f"a kernel without Landlock. What to do: `chmod 700 {ENGINE}` and the same for answers and "
            "submissions, or ask for the level `bubblewrap`."
        )


def _expect_reachable(python: Python, workplace: Workplace) -> None:
    for path in (python.executable, *python.libraries, *python.packages, workplace.program):
        if not reachable_by_others(path):
            raise IsolationUnavailable(
                f"Expected a Python that an unprivileged user can read; found {path}, which others cannot "
                "reach. What to do: install Python and this project outside of a private home, as in /opt, "
                "or ask for the level `bubblewrap`, which can use it where it is."
            )


def _filter_if_any(isolation: Isolation) -> str:
    """The filter; at the level `process`, which promises none, it may be missing."""
    try:
        return compile_filter().hex()
    except IsolationUnavailable:
        if isolation is Isolation.PROCESS:
            return ""
        raise
