"""Talk to the process that runs checks: the messages in both directions, and the processes themselves.

One process forks for every run; where forking is unsafe, each run has a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..checks.check_events import CheckStarted, Message, encode
from ..checks.environment import ONE_THREAD
from ..language import gettext as _
from ..models import CheckResult
from ..wire.call_messages import FailureKind

# File for the output of the student's code, in the handout's folder for state.
OUTPUT = "output.txt"
# macOS supports fork, but its system libraries are not fork-safe.
CAN_FORK = sys.platform == "linux"
SECONDS_TO_LEAVE = 5
MAX_LOG = 2_000


@dataclass(frozen=True)
class Location:
    """A line of the student's code: file, line number, function and, where useful, the text of the line."""

    where: str
    line: int
    function: str
    text: str = ""

    @property
    def place(self) -> str:
        """Return the file and line; of a `.py` in the form that terminals and editors can open."""
        if self.where.endswith(".py"):
            return f"{self.where}:{self.line}"
        return _("{label}, line {number}", label=self.where, number=self.line)


class RunRequest(Message, frozen=True, tag=True):
    """Request to run these checks. The pictures of tasks in `draw_first` are drawn when they are solved."""

    run: int
    checks: tuple[str, ...]
    draw_first: tuple[str, ...] = ()


class SourceChosen(Message, frozen=True, tag=True):
    """Result of selecting a file of the handout.

    `problem` says why none was selected, if so, and `excerpt` is the line that it names. `missing` names an
    answer file that is gone, and the file that may have been it.
    """

    filename: str | None
    problem: str | None
    notes: tuple[str, ...]
    excerpt: str = ""
    missing: str = ""


class SourceLoaded(Message, frozen=True, tag=True):
    """Result of loading the selected file. `problem` is the reason if it failed.

    `excerpt` is the line that raised. `definitions` maps each task to its location in the file.
    """

    problem: str | None
    notes: tuple[str, ...]
    definitions: dict[str, Location]
    excerpt: str = ""


class CallStarted(Message, frozen=True, tag=True):
    """A function of the student has started."""

    function: str


class CallFinished(Message, frozen=True, tag=True):
    """The function has returned or raised."""


class CallOverdue(Message, frozen=True, tag=True):
    """The call has reached its time limit. `locations` are the student's lines that it executes.

    `trains` says that it is in Keras' `fit`.
    """

    locations: tuple[Location, ...]
    trains: bool


class CheckReported(Message, frozen=True, tag=True):
    """A check has a result.

    If a failed call ended the check, `kind` says how the call failed, and `locations` are the student's lines
    in the traceback.
    """

    result: CheckResult
    locations: tuple[Location, ...] = ()
    kind: FailureKind | None = None


class QuickChecksFinished(Message, frozen=True, tag=True):
    """Every check that does not train has a result."""


class PictureDrawn(Message, frozen=True, tag=True):
    """The picture of a solved task."""

    task: str
    picture: str


class RunFailed(Message, frozen=True, tag=True):
    """The checks could not be run."""

    traceback: str


class RunFinished(Message, frozen=True, tag=True):
    """Every check of the run has a result."""


class ProcessEnded(Message, frozen=True, tag=True):
    """The process that ran the checks has ended. `log` is its output to standard error."""

    log: str = ""


RunEvent = (
    SourceChosen
    | SourceLoaded
    | CheckStarted
    | CallStarted
    | CallFinished
    | CallOverdue
    | CheckReported
    | QuickChecksFinished
    | PictureDrawn
    | RunFailed
    | RunFinished
    | ProcessEnded
)


class WorkerReady(Message, frozen=True, tag=True):
    """The process has imported everything. `forks` says whether it can serve more than one run."""

    forks: bool


class OfRun(Message, frozen=True, tag=True):
    """An event of one run, which the number from its request identifies."""

    run: int
    event: RunEvent


# Events that a worker writes to standard output. RunFailed and ProcessEnded concern the worker itself.
WorkerEvent = WorkerReady | OfRun | RunFailed | ProcessEnded
Emit = Callable[[RunEvent], None]

_REQUESTS: msgspec.json.Decoder[RunRequest] = msgspec.json.Decoder(RunRequest)
_EVENTS: msgspec.json.Decoder[WorkerEvent] = msgspec.json.Decoder(WorkerEvent)


def read_request(line: str | bytes) -> RunRequest:
    """Return the request in one line of JSON."""
    return _REQUESTS.decode(line)


