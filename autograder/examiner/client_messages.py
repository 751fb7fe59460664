"""Define the messages between a client and its examiner process, and how they are sent."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any, TypeVar

import msgspec

from ..checks.check_events import CheckFinished, Message, encode
from ..models import Report

T = TypeVar("T")


class ExaminerOptions(Message, frozen=True, tag=True):
    """Options of an examiner.

    `store` is the folder that keeps trainings and results. Submissions must not read `private` paths.
    """

    isolation: str
    store: str | None = None
    result_cache: bool = True
    private: tuple[str, ...] = ()


class SandboxOptions(Message, frozen=True, tag=True):
    """Settings of a low-memory examiner and its sandbox, without checks. `store` is as in ExaminerOptions."""

    given: dict[str, bytes]
    module: str
    preload: tuple[str, ...]
    prepare: str | None
    seed: int
    limits: dict[str, Any]
    isolation: str
    store: str | None = None


class Ready(Message, frozen=True, tag=True):
    """The process has imported everything and is ready for submissions."""


class Examined(Message, frozen=True, tag=True):
    """A submission was examined and has a report."""

    report: Report


class Unavailable(Message, frozen=True, tag=True):
    """The isolation level is not available on this system."""

    reason: str


class KitFailed(Message, frozen=True, tag=True):
    """The kit's own code raised while it was imported. The problem names file and line."""

    problem: str


class WorkerFailed(Message, frozen=True, tag=True):
    """The process failed and is ending."""

    traceback: str


Answer = Ready | CheckFinished | Examined | Unavailable | KitFailed | WorkerFailed
_ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def send(link: Connection, message: Message) -> None:
    """Send one message."""
    link.send_bytes(encode(message))


def receive(link: Connection, message_type: type[T]) -> T:
    """Return the next message, decoded as `message_type`."""
    return msgspec.json.decode(link.recv_bytes(), type=message_type)


def receive_answer(link: Connection) -> Answer:
    """Return the next message from the examiner process."""
    return _ANSWERS.decode(link.recv_bytes())
