"""Reuse results of checks for submissions that give the same replies.

Checks are pure functions of the submission's replies, and most correct answers give the same replies. The
checks of one task therefore form a trace: a call, its reply, the next call, and so on, and finally the
results. A submission whose replies match a stored trace gets the stored results, so that no network is built.
At the first reply that differs, the checks run. A trace is stored only if the replies alone determine its
results, independent of time, memory and the order of submissions.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ..files import DiskCache, sha256
from ..models import CheckResult, Outcome
from ..source_code import parse
from ..wire.call_messages import CallRequest, Returned
from ..wire.frames import Frame
from .failures import SubmissionFailed, without_specifics
from .training_cache import Training

MAX_STEPS = 20_000
# A trace stores the arguments of its calls, which may include networks of the submission.
MAX_ARGUMENT_BYTES = 1 << 20
# These outcomes depend on time and memory, and so on what ran before.
NOT_REPEATABLE = frozenset({Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.GRADER_ERROR})
WORD = re.compile(r"[a-z0-9_]+")
NUMBER = re.compile(r"_\d+$")

Reply = Returned | SubmissionFailed


class Call(msgspec.Struct, frozen=True, tag=True):
    """A call of a task. `head` and `blob` are the request's frame, the head as JSON text."""

    function: str
    head: str
    blob: bytes = b""

    @classmethod
    def from_request(cls, function: str, request: CallRequest) -> Call:
        """Return the call of `function` with a request."""
        return cls(function, json.dumps(request.frame.head), request.blob)

    @property
    def request(self) -> CallRequest:
        """Return the request."""
        return CallRequest.from_frame(Frame(json.loads(self.head), self.blob))


@dataclass(frozen=True)
class CachedCheck:
    """The result of one check, the index of the call whose failure ended it, and its trainings."""

    result: CheckResult
    failed_call: int | None = None
    trainings: tuple[Training, ...] = ()


class CachedResults(msgspec.Struct, frozen=True, tag=True):
    """The end of a trace: the results of its checks."""

    checks: tuple[CachedCheck, ...]


@dataclass(frozen=True)
class Trace:
    """The key of the first step, each call with the digest of its reply, and the results."""

    start: str
    calls: tuple[tuple[Call, str], ...]
    end: CachedResults

    @property
    def repeatable(self) -> bool:
        """Return whether submissions with the same replies have the same results, and the trace is small."""
        size = sum(len(call.blob) for call, _ in self.calls)
        outcomes = {check.result.outcome for check in self.end.checks}
        return size <= MAX_ARGUMENT_BYTES and not outcomes & NOT_REPEATABLE


Step = Call | CachedResults
_STEPS: msgspec.msgpack.Decoder[Step] = msgspec.msgpack.Decoder(Step)


class GeneratedNames:
    """Distinguishes layer names that Keras generated from names that an author chose.

    `mentioned` contains the names that the kit mentions, without their number. These never count as
    generated.
    """

    def __init__(self, mentioned: frozenset[str] = frozenset()) -> None:
        self._mentioned = mentioned

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> GeneratedNames:
        """Return an instance whose `mentioned` are the words in all strings of a kit's files."""
        strings = (string for name, content in files.items() for string in _strings(name, content))
        return cls(frozenset(_base(word.rstrip("_")) for text in strings for word in WORD.findall(text)))

    def find(self, value: Any, request: CallRequest) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the entries of a reply's layer table that have a generated name, with their indices.

        A name that the request contains is not generated. The reply may contain arbitrary JSON.
        """
        layers = value.get("layers") if isinstance(value, dict) else None
        requested: frozenset[str] | None = None
        for index, entry in enumerate(layers if isinstance(layers, list) else []):
            if isinstance(entry, dict) and self._is_numbered(entry.get("class"), entry.get("name")):
                requested = frozenset(_texts(request.arguments)) if requested is None else requested
                if entry["name"] not in requested:
                    yield index, entry

    def remove(self, value: Any, request: CallRequest) -> tuple[Any, list[tuple[int, str]]]:
        """Return a copy of a reply's value without generated names, and these with their indices."""
        if isinstance(value, dict) and isinstance(layers := value.get("layers"), list):
            # A deep copy of every reply would take longer than its digest.
            entries = [dict(entry) if isinstance(entry, dict) else entry for entry in layers]
            value = {**value, "layers": entries}
        return value, [(index, entry.pop("name")) for index, entry in self.find(value, request)]

    def _is_numbered(self, kind: object, name: object) -> bool:
        """Return whether Keras may have derived a layer's name from its class, such as `input_layer_2`."""
        if not isinstance(kind, str) or not isinstance(name, str):
            return False
        return _base(name).replace("_", "") == kind.lower() and _base(name) not in self._mentioned


