"""Grade one submission on Gradescope: `python -m autograder.integrations.gradescope /autograder`.

With `--try-solution /autograder/source`, grade the solution while Gradescope builds the image.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..declared_checks import Check
from ..examiner.client import ExaminerDied, LowMemoryExaminer
from ..files import write_atomic
from ..kit import Kit
from ..models import CheckResult, Outcome, Report, Submission, SubmittedFile
from ..sandbox.local import make_private
from ..sandbox.protocol import IsolationUnavailable
from ..submissions.reader import read_folder, submitter_names
from .result_text import FAULT, check_text, environment_text, summary

NOT_RUN = "Not run: the grading ended before this check."
UNFINISHED = "Grading has not finished."
# Files of `/autograder/source`, and the folder there that keeps results of checks.
SETTINGS, KIT, SOLUTION, STORE = "examiner.json", "kit.zip", "solution.txt", "store"
TRY_SOLUTION = "--try-solution"
# What of `/autograder` a submission must not read.
PRIVATE = ("source", "submission", "results", "submission_metadata.json")


class ResultsFile:
    """The results so far in Gradescope's format, in a file that exists from the start.

    Public checks are visible at once, hidden ones after publication: Gradescope also counts the points of
    checks that it never shows. Messages for staff go to stdout.
    """

    def __init__(self, kit: Kit, path: Path) -> None:
        """Write a file that says that no check has run yet."""
        self._kit = kit
        self._path = path
        self._done: dict[str, CheckResult] = {}
        self._scored = True
        self._write(UNFINISHED)

    def add(self, result: CheckResult) -> None:
        """Add the result of one check."""
        self._done[result.name] = result
        self._write(self._so_far(UNFINISHED))

    def cut(self, reason: str) -> None:
        """Keep the points of the checks that ran, with a warning that the others did not."""
        self._write(self._so_far(f"INCOMPLETE: needs a manual review: {reason}"))

    def fail(self, reason: str) -> None:
        """Write no score, so that Gradescope reports a failed autograder instead of a zero."""
        self._scored = False
        self._write(f"{FAULT} {reason}")

    def finish(self, report: Report) -> None:
        """Write the whole report, without a score if the report has none."""
        self._done = {check.name: check for check in report.checks}
        if report.score is None:
            self.fail(report.message)
            return
        environment = {"kit_version": report.kit_version, "isolation": report.environment.isolation}
        self._write(
            summary(report),
            score=report.score,
            execution_time=round(report.seconds),
            extra_data={"kit": report.kit, **environment, "submission_sha256": report.submission_sha256},
        )

    def _so_far(self, remark: str) -> str:
        return f"{remark} {len(self._done)} of {len(self._kit.checks)} checks ran; the others have no points."

    def _write(self, output: str, **more: Any) -> None:
        """Replace the file at once, so that nobody ever reads half of one."""
        tests = [self._entry(check) for check in self._kit.checks]
        data = {"output": output, "stdout_visibility": "hidden", "tests": tests, **more}
        write_atomic(self._path, json.dumps(data, indent=2, ensure_ascii=False))

    def _entry(self, check: Check) -> Mapping[str, Any]:
        entry: dict[str, Any] = {
            "name": f"{check.task}: {check.sentence}",
            "visibility": "after_published" if check.hidden else "visible",
            "max_score": check.points,
        }
        if (result := self._done.get(check.name)) is None:
            return {**entry, "output": NOT_RUN}
        if self._scored and result.outcome != Outcome.GRADER_ERROR:
            entry |= {
                "score": result.points,
                "status": "passed" if result.outcome == Outcome.PASSED else "failed",
            }
        return {**entry, "output": check_text(result, staff=False)}


@dataclass(frozen=True)
class Settings:
    """The isolation level, and the seconds after which to stop, before Gradescope stops with a zero."""

    isolation: str = "user"
    seconds: float = 540.0


def main(root: Path) -> int:
    """Grade `root/submission` and return the exit status, 1 if there is no grade.

    `root/source` is the unpacked zip; the results go to `root/results/results.json`.
    """
    source = root / "source"
    kit, settings = _read_source(source)
    # From here on no other user can read the checks, the results or who submitted.
    make_private(root / name for name in PRIVATE)
    student = submitter_names(root / "submission_metadata.json", "the submission")
    submission = read_folder(root / "submission", kit, student)
    results = ResultsFile(kit, root / "results" / "results.json")
    overdue = threading.Event()

    def stop(examiner: LowMemoryExaminer) -> None:
        overdue.set()
        examiner.kill()

    try:
        with LowMemoryExaminer(kit, settings.isolation, results.add, source / STORE) as examiner:
            timer = threading.Timer(settings.seconds, stop, [examiner])
            timer.daemon = True
            timer.start()
            report = examiner.examine(submission)
            timer.cancel()
    except (ExaminerDied, IsolationUnavailable) as error:
        if overdue.is_set():
            results.cut(f"the grading was stopped after {settings.seconds:g} s.")
            return 0
        print(error)
        results.fail(type(error).__name__)
        return 1
    results.finish(report)
    print(staff_output(report))
    return int(report.score is None)


def try_solution_command(source: Path) -> list[str]:
    """Return the command that calls `try_solution` with this Python."""
    return [sys.executable, "-P", "-m", "autograder.integrations.gradescope", TRY_SOLUTION, str(source)]


def try_solution(source: Path) -> int:
    """Grade the solution while the image is built, print its score, and remove the solution's file.

    Whoever uploads the zip sees that the image can grade, and submissions that answer like the solution need
    no checks. Return 0 for full points, 1 otherwise.
    """
    kit, settings = _read_source(source)
    make_private([source])
    content = (source / SOLUTION).read_bytes()
    (source / SOLUTION).unlink()
    submission = Submission("solution", (SubmittedFile(f"{kit.module}.py", content),))
    try:
        with LowMemoryExaminer(kit, settings.isolation, store=source / STORE) as examiner:
            report = examiner.examine(submission)
    except (ExaminerDied, IsolationUnavailable) as error:
        print(f"The solution could not be graded in this image: {error}")
        return 1
    result = report.message if report.score is None else f"{report.score:g} of {report.max_score:g} points."
    print(f"The solution: {result}")
    return int(report.score != report.max_score)


def _read_source(source: Path) -> tuple[Kit, Settings]:
    """Return the kit and the settings of the unpacked zip."""
    settings = Settings(**json.loads((source / SETTINGS).read_text(encoding="utf-8")))
    return Kit.unzip((source / KIT).read_bytes()), settings


def staff_output(report: Report) -> str:
    """Return the whole report as text, which Gradescope shows to staff only."""
    checks = (
        f"{check.name} ({check.points:g} of {check.max_points:g})\n{check_text(check, staff=True)}"
        for check in report.checks
    )
    hidden = [f"Printed while hidden checks ran:\n{report.hidden_output}"] if report.hidden_output else []
    return "\n\n".join((f"{report.status}: {report.message}\n{environment_text(report)}", *checks, *hidden))


if __name__ == "__main__":
    *option, folder = sys.argv[1:]
    sys.exit(try_solution(Path(folder)) if option == [TRY_SOLUTION] else main(Path(folder)))
