"""Start the fork server and communicate with its children: sockets, output and deadlines."""

from __future__ import annotations

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
from ..wire.call_messages import CallRequest, LoadReport, LoadRequest, NumberedCall, Reply
from ..wire.frames import Frame, FrameError, receive, send
from .bubblewrap import denied_by_system
from .filesystem import cache_font_lists
from .guest.messages import (
    MAX_BYTES,
    Answer,
    ChildExit,
    Ended,
    EndRequest,
    ExitReason,
    Forked,
    ForkRequest,
    Message,
    Ready,
    Request,
    RequestFailed,
    StartFailed,
    decode,
    encode,
)
from .policy import MB, LaunchPlan, Limits
from .protocol import (
    BadReply,
    ChildTimedOut,
    ConnectionClosed,
    IsolationUnavailable,
    SandboxBroken,
    child_died,
    read_loaded,
    read_reply,
)

CHUNK = 1 << 16
READY_SECONDS = 180.0
ANSWER_SECONDS = 30.0
END_SECONDS = 3.0
MAX_LOG = 4_000
# The longest timeout of poll.
MAX_MILLISECONDS = 1e9


def wait_readable(descriptors: list[int], deadline: float) -> list[int]:
    """Return the descriptors that have data or are closed; empty after `deadline` (`time.monotonic()`)."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    milliseconds = max(0.0, deadline - time.monotonic()) * 1000
    return [descriptor for descriptor, _ in poll.poll(min(milliseconds, MAX_MILLISECONDS))]


class Output:
    """Keeps the first `max_kept` bytes from a sequence of pipes, and counts the bytes of each pipe."""

    def __init__(self, max_kept: int) -> None:
        self._kept = bytearray()
        self._max_kept = max_kept
        self._cut = False
        self.descriptor: int | None = None
        self.count = 0

    def open(self) -> int:
        """Open a new pipe to read from; return its write end, which the caller closes."""
        self.close()
        self.descriptor, writing = os.pipe()
        os.set_blocking(self.descriptor, False)
        self.count = 0
        return writing

    def drain(self, max_bytes: int) -> None:
        """Read the available data, until the pipe has produced more than `max_bytes` bytes in total."""
        while self.descriptor is not None and self.count <= max_bytes:
            try:
                data = os.read(self.descriptor, CHUNK)
            except BlockingIOError:
                return
            if not data:
                os.close(self.descriptor)
                self.descriptor = None
                return
            self.count += len(data)
            room = self._max_kept - len(self._kept)
            self._cut |= len(data) > room
            self._kept += data[:room]

    def close(self) -> None:
        """Stop reading."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def text(self) -> str:
        """Return the output that was kept, as clean text that marks where it was cut."""
        text = clean(self._kept.decode(errors="replace"), self._max_kept, replacement="")
        return f"{text}\n[cut after {self._max_kept} bytes]" if self._cut else text


