"""A small class of reports, made by hand, with hostile words in every field that a student can fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.checks.results import make_result
from autograder.grading.storage import ClassRecord, GradesFolder, StudentRecord
from autograder.kit import Kit
from autograder.models import Environment, NetworkLayer, NetworkRecord, Report, TaskScore, TrainingRecord
from autograder.submissions.identity import safe_name

TOY = Path(__file__).parents[1] / "toy"
HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "'\"></pre><style>*{display:none}</style>{{ 7*7 }}\x1b[31m[red]"
)


@pytest.fixture(scope="session")
def toy() -> Kit:
    """The toy kit."""
    return Kit.load(TOY, "sums")


@pytest.fixture(scope="session")
def make_report(toy: Kit) -> Callable[..., Report]:
    """A report on which the named checks failed."""

    def make(student: str, failed: tuple[str, ...] = (), words: str = "") -> Report:
        checks = [
            make_result(
                check, "failed" if check.name in failed else "passed", words or f"{check.name} said no"
            )
            for check in toy.checks
        ]
        tasks = {
            task: TaskScore(sum(c.points for c in checks if c.task == task), toy.points(task))
            for task in toy.tasks
        }
        learned = {"accuracy": 0.5, "losses": [1.0, 0.5, 0.2]}
        layers = (NetworkLayer(words or "Dense 5 relu", 25, 0), NetworkLayer("Dense 3 softmax", 18, 18))
        return Report(
            kit=toy.slug,
            kit_version=toy.version,
            student=student,
            submission_sha256="0" * 64,
            status="graded",
            message=words,
            score=sum(check.points for check in checks),
            max_score=toy.points(),
            tasks=tasks,
            checks=tuple(checks),
            seconds=1.25,
            environment=Environment("3.11", None, None, "2", "a processor", "CPU", 7, "bubblewrap"),
            output=words,
            trainings=(TrainingRecord(toy.checks[0].name, "ab", learned),),
            networks=(NetworkRecord("add", layers),),
        )

    return make


@pytest.fixture
def write_grades(tmp_path: Path, toy: Kit) -> Callable[..., Path]:
    """Put reports, and records of whoever has none, into a folder as `kit grade` does."""

    def write(reports: list[Report], *others: StudentRecord) -> Path:
        folder = GradesFolder(tmp_path)
        for report in reports:
            folder.save(report.student, report, lambda examined: examined)
        named = {record.student for record in others}
        records = [
            StudentRecord(report.student, folder=safe_name(report.student))
            for report in reports
            if report.student not in named
        ]
        students = sorted((*records, *others), key=lambda record: record.student)
        folder.write_record(ClassRecord(toy.slug, toy.points(), toy.tasks, tuple(students)))
        return tmp_path

    return write


@pytest.fixture
def hostile_class(make_report: Callable[..., Report]) -> list[Report]:
    """Three students, one of whom writes markup wherever there is room."""
    return [
        make_report("ada"),
        make_report("bob", ("test_adds_negative_numbers",)),
        make_report("eve " + HOSTILE, ("test_adds_two_numbers",), words=HOSTILE),
        replace(make_report("kim"), status="unreadable", message=HOSTILE, score=0),
    ]
