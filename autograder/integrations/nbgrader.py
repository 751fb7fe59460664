"""What nbgrader runs in place of a kernel: the examiner, whose outcome stands in each grade cell.

nbgrader knows a cell's points from its outputs: a number is partial credit, an error is none. It sees only
what these preprocessors write; `docs/integrations.md` tells what nbgrader does when.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import is_grade
from traitlets import Unicode

from ..examiner.client import Examiner
from ..grading.executors import RetryingWorker
from ..grading.storage import GradesFolder
from ..handout.stub import STUB
from ..kit import Kit
from ..models import CheckResult, Outcome, Report, Status, Submission, TaskScore
from ..submissions.folders import disk_entry
from ..submissions.identity import Assignment
from ..submissions.reader import read_submission
from .messages import OUTCOMES, check_text, environment_text, summary

FAULT = "The grader failed, which is not the student's fault. A person must look."
ABOUT = "examiner"


def fill(notebook: Any, report: Report) -> None:
    """Put the outcome of each task into its grade cell and the rest on top; no other output stays."""
    for cell in notebook.cells:
        task = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if is_grade(cell) and task in report.tasks:
            checks = [check for check in report.checks if check.task == task]
            cell.outputs = outputs(report.tasks[task], checks)
    notebook.cells.insert(0, _on_top(notebook, report))


def outputs(score: TaskScore, checks: Sequence[CheckResult]) -> list[Any]:
    """What nbgrader takes for this score, and what the checks say.

    Points are a result and no points an error. So is a score that the grader owes: no other preprocessor of
    nbgrader's may take it for full points.
    """
    text = "\n\n".join(_said(check) for check in checks)
    if score.score is None:
        return [_error("NotGraded", FAULT, text)]
    if score.score <= 0:
        return [_error("NoPoints", f"0 of {score.max_score:g} points", text)]
    points = repr(float(min(score.score, score.max_score)))
    return [
        nbformat.v4.new_output("execute_result", {"text/plain": points}, execution_count=None),
        _stream(text),
    ]


def _said(check: CheckResult) -> str:
    if not check.hidden:
        return check_text(check, staff=False)
    if check.outcome == Outcome.PASSED:
        return f"{OUTCOMES[check.outcome]}: a check that you do not have."
    return f"{OUTCOMES[check.outcome]}: a check that you do not have.\n{check.student_message}"


def _on_top(notebook: Any, report: Report) -> Any:
    """A cell that says what became of the submission."""
    fault = report.status == Status.GRADER_ERROR
    # The report's own message names the checks that failed, hidden ones too.
    text = f"{FAULT}\n{environment_text(report)}" if fault else summary(report)
    cell = nbformat.v4.new_code_cell("", id=ABOUT, outputs=[_stream(text)])
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        del cell["id"]
    return cell


def _stream(text: str) -> Any:
    return nbformat.v4.new_output("stream", name="stdout", text=f"{text}\n")


def _error(name: str, value: str, text: str) -> Any:
    lines = [f"{name}: {value}", "", *text.split("\n")]
    return nbformat.v4.new_output("error", ename=name, evalue=value, traceback=lines)


KITS, REPORTS = "kits", "reports"
REPORT = "kit_report"


class KitMissingError(LookupError):
    """The course folder lacks the kit of an assignment; the text says what to do."""


def configure(c: Any, root: Path) -> None:
    """Set up the configuration `c` of the course in the folder `root`."""
    c.CourseDirectory.root = str(root)
    c.ClearSolutions.code_stub = {"python": STUB}
    # Who hands in a notebook without a grade cell has that task's points all the same.
    c.OverwriteCells.add_missing_cells = True
    kits = (Kit.unzip(path.read_bytes()) for path in sorted((root / KITS).glob("*.kit")))
    c.Autograde.exclude_overwriting = {kit.slug: [f"{kit.module}.py"] for kit in kits}
    c.Autograde.autograde_preprocessors = list(_grading())
    c.GenerateAssignment.preprocessors = [*_default(GenerateAssignment, "preprocessors"), SaveDueDate]


class Examine(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader publishes no types
    """Examines what was handed in, and writes the outcome into the notebook and into `reports`."""

    isolation = Unicode("bubblewrap", help="bubblewrap, user (in a container as root) or process").tag(
        config=True
    )

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Replace the outputs of all cells; raises KitMissingError, IsolationUnavailable or ExaminerDied."""
        summary, converter = resources["nbgrader"], self.parent.parent
        course, student = converter.coursedir, summary["student"]
        root = Path(course.root)
        kit = read_kit(root, summary["assignment"])
        folder = root / course.format_path(course.submitted_directory, student, kit.slug)
        examiner = _examiner_of(converter, kit, self.isolation)
        report = examiner.examine(read_submitted(folder, kit, student))
        GradesFolder(root / REPORTS / kit.slug).save(student, report, lambda examined: examined)
        fill(notebook, report)
        resources[REPORT] = report
        return notebook, resources


