"""Define the records that the packages exchange, and their JSON form.

Every record is a frozen dataclass. Data read from JSON is validated against the declared types. A validation
error names the field, the expected type and the value found.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal

import msgspec

# Keep integers as integers when a report is read and written again.
Points = int | float


class Outcome(StrEnum):
    """Outcome of one check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not_attempted"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    GRADER_ERROR = "grader_error"


# Outcomes of an attempt that does not earn the points.
NOT_PASSED = (Outcome.FAILED, Outcome.CRASHED, Outcome.TIMED_OUT)


class Status(StrEnum):
    """Outcome of grading one submission."""

    GRADED = "graded"
    UNREADABLE = "unreadable"
    GRADER_ERROR = "grader_error"


class ReviewReason(StrEnum):
    """Reason to review a submission by hand, in order of decreasing urgency."""

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
    """One reason to review a submission. `text` is the sentence shown in the report and in the lists."""

    reason: ReviewReason
    text: str


@dataclass(frozen=True)
class SubmittedFile:
    """One submitted `.py` or `.ipynb` file with its bytes.

    `modified` is the modification time in seconds since the epoch, or 0 if it is unknown. It is used only to
    find the newer of two files.
    """

    name: str
    content: bytes
    modified: float = 0.0


@dataclass(frozen=True)
class Submission:
    """Submission of one student.

    `problem` says why the submission cannot be read; `files` is then empty. `notes` are sentences for the
    report. Sentences that require action, such as which of two submissions counts, belong in `review`, which
    the report also shows. With `fail_fast`, the remaining checks of a task are skipped after its first
    failure. With `tasks`, only the checks of these tasks run. `seconds_left` is the reduced time limit of a
    retry, in seconds.
    """

    student: str
    files: tuple[SubmittedFile, ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()
    sha256: str = ""
    fail_fast: bool = False
    review: tuple[ReviewNote, ...] = ()
    seconds_left: float | None = None
    tasks: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the serialized submission that is sent to a worker."""
        # File names may contain lone surrogates, which only the escapes of `json` can represent.
        return json.dumps(msgspec.to_builtins(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Submission:
        """Return the submission that `to_bytes` serialized.

        Raises msgspec.ValidationError, which names the field.
        """
        return msgspec.convert(json.loads(data), cls)


@dataclass(frozen=True)
class Source:
    """Python source to run, as cells in order. A `.py` file is one cell.

    In a `tolerant` source (a notebook), a cell that raises is skipped. Otherwise an exception in a cell fails
    the whole source.
    """

    filename: str
    cells: tuple[str, ...]
    tolerant: bool


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one check. `message` is for staff, `student_message` and `hint` are for the student."""

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
    """Points of one task. `score` is None if the grader itself failed."""

    score: Points | None
    max_score: Points


@dataclass(frozen=True)
class TrainingRecord:
    """One training of the submission's networks, and the first check that requested it.

    `value` is the return value of the kit's training function, such as accuracy and losses.
    """

    check: str
    weights_sha256: str
    value: Any


@dataclass(frozen=True)
class NetworkLayer:
    """Readable name of one layer, such as `Dense 50 relu`, with its total and trainable parameters."""

    name: str
    parameters: int
    trainable: int


@dataclass(frozen=True)
class NetworkRecord:
    """Layers of the network that a task returned, in order from the first layer."""

    task: str
    layers: tuple[NetworkLayer, ...]


@dataclass(frozen=True)
class Remark:
    """What a person says about a submission, or about one check of it.

    `request` is what the student asked, if this is an answer.
    """

    text: str
    check: str = ""
    request: str = ""


class Timeliness(StrEnum):
    """Whether a submission arrived in time."""

    ON_TIME = "on_time"
    LATE = "late"
    AFTER_CUT_OFF = "after_cut_off"
    # The platform marks it as late, but does not say when it arrived.
    LATE_BY_UNKNOWN = "late_by_unknown"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Lateness:
    """When a submission arrived, and why it lost points for that.

    Times are in ISO 8601; `submitted` is empty if it is unknown, and `extension` without one. `units` counts
    the days or hours begun that cost points, after the time of grace and `free_days` free days. `percent` is
    what they cost together, in percent of the possible or of the earned points. `decided` is the reason of
    the person who decided the penalty, if somebody did.
    """

    timeliness: Timeliness
    deadline: str
    submitted: str = ""
    extension: str = ""
    units: int = 0
    unit: Literal["day", "hour"] = "day"
    free_days: int = 0
    percent: Points = 0
    percent_of: Literal["possible", "earned"] = "possible"
    decided: str = ""


@dataclass(frozen=True)
class Environment:
    """Versions, hardware, seed and isolation level that a report was made with.

    `lock` is the SHA-256 of the locked packages for grading, or None in reports of older versions.
    """

    python: str
    tensorflow: str | None
    keras: str | None
    numpy: str
    cpu: str
    device: str
    seed: int
    isolation: str
    lock: str | None = None


@dataclass(frozen=True)
class Report:
    """Result of grading one submission. `score` is None if the grader itself failed.

    `output` is the text that the submission printed while it was loaded and its public checks ran.
    `hidden_output` is the text that it printed later. Students never see `hidden_output`, because the code
    receives the hidden inputs and could print them. `report.json` has `remarks` only if there are any.

    Where the kit has rules for late submissions, `score` is `raw`, the points of all checks, minus `penalty`,
    and `lateness` says why. Elsewhere these three are None, and `report.json` does not have them.

    `INTERNAL` fields are sent with a report between processes but are not part of `report.json`: the review
    notes, a digest of the submission's replies for each task (see `TaskReplied`), and the source that was
    graded.
    """

    INTERNAL: ClassVar = ("review", "replies", "source")

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
    remarks: tuple[Remark, ...] = ()
    raw: Points | None = None
    penalty: Points | None = None
    lateness: Lateness | None = None
    review: tuple[ReviewNote, ...] = ()
    replies: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    @property
    def earned(self) -> Points | None:
        """Return the points of all checks, before any penalty."""
        return self.score if self.lateness is None else self.raw

    def to_json(self, *, internal: bool = False) -> str:
        """Return the text of `report.json`, including the internal fields only on request.

        The text is always valid JSON: NaN and infinity become null.
        """
        data = asdict(self)
        for name in () if internal else self.INTERNAL:
            del data[name]
        if not self.remarks:
            del data["remarks"]
        for name in () if self.lateness else ("raw", "penalty", "lateness"):
            del data[name]
        return json.dumps(finite(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Return the report that `to_json` serialized. Raises ValueError, which names the invalid field."""
        return msgspec.convert(json.loads(text), cls)


def finite(tree: Any) -> Any:
    """Return JSON data with every NaN and infinity replaced by None, because JSON cannot express them."""
    if isinstance(tree, float):
        return tree if math.isfinite(tree) else None
    if isinstance(tree, dict):
        return {name: finite(value) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [finite(value) for value in tree]
    return tree