def portable_digest(reply: Reply) -> str | None:
    """Return a digest of one reply that is the same in every process, or None if it may change by chance.

    It does not depend on what the process ran before, nor on the other replies of the submission.
    """
    if isinstance(reply, SubmissionFailed):
        return _failure_digest(reply.comparable())
    return sha256(without_specifics(json.dumps(reply.frame.head)).encode() + b"\0" + reply.blob)


class Digester:
    """Computes the digests of the replies along one trace.

    Keras numbers layers across the whole process. A generated name therefore contributes only which other
    names it equals: generated names in this reply and in earlier replies, and chosen names.
    """

    def __init__(self, names: GeneratedNames) -> None:
        self._names = names
        self._numbers: dict[str, int] = {}
        self._chosen: set[str] = set()

    def digest(self, reply: Reply, request: CallRequest) -> str | None:
        """Return the digest of the next reply, or None if an equal submission may reply differently."""
        if isinstance(reply, SubmissionFailed):
            return _failure_digest(reply)
        value, generated = self._names.remove(reply.value, request)
        chosen = frozenset(_texts(value))
        earlier = sorted(number for name, number in self._numbers.items() if name in chosen)
        self._chosen |= chosen
        names = [(index, self._substitute(name)) for index, name in generated]
        # Do not sort keys: a check sees their order in an answer that is a dictionary.
        return sha256(json.dumps([value, names, earlier]).encode() + b"\0" + reply.blob)

    def _substitute(self, name: str) -> int | str:
        """Return a number for a generated name, or the name itself if it is also a chosen name."""
        return name if name in self._chosen else self._numbers.setdefault(name, len(self._numbers))


class ResultCache:
    """Traces of earlier submissions, merged into a tree by their common steps.

    Steps are kept in memory and, with `disk`, across runs. `context` identifies everything besides the
    replies that decides results: the kit, the engine, installed versions and hardware.
    """

    def __init__(
        self, names: GeneratedNames | None = None, disk: DiskCache | None = None, context: str = ""
    ) -> None:
        self._names = names or GeneratedNames()
        self._steps: dict[str, Step] = {}
        self._disk = disk
        self._context = context

    def step(self, key: str) -> Step | None:
        """Return the next call or the results at a step of a trace, or None if the step is unknown."""
        step = self._steps.get(key)
        if step is None and self._disk and (data := self._disk.get(self._disk_key(key))) is not None:
            return _STEPS.decode(data)
        return step

    def store(self, trace: Trace) -> None:
        """Store a trace for later submissions. Stop at the first call that conflicts with a stored trace."""
        key = trace.start
        for call, digest in trace.calls:
            if self._set(key, call) != call:
                return
            key = next_key(key, digest)
        self._set(key, trace.end)

    def _set(self, key: str, step: Step) -> Step:
        """Store a step unless there is one, and return the stored one."""
        if (known := self.step(key)) is not None:
            return known
        if len(self._steps) < MAX_STEPS:
            self._steps[key] = step
        if self._disk:
            self._disk.set(self._disk_key(key), msgspec.msgpack.encode(step))
        return step

    def _disk_key(self, key: str) -> str:
        return sha256(f"{self._context} {key}".encode())

    def digester(self) -> Digester:
        """Return a new digester for one trace."""
        return Digester(self._names)

    def generated_names(self, reply: Reply, request: CallRequest) -> Iterator[str]:
        """Yield the generated names in a reply. Messages that contain one are specific to the submission."""
        if isinstance(reply, Returned):
            yield from (entry["name"] for _, entry in self._names.find(reply.value, request))


class DisabledResultCache(ResultCache):
    """A cache that stores nothing, so that the checks run for every submission."""

    def store(self, trace: Trace) -> None:
        """Ignore the trace."""


def next_key(key: str, digest: str) -> str:
    """Return the key of the step that follows `key` after a reply with this digest."""
    return sha256(f"{key} {digest}".encode())


def _failure_digest(failure: SubmissionFailed) -> str | None:
    if failure.outcome in NOT_REPEATABLE:
        return None
    return sha256(f"{failure.outcome} {failure}".encode())


def _base(name: str) -> str:
    return NUMBER.sub("", name)


def _strings(name: str, content: bytes) -> Iterator[str]:
    """Yield the strings in Python code, or the whole text of a JSON or TOML file."""
    if name.endswith(".py"):
        for node in ast.walk(parse(content.decode(), name)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    elif name.endswith((".json", ".toml")):
        yield content.decode()


def _texts(tree: Any) -> Iterator[str]:
    """Yield every string in JSON data, including keys."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        yield from tree
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts(value)
