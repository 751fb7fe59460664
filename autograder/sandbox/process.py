"""The trusted end of one child: its socket, its output, its deadlines."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from ..models import Source
from ..text import clean
from ..wire.frames import Frame, FrameError, receive, send
from . import filesystem as fonts
from .bubblewrap import denied_by_system
from .policy import MB, Launch, Limits
from .protocol import (
    BadReply,
    ChildDied,
    ChildTimedOut,
    IsolationUnavailable,
    Loaded,
    SandboxBroken,
    read_loaded,
    read_reply,
)


def wait(descriptors: list[int], deadline: float) -> list[int]:
    """Those with something to read, or closed; none once `deadline` (`time.monotonic()`) has passed."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    milliseconds = max(0.0, deadline - time.monotonic()) * 1000
    return [descriptor for descriptor, _ in poll.poll(min(milliseconds, 1e9))]


CHUNK = 1 << 16


class Output:
    """Keeps the first `kept` bytes of one pipe after the other, and counts what each one gives."""

    def __init__(self, kept: int) -> None:
        self._kept = bytearray()
        self._most = kept
        self._cut = False
        self.descriptor: int | None = None
        self.count = 0

    def open(self) -> int:
        """Start a fresh pipe to read from; return the end to write to, which the caller closes."""
        self.close()
        self.descriptor, writing = os.pipe()
        os.set_blocking(self.descriptor, False)
        self.count = 0
        return writing

    def drain(self, most: int) -> None:
        """Read what there is now, until the pipe has given more than `most` bytes in all."""
        while self.descriptor is not None and self.count <= most:
            try:
                data = os.read(self.descriptor, CHUNK)
            except BlockingIOError:
                return
            if not data:
                os.close(self.descriptor)
                self.descriptor = None
                return
            self.count += len(data)
            room = self._most - len(self._kept)
            self._cut |= len(data) > room
            self._kept += data[:room]

    def close(self) -> None:
        """Stop reading."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def text(self) -> str:
        """What was kept, as clean text that says where it was cut."""
        text = clean(self._kept.decode(errors="replace"), self._most, replacement="")
        return f"{text}\n[cut after {self._most} bytes]" if self._cut else text


READY_SECONDS = 180.0
ANSWER_SECONDS = 30.0
END_SECONDS = 3.0
MESSAGE_BYTES = 1 << 17


class Process(Protocol):
    """What is needed of a started process: as `subprocess.Popen` has it."""

    pid: int

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""


class ForkServer:
    """One running warm process: started at once, and waited for at the first use.

    Start it from a thread that lives on: the kernel ends it together with that thread. A fork of the starting
    process may use it, one at a time; only the process that started it ends it.
    """

    def __init__(self, launch: Launch) -> None:
        self._numbers = 0
        self._program = launch.command[0]
        self._log: IO[bytes] | None = tempfile.TemporaryFile()  # noqa: SIM115 - lives until it is ready
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = self._begin(launch, theirs, self._log)
            with suppress(ConnectionError):  # ended already: `wait` says why
                self._control.send(launch.spec.to_json())
        except BaseException:
            self._log.close()
            self._control.close()
            raise

    def wait(self) -> None:
        """Return once it is ready; raises IsolationUnavailable or SandboxBroken."""
        if self._log is not None:
            self._get_ready(self._log)
            self._log.close()
            self._log = None

    def fork(self, link: socket.socket, output: int) -> None:
        """Fork a child that serves `link` and writes to the pipe `output`; raises SandboxBroken."""
        self._ask("fork", [link.fileno(), output])

    def end_child(self) -> dict[str, Any]:
        """End the child, leave nothing of it, and say how it ended; raises SandboxBroken."""
        fate: dict[str, Any] = self._ask("end", [])["ended"]
        return fate

    def stop(self) -> None:
        """End the warm process and all of its descendants."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
        # What is not ready yet does not listen.
        if self._log is not None or not self._ends_within(END_SECONDS):
            self._kill()
        if self._log is not None:
            self._log.close()
        self._control.close()

    def _kill(self) -> None:
        """End it and what it has started.

        bubblewrap as root has no right left to end what it started; it ends by itself when that is gone.
        """
        children = _children(self._process.pid)
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        if not self._ends_within(END_SECONDS if children else 0):
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _ends_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _begin(self, launch: Launch, theirs: socket.socket, log: Any) -> Process:
        """Start the process that serves `theirs` and writes to `log`."""
        return subprocess.Popen(
            [*launch.command, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=launch.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def _get_ready(self, log: IO[bytes]) -> None:
        try:
            message = self._receive(time.monotonic() + READY_SECONDS)
        except (OSError, EOFError, TimeoutError) as error:
            log.seek(0)
            said = log.read()[-4_000:].decode(errors="replace").strip()
            if advice := denied_by_system(said, self._program):
                raise IsolationUnavailable(advice) from error
            raise SandboxBroken(
                f"Expected the warm process to be ready within {READY_SECONDS:g} s, found: {error}. {said}"
            ) from error
        if "failed" in message:
            raise SandboxBroken(f"The warm process could not get ready: {message['failed']}")
        fonts.cache_font_lists(message["fonts"])

    def _ask(self, what: str, descriptors: Sequence[int]) -> dict[str, Any]:
        self.wait()
        self._numbers += 1
        # The process id tells a fork's questions from its parent's.
        number = f"{os.getpid()}.{self._numbers}"
        text = json.dumps({"do": what, "id": number}).encode()
        deadline = time.monotonic() + ANSWER_SECONDS
        try:
            socket.send_fds(self._control, [text], list(descriptors))
            # An answer to a question of a fork that ended before it read it is skipped.
            while (answer := self._receive(deadline))["id"] != number:
                pass
        except (OSError, EOFError, ValueError) as error:
            raise SandboxBroken(f"Expected an answer of the warm process, found: {error}.") from error
        if "odd" in answer:
            raise SandboxBroken(f"The warm process could not do {what!r}: {answer['odd']}")
        return answer

    def _receive(self, deadline: float) -> dict[str, Any]:
        if not wait([self._control.fileno()], deadline):
            raise TimeoutError("no answer in time")
        text = self._control.recv(MESSAGE_BYTES)
        if not text:
            raise EOFError("it has ended")
        message: dict[str, Any] = json.loads(text)
        return message


def _children(process: int) -> list[int]:
    try:
        return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


class ChildProcess:
    """A freshly forked child; what it prints goes to `output`."""

    def __init__(self, warm: ForkServer, output: Output, limits: Limits) -> None:
        self._output = output
        self._most = limits.output_mb * MB
        self._cpu_seconds = limits.cpu_seconds
        self._calls = 0
        self._link, theirs = socket.socketpair()
        writing = output.open()
        try:
            warm.fork(theirs, writing)
        except BaseException:
            self.close()
            raise
        finally:
            theirs.close()
            os.close(writing)

    def load(self, source: Source, seconds: float) -> Loaded:
        """Send the submission and return what became of it; raises SandboxFailure."""
        # Within both limits, so that a statement that does not end is interrupted before the whole load is.
        own = {"seconds": min(seconds, self._cpu_seconds)}
        head = {"filename": source.filename, "tolerant": source.tolerant, **own}
        reply = self._exchange(Frame(head, json.dumps(source.cells).encode()), seconds)
        return read_loaded(reply, source.filename)

    def call(self, function: str, request: Frame, seconds: float) -> Frame:
        """Call a function of the submission and return the reply; raises SandboxFailure."""
        self._calls += 1
        head = {"call": function, "id": self._calls, "value": request.head["value"]}
        return read_reply(self._exchange(Frame(head, request.blob), seconds), self._calls)

    def close(self) -> None:
        """Forget the child."""
        self._output.drain(self._most)
        self._output.close()
        self._link.close()

    def _exchange(self, frame: Frame, seconds: float) -> Frame:
        """Send a frame and wait for the next one, draining the output all the while."""
        deadline = time.monotonic() + seconds
        try:
            send(self._link, frame, deadline)
            self._wait(deadline)
            return receive(self._link, deadline)
        except TimeoutError:
            raise ChildTimedOut(f"it did not answer within {seconds:g} s") from None
        except FrameError as error:
            raise BadReply(str(error)) from None
        except (EOFError, OSError):
            raise ChildDied("it ended") from None

    def _wait(self, deadline: float) -> None:
        """Return once something has come; raises TimeoutError or ChildDied."""
        while True:
            pipe = self._output.descriptor
            link = self._link.fileno()
            ready = wait([link] if pipe is None else [link, pipe], deadline)
            self._output.drain(self._most)
            if self._output.count > self._most:
                raise ChildDied(f"it printed more than {self._most // MB} MB")
            if link in ready:
                return
            if not ready:
                raise TimeoutError
