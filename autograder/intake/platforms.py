"""What learning platforms' download names say: whose a file is, what it was called, which one is newer."""

from __future__ import annotations

import calendar
import re
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
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


def label(name: str) -> Label | None:
    """Take a name in a class folder apart; None when no platform's pattern fits it."""
    if match := _MOODLE.fullmatch(name):
        return Label(match["student"], match["number"], match["name"] or "", None)
    if match := _BLACKBOARD.fullmatch(name):
        return None if match["about"] else Label(match["student"], "", match["name"], _seconds(match["time"]))
    if match := _CANVAS_ANONYMOUS.fullmatch(name):
        return Label(match["student"], "", _RESUBMITTED.sub("", match["name"]), float(match["file"]))
    if (match := _CANVAS.fullmatch(name)) and _CANVAS.fullmatch(_EXPORT.sub(r"\1.zip", name)):
        if match["text"]:
            return Label(match["student"], match["number"], f"{match['text']}.html", 0.0)
        return Label(
            match["student"], match["number"], _RESUBMITTED.sub("", match["name"]), float(match["file"])
        )
    return None


def _seconds(moment: str) -> float:
    try:
        return float(calendar.timegm(time.strptime(moment, "%Y-%m-%d-%H-%M-%S")))
    except ValueError:
        return 0.0
