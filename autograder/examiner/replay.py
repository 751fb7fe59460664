"""Outcomes kept under the replies that led to them.

Checks are pure functions of what a submission replies, and most right answers reply the same. So the checks
of one task are a path: they call, read the reply, call again, and end with results. A submission whose
replies follow a path that an earlier one has taken gets its results without a network being built; at the
first reply that differs, the checks run. What follows must be true whoever came first: a path that anything
but the replies had a part in is nobody else's.
"""

from __future__ import annotations

import copy
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ..records import CheckResult, Outcome
from ..wire.frames import Frame
from .names import Names
from .proxies import SubmissionFailed

MOST_STEPS = 20_000
# What a path asks with is kept, and models of a submission's may be in it.
MOST_BYTES = 1 << 20
# Time and memory decide these, and what a submission did in an earlier task has a part in both.
PASSING: tuple[Outcome, ...] = ("timed_out", "crashed", "grader_error")

Reply = Frame | SubmissionFailed


@dataclass(frozen=True)
class Ask:
    """The next call on a path."""

    function: str
    request: Frame


@dataclass(frozen=True)
class Settled:
    """The end of a path: the results of its checks, and the trainings that they asked for."""

    results: tuple[CheckResult, ...]
    trained: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True)
class Path:
    """One whole path, as a fork tells of it: its start, each call with the digest of the reply, its end."""

    start: str
    calls: tuple[tuple[Ask, str], ...]
    end: Settled

    @property
    def repeatable(self) -> bool:
        """Whether another submission with the same replies is sure to end here, and the path is small."""
        size = sum(len(ask.request.blob) for ask, _ in self.calls)
        return size <= MOST_BYTES and all(result.outcome not in PASSING for result in self.end.results)

    def to_event(self) -> dict[str, Any]:
        """The form that crosses from a fork."""
        return {
            "start": self.start,
            "calls": [
                (ask.function, ask.request.head, b64encode(ask.request.blob).decode(), digest)
                for ask, digest in self.calls
            ],
            "results": [asdict(result) for result in self.end.results],
            "trained": self.end.trained,
        }

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> Path:
        """Read what `to_event` wrote."""
        calls = [
            (Ask(name, Frame(head, b64decode(blob))), digest) for name, head, blob, digest in event["calls"]
        ]
        results = tuple(CheckResult(**result) for result in event["results"])
        trained = tuple((check, training) for check, training in event["trained"])
        return cls(event["start"], tuple(calls), Settled(results, trained))


class Replays:
    """All paths that submissions have taken so far, joined where they agree.

    `names` tells which names of layers are made up.
    """

    def __init__(self, names: Names | None = None) -> None:
        self._names = names or Names()
        self._steps: dict[str, Ask | Settled] = {}

    def step(self, place: str) -> Ask | Settled | None:
        """What comes next at a place of a path; None where nobody has been."""
        return self._steps.get(place)

    def keep(self, path: Path) -> None:
        """Remember a path for the submissions to come, as far as it agrees with those before it."""
        if len(self._steps) < MOST_STEPS:
            place = path.start
            for ask, digest in path.calls:
                if self._steps.setdefault(place, ask) != ask:
                    return
                place = onward(place, digest)
            self._steps.setdefault(place, path.end)

    def digest(self, reply: Reply, request: Frame) -> str | None:
        """What a reply says, but for the numbers in names that Keras made up.

        None where another time it may be another.
        """
        if isinstance(reply, SubmissionFailed):
            if reply.outcome in PASSING:
                return None
            return hashlib.sha256(f"{reply.outcome} {reply}".encode()).hexdigest()
        head = copy.deepcopy(reply.head)
        numbers: dict[str, int] = {}
        # Equal names have equal numbers, and others others. Told apart from the head, which may say anything.
        told = [
            (place, numbers.setdefault(entry.pop("name"), len(numbers)))
            for place, entry in self._names.made_up(head, request)
        ]
        # The order of keys counts: a check sees it in an answer that is a dictionary.
        return hashlib.sha256(json.dumps([head, told]).encode() + b"\0" + reply.blob).hexdigest()

    def numbered_names(self, reply: Reply, request: Frame) -> Iterator[str]:
        """The names that Keras made up: a message with one of them is true of this submission alone."""
        if isinstance(reply, Frame):
            yield from (entry["name"] for _, entry in self._names.made_up(reply.head, request))


def onward(place: str, digest: str) -> str:
    """The place after a reply."""
    return hashlib.sha256(f"{place} {digest}".encode()).hexdigest()
