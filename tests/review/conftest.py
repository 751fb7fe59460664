"""A class of 200 students with 30 groups of answers, made by hand, and its review behind a real server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import uvicorn

from autograder.grading.overrides import OVERRIDES
from autograder.grading.storage import ClassRecord, GradesFolder, StudentRecord
from autograder.models import CheckResult, Environment, Outcome, Report, ReviewNote, ReviewReason, TaskScore
from autograder.review.decisions import ReviewSession
from autograder.review.queue import ReviewedClass
from autograder.review.server import HOST, make_app, new_token
from autograder.submissions.identity import safe_name

TASKS = tuple(f"task_{number}" for number in range(6))
CHECKS = tuple((task, f"test_{task}_{number}") for task in TASKS for number in range(5))
STUDENTS, WRONG = 200, 180
HOSTILE = "<script>document.title='owned'</script>"


def student(number: int) -> str:
    """Return the name of a student."""
    return f"Student{number} Of{number}class"


def group_of(number: int) -> int | None:
    """Return the check that a student fails; low numbers are the large groups."""
    return int(30 * (number / WRONG) ** 2) if number < WRONG else None


def make_report(name: str, failed: tuple[str, ...] = (), *, source: str = "", message: str = "") -> Report:
    """Return a report on which some checks failed."""
    checks = tuple(
        CheckResult(
            check,
            task,
            hidden=False,
            outcome=Outcome.FAILED if check in failed else Outcome.PASSED,
            points=0 if check in failed else 2,
            max_points=2,
            sentence=f"{check} holds.",
            message=message or f"Expected 1, received 2 {HOSTILE}." if check in failed else "",
        )
        for task, check in CHECKS
    )
    tasks = {task: TaskScore(sum(c.points for c in checks if c.task == task), 10) for task in TASKS}
    return Report(
        kit="numbers",
        kit_version="1",
        student=name,
        submission_sha256="0" * 64,
        status="graded",
        message="",
        score=sum(check.points for check in checks),
        max_score=60,
        tasks=tasks,
        checks=checks,
        seconds=0.1,
        environment=Environment("3.11", None, None, "2", "a processor", "CPU", 7, "bubblewrap"),
        source=source,
    )


def write_class(path: Path, reports: list[Report]) -> Path:
    """Put reports into a folder as `kit grade` does."""
    folder = GradesFolder(path)
    records = []
    for report in reports:
        folder.save(report.student, report, lambda examined: examined)
        records.append(StudentRecord(report.student, folder=safe_name(report.student)))
    records.sort(key=lambda record: record.student)
    folder.write_record(ClassRecord("numbers", 60, TASKS, tuple(records), "Numbers"))
    return path


def wrong_report(number: int) -> Report:
    """Return the report of one of the 200: most fail one check, in one of three ways."""
    group = group_of(number)
    if group is None:
        return make_report(student(number))
    task, check = CHECKS[group]
    source = f"def {task}(x):\n    # {student(number)}\n    y = x + {number % 3}\n    return y\n"
    return make_report(student(number), (check,), source=source)


@pytest.fixture
def large_class(tmp_path: Path) -> Path:
    """The grades of 200 students, 180 of whom are in 30 groups."""
    return write_class(tmp_path, [wrong_report(number) for number in range(STUDENTS)])


@pytest.fixture
def small_class(tmp_path: Path) -> Path:
    """Three who fail the same check, one of whom in other words, one who was late, and one who is right."""
    _, check = CHECKS[0]
    code = "def task_0(x):\n    return x + 1\n"
    late = ReviewNote(ReviewReason.LATE, "Two days late.")
    return write_class(
        tmp_path,
        [
            make_report("Ada Lovelace", (check,), source=f"# Ada\n{code}"),
            make_report("Bob Byte", (check,), source=code),
            make_report("Cem Code", (check,), source=code.replace("x + 1", "1 + x")),
            replace(make_report("Eve Extra"), review=(late,)),
            make_report("Zoë Zero"),
        ],
    )


@dataclass(frozen=True)
class Served:
    """A review behind a server: its address without and with the token."""

    session: ReviewSession
    port: int
    token: str

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}/{self.token}/"

    @property
    def overrides(self) -> str:
        return (self.session.reviewed.folder.path / OVERRIDES).read_text()


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Served]]:
    """Serve the review of a grades folder, as `kit review` does."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(grades: Path) -> Served:
        session = ReviewSession(ReviewedClass(grades, None), grades / OVERRIDES, "the TA")
        listening = socket.socket()
        listening.bind((HOST, 0))
        listening.listen()
        token, port = new_token(), listening.getsockname()[1]
        config = uvicorn.Config(
            make_app(session, token, port), log_level="warning", lifespan="off", ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        running.append((server, thread))
        return Served(session, port, token)

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join()
