"""Outcomes kept under the replies that led to them.

Checks are pure functions of what a submission replies, and most right answers reply the same. So the checks
of one task are a path: they call, read the reply, call again, and end with results. A submission whose
replies follow a path that an earlier one has taken gets its results without a network being built; at the
first reply that differs, the checks run.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ..records import CheckResult
from ..wire.frames import Frame
from .proxies import SubmissionFailed

MOST_STEPS = 20_000

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
    """All paths that submissions have taken so far, joined where they agree."""

    def __init__(self) -> None:
        self._steps: dict[str, Ask | Settled] = {}

    def step(self, place: str) -> Ask | Settled | None:
        """What comes next at a place of a path; None where nobody has been."""
        return self._steps.get(place)

    def keep(self, path: Path) -> None:
        """Remember a path for the submissions to come."""
        if len(self._steps) < MOST_STEPS:
            place = path.start
            for ask, digest in path.calls:
                self._steps[place] = ask
                place = onward(place, digest)
            self._steps[place] = path.end


def onward(place: str, digest: str) -> str:
    """The place after a reply."""
    return hashlib.sha256(f"{place} {digest}".encode()).hexdigest()


def digest_of(reply: Reply) -> str | None:
    """What a reply says, but for the names that Keras made up; None where another time it may be another."""
    if isinstance(reply, SubmissionFailed):
        if reply.outcome in ("timed_out", "crashed"):
            return None
        return hashlib.sha256(f"{reply.outcome} {reply}".encode()).hexdigest()
    head = json.dumps(_unnumbered(reply.head), sort_keys=True).encode()
    return hashlib.sha256(head + b"\0" + reply.blob).hexdigest()


def numbered_names(reply: Reply) -> Iterator[str]:
    """The names that Keras made up: a message with one of them is true of this submission alone."""
    if isinstance(reply, Frame):
        yield from (name for name, _ in _numbered(reply.head))


def _numbered(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every entry whose name Keras made up from its class, with the name."""
    if isinstance(tree, dict):
        kind, name = tree.get("class"), tree.get("name")
        if isinstance(kind, str) and isinstance(name, str) and _made_up(name, kind):
            yield name, tree
        for value in tree.values():
            yield from _numbered(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _numbered(value)


def _unnumbered(tree: Any) -> Any:
    """A copy in which the names that Keras made up are numbered in order of appearance."""
    copy = json.loads(json.dumps(tree))
    for number, (_, entry) in enumerate(list(_numbered(copy))):
        entry["name"] = f"{number}"
    return copy


def _made_up(name: str, kind: str) -> bool:
    """Whether Keras named a layer after its class, as `input_layer_2` for the third InputLayer."""
    return re.sub(r"_\d+$", "", name).replace("_", "") == kind.lower()
