"""Run `kit classroom`: check a student's repository in GitHub Actions, for GitHub Classroom."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import typer

from ...checks.results import make_result
from ...integrations.github_classroom import classroom_result, result_lines, write_result
from ...kit import Kit, KitError
from ...kit_config import Feedback
from ...models import CheckResult, Outcome, Report
from ...text import clean_line
from ..common import DID_NOT_HOLD, USED_WRONGLY, fail

# Names the file that takes the outputs of a step of GitHub Actions.
OUTPUTS = "GITHUB_OUTPUT"
# What GitHub and the release add to the handout in a student's repository.
NO_SUBMISSION = (".git", ".github", ".gitignore", "requirements.txt", "README.md")


def run_classroom(folder: Path, archive: Path | None, isolation: str) -> None:
    """Run the public checks, or all checks of a kit archive; exit if the grader itself fails."""
    feedback: Feedback = "hint"
    checks: Sequence[CheckResult]
    if archive:
        kit = _unzip(archive)
        report = _examine(folder, archive, kit, isolation)
        typer.echo(f"Report: {clean_line(report.message)}")
        checks, feedback = report.checks, kit.feedback
    else:
        checks = _run_public_checks(folder)
    if errors := [check for check in checks if check.outcome == Outcome.GRADER_ERROR]:
        names = ", ".join(check.name for check in errors)
        fail(f"The grader failed in {names}, which is not the student's fault.", DID_NOT_HOLD)
    result = classroom_result(checks, feedback)
    for line in result_lines(result):
        typer.echo(line)
    if outputs := os.environ.get(OUTPUTS):
        write_result(result, Path(outputs))


def _run_public_checks(folder: Path) -> Sequence[CheckResult]:
    """Return the results of the public checks, failed ones for a file that cannot be loaded."""
    from ...student.check import run_checks
    from ...student.handout import Handout, HandoutError

    try:
        handout = Handout.read(folder)
    except HandoutError as error:
        fail(str(error), USED_WRONGLY)
    handout.choose_language()
    found = run_checks(handout)
    problem = found.problem or "This check was not run."
    return [
        found.by_check.get(check.name) or make_result(check, Outcome.FAILED, problem)
        for check in handout.checks
    ]


def _unzip(archive: Path) -> Kit:
    try:
        return Kit.unzip(archive.read_bytes())
    except (OSError, KitError) as error:
        fail(f"{archive}: {error}", USED_WRONGLY)


def _examine(folder: Path, archive: Path, kit: Kit, isolation: str) -> Report:
    """Return the report of the submission in a repository. It can read neither the archive nor the rest."""
    from ...examiner.client import Examiner, ExaminerDied
    from ...sandbox.protocol import IsolationUnavailable
    from ...submissions.reader import read_folder

    submission = read_folder(folder, kit, folder.resolve().name, NO_SUBMISSION)
    try:
        with Examiner(kit, isolation, private=(folder, archive)) as examiner:
            return examiner.examine(submission)
    except (ExaminerDied, IsolationUnavailable) as error:
        fail(str(error), DID_NOT_HOLD)
