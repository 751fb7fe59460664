"""The records that flow through the product, and their JSON form.

Every record is a frozen dataclass. What is read from JSON is checked against the types given here, and
an error names the field, what was expected and what was found.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import msgspec

# An integer stays an integer when a report is read and written again.
Points = int | float


class Outcome(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not_attempted"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    GRADER_ERROR = "grader_error"


class Status(StrEnum):
    """How the examination of one submission ended."""

    GRADED = "graded"
    UNREADABLE = "unreadable"
    GRADER_ERROR = "grader_error"


class ReviewReason(StrEnum):
    """Why somebody should look at a submission, the most pressing reason first."""

    GRADER_ERROR = "grader_error"
    UNREADABLE = "unreadable"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    AMBIGUOUS_NAME = "ambiguous_name"
    NOT_ON_ROSTER = "not_on_roster"
    OTHER_KIT = "other_kit"
    ZERO_BUT_NOT_STUB = "zero_but_not_stub"
    ANSWER_ABOVE_STUB = "answer_above_stub"
    SEVERAL_VERSIONS = "several_versions"
    LATE = "late"
    IDENTICAL = "identical"
    MISSING = "missing"


@dataclass(frozen=True)
class ReviewNote:
    """One reason to look at a submission. `text` is the sentence that the report and the lists show."""

    reason: ReviewReason
    text: str


@dataclass(frozen=True)
class SubmittedFile:
    """One file as handed in: a `.py` or `.ipynb` with its bytes.

    `modified` is the time of the last change in seconds since the epoch (0 where it is unknown); it only
    decides which of two files is the newer one.
    """

    name: str
    content: bytes
    modified: float = 0.0


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    `problem` says why nothing in it can be read (then `files` is empty). `notes` are sentences for the
    report; a sentence that somebody should act on, such as which of two submissions counts, belongs in
    `review` instead, which the report shows as well. With `fail_fast`, the checks of a task that follow its
    first failure are skipped. `seconds_left` is set for a second try, which has less than the whole time.
    """

    student: str
    files: tuple[SubmittedFile, ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()
    sha256: str = ""
    fail_fast: bool = False
    review: tuple[ReviewNote, ...] = ()
    seconds_left: float | None = None

    def to_bytes(self) -> bytes:
        """Return the form that is sent to a worker."""
        # Names need not be UTF-8; only the escapes of `json` can say so.
        return json.dumps(msgspec.to_builtins(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Submission:
        """Read the output of `to_bytes`; raises msgspec.ValidationError, which names the field."""
        return msgspec.convert(json.loads(data), cls)


@dataclass(frozen=True)
class Source:
    """Python text ready to run: cells in order. A `.py` is one cell.

    In a `tolerant` source (a notebook), a cell that raises is skipped. Elsewhere it fails the whole source.
    """

    filename: str
    cells: tuple[str, ...]
    tolerant: bool


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check. `message` is for staff, `student_message` and `hint` for the student."""

    name: str
    task: str
    hidden: bool
    outcome: Outcome
    points: Points
    max_points: Points
    sentence: str
    message: str = ""
    student_message: str = ""
    hint: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class TaskScore:
    """Points of one task; `score` is None when the grader itself failed."""

    score: Points | None
    max_score: Points


@dataclass(frozen=True)
class TrainingRecord:
    """One training of the submission's networks, and the first check that asked for it.

    `value` is what the kit's training function returned, such as accuracy and losses.
    """

    check: str
    weights_sha256: str
    value: Any


@dataclass(frozen=True)
class NetworkLayer:
    """One layer for people to look at: `Dense 50 relu`, its parameters and how many are trainable."""

    name: str
    parameters: int
    trainable: int


@dataclass(frozen=True)
class NetworkRecord:
    """The layers of the network that a task returned, the first layer first."""

    task: str
    layers: tuple[NetworkLayer, ...]


@dataclass(frozen=True)
class Environment:
    """The versions, hardware, seed and isolation level that a report was made with."""

    python: str
    tensorflow: str | None
    keras: str | None
    numpy: str
    cpu: str
    device: str
    seed: int
    isolation: str


@dataclass(frozen=True)
class Report:
    """What one submission earned, check by check. `score` is None when the grader itself failed.

    `output` is what the submission printed while it was loaded and its public checks ran. `hidden_output` is
    what it printed later; no student sees it, because the code sees the hidden inputs and could print them.
    `review` is sent with a report between processes but is not part of `report.json`.
    """

    kit: str
    kit_version: str
    student: str
    submission_sha256: str
    status: Status
    message: str
    score: Points | None
    max_score: Points
    tasks: Mapping[str, TaskScore]
    checks: tuple[CheckResult, ...]
    seconds: float
    environment: Environment
    output: str = ""
    hidden_output: str = ""
    trainings: tuple[TrainingRecord, ...] = ()
    networks: tuple[NetworkRecord, ...] = ()
    review: tuple[ReviewNote, ...] = ()

    def to_json(self, *, review: bool = False) -> str:
        """Return the text of `report.json`, with `review` only where it is asked for.

        It is valid JSON whatever was trained.
        """
        data = asdict(self)
        if not review:
            del data["review"]
        return json.dumps(finite(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read the output of `to_json`; raises ValueError, which names the field that is wrong."""
        return msgspec.convert(json.loads(text), cls)


def finite(tree: Any) -> Any:
    """Return JSON data with None in place of every NaN and infinity, which JSON cannot express."""
    if isinstance(tree, float):
        return tree if math.isfinite(tree) else None
    if isinstance(tree, dict):
        return {name: finite(value) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [finite(value) for value in tree]
    return tree
