"""The toy kit, an examiner to compare with, Otter's zip and command, and a room that is like a container."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from system_needs import bubblewrap

from autograder.examiner.client import Examiner
from autograder.kit import Kit
from autograder.release.bundles import otter_zip
from autograder.release.wheel import Wheel, build

PROJECT = Path(__file__).parents[2]
TOY = PROJECT / "tests" / "toy"


OtterRun = Callable[[Path, Path, Path], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def toy() -> Kit:
    """The toy kit, which needs no TensorFlow."""
    return Kit.load(TOY, "sums")


@pytest.fixture(scope="session")
def solved() -> str:
    """The toy kit's answer."""
    return (TOY / "solutions" / "sums" / "sums.py").read_text()


@pytest.fixture(scope="session")
def examiner(toy: Kit) -> Iterator[Examiner]:
    """The examiner that `kit grade` uses."""
    with Examiner(toy) as warm:
        yield warm


@pytest.fixture(scope="session")
def wheel() -> Wheel:
    """The engine's wheel, built once."""
    return build()


@pytest.fixture(scope="session")
def toy_zip(toy: Kit, wheel: Wheel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Otter's zip of the toy kit."""
    path = tmp_path_factory.mktemp("otter") / "autograder.zip"
    path.write_bytes(otter_zip(toy, wheel))
    return path


@pytest.fixture(scope="session")
def room() -> list[str]:
    """The beginning of a command that runs as in a container, where others than root can reach Python.

    Only root can look like a container's root; anybody else runs the command as it is.
    """
    prefix = Path(sys.base_prefix).resolve()
    closed = [folder for folder in reversed(prefix.parents) if not folder.stat().st_mode & stat.S_IXOTH]
    if os.geteuid() != 0 or not closed:
        return []
    private = closed[0]
    words = [bubblewrap() or "bwrap", "--dev-bind", "/", "/", "--tmpfs", str(private)]
    shown = [path for path in (prefix, PROJECT, Path(sys.prefix)) if private in path.parents]
    for path in shown:
        for folder in reversed([path, *path.parents]):
            if folder == private or private in folder.parents:
                words += ["--perms", "0755", "--dir", str(folder)]
        words += ["--ro-bind", str(path), str(path)]
    return words


@pytest.fixture(scope="session")
def container_level() -> str:
    """The level of isolation in the room."""
    return "user" if os.geteuid() == 0 else "process"


@pytest.fixture(scope="session")
def otter_run() -> OtterRun:
    """The real command, as a TA types it: zip, submission, folder in which it leaves `results.json`."""

    def run(autograder: Path, submission: Path, out: Path) -> subprocess.CompletedProcess[str]:
        out.mkdir(exist_ok=True)
        words = [str(Path(sys.executable).parent / "otter"), "run", "-a", str(autograder), "-o", str(out)]
        return subprocess.run([*words, str(submission)], capture_output=True, text=True, check=False, cwd=out)

    return run
