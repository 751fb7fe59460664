"""A class of five to hand back: graded, with comments, missing, and not certain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.checks.results import make_result
from autograder.grading.overrides import Answer, Comment, Overrides
from autograder.grading.recompute import apply_overrides
from autograder.grading.storage import Attendance, ClassRecord, GradesFolder, StudentRecord
from autograder.kit import Kit
from autograder.models import Environment, Report, TaskScore
from autograder.reports.write import write_pages

TOY = Path(__file__).parents[1] / "toy"
OVERRIDES = Overrides(
    comments=(Comment("See slide 12.", "test_adds_two_numbers"), Comment("Nice names!", "", ("doejo",))),
    answers=(Answer("doejo", "test_adds_two_numbers", "It is right!", "It adds one."),),
)
RECORDS = (
    StudentRecord(
        "doejo",
        folder="doejo",
        roster_name="Doe, Jo",
        platform="canvas",
        platform_id="1001",
        sis_id="s1",
        login="jo1",
        email="jo@x.edu",
        section="A",
        id="77",
    ),
    StudentRecord("roekim", folder="roekim", roster_name="Roe, Kim", id="88", sis_id="s2", login="kim1"),
    StudentRecord("stranger", folder="stranger", on_roster=False),
    StudentRecord("Poe, Lee", Attendance.MISSING, roster_name="Poe, Lee", id="99", login="lee1"),
    StudentRecord("broken", folder="broken", id="66"),
)


def make_report(kit: Kit, student: str, failed: tuple[str, ...] = ()) -> Report:
    """Return a report of the toy kit."""
    checks = tuple(
        make_result(check, "failed" if check.name in failed else "passed", "said no") for check in kit.checks
    )
    return Report(
        kit=kit.slug,
        kit_version=kit.version,
        student=student,
        submission_sha256="0" * 64,
        status="graded",
        message="",
        score=sum(check.points for check in checks),
        max_score=kit.points(),
        tasks={
            task: TaskScore(sum(c.points for c in checks if c.task == task), kit.points(task))
            for task in kit.tasks
        },
        checks=checks,
        seconds=1.25,
        environment=Environment("3.11", None, None, "2", "a processor", "CPU", 7, "bubblewrap"),
    )


@pytest.fixture
def grades(tmp_path: Path, toy: Kit) -> Path:
    """The grades folder of the class, with its pages."""
    folder = GradesFolder(tmp_path / "grades")
    reports = [
        make_report(toy, "doejo", ("test_adds_two_numbers",)),
        make_report(toy, "roekim"),
        make_report(toy, "stranger"),
        replace(make_report(toy, "broken"), status="grader_error", score=None),
    ]
    for report in reports:
        folder.save(report.student, report, lambda examined: apply_overrides(examined, OVERRIDES))
    record = ClassRecord(toy.slug, toy.points(), toy.tasks, RECORDS, "Sums", has_roster=True)
    folder.write_record(record)
    write_pages(folder.path, TOY)
    return folder.path
