"""What flows through the product: frozen records, and their JSON form."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal

Outcome = Literal["passed", "failed", "not_attempted", "timed_out", "crashed", "grader_error"]
Status = Literal["graded", "unreadable", "grader_error"]


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
    INCOMPLETE = "incomplete"  # a cell or a file of the submission was left out
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
    `review` instead, which the report shows as well. `brief` asks only whether a task loses anything: its
    checks behind the first that is lost are lost unseen.
    """

    student: str
    files: tuple[SubmittedFile, ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()
    sha256: str = ""
    brief: bool = False
    review: tuple[ReviewNote, ...] = ()

    def to_bytes(self) -> bytes:
        """The form that travels to a worker."""
        files = [(file.name, b64encode(file.content).decode(), file.modified) for file in self.files]
        review = _plain(self.review)
        return json.dumps(
            [self.student, files, self.problem, self.notes, self.sha256, self.brief, review]
        ).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Submission:
        """Read what `to_bytes` wrote."""
        student, files, problem, notes, sha256, brief, review = json.loads(data)
        submitted = (SubmittedFile(name, b64decode(content), modified) for name, content, modified in files)
        return cls(student, tuple(submitted), problem, tuple(notes), sha256, brief, _review(review))


def _plain(review: Sequence[ReviewNote]) -> list[tuple[str, str]]:
    return [(note.reason.value, note.text) for note in review]


def _review(plain: Sequence[Sequence[str]]) -> tuple[ReviewNote, ...]:
    return tuple(ReviewNote(ReviewReason(reason), text) for reason, text in plain)


@dataclass(frozen=True)
class Source:
    """Python text ready to run: cells in order. A `.py` is one cell.

    When `tolerant` (a notebook), a cell that raises is lost alone; else the whole source is.
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
    points: float
    max_points: float
    sentence: str
    message: str = ""
    student_message: str = ""
    hint: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class TaskScore:
    """Points of one task; `score` is None when the grader itself failed."""

    score: float | None
    max_score: float


@dataclass(frozen=True)
class TrainingRecord:
    """One training of the submission's networks: the check that asked for it first, and what came of it.

    `value` is what the kit's training function returned, such as accuracy and losses.
    """

    check: str
    weights_sha256: str
    value: Any


@dataclass(frozen=True)
class NetworkLayer:
    """One layer for people to look at: `Dense 50 relu`, its parameters, and how many of them train."""

    name: str
    parameters: int
    trainable: int


@dataclass(frozen=True)
class NetworkRecord:
    """What a task's answer is made of, the first layer first."""

    task: str
    layers: Sequence[NetworkLayer]


@dataclass(frozen=True)
class Environment:
    """What a report was made with and on."""

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

    `output` is what the submission printed while it was loaded and its public checks ran; what it printed
    later is `hidden_output`, which no student sees: the code sees the hidden inputs and could print them.
    `review` travels with a report but is no part of `report.json`.
    """

    kit: str
    kit_version: str
    student: str
    submission_sha256: str
    status: Status
    message: str
    score: float | None
    max_score: float
    tasks: Mapping[str, TaskScore]
    checks: Sequence[CheckResult]
    seconds: float
    environment: Environment
    output: str = ""
    hidden_output: str = ""
    trainings: Sequence[TrainingRecord] = ()
    networks: Sequence[NetworkRecord] = ()
    review: Sequence[ReviewNote] = ()

    def to_json(self, *, review: bool = False) -> str:
        """Return the text of `report.json`, with `review` only where it is asked for."""
        data = asdict(self)
        del data["review"]
        if review:
            data["review"] = _plain(self.review)
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read what `to_json` wrote; raises ValueError, KeyError or TypeError on anything else."""
        data: dict[str, Any] = json.loads(text)
        data["review"] = _review(data.get("review", ()))
        data["tasks"] = {name: TaskScore(**score) for name, score in data["tasks"].items()}
        data["checks"] = tuple(CheckResult(**check) for check in data["checks"])
        data["trainings"] = tuple(TrainingRecord(**training) for training in data["trainings"])
        data["networks"] = tuple(
            NetworkRecord(network["task"], tuple(NetworkLayer(**layer) for layer in network["layers"]))
            for network in data["networks"]
        )
        data["environment"] = Environment(**data["environment"])
        return cls(**data)
