"""The sample classes, graded by the real command: what a person would give each, and twice the same."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.grading import read_report
from autograder.kit import Kit
from autograder.records import Report

ROOT = Path(__file__).parents[2]
CLASSES = ROOT / "tests" / "classes"
KIT = Path(sys.executable).with_name("kit")
OUTCOMES = ("failed", "not_attempted", "crashed", "timed_out")
# Where more than one limit may stop the code, any of these.
LOST = {"failed", "crashed", "timed_out"}

Grade = Callable[[str, str], Path]
pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.xdist_group("classes")]


@pytest.fixture(scope="module")
def grade(tmp_path_factory: pytest.TempPathFactory) -> Grade:
    """Grade a class with nothing kept from earlier runs, each class once for every name of a run."""
    done: dict[tuple[str, str], Path] = {}

    def grade(name: str, run: str = "first") -> Path:
        if (name, run) not in done:
            folder = tmp_path_factory.mktemp(name)
            command = [KIT, "grade", "week09_transfer", CLASSES / name]
            subprocess.run(
                [*command, "--out", folder / "grades", "--root", ROOT],
                env=os.environ | {"XDG_CACHE_HOME": str(folder / "cache")},
                check=True,
                stdout=subprocess.DEVNULL,
            )
            done[name, run] = folder / "grades"
        return done[name, run]

    return grade


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


@pytest.mark.parametrize("name", ["week09_transfer", "canvas", "nbgrader", "gradescope"])
def test_everybody_gets_what_a_person_would_give(name: str, grade: Grade) -> None:
    """Every student of the class is there, and every check of each has the outcome that a person expects."""
    kit = Kit.load(ROOT, "week09_transfer")
    people = tomllib.loads((CLASSES / f"{name}.expected.toml").read_text())["student"]
    found = reports(grade(name, "first"))
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


def test_two_runs_give_the_same_bytes_and_the_same_weights(grade: Grade) -> None:
    """`grades.csv` is byte for byte the same, and so are all weights, though both runs train anew."""
    first, second = grade("week09_transfer", "first"), grade("week09_transfer", "second")
    assert (first / "grades.csv").read_bytes() == (second / "grades.csv").read_bytes()
    weights = [
        {name: [training.weights_sha256 for training in report.trainings] for name, report in run.items()}
        for run in (reports(first), reports(second))
    ]
    assert weights[0] == weights[1]
    assert sum(len(trainings) for trainings in weights[0].values()) > 10
