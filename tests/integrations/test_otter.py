"""The plugin by itself: what it hides from Otter, and what it tells Otter instead."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.environment import describe
from autograder.checks.results import make_result
from autograder.examiner.event_collector import EventCollector
from autograder.examiner.scoring import compose, grader_error, unreadable
from autograder.handout.student_notebook import grading_otter_tests
from autograder.kit import Kit
from autograder.models import Outcome, Report, Submission

with warnings.catch_warnings():
    # Otter imports what others have deprecated.
    warnings.simplefilter("ignore")
    from otter.run import AutograderConfig
    from otter.test_files import GradingResults
    from otter.test_files.exception_test import ExceptionTestFile

    from autograder.integrations import otter as door

LEVELS = {"run": "bubblewrap", "container": "user"}
SECRET = "received 0.25"


class StandIn:
    """Takes the examiner's place and gives a prepared report."""

    def __init__(self, kit: Kit, level: str, store: Path | None = None) -> None:
        self.level = level
        self.submission: Submission | None = None
        self.report: Report | None = None

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to end."""

    def examine(self, submission: Submission) -> Report:
        assert self.report is not None
        self.submission = submission
        return self.report


@dataclass
class Grading:
    """One grading by Otter, as far as the plugin sees it."""

    plugin: Any
    folder: Path
    kit: Kit

    def grade(self, report: Report, **config: Any) -> GradingResults:
        settings = AutograderConfig(config)
        settings.otter_run = True
        self.plugin.before_grading(settings)
        self.plugin.before_execution(None)
        self.plugin._examiner.report = report
        results = questions(self.kit)
        self.plugin.after_grading(results)
        return results


def questions(kit: Kit) -> GradingResults:
    """What Otter's kernel leaves: every test has failed."""
    texts = grading_otter_tests(kit).values()
    files = [ExceptionTestFile.from_string(text.decode(), path="test") for text in texts]
    for file in files:
        file.run({})
    return GradingResults(files)


