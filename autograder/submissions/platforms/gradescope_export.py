"""Read Gradescope's export: `submission_metadata.yml` and one numbered folder per submission.

The file is read as a stream of events. Aliases are never followed, so that a short file cannot expand. Size,
depth and the number of entries are limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from ..folders import MEGABYTE, File, Unreadable

METADATA = "submission_metadata.yml"
# The file also contains every submission's results and history.
MAX_SIZE = 200 * MEGABYTE
MAX_DEPTH = 50
MAX_SUBMISSIONS = 100_000
MAX_SUBMITTERS = 100
MAX_TEXT = 500

_FOLDER = re.compile(r"submission_\d+(?:\.\w+)?", re.ASCII)
_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[ T](?P<time>\d\d:\d\d:\d\d)(?:\.\d+)? ?(?P<zone>Z|[+-]\d\d:?\d\d)?", re.ASCII
)
# The keys that are used, of an entry and of a submitter.
_SUBMITTERS, _CREATED = "submitters", "created_at"
_PERSON = ("name", "email", "sid")


@dataclass(frozen=True)
class Submitter:
    """One of the students who made a submission together."""

    name: str = ""
    email: str = ""
    sid: str = ""


@dataclass(frozen=True)
class GradescopeSubmission:
    """One entry of the metadata: its folder, its submitters (several in a group) and its time."""

    folder: str
    submitters: tuple[Submitter, ...]
    created: float | None


def is_submission_name(name: str) -> bool:
    """Return whether a name has the form of a submission's folder in Gradescope's export."""
    return _FOLDER.fullmatch(name) is not None


def read_metadata(file: File) -> list[GradescopeSubmission]:
    """Return the entries of the metadata file; raise Unreadable if it does not have Gradescope's format."""
    import yaml  # only an export needs it

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        entries = _read_entries(_Events(yaml.parse(file.load(MAX_SIZE), Loader=loader)))
    except (yaml.YAMLError, ValueError, RecursionError, _NotGradescope) as error:
        reason = " ".join(str(error).split()).rstrip(".")[:MAX_TEXT]
        raise Unreadable(f"{file.where} is not what Gradescope exports: {reason}.") from None
    return entries


class _NotGradescope(Exception):
    """The metadata has an unexpected structure."""


class _Mark(Enum):
    """The start of a mapping or a list, or the end of either."""

    MAP = auto()
    LIST = auto()
    END = auto()


@dataclass(frozen=True)
class _Scalar:
    text: str


class _Events:
    """The events of a YAML document with limited depth; an alias is treated as an empty scalar."""

    def __init__(self, events: Iterable[Any]) -> None:
        self._events = iter(events)
        self._depth = 0

    def next(self) -> _Mark | _Scalar:
        """Return the next scalar, start or end; raise _NotGradescope if there is none."""
        for event in self._events:
            name = type(event).__name__
            if name == "ScalarEvent":
                empty = event.style is None and event.value in ("null", "~")
                return _Scalar("" if empty else event.value[:MAX_TEXT])
            if name == "AliasEvent":
                return _Scalar("")
            if name in ("MappingStartEvent", "SequenceStartEvent"):
                self._depth += 1
                if self._depth > MAX_DEPTH:
                    raise _NotGradescope(f"it is nested more than {MAX_DEPTH} levels deep")
                return _Mark.MAP if name == "MappingStartEvent" else _Mark.LIST
            if name in ("MappingEndEvent", "SequenceEndEvent"):
                self._depth -= 1
                return _Mark.END
        raise _NotGradescope("expected one entry per submission")

    def skip(self, start: _Mark | _Scalar) -> None:
        """Skip the rest of the value that begins with `start`."""
        depth = 0 if isinstance(start, _Scalar) else 1
        while depth:
            event = self.next()
            if isinstance(event, _Mark):
                depth += -1 if event is _Mark.END else 1

    def pairs(self) -> Iterator[tuple[str, _Mark | _Scalar]]:
        """Yield the keys of a mapping, each with the start of its value, which the caller consumes."""
        while (key := self.next()) is not _Mark.END:
            if isinstance(key, _Mark):
                self.skip(key)
            value = self.next()
            if value is _Mark.END:
                raise _NotGradescope("a key has no value")
            # Gradescope writes keys as Ruby symbols, `:name`.
            yield (key.text.removeprefix(":") if isinstance(key, _Scalar) else ""), value


def _read_entries(events: _Events) -> list[GradescopeSubmission]:
    if events.next() is not _Mark.MAP:
        raise _NotGradescope("expected one entry per submission")
    found: dict[str, GradescopeSubmission] = {}
    for folder, value in events.pairs():
        if value is not _Mark.MAP:
            events.skip(value)
            continue
        found[folder] = _read_entry(folder, events)
        if len(found) > MAX_SUBMISSIONS:
            raise _NotGradescope(f"it has more than {MAX_SUBMISSIONS:,} submissions")
    return list(found.values())


def _read_entry(folder: str, events: _Events) -> GradescopeSubmission:
    submitters: tuple[Submitter, ...] = ()
    created = None
    for key, value in events.pairs():
        if key == _SUBMITTERS and value is _Mark.LIST:
            submitters = tuple(_read_submitters(folder, events))
        elif key == _CREATED and isinstance(value, _Scalar):
            created = _seconds(value.text)
        else:
            events.skip(value)
    return GradescopeSubmission(folder, submitters, created)


def _read_submitters(folder: str, events: _Events) -> Iterator[Submitter]:
    count = 0
    while (item := events.next()) is not _Mark.END:
        if item is not _Mark.MAP:
            events.skip(item)
            continue
        fields = {}
        for key, value in events.pairs():
            if key in _PERSON and isinstance(value, _Scalar):
                fields[key] = " ".join(value.text.split())
            else:
                events.skip(value)
        count += 1
        if count > MAX_SUBMITTERS:
            raise _NotGradescope(f"{folder} has more than {MAX_SUBMITTERS} submitters")
        if any(fields.values()):
            yield Submitter(**fields)


def _seconds(text: str) -> float | None:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{match['date']}T{match['time']}{match['zone'] or ''}")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
