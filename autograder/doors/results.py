"""Gradescope's `results.json`: one entry for each check, written anew whenever one is done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..kit import Check, Kit
from ..records import CheckResult, Report
from .wording import about, told

NOT_RUN = "Not run: the grading ended before this check."


class Results:
    """What is known so far, as Gradescope reads it. A file of this form stands at `path` from the start.

    Public checks are visible at once, hidden ones once the grades are published: Gradescope counts points of
    checks that it never shows, but then shows no total. Staff's messages are not in it: they go to stdout.
    """

    def __init__(self, kit: Kit, path: Path) -> None:
        """Write that nothing has run yet."""
        self._kit = kit
        self._path = path
        self._done: dict[str, CheckResult] = {}
        self._scored = True
        self._write("The grading has not come to its end.")

    def add(self, result: CheckResult) -> None:
        """Take in the result of one check."""
        self._done[result.name] = result
        self._write(self._so_far("The grading has not come to its end."))

    def cut(self, reason: str) -> None:
        """Keep what there is: the points of the checks that ran, and a warning that the others did not."""
        self._write(self._so_far(f"INCOMPLETE, so a person must look: {reason}"))

    def fail(self, reason: str) -> None:
        """Leave no score at all, so that Gradescope reports a failed autograder instead of a zero."""
        self._scored = False
        self._write(f"The grader failed, which is not the student's fault. A person must look. {reason}")

    def finish(self, report: Report) -> None:
        """Write the whole report; a report without a score leaves none here either."""
        self._done = {check.name: check for check in report.checks}
        if report.score is None:
            self.fail(report.message)
            return
        made_with = {"kit_version": report.kit_version, "isolation": report.environment.isolation}
        self._write(
            about(report),
            score=report.score,
            execution_time=round(report.seconds),
            extra_data={"kit": report.kit, **made_with, "submission_sha256": report.submission_sha256},
        )

    def _so_far(self, remark: str) -> str:
        return f"{remark} {len(self._done)} of {len(self._kit.checks)} checks ran; the others have no points."

    def _write(self, output: str, **more: Any) -> None:
        """Replace the file at once, so that nobody ever reads half of one."""
        tests = [self._entry(check) for check in self._kit.checks]
        data = {"output": output, "stdout_visibility": "hidden", "tests": tests, **more}
        half = self._path.with_suffix(".half")
        half.write_text(json.dumps(data, indent=2, ensure_ascii=False), encoding="utf-8")
        half.replace(self._path)

    def _entry(self, check: Check) -> Mapping[str, Any]:
        entry: dict[str, Any] = {
            "name": f"{check.task}: {check.sentence}",
            "visibility": "after_published" if check.hidden else "visible",
            "max_score": check.points,
        }
        if (result := self._done.get(check.name)) is None:
            return {**entry, "output": NOT_RUN}
        if self._scored and result.outcome != "grader_error":
            entry |= {"score": result.points, "status": "passed" if result.outcome == "passed" else "failed"}
        return {**entry, "output": told(result, staff=False)}
