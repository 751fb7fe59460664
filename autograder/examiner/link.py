"""The messages between a client and its examiner's process, and how they are sent."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import TypeVar

import msgspec

from ..checks.events import CheckFinished, Message, encode
from ..models import Report

T = TypeVar("T")


class ExaminerOptions(Message, frozen=True, tag=True):
    """How to examine: the folder of stored trainings, and paths that submissions must not read."""

    isolation: str
    store: str | None = None
    result_cache: bool = True
    private: tuple[str, ...] = ()


class SandboxOptions(Message, frozen=True, tag=True):
    """What the sandbox of a low-memory examiner may know: it holds no check."""

    given: dict[str, bytes]
    module: str
    preload: tuple[str, ...]
    prepare: str | None
    seed: int
    limits: dict[str, int | float]
    isolation: str


class Ready(Message, frozen=True, tag=True):
    """The process has imported everything and waits for submissions."""


class Examined(Message, frozen=True, tag=True):
    """A submission has its report."""

    report: Report


class Unavailable(Message, frozen=True, tag=True):
    """The isolation level cannot be provided here."""

    reason: str


class WorkerFailed(Message, frozen=True, tag=True):
    """The process itself failed and ends."""

    traceback: str


Answer = Ready | CheckFinished | Examined | Unavailable | WorkerFailed
_ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def send(link: Connection, message: Message) -> None:
    """Send one message."""
    link.send_bytes(encode(message))


def receive(link: Connection, message_type: type[T]) -> T:
    """Return the next message, which must be of one type."""
    return msgspec.json.decode(link.recv_bytes(), type=message_type)


def receive_answer(link: Connection) -> Answer:
    """Return the next message of the examiner's process."""
    return _ANSWERS.decode(link.recv_bytes())
