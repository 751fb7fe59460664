"""Define the messages that a process sends while it runs checks.

Each message is a separate type. Its JSON form contains the type name as a tag, which selects the type when it
is decoded.
"""

from __future__ import annotations

import os
from typing import Any

import msgspec

from ..models import CheckResult, NetworkRecord, ReviewNote
from ..text import clean
from .result_cache import Trace
from .training_cache import Training


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base class of messages between two processes of the autograder."""


class CheckStarted(Message, frozen=True, tag=True):
    """A check has started."""

    check: str


class CheckFinished(Message, frozen=True, tag=True):
    """A check has a result. `failed_call` is the index of the call whose failure ended it, if any."""

    result: CheckResult
    failed_call: int | None = None


class TrainingFinished(Message, frozen=True, tag=True):
    """The running check trained a network or reused a stored training."""

    training: Training


class TraceRecorded(Message, frozen=True, tag=True):
    """The checks of one task have ended, and submissions with the same replies may reuse their results."""

    trace: Trace


class TaskReplied(Message, frozen=True, tag=True):
    """The checks of one task have ended. Submissions with an equal `digest` gave them the same replies.

    A task has one such event for its public and one for its hidden checks.
    """

    task: str
    digest: str


class NetworkReturned(Message, frozen=True, tag=True):
    """The first answer to a public check is a network."""

    network: NetworkRecord


class SourceSelected(Message, frozen=True, tag=True):
    """Result of selecting a file of the submission. `problem` says why none was selected, if so.

    `source` is the text of the selected file, or of its code cells.
    """

    problem: str | None
    notes: tuple[str, ...]
    review: tuple[ReviewNote, ...] = ()
    device: str = "CPU"
    source: str = ""


class SubmissionLoaded(Message, frozen=True, tag=True):
    """Result of loading the selected file. `problem` is the reason if it failed, `output` its output."""

    problem: str | None
    notes: tuple[str, ...]
    output: str = ""


class OutputCaptured(Message, frozen=True, tag=True):
    """All output of the submission since it was loaded. `hidden` is true once a hidden check has run."""

    text: str
    hidden: bool


CheckEvent = (
    CheckStarted
    | CheckFinished
    | TrainingFinished
    | TraceRecorded
    | TaskReplied
    | NetworkReturned
    | SourceSelected
    | SubmissionLoaded
    | OutputCaptured
)


def encode(message: object) -> bytes:
    """Return a message as one line of JSON. Lone surrogates, which UTF-8 cannot encode, are replaced."""
    try:
        return msgspec.json.encode(message)
    except UnicodeEncodeError:
        return msgspec.json.encode(_encodable(msgspec.to_builtins(message)))


def write_line(descriptor: int, data: bytes) -> None:
    """Write `data` and a line feed to a file descriptor."""
    rest = memoryview(data + b"\n")
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _encodable(tree: Any) -> Any:
    """Return plain data without characters that UTF-8 cannot encode."""
    if isinstance(tree, str):
        return clean(tree, joiners=True)
    if isinstance(tree, dict):
        return {_encodable(name): _encodable(value) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_encodable(value) for value in tree]
    return tree
