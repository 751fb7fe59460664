"""The weaker levels: the warm process is a plain one of this system, another user's where root starts it."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from .filesystem import ENGINE, SYSTEM_LIBRARIES, Python, Workplace
from .guest.confinement import landlock_version
from .guest.spec import Spec
from .policy import PYTHON_FLAGS, SYSTEM_FILES, Isolation, Launch, variables
from .protocol import IsolationUnavailable
from .seccomp import load_filter


def unreadable_parent(path: Path) -> Path | None:
    """The first folder on the way to `path`, or `path` itself, that shuts others out; None if none does."""
    path = path.resolve()
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None if path.stat().st_mode & stat.S_IROTH else path


# Above what systems give to people, containers and services; each process of ours has a block of its own.
FIRST, BLOCK, BLOCKS = 0x60000000, 1 << 3, 1 << 22
_started = itertools.count()


def unused_uid() -> int:
    """A number that no other sandbox on this machine uses, so that their processes are counted apart.

    In a container that maps few numbers, the last ones that it maps.
    """
    mine = os.getpid() % BLOCKS * BLOCK + next(_started) % BLOCK
    lines = Path("/proc/self/uid_map").read_text().splitlines()
    first, _, size = max((tuple(map(int, line.split())) for line in lines), key=lambda extent: extent[2])
    if FIRST + mine < first + size:
        return FIRST + mine
    return first + size - 2 - mine % max(1, size // 4)


READABLE = (*SYSTEM_LIBRARIES, "/usr/local/lib", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime")


def launch(spec: Spec, workplace: Workplace, isolation: Isolation) -> Launch:
    """Complete what is wanted for the levels `user` and `process`; raises IsolationUnavailable."""
    python, root = Python.running(), os.geteuid() == 0
    if isolation is Isolation.USER:
        _expect_another_user(root)
    if root:
        _expect_reachable(python, workplace)
    identity = unused_uid() if root else None
    workplace.lend_scratch(identity)
    ours = (*python.libraries, *python.packages, workplace.program, workplace.given)
    spec = replace(
        spec,
        paths=(*map(str, python.packages), str(workplace.given)),
        given=str(workplace.given),
        scratch=(str(workplace.scratch),),
        rlimits=spec.rlimits if root else _without_processes(spec.rlimits),
        system_calls=load_filter().hex(),
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
    if landlock_version() == 0 and unreadable_parent(ENGINE) is None:
        raise IsolationUnavailable(
            f"The level `user` keeps our files from submissions; found that any user can read {ENGINE}, and "
            f"a kernel without Landlock. What to do: `chmod 700 {ENGINE}` and the same for answers and "
            "submissions, or ask for the level `bubblewrap`."
        )


def _expect_reachable(python: Python, workplace: Workplace) -> None:
    for path in (python.executable, *python.libraries, *python.packages, workplace.program):
        if (shut := unreadable_parent(path)) is not None:
            raise IsolationUnavailable(
                f"Expected a Python that an unprivileged user can read; found that {shut} shuts others out "
                f"of {path}. What to do: `chmod o+x {shut}`, which lets them pass but not look around, or "
                "install Python elsewhere, as in /opt, or ask for the level `bubblewrap`, which can use it "
                "where it is."
            )


def _without_processes(rlimits: Mapping[str, int]) -> dict[str, int]:
    """All limits but one: the kernel would count this user's processes outside of the sandbox too."""
    return {name: most for name, most in rlimits.items() if name != "NPROC"}