@pytest.fixture
def grading(toy: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grading:
    """Otter's folders with a submission of several files."""
    monkeypatch.setattr(door, "Examiner", StandIn)
    monkeypatch.setattr(door, "LowMemoryExaminer", StandIn)
    folder = tmp_path / "submission"
    for name in ("sums.py", ".OTTER_LOG", "otter/__init__.py", "tests/add.py", "__init__.py", "sums.kit"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"raise SystemExit({name!r})\n")
    (folder / "link").symlink_to(tmp_path)
    (tmp_path / "source" / "files").mkdir(parents=True)
    (tmp_path / "source" / "files" / "sums.kit").write_bytes(toy.zip())
    (tmp_path / "submission_metadata.json").write_text(json.dumps({"users": [{"name": "Ada"}]}))
    config = {"kit": "sums.kit", "isolation": LEVELS}
    return Grading(door.ExaminerPlugin(str(folder / "sums.py"), {}, config), folder, toy)


def reported(kit: Kit, outcome: Outcome, message: str = SECRET) -> Report:
    progress = EventCollector(kit)
    progress.results = {check.name: make_result(check, outcome, message) for check in kit.checks}
    return compose(kit, Submission("Ada"), progress, 1.0, describe(kit, "bubblewrap"))


def test_otter_finds_nothing_of_a_student_to_import_or_unpickle(grading: Grading) -> None:
    """Before Otter opens a log, its folder is empty; before its kernel starts, the picked file is gone."""
    config = AutograderConfig({"grade_from_log": True})
    grading.plugin.before_grading(config)
    left = {path.relative_to(grading.folder).as_posix() for path in grading.folder.rglob("*")}
    assert left == {"sums.py", "tests", "tests/add.py", "__init__.py"}
    assert (grading.folder / "sums.py").read_text() == (grading.folder / "__init__.py").read_text() == ""
    assert config.grade_from_log is False
    notebook = grading.plugin.before_execution("exec")
    assert notebook.cells == []
    assert not (grading.folder / "sums.py").exists()
    assert grading.folder.parent.joinpath("source").exists(), "a link was followed"


def test_the_submission_is_read_by_the_examiners_rule(grading: Grading, toy: Kit) -> None:
    """All that was handed in, without what Otter and the zip put beside it."""
    grading.grade(reported(toy, "passed"))
    submission = grading.plugin._examiner.submission
    assert submission.student == "Ada"
    assert {file.name for file in submission.files} == {"sums.py", "otter/__init__.py"}


@pytest.mark.parametrize(("otter_run", "level"), [(True, "bubblewrap"), (False, "user")])
def test_the_level_depends_on_where_otter_runs_and_nothing_else(
    grading: Grading, otter_run: bool, level: str
) -> None:
    """A container says so itself; the plugin never weakens the level by trying."""
    config = AutograderConfig()
    config.otter_run = otter_run
    grading.plugin.before_grading(config)
    assert grading.plugin._examiner.level == level
    assert (grading.folder.parent / "source").stat().st_mode & 0o077 == (0o055 if otter_run else 0)


def test_every_check_is_a_test_case_with_its_sentence(grading: Grading, toy: Kit) -> None:
    """Scores are the report's, and where everything passes the sentences still show."""
    results = grading.grade(reported(toy, "passed"))
    assert {name: file.score for name, file in results.results.items()} == {"add": 5, "mean": 4, "scale": 1}
    shown = results.to_gradescope_dict(AutograderConfig())
    text = json.dumps(shown)
    assert all(check.sentence in text for check in toy.checks)
    assert "isolation: bubblewrap" in shown["output"]


def test_messages_of_hidden_checks_are_for_staff(grading: Grading, toy: Kit) -> None:
    """By default Otter never shows a question's entry to students, so staff read all of it there."""
    shown = grading.grade(reported(toy, "failed")).to_gradescope_dict(AutograderConfig())
    visible = [entry for entry in shown["tests"] if entry["visibility"] != "hidden"]
    assert [entry["name"] for entry in visible] == ["Public Tests"]
    hidden = [check for check in toy.checks if check.hidden]
    assert not any(check.name in json.dumps(visible) or check.hint in json.dumps(visible) for check in hidden)
    mean = next(entry for entry in shown["tests"] if entry["name"] == "mean")
    assert mean["output"].count(SECRET) == 2


def test_where_students_will_see_hidden_checks_they_read_only_the_hint(grading: Grading, toy: Kit) -> None:
    """With `show_hidden` the entries are shown once the grades are published."""
    config = {"show_hidden": True}
    results = grading.grade(reported(toy, "failed"), **config)
    shown = results.to_gradescope_dict(AutograderConfig(config))
    hidden = next(check for check in toy.checks if check.hidden and check.task == "mean")
    mean = next(entry for entry in shown["tests"] if entry["name"] == "mean")
    assert mean["visibility"] == "after_published"
    assert mean["output"].count(SECRET) == 1
    assert hidden.hint in mean["output"]
    assert hidden.name not in json.dumps(shown)


def test_what_cannot_be_read_says_why_and_earns_nothing(grading: Grading, toy: Kit) -> None:
    """The problem stands in the output for the whole submission."""
    progress = EventCollector(toy, problem="sums.py:3 is not Python.")
    report = unreadable(toy, Submission("Ada"), progress, 0.1, describe(toy, "bubblewrap"))
    results = grading.grade(report)
    assert results.total == 0
    assert results.possible == toy.points()
    assert "sums.py:3" in results.to_gradescope_dict(AutograderConfig())["output"]


def test_the_graders_fault_ends_otter_without_a_grade(grading: Grading, toy: Kit) -> None:
    """Otter would write a zero for anything else."""
    report = grader_error(toy, Submission("Ada"), "The disk is full.", describe(toy, "bubblewrap"))
    with pytest.raises(door.GraderError, match="The disk is full"):
        grading.grade(report)


def test_a_kernel_that_left_no_results_ends_otter_without_a_grade(grading: Grading, toy: Kit) -> None:
    """There is then nothing to put the examiner's results into."""
    report = reported(toy, "passed")
    grading.grade(report)
    with pytest.raises(door.GraderError, match="did its kernel start"):
        grading.plugin.after_grading(GradingResults.without_results(RuntimeError("no kernel")))


def test_the_whole_report_travels_with_the_results(grading: Grading, toy: Kit) -> None:
    """What Otter keeps of a grading holds the kit's version, so that a grade can be traced."""
    report = reported(toy, "passed")
    results = grading.grade(report)
    kept = results.get_plugin_data("autograder.integrations.otter.ExaminerPlugin")
    assert Report.from_json(kept) == replace(report, checks=tuple(report.checks))
