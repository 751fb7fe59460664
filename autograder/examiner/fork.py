"""Run a function in a limited fork that streams events, so that its death costs one submission at most."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..sandbox.guest.kernel import end_with_parent

Event = dict[str, Any]
Emit = Callable[[Event], None]
GIB = 1024**3


@dataclass(frozen=True)
class Bounds:
    """Limits of one fork: its data in bytes, its CPU time in seconds."""

    data_bytes: int = 3 * GIB
    cpu_seconds: int = 900


class TimedOut(Exception):
    """No event came in time; the fork was killed."""


class Crashed(Exception):
    """The fork ended without saying that it was done: a limit or a crash ended it."""


class FunctionRaised(Exception):
    """The function raised; the text is the traceback."""


def run(function: Callable[[Emit], None], seconds: float, bounds: Bounds) -> Iterator[Event]:
    """Yield what `function` emits in a fork of this process, at most `seconds` apart.

    Raises TimedOut, Died or Fault. The caller must have exactly one thread: a fork of more may hang.
    """
    if (threads := len(list(Path("/proc/self/task").iterdir()))) != 1:
        raise RuntimeError(
            f"Expected one thread before a fork, found {threads}: what was imported starts some."
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
        yield from _events(reading, seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _be_child(function: Callable[[Emit], None], writing: int, bounds: Bounds) -> None:
    """Run the function and leave, whatever happens: nothing of the parent's stack may go on."""

    def emit(event: Event) -> None:
        data = json.dumps(event).encode() + b"\n"
        while data:
            data = data[os.write(writing, data) :]

    try:
        resource.setrlimit(resource.RLIMIT_DATA, (bounds.data_bytes, bounds.data_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu_seconds, bounds.cpu_seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        function(emit)
        emit({"done": True})
    except BaseException:
        emit({"fault": traceback.format_exc()})
    finally:
        os._exit(0)


def _events(reading: int, seconds: float) -> Iterator[Event]:
    deadline, buffer = time.monotonic() + seconds, bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            raise TimedOut(f"nothing came for {seconds:g} s")
        data = os.read(reading, 1 << 16)
        if not data:
            raise Crashed("the examining process ended before it was done")
        buffer += data
        while (end := buffer.find(b"\n")) >= 0:
            event = json.loads(buffer[:end])
            del buffer[: end + 1]
            if "done" in event:
                return
            if "fault" in event:
                raise FunctionRaised(event["fault"])
            yield event
            deadline = time.monotonic() + seconds
