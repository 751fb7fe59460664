"""Define what the host and the fork server send each other: a specification first, then messages in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

# Maximum size of one message.
MAX_BYTES = 1 << 17


@dataclass(frozen=True)
class Spec:
    """How to start, how to confine the process, and what a child may use. Sizes are in bytes."""

    module: str
    preload: tuple[str, ...] = ()
    # Names of `startup.Trick` that are switched off.
    disabled_tricks: tuple[str, ...] = ()
    prepare: str | None = None
    seed: int = 0
    paths: tuple[str, ...] = ()
    # The folder with support code and inputs; the working folder of a submission has links to them.
    given: str = ""
    # Folders that a submission may write to; the first is its working folder.
    scratch: tuple[str, ...] = ()
    scratch_bytes: int = 0
    scratch_inodes: int = 0
    # Whether each scratch folder is a separate file system, so that the kernel counts its use.
    scratch_mounted: bool = False
    # World-writable folders of the system that a submission can also write to.
    shared_folders: tuple[str, ...] = ()
    # Matplotlib's font lists by file name; empty if it has to build one.
    fonts: Mapping[str, str] = field(default_factory=dict)
    resident_bytes: int = 0
    # Soft limits by the name of resource.RLIMIT_* without the prefix; the CPU's hard limit is one higher.
    rlimits: Mapping[str, int] = field(default_factory=dict)
    # The system-call filter, a BPF program in hexadecimal digits.
    system_calls: str = ""
    # Paths that Landlock permits reading, in addition to the scratch folders.
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    # The unprivileged user and group to switch to; None if the process is already unprivileged.
    uid: int | None = None
    # Whether to leave the namespaces of the starting process, as far as the kernel permits.
    unshare: bool = False
    # Whether every process that it may signal is its descendant, so that kill(-1) is safe.
    owns_all_processes: bool = True

    def to_json(self) -> bytes:
        """Return the JSON that is sent to the fork server."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Spec:
        """Return the specification that `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        for name, value in data.items():
            if type(value) is list:
                data[name] = tuple(value)
        return cls(**data)


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
