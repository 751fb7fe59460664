"""Define the messages between the host and the fork server, one JSON object each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

MAX_BYTES = 1 << 17


class ExitReason(StrEnum):
    """The reason why the process of a submission ended."""

    MEMORY = "memory"
    SCRATCH = "scratch"
    CPU_TIME = "cpu_time"
    KILLED = "killed"
    CRASHED = "crashed"
    EXITED = "exited"
    OUTPUT = "output"
    NOT_RELOADED = "not_reloaded"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ChildExit:
    """How a child ended; `number` is its exit status or the signal that ended it."""

    reason: ExitReason
    number: int = 0


@dataclass(frozen=True)
class ForkRequest:
    """A request to fork a child that serves the accompanying socket and writes to the accompanying pipe."""

    id: str


@dataclass(frozen=True)
class EndRequest:
    """A request to end the child and remove everything it left."""

    id: str


@dataclass(frozen=True)
class Ready:
    """A report that the fork server is ready, with Matplotlib's new font lists by file name."""

    font_lists: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StartFailed:
    """A report that the fork server failed to start."""

    traceback: str


@dataclass(frozen=True)
class Forked:
    """The answer to a ForkRequest."""

    id: str


@dataclass(frozen=True)
class Ended:
    """The answer to an EndRequest."""

    id: str
    reason: ExitReason
    number: int = 0

    @property
    def exit(self) -> ChildExit:
        """Return how the child ended."""
        return ChildExit(ExitReason(self.reason), self.number)


@dataclass(frozen=True)
class RequestFailed:
    """The answer to a request that failed; the fork server must not be used any more."""

    id: str
    error: str


Request = ForkRequest | EndRequest
Answer = Forked | Ended | RequestFailed
Message = Request | Answer | Ready | StartFailed
TYPES: dict[str, type[Message]] = {
    kind.__name__: kind
    for kind in (ForkRequest, EndRequest, Ready, StartFailed, Forked, Ended, RequestFailed)
}


def encode(message: Message) -> bytes:
    """Return a message as JSON."""
    return json.dumps({"message": type(message).__name__, **asdict(message)}).encode()


def decode(data: bytes) -> Message:
    """Return the message that `encode` wrote; raise ValueError."""
    fields: dict[str, Any] = json.loads(data)
    try:
        return TYPES[fields.pop("message")](**fields)
    except (KeyError, TypeError) as error:
        raise ValueError(f"Expected a message, found {data[:200]!r}.") from error