class Process(Protocol):
    """The interface of `subprocess.Popen` that a fork server uses."""

    pid: int

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the process exits; raise subprocess.TimeoutExpired."""


class ForkServer:
    """A running fork server: it starts immediately, and the first use waits until it is ready.

    Start it from a thread that keeps running, because the kernel ends it together with that thread. Forks of
    the starting process may use it, one at a time. Only the process that started it may stop it.
    """

    def __init__(self, plan: LaunchPlan) -> None:
        self._requests = 0
        self._program = plan.command[0]
        # The output of the starting process; None once it is ready.
        self._log: IO[bytes] | None = tempfile.TemporaryFile()  # noqa: SIM115 - lives until it is ready
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = self._begin(plan, theirs, self._log)
            with suppress(ConnectionError):  # exited already: `wait` reports why
                self._control.send(plan.spec.to_json())
        except BaseException:
            self._log.close()
            self._control.close()
            raise

    def wait(self) -> None:
        """Wait until the fork server is ready; raise IsolationUnavailable or SandboxBroken."""
        if self._log is not None:
            self._get_ready(self._log)
            self._log.close()
            self._log = None

    def fork(self, link: socket.socket, output: int) -> None:
        """Fork a child that serves `link` and writes to the pipe `output`; raise SandboxBroken."""
        answer = self._ask(ForkRequest(self._next_id()), [link.fileno(), output])
        if not isinstance(answer, Forked):
            raise SandboxBroken(f"Expected a fork, found {answer}.")

    def end_child(self) -> ChildExit:
        """End the child, remove everything it left, and return how it ended; raise SandboxBroken."""
        answer = self._ask(EndRequest(self._next_id()), [])
        if not isinstance(answer, Ended):
            raise SandboxBroken(f"Expected the end of the child, found {answer}.")
        return answer.exit

    def stop(self) -> None:
        """End the fork server and all of its descendants."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
        # A server that is not ready yet does not read requests.
        if self._log is not None or not self._ends_within(END_SECONDS):
            self._kill()
        if self._log is not None:
            self._log.close()
        self._control.close()

    def _kill(self) -> None:
        """End the fork server and the processes that it started.

        bubblewrap started by root has no right to end its children; it exits when they have ended.
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

    def _begin(self, plan: LaunchPlan, theirs: socket.socket, log: Any) -> Process:
        """Start the process that serves `theirs` and writes to `log`."""
        return subprocess.Popen(
            [*plan.command, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=plan.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def _get_ready(self, log: IO[bytes]) -> None:
        try:
            message = self._receive(time.monotonic() + READY_SECONDS)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            log.seek(0)
            written = log.read()[-MAX_LOG:].decode(errors="replace").strip()
            if advice := denied_by_system(written, self._program):
                raise IsolationUnavailable(advice) from error
            raise SandboxBroken(
                f"Expected the fork server to be ready within {READY_SECONDS:g} s, found: {error}. {written}"
            ) from error
        if isinstance(message, StartFailed):
            raise SandboxBroken(f"The fork server could not get ready: {message.traceback}")
        if not isinstance(message, Ready):
            raise SandboxBroken(f"Expected the fork server to be ready, found {message}.")
        cache_font_lists(message.font_lists)

    def _next_id(self) -> str:
        """Return a request id that differs between a fork and its parent."""
        self._requests += 1
        return f"{os.getpid()}.{self._requests}"

    def _ask(self, request: Request, descriptors: Sequence[int]) -> Answer:
        self.wait()
        deadline = time.monotonic() + ANSWER_SECONDS
        try:
            socket.send_fds(self._control, [encode(request)], list(descriptors))
            while True:
                answer = self._receive(deadline)
                # Another fork of the caller may have exited without reading its answer: skip that one.
                if isinstance(answer, Answer) and answer.id == request.id:
                    break
        except (OSError, EOFError, ValueError) as error:
            raise SandboxBroken(f"Expected an answer of the fork server, found: {error}.") from error
        if isinstance(answer, RequestFailed):
            raise SandboxBroken(f"The fork server could not carry out {request}: {answer.error}")
        return answer

    def _receive(self, deadline: float) -> Message:
        if not wait_readable([self._control.fileno()], deadline):
            raise TimeoutError("no answer in time")
        data = self._control.recv(MAX_BYTES)
        if not data:
            raise EOFError("it has ended")
        return decode(data)


def _children(process: int) -> list[int]:
    """Return the processes that the main thread of a process started, or none if it has ended."""
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


class ChildProcess:
    """A newly forked child; its output goes to `output`."""

    def __init__(self, server: ForkServer, output: Output, limits: Limits) -> None:
        self._output = output
        self._limits = limits
        self._max_output = limits.output_mb * MB
        self._calls = 0
        self._link, theirs = socket.socketpair()
        writing = output.open()
        try:
            server.fork(theirs, writing)
        except BaseException:
            self.close()
            raise
        finally:
            theirs.close()
            os.close(writing)

    def load(self, source: Source, seconds: float) -> LoadReport:
        """Send the submission and return how loading went; raise SandboxFailure."""
        # Within both limits, so that an endless statement is interrupted before the whole load is.
        allowed = min(seconds, self._limits.cpu_seconds)
        request = LoadRequest(source.filename, source.cells, source.tolerant, allowed)
        return read_loaded(self._exchange(request.frame, seconds), source.filename)

    def call(self, function: str, request: CallRequest, seconds: float) -> Reply:
        """Call a function of the submission and return the reply; raise SandboxFailure."""
        self._calls += 1
        call = NumberedCall(self._calls, function, request)
        return read_reply(self._exchange(call.frame, seconds), call.number)

    def close(self) -> None:
        """Close the connection to the child."""
        self._output.drain(self._max_output)
        self._output.close()
        self._link.close()

    def _exchange(self, frame: Frame, seconds: float) -> Frame:
        """Send a frame and return the reply; raise SandboxFailure."""
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
            raise ConnectionClosed("it ended") from None

    def _wait(self, deadline: float) -> None:
        """Wait until the reply begins, and read output meanwhile; raise TimeoutError or ChildDied."""
        while True:
            pipe = self._output.descriptor
            link = self._link.fileno()
            ready = wait_readable([link] if pipe is None else [link, pipe], deadline)
            self._output.drain(self._max_output)
            if self._output.count > self._max_output:
                raise child_died(ChildExit(ExitReason.OUTPUT), self._limits)
            if link in ready:
                return
            if not ready:
                raise TimeoutError
