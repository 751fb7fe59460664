"""The weaker levels: the warm process is a plain one of this system, another user's where root starts it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from ..inside.kernel import landlock_version
from ..inside.spec import Spec
from .access import barrier
from .box import ENGINE
from .environment import PYTHON_FLAGS, SYSTEM_FILES, variables
from .errors import IsolationUnavailable
from .identity import spare
from .launch import Launch
from .level import Isolation
from .python import SYSTEM_LIBRARIES, Python
from .syscalls import compile_filter
from .workplace import Workplace

READABLE = (*SYSTEM_LIBRARIES, "/usr/local/lib", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime")


def complete(spec: Spec, workplace: Workplace, isolation: Isolation) -> Launch:
    """Complete what is wanted for the levels `user` and `process`; raises IsolationUnavailable."""
    python, root = Python.running(), os.geteuid() == 0
    if isolation is Isolation.USER:
        _expect_another_user(root)
    if root:
        _expect_reachable(python, workplace)
    identity = spare() if root else None
    workplace.lend_scratch(identity)
    ours = (*python.libraries, *python.packages, workplace.program, workplace.given)
    spec = replace(
        spec,
        paths=(*map(str, python.packages), str(workplace.given)),
        scratch=(str(workplace.scratch),),
        rlimits=spec.rlimits if root else _without_processes(spec.rlimits),
        system_calls=_filter_if_any(isolation),
        readable=(*map(str, ours), *READABLE, *SYSTEM_FILES),
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
    if landlock_version() == 0 and barrier(ENGINE) is None:
        raise IsolationUnavailable(
            f"The level `user` keeps our files from submissions; found that any user can read {ENGINE}, and "
            f"a kernel without Landlock. What to do: `chmod 700 {ENGINE}` and the same for answers and "
            "submissions, or ask for the level `bubblewrap`."
        )


def _expect_reachable(python: Python, workplace: Workplace) -> None:
    for path in (python.executable, *python.libraries, *python.packages, workplace.program):
        if (shut := barrier(path)) is not None:
            raise IsolationUnavailable(
                f"Expected a Python that an unprivileged user can read; found that {shut} shuts others out "
                f"of {path}. What to do: `chmod o+x {shut}`, which lets them pass but not look around, or "
                "install Python elsewhere, as in /opt, or ask for the level `bubblewrap`, which can use it "
                "where it is."
            )


def _without_processes(rlimits: Mapping[str, int]) -> dict[str, int]:
    """All limits but one: the kernel would count this user's processes outside of the sandbox too."""
    return {name: most for name, most in rlimits.items() if name != "NPROC"}


def _filter_if_any(isolation: Isolation) -> str:
    """The filter; at the level `process`, which promises none, it may be missing."""
    try:
        return compile_filter().hex()
    except IsolationUnavailable:
        if isolation is Isolation.PROCESS:
            return ""
        raise
