"""Gradescope's export: `submission_metadata.yml` beside one folder a submission, named by number."""

from __future__ import annotations

import calendar
import datetime
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .folders import MEGABYTE, File, Unreadable


@dataclass(frozen=True)
class ParsedFilename:
    """A download name, taken apart.

    `number` is the platform's own number of the student, `filename` the name that the student gave ("" for a
    folder). `order` grows with time where the name tells it: a number, or seconds since the epoch, but the
    same throughout one platform.
    """

    student: str
    number: str
    filename: str
    order: float | None


# lastnamefirst_LATE_123_456_transfer-1.py; under anonymous grading anon_Ab1c2_456_transfer.py. Canvas numbers
# its files as they arrive and appends -1, -2, … to the name of a file that was handed in before.
_CANVAS = re.compile(
    r"(?P<student>[^\W\d_]\w*?)(?:_LATE)?_(?P<number>\d+)_(?:(?P<file>\d+)_(?P<name>.+)|(?P<text>text|link)\.html)",
    re.IGNORECASE,
)
_CANVAS_ANONYMOUS = re.compile(r"(?:LATE_)?(?P<student>anon_\w+?)_(?P<file>\d+)_(?P<name>.+)")
# Otter's exports, transfer_2026_11_23T10_00_00_123456.zip, look like it and are not.
_EXPORT = re.compile(r"(.+)_\d{4}_\d\d_\d\dT\d\d_\d\d_\d\d_\d+\.zip", re.IGNORECASE)
_RESUBMITTED = re.compile(r"-\d{1,3}(?=\.\w+$)")
# Jane Doe_12345_assignsubmission_file_/transfer.py, or the same in one file name.
_MOODLE = re.compile(
    r"(?P<student>[^_]+)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<name>.*))?", re.IGNORECASE
)
# Week 9_jdoe_attempt_2026-11-23-10-00-00_transfer.py, and a .txt about the attempt.
_BLACKBOARD = re.compile(
    r".+_(?P<student>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<name>.+)|(?P<about>\.txt))"
)


def parse_filename(name: str) -> ParsedFilename | None:
    """Take a name in a class folder apart; None when no platform's pattern fits it."""
    if match := _MOODLE.fullmatch(name):
        return ParsedFilename(match["student"], match["number"], match["name"] or "", None)
    if match := _BLACKBOARD.fullmatch(name):
        return (
            None
            if match["about"]
            else ParsedFilename(match["student"], "", match["name"], _seconds(match["time"]))
        )
    if match := _CANVAS_ANONYMOUS.fullmatch(name):
        return ParsedFilename(match["student"], "", _RESUBMITTED.sub("", match["name"]), float(match["file"]))
    if (match := _CANVAS.fullmatch(name)) and _CANVAS.fullmatch(_EXPORT.sub(r"\1.zip", name)):
        if match["text"]:
            return ParsedFilename(match["student"], match["number"], f"{match['text']}.html", 0.0)
        return ParsedFilename(
            match["student"], match["number"], _RESUBMITTED.sub("", match["name"]), float(match["file"])
        )
    return None


def _seconds(moment: str) -> float:
    try:
        return float(calendar.timegm(time.strptime(moment, "%Y-%m-%d-%H-%M-%S")))
    except ValueError:
        return 0.0


METADATA = "submission_metadata.yml"
# The file also holds every submission's results and history, so it may be long.
_LIMIT = 500 * MEGABYTE


@dataclass(frozen=True)
class GradescopeSubmission:
    """One entry of the metadata: whose folder it is (several students in a group) and when it came."""

    folder: str
    submitters: tuple[tuple[str, str], ...]  # (name, e-mail)
    created: float


def read_metadata(file: File) -> list[GradescopeSubmission]:
    """The entries of the metadata file; raises Unreadable when it is not what Gradescope writes."""
    import yaml  # only an export needs it

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        """The safe loader; Ruby's own tags, which older exports carry, mean nothing to it."""

    Loader.add_multi_constructor("!ruby/", lambda loader, suffix, node: None)
    try:
        data = yaml.load(file.load(_LIMIT), Loader=Loader)  # noqa: S506 - derived from the safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise Unreadable(f"{file.where} is no YAML that can be read: {reason}.") from None
    if not isinstance(data, Mapping):
        raise Unreadable(f"{file.where} is not what Gradescope exports: expected one entry a submission.")
    return [_handin(str(folder), entry) for folder, entry in data.items() if isinstance(entry, Mapping)]


def _handin(folder: str, entry: Mapping[str, Any]) -> GradescopeSubmission:
    people = _get(entry, "submitters")
    people = [person for person in people if isinstance(person, Mapping)] if isinstance(people, list) else []
    names = tuple((str(_get(person, "name") or ""), str(_get(person, "email") or "")) for person in people)
    return GradescopeSubmission(
        folder, tuple(name for name in names if any(name)), _seconds_of(_get(entry, "created_at"))
    )


def _get(entry: Mapping[str, Any], key: str) -> Any:
    """Gradescope writes Ruby symbols, `:name`, as keys."""
    return entry.get(f":{key}", entry.get(key))


def _seconds_of(moment: Any) -> float:
    if isinstance(moment, str):
        try:
            moment = datetime.datetime.fromisoformat(moment)
        except ValueError:
            return 0.0
    if not isinstance(moment, datetime.datetime):
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()
