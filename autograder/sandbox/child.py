"""The trusted end of one child: its socket, its output, its deadlines."""

from __future__ import annotations

import json
import os
import socket
import time

from ..records import Source
from ..wire.frames import Frame, FrameError, receive, send
from .errors import BadReply, ChildDied, ChildTimedOut
from .limits import MB, Limits
from .output import Output
from .replies import Loaded, read_loaded, read_reply
from .waiting import wait
from .warm import Warm


class Child:
    """A freshly forked child; what it prints goes to `output`."""

    def __init__(self, warm: Warm, output: Output, limits: Limits) -> None:
        self._output = output
        self._most = limits.output_mb * MB
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
        head = {"filename": source.filename, "tolerant": source.tolerant}
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
