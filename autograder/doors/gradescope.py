"""What Gradescope runs for one submission: `python -m autograder.doors.gradescope /autograder`."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from ..examiner import ExaminerDied
from ..kit import Kit
from ..records import Report
from ..sandbox import IsolationUnavailable
from .handed_in import read_folder, who
from .lean import LeanExaminer
from .results import Results
from .wording import made_with, told

SETTINGS, KIT = "examiner.json", "kit.zip"


@dataclass(frozen=True)
class Settings:
    """The level of isolation, and after how many seconds to stop, before Gradescope does and gives a zero."""

    isolation: str = "user"
    seconds: float = 540.0


def main(root: Path) -> int:
    """Grade what is in `root/submission`; the exit status is 1 where there is no grade.

    `root/source` is the unpacked zip; the grade is written to `root/results/results.json`.
    """
    source = root / "source"
    settings = Settings(**json.loads((source / SETTINGS).read_text(encoding="utf-8")))
    kit = Kit.unzip((source / KIT).read_bytes())
    # From here on nobody but us can read the checks.
    source.chmod(0o700)
    student = who(root / "submission_metadata.json", "the submission")
    submission = read_folder(root / "submission", kit, student)
    results = Results(kit, root / "results" / "results.json")
    overdue = threading.Event()

    def stop(examiner: LeanExaminer) -> None:
        overdue.set()
        examiner.kill()

    try:
        with LeanExaminer(kit, settings.isolation, results.add, only=[submission]) as examiner:
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
    print(for_staff(report))
    return int(report.score is None)


def for_staff(report: Report) -> str:
    """All that the report says, which Gradescope shows to staff alone."""
    checks = (
        f"{check.name} ({check.points:g} of {check.max_points:g})\n{told(check, staff=True)}"
        for check in report.checks
    )
    hidden = [f"Printed while hidden checks ran:\n{report.hidden_output}"] if report.hidden_output else []
    return "\n\n".join((f"{report.status}: {report.message}\n{made_with(report)}", *checks, *hidden))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
