"""Otter plugin that replaces the results of Otter's kernel by the examiner's report.

Otter runs student code, hidden tests and the pickling of the grade in one kernel. With this plugin the
kernel gets an empty notebook in an empty folder; `docs/integrations.md` lists Otter's steps.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from otter.plugins import AbstractOtterPlugin
from otter.run import AutograderConfig
from otter.test_files import GradingResults, TestCase
from otter.test_files.abstract_test import TestCaseResult

from ..examiner.client import Examiner, LowMemoryExaminer, user_store
from ..kit import Kit
from ..models import CheckResult, Outcome, Report, Status
from ..sandbox.local import make_private
from ..submissions.reader import read_folder, submitter_names
from .result_text import check_text, summary

# Otter puts these beside the submission, so that its tests can be imported.
OTTER_FILES = ("tests", "__init__.py")
# What of `/autograder` a submission must not read.
PRIVATE = ("source", "results", "submission_metadata.json")


class GraderError(RuntimeError):
    """The grader failed. Otter must stop without a grade: it would write a zero."""


class ExaminerPlugin(AbstractOtterPlugin):  # type: ignore[misc]  # Otter publishes no types
    """Grade with the examiner. The configuration requires `kit` and `isolation`.

    `kit` is the name of the kit archive below the zip's `files`. `isolation` names two levels: `run` for
    `otter run`, `container` for `otter grade` and Gradescope.
    """

    def __init__(self, submission_path: str, metadata: Mapping[str, Any], config: Mapping[str, Any]) -> None:
        """Accept the arguments that Otter passes to every plugin."""
        super().__init__(submission_path, metadata, config)
        # The file that Otter selected; the examiner selects one of its own from the same folder.
        self._selected = Path(submission_path) if submission_path else Path()
        self._show_hidden = False
        self._report: Report | None = None
        self._examiner: Examiner | None = None

    def before_grading(self, config: AutograderConfig) -> None:
        """Read the submission, empty its folder (Otter unpickles files there) and start the examiner."""
        folder = self._selected.parent
        autograder = folder.parent
        source = autograder / "source" / "files"
        kit = Kit.unzip((source / self.plugin_config["kit"]).read_bytes())
        platform_files = {*OTTER_FILES, *(path.name for path in source.iterdir())}
        student = submitter_names(autograder / "submission_metadata.json", self._selected.stem)
        self._submission = read_folder(folder, kit, student, platform_files)
        self._show_hidden = bool(config.show_hidden)
        config.grade_from_log = False
        _empty_folder(self._selected, keep_notebook=bool(config.pdf or config.token))
        levels = self.plugin_config["isolation"]
        if config.otter_run:
            self._examiner = Examiner(kit, levels["run"], store=user_store())
        else:
            # In a container every user could read the checks, the results and who submitted.
            make_private([*(autograder / name for name in PRIVATE), folder])
            self._examiner = LowMemoryExaminer(kit, levels["container"])

    def before_execution(self, submission: Any) -> Any:
        """Return an empty notebook, and leave no file that the kernel could import."""
        self._selected.unlink()
        return nbformat.v4.new_notebook()

    def after_grading(self, results: GradingResults) -> None:
        """Examine the submission and replace every result; raises GraderError if there is no grade."""
        if self._examiner is None:
            raise GraderError("Otter asked for results before it announced the grading.")
        with self._examiner as examiner:
            report = self._report = examiner.examine(self._submission)
        if report.status == Status.GRADER_ERROR:
            errors = [check for check in report.checks if check.outcome == Outcome.GRADER_ERROR]
            texts = (check_text(check, staff=True) for check in errors)
            raise GraderError("\n".join((summary(report), *texts)))
        if set(results.results) != set(report.tasks):
            raise GraderError(
                f"Expected Otter's questions to be {', '.join(report.tasks)}, found "
                f"{', '.join(results.results) or 'none'}: did its kernel start?"
            )
        for task, question in results.results.items():
            cases = self._cases([check for check in report.checks if check.task == task])
            question.test_cases = [case.test_case for case in cases]
            question.test_case_results = cases
        results.set_output(summary(report))
        results.set_plugin_data(f"{__name__}.{type(self).__name__}", report.to_json())

    def generate_report(self) -> str:
        """Return the text for Otter's summary, which students see only with `show_stdout`."""
        return summary(self._report) if self._report else ""

    def _cases(self, checks: Sequence[CheckResult]) -> list[TestCaseResult]:
        """Return a task's checks as Otter's test cases. Students see hidden cases only with `show_hidden`."""
        cases = []
        for number, check in enumerate(checks, start=1):
            staff = check.hidden and not self._show_hidden
            case = TestCase(
                name=check.name if staff or not check.hidden else f"{check.task} - {number}",
                body=None,
                hidden=check.hidden,
                points=check.max_points,
                success_message=check.sentence,
                failure_message=None,
            )
            passed = check.outcome == Outcome.PASSED
            cases.append(TestCaseResult(case, "Passed" if passed else check_text(check, staff=staff), passed))
        return cases


def _empty_folder(selected: Path, *, keep_notebook: bool) -> None:
    """Remove everything that a student wrote, except a notebook that becomes a PDF."""
    for path in selected.parent.iterdir():
        if path.name in OTTER_FILES or path == selected:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    (selected.parent / "__init__.py").write_text("")
    if selected.suffix != ".ipynb":
        selected.write_text("")
    elif not keep_notebook:
        nbformat.write(nbformat.v4.new_notebook(), selected)
