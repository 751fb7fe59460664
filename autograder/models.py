"""What flows through the product: frozen records, and their JSON form."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Outcome = Literal["passed", "failed", "not_attempted", "timed_out", "crashed", "grader_error"]
Status = Literal["graded", "unreadable", "grader_error"]


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
    report, such as which of two submissions counts. `brief` asks only whether a task loses anything: its
    checks behind the first that is lost are lost unseen.
    """

    student: str
    files: tuple[SubmittedFile, ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()
    sha256: str = ""
    brief: bool = False

    def to_bytes(self) -> bytes:
        """The form that travels to a worker."""
        files = [(file.name, b64encode(file.content).decode(), file.modified) for file in self.files]
        return json.dumps([self.student, files, self.problem, self.notes, self.sha256, self.brief]).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Submission:
        """Read what `to_bytes` wrote."""
        student, files, problem, notes, sha256, brief = json.loads(data)
        submitted = (SubmittedFile(name, b64decode(content), modified) for name, content, modified in files)
        return cls(student, tuple(submitted), problem, tuple(notes), sha256, brief)


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

    def to_json(self) -> str:
        """The text of `report.json`."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Read what `to_json` wrote; raises ValueError, KeyError or TypeError on anything else."""
        data: dict[str, Any] = json.loads(text)
        data["tasks"] = {name: TaskScore(**score) for name, score in data["tasks"].items()}
        data["checks"] = tuple(CheckResult(**check) for check in data["checks"])
        data["trainings"] = tuple(TrainingRecord(**training) for training in data["trainings"])
        data["networks"] = tuple(
            NetworkRecord(network["task"], tuple(NetworkLayer(**layer) for layer in network["layers"]))
            for network in data["networks"]
        )
        data["environment"] = Environment(**data["environment"])
        return cls(**data)