class MarkUngraded(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader publishes no types
    """Leaves tasks that the grader failed on without a score, and marks them as needing a person."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Take back the points that nbgrader saw in the cells of such tasks."""
        summary, report = resources["nbgrader"], resources[REPORT]
        with Gradebook(summary["db_url"]) as gradebook:
            for task in ungraded_cells(report):
                grade = gradebook.find_grade(
                    task, summary["notebook"], summary["assignment"], summary["student"]
                )
                grade.auto_score, grade.needs_manual_grade = None, True
                self.log.error("The grader failed on %s of %s: %s", task, summary["student"], report.message)
            gradebook.db.commit()
        return notebook, resources


class SaveDueDate(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader publishes no types
    """Tells the gradebook when the assignment is due, unless it knows a date already."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Take the end of the day in `kit.toml`, where nbgrader runs."""
        summary, converter = resources["nbgrader"], self.parent.parent
        kit = read_kit(Path(converter.coursedir.root), summary["assignment"])
        if not converter.no_database and (due := kit.dates.due):
            with Gradebook(summary["db_url"]) as gradebook:
                if gradebook.find_assignment(kit.slug).duedate is None:
                    moment = datetime.combine(due, time(23, 59, 59)).astimezone()
                    gradebook.update_or_create_assignment(kit.slug, duedate=moment.isoformat())
        return notebook, resources


def read_kit(root: Path, slug: str) -> Kit:
    """The kit of an assignment, from its travelling copy in the course folder; raises KitMissingError."""
    path = root / KITS / f"{slug}.kit"
    if not path.is_file():
        raise KitMissingError(
            f"Expected the kit of the assignment {slug} in {path}, found no such file. What to do: copy it "
            "from the kit's release, or keep assignments that are no kits in a course folder of their own."
        )
    return Kit.unzip(path.read_bytes())


def read_submitted(folder: Path, kit: Kit, student: str) -> Submission:
    """What nbgrader collected from a student, read as `kit grade` reads it."""
    wanted = Assignment(kit.slug, kit.module, frozenset(kit.given))
    return read_submission(student, [disk_entry(folder)], str(folder.name), wanted)


def ungraded_cells(report: Report) -> list[str]:
    """The tasks that the grader failed on."""
    return [task for task, score in report.tasks.items() if score.score is None]


def _grading() -> Iterator[type]:
    """The preprocessors of nbgrader's own list, with the examiner in place of the kernel."""
    for preprocessor in _default(Autograde, "autograde_preprocessors"):
        yield Examine if preprocessor is Execute else preprocessor
        if preprocessor is SaveAutoGrades:
            yield MarkUngraded


def _default(converter: type[Any], trait: str) -> list[type]:
    return list(converter.class_traits()[trait].default())


def _examiner_of(converter: Any, kit: Kit, isolation: str) -> RetryingWorker:
    """One warm examiner for all students of a run, which is what a converter lives for."""
    known: dict[str, RetryingWorker] = vars(converter).setdefault("kit_examiners", {})
    if kit.version not in known:
        pair = RetryingWorker(kit, partial(Examiner, kit, isolation), isolation)
        weakref.finalize(converter, pair.close)
        known[kit.version] = pair
    return known[kit.version]
