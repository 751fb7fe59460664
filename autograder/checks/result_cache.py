"""Outcomes kept under the replies that led to them.

Checks are pure functions of what a submission replies, and most right answers reply the same. So the checks
of one task are a path: they call, read the reply, call again, and end with results. A submission whose
replies follow a path that an earlier one has taken gets its results without a network being built; at the
first reply that differs, the checks run. What follows must be true whoever came first: a path that anything
but the replies had a part in is nobody else's.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..models import CheckResult, Outcome
from ..wire.frames import Frame
from .failures import SubmissionFailed

WORD = re.compile(r"[a-z0-9_]+")


class GeneratedNames:
    """Tells made-up names from others; `spoken` are the names without number that the kit mentions."""

    def __init__(self, spoken: frozenset[str] = frozenset()) -> None:
        self._spoken = spoken

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> GeneratedNames:
        """The names in a kit's files: every word in a string of its checks, given code and inputs."""
        strings = (string for name, content in files.items() for string in _strings(name, content))
        return cls(frozenset(_base(word.rstrip("_")) for text in strings for word in WORD.findall(text)))

    def made_up(self, head: dict[str, Any], request: Frame) -> Iterator[tuple[int, dict[str, Any]]]:
        """The entries of a reply's table of layers whose names say nothing, with their places.

        The reply is of unknown origin.
        """
        value = head.get("value")
        layers = value.get("layers") if isinstance(value, dict) else None
        asked: frozenset[str] | None = None
        for place, entry in enumerate(layers if isinstance(layers, list) else []):
            if isinstance(entry, dict) and self._is_numbered(entry.get("class"), entry.get("name")):
                asked = frozenset(_texts(request.head)) if asked is None else asked
                if entry["name"] not in asked:
                    yield place, entry

    def _is_numbered(self, kind: object, name: object) -> bool:
        """Whether Keras may have named a layer after its class: `input_layer_2` for the third InputLayer."""
        if not isinstance(kind, str) or not isinstance(name, str):
            return False
        return _base(name).replace("_", "") == kind.lower() and _base(name) not in self._spoken


def _base(name: str) -> str:
    return re.sub(r"_\d+$", "", name)


def _strings(name: str, content: bytes) -> Iterator[str]:
    """What a file of a kit says: the strings in code, all of a text."""
    if name.endswith(".py"):
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    elif name.endswith((".json", ".toml")):
        yield content.decode()


def _texts(tree: Any) -> Iterator[str]:
    """Every string in JSON, keys included."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        yield from tree
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts(value)


MAX_STEPS = 20_000
# What a path asks with is kept, and models of a submission's may be in it.
MAX_BYTES = 1 << 20
# Time and memory decide these, and what a submission did in an earlier task has a part in both.
NOT_REPEATABLE = (Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.GRADER_ERROR)

Reply = Frame | SubmissionFailed


@dataclass(frozen=True)
class Call:
    """The next call on a path."""

    function: str
    request: Frame


@dataclass(frozen=True)
class CachedResults:
    """The end of a path: the results of its checks, and the trainings that they asked for."""

    results: tuple[CheckResult, ...]
    trained: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True)
class Trace:
    """One whole path, as a fork tells of it: its start, each call with the digest of the reply, its end."""

    start: str
    calls: tuple[tuple[Call, str], ...]
    end: CachedResults

    @property
    def repeatable(self) -> bool:
        """Whether another submission with the same replies is sure to end here, and the path is small."""
        size = sum(len(ask.request.blob) for ask, _ in self.calls)
        return size <= MAX_BYTES and all(result.outcome not in NOT_REPEATABLE for result in self.end.results)

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
    def from_event(cls, event: dict[str, Any]) -> Trace:
        """Read what `to_event` wrote."""
        calls = [
            (Call(name, Frame(head, b64decode(blob))), digest) for name, head, blob, digest in event["calls"]
        ]
        results = tuple(CheckResult(**result) for result in event["results"])
        trained = tuple((check, training) for check, training in event["trained"])
        return cls(event["start"], tuple(calls), CachedResults(results, trained))


class ResultCache:
    """All paths that submissions have taken so far, joined where they agree.

    `names` tells which names of layers are made up.
    """

    def __init__(self, names: GeneratedNames | None = None) -> None:
        self._names = names or GeneratedNames()
        self._steps: dict[str, Call | CachedResults] = {}

    def step(self, place: str) -> Call | CachedResults | None:
        """What comes next at a place of a path; None where nobody has been."""
        return self._steps.get(place)

    def keep(self, path: Trace) -> None:
        """Remember a path for the submissions to come, as far as it agrees with those before it."""
        if len(self._steps) < MAX_STEPS:
            place = path.start
            for ask, digest in path.calls:
                if self._steps.setdefault(place, ask) != ask:
                    return
                place = next_key(place, digest)
            self._steps.setdefault(place, path.end)

    def digest(self, reply: Reply, request: Frame) -> str | None:
        """What a reply says, but for the numbers in names that Keras made up.

        None where another time it may be another.
        """
        if isinstance(reply, SubmissionFailed):
            if reply.outcome in NOT_REPEATABLE:
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


def next_key(place: str, digest: str) -> str:
    """The place after a reply."""
    return hashlib.sha256(f"{place} {digest}".encode()).hexdigest()
