"""A warm process that does every request in a fork, and learns from it what need not be done again."""

from __future__ import annotations

import json
import os
import select
import signal
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..examiner.replay import Path
from .process import Event
from .run import Run
from .work import work

# Between two looks at whether a fork has ended, in seconds.
PATIENCE = 0.1
CHUNK = 1 << 16


class Forks:
    """Reads requests from standard input. The next one ends the fork that works on the one before."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._child: int | None = None
        self._number = 0
        self._paths: int | None = None
        self._buffer = b""

    def serve(self) -> None:
        """Do what is asked for until standard input closes."""
        buffer = b""
        while True:
            sources = [0] if self._paths is None else [0, self._paths]
            ready = select.select(sources, [], [], PATIENCE if self._child else None)[0]
            if self._paths in ready:
                self._learn()
            elif not ready:
                self._look()
            if 0 in ready:
                data = os.read(0, CHUNK)
                *lines, buffer = (buffer + data).split(b"\n")
                if lines or not data:
                    self._end()
                if not data:
                    return
                if lines:
                    self._begin(json.loads(lines[-1]))

    def _begin(self, request: dict[str, Any]) -> None:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                work(replace(self._run, keep=lambda event: _tell(writing, event)), request)
            finally:
                os._exit(0)
        os.close(writing)
        self._child, self._number, self._paths, self._buffer = child, request["run"], reading, b""

    def _learn(self) -> None:
        """Take in the paths that the fork has taken, each one line."""
        assert self._paths is not None
        if data := os.read(self._paths, CHUNK):
            *lines, self._buffer = (self._buffer + data).split(b"\n")
            for line in lines:
                self._run.replays.keep(Path.from_event(json.loads(line)))
        else:
            os.close(self._paths)
            self._paths = None

    def _look(self) -> None:
        """Say so when the fork has ended by itself; whoever has heard of the end of its run knows already."""
        if self._child and os.waitpid(self._child, os.WNOHANG) != (0, 0):
            self._child = None
            self._run.emit({"gone": "", "run": self._number})

    def _end(self) -> None:
        if self._child:
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
        if self._paths is not None:
            os.close(self._paths)
        self._child = self._paths = None


def _tell(writing: int, event: Event) -> None:
    data = json.dumps(event).encode() + b"\n"
    while data:
        data = data[os.write(writing, data) :]
