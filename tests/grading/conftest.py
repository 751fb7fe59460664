"""A class of the toy kit, without files and processes: what was handed in says how it is to be graded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest

from autograder.checks.environment import describe
from autograder.checks.results import make_result
from autograder.examiner.event_collector import EventCollector
from autograder.examiner.scoring import compose, unreadable
from autograder.kit import Kit
from autograder.models import Report, ReviewNote, Submission, SubmittedFile
from autograder.submissions.identity import Identity, Platform

TOY = Path(__file__).parents[1] / "toy"


@dataclass
class Handed:
    """An entry of a class folder. `text` names checks that fail, or says `fault`, `lost` or `nothing`."""

    student: str
    text: str = ""
    notes: tuple[str, ...] = ()
    problem: str | None = None

    review: tuple[ReviewNote, ...] = ()
    group: str = ""
    submitted: float | None = None
    late: bool = False
    platform: Platform = Platform.PLAIN

    @property
    def identity(self) -> Identity:
        return Identity(
            self.student,
            self.platform,
            submitted=self.submitted,
            late=self.late,
            group=self.group,
            display_name=self.student,
        )

    def read(self) -> Submission:
        content = self.text.encode()
        files = () if self.problem else (SubmittedFile("sums.py", content),)
        digest = sha256(content).hexdigest()
        return Submission(self.student, files, self.problem, self.notes, digest, review=self.review)


@dataclass
class Grader:
    """Grades at once, in this process, and remembers whom."""

    kit: Kit
    examined: list[str] = field(default_factory=list)

    def report(self, submission: Submission) -> Report:
        environment = describe(self.kit, "process")
        progress = EventCollector(self.kit, submission.problem)
        if submission.problem:
            return _travelled(unreadable(self.kit, submission, progress, 0.0, environment))
        text = submission.files[0].content.decode()
        for check in self.kit.checks:
            outcome = "failed" if check.name in text else "not_attempted" if "nothing" in text else "passed"
            progress.results[check.name] = make_result(
                check, "grader_error" if "lost" in text else outcome, ""
            )
        return _travelled(compose(self.kit, submission, progress, 0.0, environment))

    def examine(self, submissions: Iterator[Submission]) -> Iterator[tuple[str, Report]]:
        for submission in submissions:
            self.examined.append(submission.student)
            yield submission.student, self.report(submission)


def _travelled(report: Report) -> Report:
    return Report.from_json(report.to_json(internal=True))


@pytest.fixture(scope="session")
def kit() -> Kit:
    return Kit.load(TOY, "sums")


@pytest.fixture
def grader(kit: Kit) -> Grader:
    return Grader(kit)


@pytest.fixture
def handed() -> type[Handed]:
    return Handed


@pytest.fixture
def report(grader: Grader) -> Callable[..., Report]:
    """Makes the report of a student whose submission is the given text; keywords replace its fields."""

    def make(student: str = "ada", text: str = "", **changes: object) -> Report:
        return replace(grader.report(Handed(student, text).read()), **changes)

    return make
