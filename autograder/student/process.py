"""Warm processes seen from outside: one that forks, or one after another where forking is not safe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..checks.environment import ONE_THREAD

Event = dict[str, Any]
# What the student's code prints, in the handout's folder for state.
OUTPUT = "output.txt"
# macOS has it, but its own libraries do not survive it.
CAN_FORK = sys.platform == "linux"
SECONDS_TO_LEAVE = 5


class Worker:
    """One warm process. `put` is called from another thread with it and each of its events.

    The last event is `gone`, with what the process wrote where errors go.
    """

    def __init__(self, folder: Path, forks: bool, log: Path, put: Callable[[Worker, Event], None]) -> None:
        self.ready = self.forks = self.used = False
        log.parent.mkdir(exist_ok=True)
        with log.open("wb") as errors:
            self._popen = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "autograder.student.worker",
                    str(folder),
                    "forks" if forks else "once",
                ],
                env=os.environ | ONE_THREAD | {"PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self._reader = threading.Thread(target=self._read, args=[log, put], daemon=True)
        self._reader.start()

    def send(self, request: Event) -> None:
        """Hand over a request; a process that is gone takes none."""
        assert self._popen.stdin is not None
        with suppress(OSError):
            self._popen.stdin.write(json.dumps(request).encode() + b"\n")
            self._popen.stdin.flush()

    def end(self) -> None:
        """End the process and what it has forked."""
        assert self._popen.stdin is not None
        with suppress(OSError):
            self._popen.stdin.close()
        # One that forks ends its fork first.
        try:
            self._popen.wait(SECONDS_TO_LEAVE if self.forks else 0)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._reader.join()

    def _read(self, log: Path, put: Callable[[Worker, Event], None]) -> None:
        assert self._popen.stdout is not None
        with self._popen.stdout as events:
            for line in events:
                put(self, json.loads(line))
        put(self, {"gone": log.read_text(encoding="utf-8", errors="replace")})


class Runner:
    """Runs checks in a warm process. A new run ends the one before it.

    `put` is called from other threads; what it is called with goes to `take`, in the thread of the caller.
    """

    def __init__(
        self, folder: Path, state: Path, put: Callable[[Worker, Event], None], forks: bool = CAN_FORK
    ) -> None:
        self._start: Callable[[str], Worker] = lambda log: Worker(folder, forks, state / log, put)
        self._number = 0
        self._over = True
        self._wanted: Event | None = None
        self._mine = self._start("warm.log")
        self._spare: Worker | None = None

    def run(self, checks: Sequence[str], first: Sequence[str] = ()) -> None:
        """Run the checks of these names as soon as a process is warm, and draw the tasks in `first` first."""
        self._number += 1
        self._over = False
        self._wanted = {"run": self._number, "checks": list(checks), "first": list(first)}
        if self._mine.used and not self._mine.forks:
            self._mine.end()
            self._mine, self._spare = self._spare or self._start("warm.log"), None
        self._send()

    def take(self, warm: Worker, event: Event) -> Event | None:
        """What an event means for the present run; None where it is about another or about none."""
        if "ready" in event:
            warm.ready, warm.forks = True, event["forks"]
            self._send()
        elif warm is self._spare:
            self._spare = None if "gone" in event else self._spare
        elif "gone" in event and "run" not in event and not warm.ready:
            return self.take(warm, {"broken": event["gone"][-2_000:]})
        elif warm is self._mine and event.get("run", self._number) == self._number and not self._over:
            self._over = bool({"ended", "gone", "broken"} & set(event))
            if "run" not in event:
                warm.used, warm.forks = True, False
            return event
        return None

    def restart(self) -> None:
        """Forget what is warm: the given code or the checks have changed."""
        self.close()
        self._mine, self._spare = self._start("warm.log"), None

    def close(self) -> None:
        """End every process."""
        for warm in (self._mine, self._spare):
            if warm is not None:
                warm.end()

    def _send(self) -> None:
        if self._wanted and self._mine.ready:
            self._mine.send(self._wanted)
            self._mine.used, self._wanted = True, None
            if not self._mine.forks and self._spare is None:
                self._spare = self._start("spare.log")
