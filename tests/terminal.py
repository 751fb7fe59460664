"""A pseudo-terminal, for tests and benchmarks of what people see."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

DEADLINE = 50.0
HOME = "\x1b[H"
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\r")


class Terminal:
    """A program in a pseudo-terminal, as a person sees it: the text that is on the screen now."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        lines: int = 40,
        columns: int = 100,
    ) -> None:
        # Its size is its own, whatever the test's terminal has.
        own = {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=own | {"TERM": "xterm-256color"},
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

    @property
    def drawn(self) -> str:
        """The panel as it was drawn last, with its colours."""
        return self._seen.rpartition(HOME)[2].replace("\r", "")

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
