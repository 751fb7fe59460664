"""Read the messages of a child, which a submission may have written, and describe how the child ended."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from ..text import clean
from ..wire.call_messages import Failed, FailureKind, LoadReport, Reply, Returned, TraceLine
from ..wire.frames import Frame
from .guest.messages import ChildExit, ExitReason
from .policy import Limits

MAX_SENTENCE, MAX_NAME, MAX_TEXT = 1_000, 200, 2_000
MAX_NOTES, MAX_LINES = 50, 20
MAX_LINE_NUMBER = 10**9
NO_REASON = "loading it failed without a reason."
# The only place where a reason becomes text; `{number}` is an exit status, `{signal}` the name of a signal.
EXIT_SENTENCES: Mapping[ExitReason, str] = {
    ExitReason.MEMORY: "it used more than {limits.resident_mb} MB of memory",
    ExitReason.SCRATCH: "it wrote more than {limits.scratch_mb} MB or {limits.scratch_inodes} files",
    ExitReason.CPU_TIME: "it used more than {limits.cpu_seconds} s of processor time",
    ExitReason.KILLED: (
        "it closed its connection, or the system ended it because memory or processor time ran out"
    ),
    ExitReason.CRASHED: "it crashed ({signal})",
    ExitReason.EXITED: "it exited with status {number}",
    ExitReason.OUTPUT: "it printed more than {limits.output_mb} MB",
    ExitReason.NOT_RELOADED: "it could not be loaded again: {problem}",
    ExitReason.UNKNOWN: "it ended",
}


class SandboxFailure(Exception):
    """The submission's process did not answer a call; the text is a sentence."""


class ChildTimedOut(SandboxFailure):
    """The submission's process did not answer in time and was ended."""


class ChildDied(SandboxFailure):
    """The submission's process ended before it answered."""


class ConnectionClosed(SandboxFailure):
    """The submission's process stopped answering; the fork server knows why."""


class BadReply(SandboxFailure):
    """The submission's process sent an invalid reply and was ended."""


class IsolationUnavailable(RuntimeError):
    """Raised where a machine does not support the requested isolation level; the text says what to do."""


class SandboxBroken(RuntimeError):
    """The sandbox itself failed, independently of a submission; a new one may work."""


def child_died(ended: ChildExit, limits: Limits, problem: str = "") -> ChildDied:
    """Return the exception for a child that ended; `problem` is the reason why it was not reloaded."""
    sentence = EXIT_SENTENCES[ended.reason].format(
        limits=limits, number=ended.number, signal=_signal_name(ended.number), problem=problem
    )
    return ChildDied(sentence)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def read_loaded(frame: Frame, filename: str) -> LoadReport:
    """Return the report in a child's first frame; raise BadReply.

    Every sentence starts with the name of the file. The submission may have written the sentence itself, and
    readers must not mistake its words for the grader's.
    """
    report = frame.head.get("loaded")
    if type(report) is not dict:
        raise BadReply("Expected a report of loading, found another message.")
    problem = report.get("problem", NO_REASON)
    return LoadReport(
        None if problem is None else _about(filename, _clean(problem, MAX_SENTENCE) or NO_REASON),
        notes=tuple(_about(filename, note) for note in _texts(report.get("notes"), MAX_NOTES, MAX_SENTENCE)),
    )


def read_reply(frame: Frame, number: int) -> Reply:
    """Return the reply to the call `number`; raise BadReply.

    The value is unchanged; the texts of a failure are cleaned.
    """
    if frame.head.get("id") != number:
        raise BadReply("Expected the reply to this call, found another message.")
    if type(raised := frame.head.get("raised")) is dict:
        return _failed(raised)
    if frame.head.get("ok") is True and "value" in frame.head:
        return Returned(frame.head["value"], frame.blob)
    raise BadReply("Expected a value or an exception, found neither.")


def _failed(raised: Mapping[str, Any]) -> Failed:
    trace = raised.get("trace")
    lines = [_trace_line(entry) for entry in (trace if type(trace) is list else [])[-MAX_LINES:]]
    return Failed(
        _kind(raised.get("kind")),
        _clean(raised.get("name"), MAX_NAME),
        _clean(raised.get("type"), MAX_NAME),
        _clean(raised.get("text"), MAX_TEXT),
        tuple(line for line in lines if line),
    )


def _trace_line(entry: object) -> TraceLine | None:
    number = entry.get("number") if type(entry) is dict else None
    if type(entry) is not dict or type(number) is not int or not 0 < number < MAX_LINE_NUMBER:
        return None
    return TraceLine(number, _clean(entry.get("function"), MAX_NAME), _clean(entry.get("text"), MAX_NAME))


def _kind(value: object) -> FailureKind:
    try:
        return FailureKind(value)  # type: ignore[arg-type]  # anything may have come
    except ValueError:
        return FailureKind.RAISED


def _about(filename: str, text: str) -> str:
    name = _clean(filename, MAX_NAME)
    return text if text.startswith(name) else f"{name}: {text}"


def _texts(values: object, max_count: int, max_length: int) -> tuple[str, ...]:
    return tuple(_clean(value, max_length) for value in values[:max_count]) if type(values) is list else ()


def _clean(text: object, max_length: int) -> str:
    """Return the text of a reply without control characters, which programs print for a terminal."""
    return clean(text, max_length, replacement="")
