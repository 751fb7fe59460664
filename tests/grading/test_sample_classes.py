"""The sample classes: what a person would give each, and by the real command twice the same."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.examiner.client import Examiner
from autograder.grading.storage import read_report
from autograder.kit import Kit
from autograder.models import Report
from autograder.submissions.discovery import find_class

ROOT = Path(__file__).parents[2]
CLASSES = ROOT / "tests" / "classes"
KIT = Path(sys.executable).with_name("kit")
OUTCOMES = ("failed", "not_attempted", "crashed", "timed_out")
# Where more than one limit may stop the code, any of these.
LOST = {"failed", "crashed", "timed_out"}

SLUG = "week09_transfer"
pytestmark = pytest.mark.needs("bubblewrap")
# Some tests share what is graded, the others an examiner.
by_the_command, by_an_examiner = pytest.mark.xdist_group("classes"), pytest.mark.xdist_group(SLUG)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Path]:
    """Week 9's class graded with one examiner and with two, nothing kept from earlier runs.

    Both at once: while one waits for a submission that hangs, the other works.
    """
    folders = {jobs: tmp_path_factory.mktemp("week09") for jobs in (1, 2)}
    runs = [_grade(jobs, folder) for jobs, folder in folders.items()]
    assert [run.wait() for run in runs] == [0, 0]
    return {jobs: folder / "grades" for jobs, folder in folders.items()}


def _grade(jobs: int, folder: Path) -> subprocess.Popen[bytes]:
    words = (SLUG, CLASSES / SLUG, "--jobs", str(jobs), "--out", folder / "grades", "--root", ROOT)
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.Popen([KIT, "grade", *words], env=environment, stdout=subprocess.DEVNULL)


def reports(grades: Path) -> dict[str, Report]:
    return {report.student: report for report in map(read_report, sorted(grades.glob("*/report.json")))}


def expected(kit: Kit, student: dict[str, Any]) -> dict[str, set[str]]:
    """The outcomes that a person would give each check; the name of a task stands for all of its checks."""
    unreadable = {"not_attempted"} if "unreadable" in student else {"passed"}
    outcomes = {check.name: unreadable for check in kit.checks}
    for kind in (*OUTCOMES, "lost"):
        for name in student.get(kind, ()):
            for check in kit.checks:
                if name in (check.name, check.task):
                    outcomes[check.name] = LOST if kind == "lost" else {kind}
    return outcomes


@by_the_command
def test_everybody_gets_what_a_person_would_give(graded: Mapping[int, Path]) -> None:
    """Every student of the class is there, and every check of each has the outcome that a person expects."""
    assert_as_a_person_would(SLUG, reports(graded[1]))


@by_an_examiner
@pytest.mark.parametrize("name", ["canvas", "nbgrader", "gradescope"])
def test_so_does_everybody_whose_platform_lays_the_class_out(
    name: str, warm: Callable[[Path, str], Examiner]
) -> None:
    kit, examiner = Kit.load(ROOT, SLUG), warm(ROOT, SLUG)
    entries = find_class(CLASSES / name, kit.slug, kit.module).submissions
    assert_as_a_person_would(name, {entry.student: examiner.examine(entry.read()) for entry in entries})


def assert_as_a_person_would(name: str, found: Mapping[str, Report]) -> None:
    """Compare the reports of a class with what its file of expectations says."""
    kit = Kit.load(ROOT, SLUG)
    people = tomllib.loads((CLASSES / f"{name}.expected.toml").read_text())["student"]
    assert set(found) == {student["name"] for student in people}
    wrong = [
        f"{student['name']}: {check.name} is {check.outcome}: {check.message}"
        for student in people
        for check in found[student["name"]].checks
        if check.outcome not in expected(kit, student)[check.name]
        or (check.outcome == "failed" and student.get("says", "") not in check.message)
    ]
    assert wrong == []
    for student in people:
        assert student.get("unreadable", "") in found[student["name"]].message
        assert (found[student["name"]].status == "unreadable") == ("unreadable" in student)


@by_the_command
def test_two_runs_give_the_same_bytes_and_the_same_weights(graded: Mapping[int, Path]) -> None:
    """`grades.csv` is byte for byte the same, and so are all weights, though both train anew."""
    first, second = graded.values()
    assert (first / "grades.csv").read_bytes() == (second / "grades.csv").read_bytes()
    weights = [
        {name: [training.weights_sha256 for training in report.trainings] for name, report in run.items()}
        for run in (reports(first), reports(second))
    ]
    assert weights[0] == weights[1]
    assert sum(len(trainings) for trainings in weights[0].values()) > 10
