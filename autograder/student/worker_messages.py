"""Define the messages between the command and the process that runs checks, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from ..checks.events import CheckStarted, Message
from ..language import gettext as _
from ..models import CheckResult
from ..wire.failure_kind import FailureKind


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
