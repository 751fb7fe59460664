"""What Gradescope reads is complete at any moment, in its documented form, and never a silent zero."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.environment import describe
from autograder.checks.results import make_result
from autograder.examiner.event_collector import EventCollector
from autograder.examiner.scoring import compose, grader_error
from autograder.integrations.gradescope import ResultsFile
from autograder.kit import Kit
from autograder.models import Outcome, Report, Submission

VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
TOP = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "stdout_visibility": str,
    "extra_data": dict,
    "tests": list,
}
ENTRY = {
    "score": (int, float),
    "max_score": (int, float),
    "name": str,
    "output": str,
    "status": str,
    "visibility": str,
}


def expect_documented(data: Mapping[str, Any]) -> None:
    """Fail unless the fields are those that Gradescope documents, with values of their kinds."""
    assert all(isinstance(value, TOP[name]) for name, value in data.items())
    assert data["stdout_visibility"] == "hidden"
    for entry in data["tests"]:
        assert all(isinstance(value, ENTRY[name]) for name, value in entry.items())
        assert entry["visibility"] in VISIBILITY
        assert entry.get("status", "passed") in {"passed", "failed"}
        assert 0 <= entry.get("score", 0) <= entry["max_score"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.json"


@pytest.fixture
def results(toy: Kit, path: Path) -> ResultsFile:
    return ResultsFile(toy, path)


def read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text())
    expect_documented(data)
    return data


def report(kit: Kit, outcome: Outcome, message: str = "") -> Report:
    """A report in which every check came out alike."""
    progress = EventCollector(kit)
    progress.results = {check.name: make_result(check, outcome, message) for check in kit.checks}
    return compose(kit, Submission("ada", sha256="f" * 64), progress, 1.0, describe(kit, "user"))


def test_a_file_stands_from_the_start(results: ResultsFile, path: Path, toy: Kit) -> None:
    """Cut off at once, it says that nothing ran, and holds no score that could be taken for a zero."""
    data = read(path)
    assert len(data["tests"]) == len(toy.checks)
    assert not any("score" in entry for entry in [data, *data["tests"]])


def test_checks_count_as_they_come_in(results: ResultsFile, path: Path, toy: Kit) -> None:
    """What has run has its points; what has not has none; the output says so."""
    results.add(make_result(toy.checks[0], "passed", ""))
    results.add(make_result(toy.checks[1], "failed", "Expected a float, received 1."))
    data = read(path)
    assert [entry.get("score") for entry in data["tests"]] == [2, 0, None, None, None]
    assert "2 of 5 checks ran" in data["output"]
    assert "received 1" in data["tests"][1]["output"]
    results.cut("the grading was stopped after 540 s.")
    cut = read(path)
    assert cut["tests"] == data["tests"]
    assert cut["output"].startswith("INCOMPLETE: needs a manual review")
    assert "score" not in cut


def test_a_whole_report_has_its_score_and_its_origin(results: ResultsFile, path: Path, toy: Kit) -> None:
    """The sum, the kit's version and the level of isolation are in it."""
    results.finish(report(toy, "passed"))
    data = read(path)
    assert data["score"] == sum(entry["score"] for entry in data["tests"]) == toy.points()
    assert data["extra_data"]["kit_version"] == toy.version
    assert "isolation: user" in data["output"]


def test_hidden_checks_come_later_and_tell_only_what_to_think_about(
    results: ResultsFile, path: Path, toy: Kit
) -> None:
    """No name of a hidden check and no message for staff is in what students can read."""
    results.finish(report(toy, "failed", "the secret input was 0.25"))
    data = read(path)
    for check, entry in zip(toy.checks, data["tests"], strict=True):
        assert entry["visibility"] == ("after_published" if check.hidden else "visible")
        assert ("0.25" in entry["output"]) is not check.hidden
        assert check.hint in entry["output"]
    assert not any(check.name in path.read_text() for check in toy.checks if check.hidden)


def test_the_graders_fault_leaves_no_score_at_all(results: ResultsFile, path: Path, toy: Kit) -> None:
    """Gradescope then reports a failed autograder; a zero would be the student's."""
    results.add(make_result(toy.checks[0], "passed", ""))
    results.finish(grader_error(toy, Submission("ada"), "It broke.", describe(toy, "user")))
    data = read(path)
    assert not any("score" in entry for entry in [data, *data["tests"]])
    assert "not the student's fault" in data["output"]
