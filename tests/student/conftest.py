"""A student's folder, what they write into it, and a terminal in front of it."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from autograder.handout import build, put
from autograder.student.folder import Handout

REPOSITORY = Path(__file__).parents[2]
TOY = REPOSITORY / "tests" / "toy"
DEADLINE = 240.0
HOME = "\x1b[H"
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\r")


class Terminal:
    """A program in a pseudo-terminal, as a person sees it: the text that is on the screen now."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._seen = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def screen(self) -> str:
        """The panel as it was drawn last; without a panel, everything that was printed."""
        return CONTROLS.sub("", self._seen.rpartition(HOME)[2])

    def wait_for(self, *texts: str) -> str:
        """Wait until all texts are on the screen at once; returns it."""
        deadline = time.monotonic() + DEADLINE
        while not all(text in self.screen for text in texts):
            assert self._read(deadline), f"Expected {texts} on the screen:\n{self.screen}"
        return self.screen

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._ours, key.encode())

    def end(self) -> int:
        """Wait until the program has ended; returns its exit status."""
        deadline = time.monotonic() + DEADLINE
        while self._read(deadline):
            pass
        return self.process.wait(DEADLINE)

    def close(self) -> None:
        """End a program that is still there."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)

    def _read(self, deadline: float) -> bool:
        """Take in what comes next; False when nothing does."""
        if not select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return False
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:  # the other end is closed
            return False
        self._seen += self._decoder.decode(data)
        return bool(data)


Open = Callable[..., Terminal]


@pytest.fixture
def terminal() -> Iterator[Open]:
    """Opens a terminal that runs a command in a folder."""
    opened: list[Terminal] = []

    def open_one(folder: Path, *command: str, environment: Mapping[str, str] = os.environ) -> Terminal:
        opened.append(Terminal(command, folder, environment))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def kit() -> str:
    """The command `kit` of this environment."""
    return str(Path(sys.executable).with_name("kit"))


@pytest.fixture(scope="session")
def toy_handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy kit's handout, which no test may change."""
    folder = tmp_path_factory.mktemp("toy") / "sums"
    put(build(TOY, "sums"), folder)
    return folder


@pytest.fixture
def folder(toy_handout: Path, tmp_path: Path) -> Path:
    """A student's own copy of the toy kit's handout."""
    return Path(shutil.copytree(toy_handout, tmp_path / "sums"))


@pytest.fixture
def handout(folder: Path) -> Handout:
    """The same as the command sees it."""
    return Handout.read(folder)


@pytest.fixture(scope="session")
def solution() -> str:
    """The toy kit's answer."""
    return (TOY / "solutions" / "sums" / "sums.py").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def student_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a machine on which the wheel is installed, and nothing that only staff have."""
    from autograder.release import wheel

    base = tmp_path_factory.mktemp("machine")
    built = base / "wheel.whl"
    built.write_bytes(wheel.build(REPOSITORY).content)
    with zipfile.ZipFile(built) as archive:
        archive.extractall(base / "installed")
    staff = ("bs4", "diskcache", "distributed", "jinja2", "nbgrader", "otter", "pyseccomp", "yaml")
    (base / "missing").mkdir()
    for name in staff:
        (base / "missing" / f"{name}.py").write_text(f'raise ImportError("only staff have {name}")\n')
    path = os.pathsep.join([str(base / "missing"), str(base / "installed")])
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(base)}