def read_event(line: str | bytes) -> WorkerEvent:
    """Return the event in one line of JSON."""
    return _EVENTS.decode(line)


class Worker:
    """One warm process. `on_event` is called from another thread with the worker and each event.

    The last event is ProcessEnded. `ready` says that the process has imported everything, `forks` that it
    forks for each run, and `used` that it has received a request.
    """

    def __init__(
        self, folder: Path, forks: bool, log: Path, on_event: Callable[[Worker, WorkerEvent], None]
    ) -> None:
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
        self._reader = threading.Thread(target=self._read, args=[log, on_event], daemon=True)
        self._reader.start()

    def send(self, request: RunRequest) -> None:
        """Send a request. It is ignored if the process has ended."""
        assert self._popen.stdin is not None
        with suppress(OSError):
            self._popen.stdin.write(encode(request) + b"\n")
            self._popen.stdin.flush()

    def end(self) -> None:
        """Stop the process and its fork."""
        assert self._popen.stdin is not None
        with suppress(OSError):
            self._popen.stdin.close()
        # A process that forks stops its fork first.
        try:
            self._popen.wait(SECONDS_TO_LEAVE if self.forks else 0)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._reader.join()

    def _read(self, log: Path, on_event: Callable[[Worker, WorkerEvent], None]) -> None:
        assert self._popen.stdout is not None
        with self._popen.stdout as events:
            for line in events:
                on_event(self, read_event(line))
        on_event(self, ProcessEnded(log.read_text(encoding="utf-8", errors="replace")))


class Runner:
    """Runs checks in a warm process. A new run stops the previous one.

    A process that cannot fork serves one run; then a spare one, which is started beside it, takes its place.
    `on_event` is called from other threads. Pass its arguments to `handle` in the caller's thread.
    """

    def __init__(
        self,
        folder: Path,
        state: Path,
        on_event: Callable[[Worker, WorkerEvent], None],
        forks: bool = CAN_FORK,
    ) -> None:
        self._start: Callable[[str], Worker] = lambda log: Worker(folder, forks, state / log, on_event)
        self._number = 0
        self._over = True
        self._pending: RunRequest | None = None
        self._worker = self._start("warm.log")
        self._spare: Worker | None = None

    def run(self, checks: Sequence[str], first: Sequence[str] = ()) -> None:
        """Run the named checks when a process is ready, and draw the tasks in `first` first."""
        self._number += 1
        self._over = False
        self._pending = RunRequest(self._number, tuple(checks), tuple(first))
        if self._worker.used and not self._worker.forks:
            self._worker.end()
            self._worker, self._spare = self._spare or self._start("warm.log"), None
        self._send()

    def handle(self, worker: Worker, event: WorkerEvent) -> RunEvent | None:
        """Return what an event means for the current run, or None if it does not concern this run."""
        if isinstance(event, WorkerReady):
            worker.ready, worker.forks = True, event.forks
            self._send()
            return None
        if worker is self._spare:
            if isinstance(event, ProcessEnded):
                self._spare = None
            return None
        if worker is not self._worker:
            return None
        if not isinstance(event, OfRun):
            # The process itself has failed or ended, so it can serve no other run.
            worker.used, worker.forks = True, False
        if self._over:
            return None
        if isinstance(event, OfRun):
            return self._note_end(event.event) if event.run == self._number else None
        if isinstance(event, ProcessEnded) and not worker.ready:
            return self._note_end(RunFailed(event.log[-MAX_LOG:]))
        return self._note_end(event)

    def _note_end(self, event: RunEvent) -> RunEvent:
        """Return an event of the current run, and note whether the run ends with it."""
        self._over = isinstance(event, RunFinished | RunFailed | ProcessEnded)
        return event

    def restart(self) -> None:
        """Start a new process, because the support code or the checks have changed."""
        self.close()
        self._worker, self._spare = self._start("warm.log"), None

    def close(self) -> None:
        """Stop every process."""
        for worker in (self._worker, self._spare):
            if worker is not None:
                worker.end()

    def _send(self) -> None:
        """Send the pending request if the process is ready, and start a spare one if it cannot fork."""
        if self._pending and self._worker.ready:
            self._worker.send(self._pending)
            self._worker.used, self._pending = True, None
            if not self._worker.forks and self._spare is None:
                self._spare = self._start("spare.log")
