"""The messages about one run of checks, from the process that runs them to whoever watches it.

Each is a type of its own. As JSON it carries the name of its type as a tag, so a reader dispatches on the
type.
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
    """A message that crosses between two processes of ours."""


class CheckStarted(Message, frozen=True, tag=True):
    """A check begins."""

    check: str


class CheckFinished(Message, frozen=True, tag=True):
    """A check has a result. `failed_call` is the number of the call whose failure ended it, if one did."""

    result: CheckResult
    failed_call: int | None = None


class TrainingFinished(Message, frozen=True, tag=True):
    """The running check trained a network, or took a stored training."""

    training: Training


class TraceRecorded(Message, frozen=True, tag=True):
    """The checks of one task ended in a way that other submissions with the same replies may reuse."""

    trace: Trace


class NetworkDrawn(Message, frozen=True, tag=True):
    """The first answer to a public check is a network."""

    network: NetworkRecord


class SourceSelected(Message, frozen=True, tag=True):
    """One file of the submission was selected, or `problem` says why none was."""

    problem: str | None
    notes: tuple[str, ...]
    review: tuple[ReviewNote, ...] = ()
    device: str = "CPU"


class SubmissionLoaded(Message, frozen=True, tag=True):
    """The selected file was loaded, or `problem` says why it was not. `output` is what it printed."""

    problem: str | None
    notes: tuple[str, ...]
    output: str = ""


class OutputCaptured(Message, frozen=True, tag=True):
    """All that the submission printed since it was loaded; `hidden` once a hidden check has run."""

    text: str
    hidden: bool


CheckEvent = (
    CheckStarted
    | CheckFinished
    | TrainingFinished
    | TraceRecorded
    | NetworkDrawn
    | SourceSelected
    | SubmissionLoaded
    | OutputCaptured
)


def encode(message: object) -> bytes:
    """Return a message as JSON in one line. A lone surrogate, which UTF-8 cannot express, is replaced."""
    try:
        return msgspec.json.encode(message)
    except UnicodeEncodeError:
        return msgspec.json.encode(_valid(msgspec.to_builtins(message)))


def write_line(descriptor: int, data: bytes) -> None:
    """Write all of `data` and a line feed."""
    rest = memoryview(data + b"\n")
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _valid(tree: Any) -> Any:
    if isinstance(tree, str):
        return clean(tree, joiners=True)
    if isinstance(tree, dict):
        return {_valid(name): _valid(value) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_valid(value) for value in tree]
    return tree
