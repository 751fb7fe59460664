"""Define what the host and the process of a submission send each other: loading, calls and their replies.

Each message crosses as one frame. A submission may have written the frames of its process, so the host reads
them with `sandbox.protocol`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from .frames import Frame
from .handles import Operation


@dataclass(frozen=True)
class LoadRequest:
    """A request to load a submission: a notebook if `tolerant`. Loading may take `seconds`."""

    filename: str
    cells: Sequence[str]
    tolerant: bool
    seconds: float

    @property
    def frame(self) -> Frame:
        """Return the frame that is sent."""
        head = {"filename": self.filename, "tolerant": self.tolerant, "seconds": self.seconds}
        return Frame(head, json.dumps(self.cells).encode())

    @classmethod
    def from_frame(cls, frame: Frame) -> LoadRequest:
        """Return the request in a frame of the host."""
        return cls(cells=json.loads(frame.blob), **frame.head)


@dataclass(frozen=True)
class LoadReport:
    """How loading went. `problem` is a sentence if it failed, and `line` the line that it is about.

    `notes` has a sentence for every cell left out.
    """

    problem: str | None = None
    line: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether the submission is loaded."""
        return self.problem is None

    @property
    def frame(self) -> Frame:
        """Return the frame that is sent."""
        return Frame({"loaded": asdict(self)})


@dataclass(frozen=True)
class Turn:
    """The place of a call in a check. Values that stay in the sandbox get labels that begin with `label`.

    `tasks` are the tasks that the call is about.
    """

    check: str
    label: str
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class CallRequest:
    """A call of a function with packed `(args, kwargs)`, or `(args, kwargs, times)` for several calls.

    With `turn`, answers that cannot cross stay in the sandbox. With `operation`, the call is that use of a
    handle, the first argument.
    """

    arguments: Any
    blob: bytes = b""
    turn: Turn | None = None
    operation: Operation | None = None

    @property
    def frame(self) -> Frame:
        """Return the frame that `from_frame` reads."""
        head: dict[str, Any] = {"value": self.arguments}
        if self.operation:
            head["operation"] = self.operation
        if self.turn:
            head["turn"] = asdict(self.turn)
        return Frame(head, self.blob)

    @classmethod
    def from_frame(cls, frame: Frame) -> CallRequest:
        """Return the request in a frame of the host; other entries of its head are ignored."""
        turn, operation = frame.head.get("turn"), frame.head.get("operation")
        return cls(
            frame.head["value"],
            frame.blob,
            Turn(turn["check"], turn["label"], tuple(turn["tasks"])) if turn else None,
            Operation(operation) if operation else None,
        )


@dataclass(frozen=True)
class NumberedCall:
    """A call as it is sent: the function's name, and a number that the reply repeats."""

    number: int
    function: str
    request: CallRequest

    @property
    def frame(self) -> Frame:
        """Return the frame that is sent."""
        frame = self.request.frame
        return Frame({**frame.head, "call": self.function, "id": self.number}, frame.blob)

    @classmethod
    def from_frame(cls, frame: Frame) -> NumberedCall:
        """Return the call in a frame of the host."""
        return cls(frame.head["id"], frame.head["call"], CallRequest.from_frame(frame))

    def reply_frame(self, reply: Reply) -> Frame:
        """Return the frame of the reply to this call."""
        return Frame({"id": self.number, **reply.frame.head}, reply.frame.blob)


class FailureKind(StrEnum):
    """The reason why a call returned no value."""

    RAISED = "raised"  # the function raised an exception
    ARGUMENTS = "arguments"  # the function does not take the arguments of its task
    STUB = "stub"  # the function is unchanged from the handout
    LEFTOVER_RAISE = "leftover_raise"  # the function has code but still contains the stub's `raise`
    UNWRITTEN_CALL = "unwritten_call"  # the function calls another one that is unchanged from the handout
    EXITED = "exited"  # the function exited the program
    ENDED = "ended"  # an iterator has no more items
    LOST = "lost"  # the process ended that held the value of a handle
    MISSING = "missing"  # there is no function with that name
    METHOD = "method"  # only a class has a function with that name
    NESTED = "nested"  # the function is defined inside another one
    MAIN_ONLY = "main_only"  # the function is defined only under `if __name__ == "__main__":`


@dataclass(frozen=True)
class TraceLine:
    """One executed line of a student's file: its number, the function that it is in, and its text."""

    number: int
    function: str
    text: str


@dataclass(frozen=True)
class Failed:
    """The reply of a call that returned no value.

    `name` is the function or class that `kind` refers to. `type` and `text` are those of the exception. The
    outermost call comes first in `trace`.
    """

    kind: FailureKind
    name: str = ""
    type: str = ""
    text: str = ""
    trace: tuple[TraceLine, ...] = ()

    @property
    def frame(self) -> Frame:
        """Return the frame that is sent."""
        return Frame({"raised": asdict(self)})


@dataclass(frozen=True)
class Returned:
    """The reply of a call that returned: the packed `{"answer", "args", "kwargs"}`.

    A call with a turn returns the answer alone.
    """

    value: Any
    blob: bytes = b""

    @property
    def frame(self) -> Frame:
        """Return the frame that is sent."""
        return Frame({"ok": True, "value": self.value}, self.blob)


Reply = Returned | Failed
