"""Run a function in a fork with resource limits and stream its events, to isolate crashes."""

from __future__ import annotations

import os
import resource
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import msgspec

from ..checks.check_events import Message, encode, write_line
from ..checks.environment import thread_count
from ..sandbox.guest.linux import end_with_parent

Emit = Callable[[Any], None]
GIB = 1024**3
CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Bounds:
    """Resource limits of one fork: data size in bytes and CPU time in seconds."""

    data_bytes: int = 3 * GIB
    cpu_seconds: int = 900


class Crashed(Exception):
    """Raised if the fork ended before its function returned, because of a limit or a crash."""


class TimedOut(Exception):
    """Raised if no event arrived in time. The fork is killed."""


class DeadlinePassed(Exception):
    """Raised if the function did not return before the deadline. The fork is killed."""


class FunctionRaised(Exception):
    """Raised if the function raised. The message is the traceback."""


class ForkEmitted(Message, frozen=True, tag=True):
    """The function emitted an event."""

    event: msgspec.Raw


class ForkDone(Message, frozen=True, tag=True):
    """The function returned."""


class ForkRaised(Message, frozen=True, tag=True):
    """The function raised."""

    traceback: str


_MESSAGES = msgspec.json.Decoder(ForkEmitted | ForkDone | ForkRaised)


def run(
    function: Callable[[Emit], None],
    seconds: float,
    bounds: Bounds,
    event_type: Any = Any,
    deadline: float | None = None,
) -> Iterator[Any]:
    """Yield the events that `function` emits in a fork of this process, decoded as `event_type`.

    `seconds` is the timeout for each event. `deadline` limits the whole run, as a time of `time.monotonic`.
    The caller must have exactly one thread, because the fork of a multithreaded process may hang.

    Raises TimedOut, DeadlinePassed, Crashed, FunctionRaised, or RuntimeError if there are several threads.
    """
    if (threads := thread_count()) != 1:
        raise RuntimeError(
            f"Expected one thread before a fork, found {threads}: an imported module starts some."
        )
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        end_with_parent(parent)
        os.close(reading)
        _be_child(function, writing, bounds)
    os.close(writing)
    try:
        decoder = msgspec.json.Decoder(event_type)
        for message in _messages(reading, seconds, deadline):
            match message:
                case ForkEmitted(event=event):
                    yield decoder.decode(event)
                case ForkRaised(traceback=text):
                    raise FunctionRaised(text)
                case ForkDone():
                    return
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _be_child(function: Callable[[Emit], None], writing: int, bounds: Bounds) -> NoReturn:
    """Run the function and always exit, so that the child never returns into the parent's code."""

    def send(message: Message) -> None:
        write_line(writing, encode(message))

    try:
        resource.setrlimit(resource.RLIMIT_DATA, (bounds.data_bytes, bounds.data_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu_seconds, bounds.cpu_seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        function(lambda event: send(ForkEmitted(msgspec.Raw(encode(event)))))
        send(ForkDone())
    except BaseException:
        send(ForkRaised(traceback.format_exc()))
    finally:
        os._exit(0)


def _messages(
    reading: int, seconds: float, deadline: float | None
) -> Iterator[ForkEmitted | ForkDone | ForkRaised]:
    """Yield the messages of the fork. Raises TimedOut, DeadlinePassed or Crashed."""
    silent_at, buffer = time.monotonic() + seconds, bytearray()
    while True:
        until = silent_at if deadline is None else min(silent_at, deadline)
        if not select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
            if until == deadline:
                raise DeadlinePassed
            raise TimedOut(f"no event for {seconds:g} s")
        data = os.read(reading, CHUNK_BYTES)
        if not data:
            raise Crashed("the examining process ended early")
        buffer += data
        while (end := buffer.find(b"\n")) >= 0:
            message = _MESSAGES.decode(buffer[:end])
            del buffer[: end + 1]
            yield message
            silent_at = time.monotonic() + seconds
