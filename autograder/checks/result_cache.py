"""Reuse the results of checks for submissions that give the same replies.

Checks are pure functions of what a submission replies, and most right answers reply the same. So the checks
of one task form a trace: a call, its reply, the next call, and so on, and at the end the results. A
submission whose replies follow a stored trace gets its results without a network being built. At the first
reply that differs, the checks run. Only what the replies alone decided is stored: time, memory and the order
of submissions have no part in it.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..models import CheckResult, Outcome
from ..wire.frames import Frame
from .failures import SubmissionFailed
from .training_cache import Training

MAX_STEPS = 20_000
# The arguments of calls are stored with a trace, and networks of the submission may be among them.
MAX_ARGUMENT_BYTES = 1 << 20
# Time and memory decide these, and both depend on what ran before.
NOT_REPEATABLE = frozenset({Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.GRADER_ERROR})
WORD = re.compile(r"[a-z0-9_]+")
NUMBER = re.compile(r"_\d+$")

Reply = Frame | SubmissionFailed


@dataclass(frozen=True)
class Call:
    """A call of a task. `head` is the JSON text of the request's head."""

    function: str
    head: str
    blob: bytes = b""

    @classmethod
    def from_request(cls, function: str, request: Frame) -> Call:
        """Return the call of `function` with a packed request."""
        return cls(function, json.dumps(request.head), request.blob)

    @property
    def request(self) -> Frame:
        """The packed arguments."""
        return Frame(json.loads(self.head), self.blob)


@dataclass(frozen=True)
class CachedCheck:
    """The result of one check, the number of the call whose failure ended it, and its trainings."""

    result: CheckResult
    failed_call: int | None = None
    trainings: tuple[Training, ...] = ()


@dataclass(frozen=True)
class CachedResults:
    """The end of a trace: the results of its checks."""

    checks: tuple[CachedCheck, ...]


@dataclass(frozen=True)
class Trace:
    """The key of its checks, each call with the digest of its reply, and the results."""

    start: str
    calls: tuple[tuple[Call, str], ...]
    end: CachedResults

    @property
    def repeatable(self) -> bool:
        """Whether every submission with the same replies has the same results, and the trace is small."""
        size = sum(len(call.blob) for call, _ in self.calls)
        outcomes = {check.result.outcome for check in self.end.checks}
        return size <= MAX_ARGUMENT_BYTES and not outcomes & NOT_REPEATABLE


class GeneratedNames:
    """Tells names that Keras generated from names that somebody chose.

    `mentioned` are the names, without their number, that the kit mentions: those are never taken as
    generated.
    """

    def __init__(self, mentioned: frozenset[str] = frozenset()) -> None:
        self._mentioned = mentioned

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> GeneratedNames:
        """Collect every word in a string of a kit's checks, given code and inputs."""
        strings = (string for name, content in files.items() for string in _strings(name, content))
        return cls(frozenset(_base(word.rstrip("_")) for text in strings for word in WORD.findall(text)))

    def find(self, head: dict[str, Any], request: Frame) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the entries of a reply's table of layers that have a generated name, with their places.

        A name that the request contains is not generated. The reply may hold anything.
        """
        value = head.get("value")
        layers = value.get("layers") if isinstance(value, dict) else None
        requested: frozenset[str] | None = None
        for place, entry in enumerate(layers if isinstance(layers, list) else []):
            if isinstance(entry, dict) and self._is_numbered(entry.get("class"), entry.get("name")):
                requested = frozenset(_texts(request.head)) if requested is None else requested
                if entry["name"] not in requested:
                    yield place, entry

    def _is_numbered(self, kind: object, name: object) -> bool:
        """Whether Keras may have named a layer after its class: `input_layer_2` for the third InputLayer."""
        if not isinstance(kind, str) or not isinstance(name, str):
            return False
        return _base(name).replace("_", "") == kind.lower() and _base(name) not in self._mentioned


class Digester:
    """Computes the digests of the replies along one trace.

    Keras numbers layers through the whole process, so a generated name counts only by what it equals: other
    generated names, in this reply and in those before it, and names that somebody chose.
    """

    def __init__(self, names: GeneratedNames) -> None:
        self._names = names
        self._numbers: dict[str, int] = {}
        self._chosen: set[str] = set()

    def digest(self, reply: Reply, request: Frame) -> str | None:
        """Return the digest of the next reply; None where an equal submission may reply otherwise."""
        if isinstance(reply, SubmissionFailed):
            if reply.outcome in NOT_REPEATABLE:
                return None
            return _sha256(f"{reply.outcome} {reply}".encode())
        head = copy.deepcopy(reply.head)
        generated = [(place, entry.pop("name")) for place, entry in self._names.find(head, request)]
        chosen = frozenset(_texts(head))
        earlier = sorted(number for name, number in self._numbers.items() if name in chosen)
        self._chosen |= chosen
        names = [(place, self._stand_in(name)) for place, name in generated]
        # The order of keys counts: a check sees it in an answer that is a dictionary.
        return _sha256(json.dumps([head, names, earlier]).encode() + b"\0" + reply.blob)

    def _stand_in(self, name: str) -> int | str:
        """Return a number for a generated name, or the name itself where somebody chose the same one."""
        return name if name in self._chosen else self._numbers.setdefault(name, len(self._numbers))


class ResultCache:
    """All traces of submissions so far, joined where they agree."""

    def __init__(self, names: GeneratedNames | None = None) -> None:
        self._names = names or GeneratedNames()
        self._steps: dict[str, Call | CachedResults] = {}

    def step(self, key: str) -> Call | CachedResults | None:
        """Return what comes next at a point of a trace; None where no submission has been."""
        return self._steps.get(key)

    def store(self, trace: Trace) -> None:
        """Store a trace for the submissions to come, as far as it agrees with those before it."""
        if len(self._steps) < MAX_STEPS:
            key = trace.start
            for call, digest in trace.calls:
                if self._steps.setdefault(key, call) != call:
                    return
                key = next_key(key, digest)
            self._steps.setdefault(key, trace.end)

    def digester(self) -> Digester:
        """Return a digester for one trace from its start."""
        return Digester(self._names)

    def generated_names(self, reply: Reply, request: Frame) -> Iterator[str]:
        """Yield the generated names in a reply: a message with one of them is about this submission only."""
        if isinstance(reply, Frame):
            yield from (entry["name"] for _, entry in self._names.find(reply.head, request))


class DisabledResultCache(ResultCache):
    """Stores nothing, so the checks of every submission run."""

    def store(self, trace: Trace) -> None:
        """Ignore the trace."""


def next_key(key: str, digest: str) -> str:
    """Return the key of the point that follows `key` after a reply."""
    return _sha256(f"{key} {digest}".encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _base(name: str) -> str:
    return NUMBER.sub("", name)


def _strings(name: str, content: bytes) -> Iterator[str]:
    """Yield the strings in a kit's code, or the whole text of another file."""
    if name.endswith(".py"):
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    elif name.endswith((".json", ".toml")):
        yield content.decode()


def _texts(tree: Any) -> Iterator[str]:
    """Yield every string in JSON data, keys included."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        yield from tree
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts(value)
