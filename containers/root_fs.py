"""Make a Debian root file system with this project in it, and run commands there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.bubblewrap import find_bubblewrap
from autograder.sandbox.protocol import IsolationUnavailable

PROJECT = Path(__file__).resolve().parents[1]
# Debian 13, whose Python is 3.13.
RELEASE = "trixie"
PACKAGES = ("ca-certificates", "make", "python3", "python3-venv")
# Where the checkout stands in the root file system.
CHECKOUT = "/kits"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Variables and files of this machine that package installers may need to reach a registry.
INSTALLER_VARIABLES = ("PIP_", "UV_", "SSL_", "HTTP_", "HTTPS_", "NO_PROXY", "http_", "https_", "no_proxy")
# Mounts /proc and runs a command. bubblewrap's `--proc` covers parts of it, and then Linux lets no ordinary
# user make a sandbox.
WHOLE_PROC = ("sh", "-c", 'mount -t proc proc /proc && exec "$@"', "sh")
NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")


class MissingNeed(RuntimeError):
    """Raised if this machine lacks something. The message says what, and how to get it."""


@dataclass(frozen=True)
class RootFileSystem:
    """A Debian root file system in a folder of this machine."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> RootFileSystem:
        """Make a root file system in the empty folder `path`; raise MissingNeed."""
        check_needs()
        print(f"Making a root file system of Debian {RELEASE} in {path}.", flush=True)
        include = f"--include={','.join(PACKAGES)}"
        command = ["debootstrap", "--variant=minbase", include, RELEASE, str(path)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> RootFileSystem:
        """Return the root file system in `path`, made if it does not exist; raise MissingNeed."""
        check_needs()
        if not (path / "etc" / "debian_version").exists():
            partial = path.with_name(f"{path.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.rmtree(path, ignore_errors=True)
            partial.mkdir(parents=True)
            cls.create(partial).path.rename(path)
        return cls(path)

    def put_checkout(self) -> None:
        """Replace the checkout in the root file system by the committed files of this one."""
        target = self.path / CHECKOUT.strip("/")
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=PROJECT, check=True, capture_output=True)
        subprocess.run(["tar", "--extract", "--directory", str(target)], input=archive.stdout, check=True)

    def run(
        self,
        command: Sequence[str],
        *,
        folder: str = CHECKOUT,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Run a command as root in the root file system; raise CalledProcessError if it fails.

        It has the network, and sees no file of this machine except those in NETWORK_FILES.
        """
        words = [find_bubblewrap().path, "--bind", str(self.path), "/", "--dev", "/dev"]
        words += ["--tmpfs", "/run", "--perms", "1777", "--tmpfs", "/dev/shm"]  # noqa: S108 - not a file
        words += ["--unshare-pid", "--die-with-parent", "--cap-add", "ALL", "--clearenv"]
        for file in NETWORK_FILES:
            if Path(file).exists():
                words += ["--ro-bind", str(Path(file).resolve()), file]
        environment = dict(_installer_variables()) | {"PATH": PATH, "HOME": "/root"} | dict(variables or {})
        for name, value in environment.items():
            words += ["--setenv", name, value]
        subprocess.run([*words, "--chdir", folder, *WHOLE_PROC, *command], check=True)


def check_needs() -> None:
    """Raise MissingNeed with everything that this machine lacks."""
    missing = list(_missing())
    if missing:
        raise MissingNeed("\n".join(missing))


def _missing() -> Iterator[str]:
    if sys.platform != "linux" or os.geteuid() != 0:
        yield "Expected root on Linux, which debootstrap needs. Run the command with sudo."
    if not shutil.which("debootstrap"):
        yield "debootstrap is missing. Install it with `apt-get install debootstrap`."
    if not shutil.which("git"):
        yield "git is missing. Install it with `apt-get install git`."
    try:
        find_bubblewrap()
    except IsolationUnavailable as error:
        yield str(error)


def _installer_variables() -> Iterator[tuple[str, str]]:
    for name, value in os.environ.items():
        # A folder of this machine does not exist in the root file system.
        if name.startswith(INSTALLER_VARIABLES) and not name.startswith("PIP_FIND_LINKS"):
            yield name, value
