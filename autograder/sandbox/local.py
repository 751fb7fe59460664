"""Plan the levels `user` and `process`: the fork server is an ordinary process of this system.

If root starts it, it runs as a user that has no other processes.
"""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from .filesystem import ENGINE, SYSTEM_LIBRARIES, Python, SandboxFolder
from .guest.linux import landlock_version
from .guest.messages import Spec
from .policy import PYTHON_FLAGS, SYSTEM_FILES, Isolation, LaunchPlan, environment_variables
from .protocol import IsolationUnavailable
from .seccomp import load_filter

# User ids above those that systems assign to people, containers and services. Each process that starts
# sandboxes has a separate block of them.
FIRST_UID, BLOCK_SIZE, BLOCK_COUNT = 0x60000000, 1 << 3, 1 << 22
READABLE = (*SYSTEM_LIBRARIES, "/usr/local/lib", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime")
# File systems of the kernel; without further rights, no data there outlives a process.
SKIPPED = ("/proc", "/sys")
# Maximum number of paths that an error message names.
MAX_NAMED = 5
# Counts the sandboxes that this process has started.
_started = itertools.count()


@dataclass(frozen=True)
class WorldWritable:
    """Paths that every user can write to: folders whose entries only their owner can remove, and others."""

    sticky_folders: tuple[str, ...]
    others: tuple[str, ...]


def plan_local(
    spec: Spec, folder: SandboxFolder, isolation: Isolation, private: Sequence[Path] = ()
) -> LaunchPlan:
    """Complete `spec` for the levels `user` and `process`; raise IsolationUnavailable."""
    python, is_root = Python.running(), os.geteuid() == 0
    shared: tuple[str, ...] = ()
    if isolation is Isolation.USER:
        _expect_root(is_root)
        if landlock_version() == 0:
            _expect_private_files((ENGINE, ENGINE.parent / "solutions", *private))
            shared = _expect_only_sticky(find_world_writable())
    if is_root:
        _expect_reachable(python, folder)
    uid = unused_uid() if is_root else None
    folder.reset_scratch(uid)
    used = (*python.libraries, *python.packages, folder.program, folder.given)
    spec = replace(
        spec,
        paths=(*map(str, python.packages), str(folder.given)),
        given=str(folder.given),
        scratch=(str(folder.scratch),),
        shared_folders=shared,
        rlimits=spec.rlimits if is_root else _without_processes(spec.rlimits),
        system_calls=load_filter().hex(),
        readable=(*map(str, used), *READABLE, *SYSTEM_FILES),
        uid=uid,
        unshare=is_root,
        owns_all_processes=is_root,
    )
    command = (str(python.executable), *PYTHON_FLAGS, str(folder.program))
    return LaunchPlan(command, environment_variables(str(folder.scratch), None), spec)


def unused_uid() -> int:
    """Return a user id that no other sandbox uses, so that the kernel counts each sandbox's processes alone.

    In a container that maps few ids, it is among the last ones that it maps.
    """
    offset = os.getpid() % BLOCK_COUNT * BLOCK_SIZE + next(_started) % BLOCK_SIZE
    # Each line has the first id of a range inside the container, the first one outside, and the size.
    ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    first, _outside, size = max(ranges, key=lambda extent: extent[2])
    if FIRST_UID + offset < first + size:
        return FIRST_UID + offset
    return first + size - 2 - offset % max(1, size // 4)


def unreadable_parent(path: Path) -> Path | None:
    """Return the first folder on the way to `path`, or `path`, that other users cannot access; else None."""
    path = path.resolve()
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None if path.stat().st_mode & stat.S_IROTH else path


def make_private(paths: Iterable[Path]) -> None:
    """Make these files and folders accessible only to their owner; skip those that do not exist."""
    for path in paths:
        with suppress(FileNotFoundError):
            path.chmod(0o700 if path.is_dir() else 0o600)


def _expect_root(is_root: bool) -> None:
    if not is_root:
        raise IsolationUnavailable(
            "The level `user` runs submissions as another user, which only root can do; found the user "
            f"{os.geteuid()}. What to do: ask for the level `bubblewrap`, which needs no root."
        )


def _expect_private_files(paths: Iterable[Path]) -> None:
    if found := [str(path) for path in paths if path.exists() and unreadable_parent(path) is None]:
        raise IsolationUnavailable(
            "The level `user` keeps files from submissions; found a kernel without Landlock, and that any "
            f"user can read {', '.join(found)}. What to do: `chmod 700 {' '.join(found)}`, or ask for the "
            "level `bubblewrap`."
        )


def _expect_only_sticky(found: WorldWritable) -> tuple[str, ...]:
    """Return the folders to clean after a submission; raise IsolationUnavailable for other paths."""
    if found.others:
        named = ", ".join(found.others[:MAX_NAMED]) + (" and more" if len(found.others) > MAX_NAMED else "")
        raise IsolationUnavailable(
            "The level `user` keeps submissions from leaving messages for each other; found a kernel without "
            f"Landlock, and that any user can write to {named}. What to do: `chmod o-w` for these files, "
            "`chmod o-w` or `chmod o+rt` for these folders, or ask for the level `bubblewrap`."
        )
    return found.sticky_folders


def _expect_reachable(python: Python, folder: SandboxFolder) -> None:
    for path in (python.executable, *python.libraries, *python.packages, folder.program):
        if (shut := unreadable_parent(path)) is not None:
            raise IsolationUnavailable(
                f"Expected a Python that an unprivileged user can read; found that {shut} denies others "
                f"access to {path}. What to do: `chmod o+x {shut}`, which lets them enter but not list it, "
                "or install Python elsewhere, as in /opt, or ask for the level `bubblewrap`, which can use "
                "it where it is."
            )


def _without_processes(rlimits: Mapping[str, int]) -> dict[str, int]:
    """Return all limits except that on processes, which would include this user's processes outside."""
    return {name: value for name, value in rlimits.items() if name != "NPROC"}


def find_world_writable(root: str = "/") -> WorldWritable:
    """Return the world-writable paths below `root` in folders that every user can enter."""
    sticky: list[str] = []
    others: list[str] = []
    for path, mode in _reachable(root):
        if stat.S_ISDIR(mode):
            # To remove what a submission left in a folder, its user must be able to list the folder.
            cleanable = mode & stat.S_ISVTX and mode & stat.S_IROTH
            (sticky if cleanable else others).append(path)
        else:
            others.append(path)
    return WorldWritable(tuple(sorted(sticky)), tuple(sorted(others)))


def _reachable(root: str) -> Iterator[tuple[str, int]]:
    """Yield the path and mode of each folder, file and pipe that every user can reach and write to."""
    waiting = [root]
    if (mode := Path(root).stat().st_mode) & stat.S_IWOTH:
        yield root, mode
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    mode = entry.stat(follow_symlinks=False).st_mode
                    if stat.S_ISDIR(mode):
                        if not mode & stat.S_IXOTH or entry.path in SKIPPED:
                            continue
                        waiting.append(entry.path)
                    elif not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
                        # Devices store no data, and the system-call filter refuses sockets.
                        continue
                    if mode & stat.S_IWOTH:
                        yield entry.path, mode
        except OSError:
            continue  # removed in the meantime
