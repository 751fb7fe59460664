"""nbgrader preprocessors that run the examiner instead of a kernel.

nbgrader derives a cell's points from its outputs: a number is partial credit, an error is zero. The
preprocessors write these outputs; `docs/integrations.md` lists nbgrader's steps.
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

from ..examiner.client import Examiner, user_store
from ..grading.executors import RetryingWorker
from ..grading.storage import GradesFolder
from ..handout.stub import STUB
from ..kit import Kit
from ..models import CheckResult, Outcome, Report, Status, Submission, TaskScore
from ..submissions.assignment import Assignment
from ..submissions.folders import disk_entry
from ..submissions.reader import read_submission
from .result_text import FAULT, OUTCOMES, check_text, environment_text, summary

# Folders of a course: kit archives, and the reports of each kit's students.
KITS, REPORTS = "kits", "reports"
# The report's key among nbgrader's `resources`, which preprocessors pass on.
REPORT = "kit_report"
# The id of the cell that summarizes the report.
SUMMARY_CELL = "examiner"


def fill(notebook: Any, report: Report) -> None:
    """Write the outcome of each task into its grade cell and a summary on top; drop other outputs."""
    for cell in notebook.cells:
        task = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if is_grade(cell) and task in report.tasks:
            checks = [check for check in report.checks if check.task == task]
            cell.outputs = outputs(report.tasks[task], checks)
    notebook.cells.insert(0, _summary_cell(notebook, report))


def outputs(score: TaskScore, checks: Sequence[CheckResult]) -> list[Any]:
    """Return the outputs that stand for a score, with the messages of the checks.

    Points become a result, no points an error. A missing score becomes an error too, so that nbgrader does
    not take the cell for full points.
    """
    text = "\n\n".join(_check_output(check) for check in checks)
    if score.score is None:
        return [_error("NotGraded", FAULT, text)]
    if score.score <= 0:
        return [_error("NoPoints", f"0 of {score.max_score:g} points", text)]
    points = repr(float(min(score.score, score.max_score)))
    return [
        nbformat.v4.new_output("execute_result", {"text/plain": points}, execution_count=None),
        _stream(text),
    ]


def _check_output(check: CheckResult) -> str:
    """Return the text of one check for students, without the sentence of a hidden one."""
    if not check.hidden:
        return check_text(check, staff=False)
    if check.outcome == Outcome.PASSED:
        return f"{OUTCOMES[check.outcome]}: a check that you do not have."
    return f"{OUTCOMES[check.outcome]}: a check that you do not have.\n{check.student_message}"


def _summary_cell(notebook: Any, report: Report) -> Any:
    """Return a cell that summarizes the report."""
    # After a grader error, the report's message may name hidden checks.
    has_fault = report.status == Status.GRADER_ERROR
    text = f"{FAULT}\n{environment_text(report)}" if has_fault else summary(report)
    cell = nbformat.v4.new_code_cell("", id=SUMMARY_CELL, outputs=[_stream(text)])
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        del cell["id"]
    return cell


def _stream(text: str) -> Any:
    return nbformat.v4.new_output("stream", name="stdout", text=f"{text}\n")


def _error(name: str, value: str, text: str) -> Any:
    lines = [f"{name}: {value}", "", *text.split("\n")]
    return nbformat.v4.new_output("error", ename=name, evalue=value, traceback=lines)


class KitMissingError(LookupError):
    """The course folder lacks the kit archive of an assignment; the text says what to do."""


def configure(c: Any, root: Path) -> None:
    """Set up the configuration `c` of the course in the folder `root`."""
    c.CourseDirectory.root = str(root)
    c.ClearSolutions.code_stub = {"python": STUB}
    # A notebook without a grade cell keeps that task's points.
    c.OverwriteCells.add_missing_cells = True
    kits = (Kit.unzip(path.read_bytes()) for path in sorted((root / KITS).glob("*.kit")))
    c.Autograde.exclude_overwriting = {kit.slug: [f"{kit.module}.py"] for kit in kits}
    c.Autograde.autograde_preprocessors = list(_grading_preprocessors())
    c.GenerateAssignment.preprocessors = [*_default(GenerateAssignment, "preprocessors"), SaveDueDate]


class Examine(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader publishes no types
    """Examine a submission, and write its outcome into the notebook and into `reports`."""

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
    """Clear the score of tasks that the grader failed on, and ask for a manual grade."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Remove the points that nbgrader derived for cells of such tasks."""
        summary, report = resources["nbgrader"], resources[REPORT]
        with Gradebook(summary["db_url"]) as gradebook:
            for task in _ungraded_tasks(report):
                grade = gradebook.find_grade(
                    task, summary["notebook"], summary["assignment"], summary["student"]
                )
                grade.auto_score, grade.needs_manual_grade = None, True
                self.log.error("The grader failed on %s of %s: %s", task, summary["student"], report.message)
            gradebook.db.commit()
        return notebook, resources


class SaveDueDate(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader publishes no types
    """Set the due date of the assignment, unless the gradebook has one."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Set the end of the due day in `kit.toml`, in nbgrader's time zone."""
        summary, converter = resources["nbgrader"], self.parent.parent
        kit = read_kit(Path(converter.coursedir.root), summary["assignment"])
        if not converter.no_database and (due := kit.dates.due):
            with Gradebook(summary["db_url"]) as gradebook:
                if gradebook.find_assignment(kit.slug).duedate is None:
                    moment = datetime.combine(due, time(23, 59, 59)).astimezone()
                    gradebook.update_or_create_assignment(kit.slug, duedate=moment.isoformat())
        return notebook, resources


def read_kit(root: Path, slug: str) -> Kit:
    """Read the kit archive of an assignment from the course folder; raises KitMissingError."""
    path = root / KITS / f"{slug}.kit"
    if not path.is_file():
        raise KitMissingError(
            f"Expected the kit of the assignment {slug} in {path}, found no such file. What to do: copy it "
            "from the kit's release, or keep assignments that are no kits in a course folder of their own."
        )
    return Kit.unzip(path.read_bytes())


def read_submitted(folder: Path, kit: Kit, student: str) -> Submission:
    """Read what nbgrader collected from a student, as `kit grade` does."""
    return read_submission(student, [disk_entry(folder)], folder.name, Assignment.from_kit(kit))


def _ungraded_tasks(report: Report) -> list[str]:
    """Return the tasks that the grader failed on."""
    return [task for task, score in report.tasks.items() if score.score is None]


def _grading_preprocessors() -> Iterator[type]:
    """Yield nbgrader's preprocessors, with the examiner in place of the kernel."""
    for preprocessor in _default(Autograde, "autograde_preprocessors"):
        yield Examine if preprocessor is Execute else preprocessor
        if preprocessor is SaveAutoGrades:
            yield MarkUngraded


def _default(converter: type[Any], trait: str) -> list[type]:
    return list(converter.class_traits()[trait].default())


def _examiner_of(converter: Any, kit: Kit, isolation: str) -> RetryingWorker:
    """Return the examiner that all students of a run share; a converter lives for one run."""
    examiners: dict[str, RetryingWorker] = vars(converter).setdefault("kit_examiners", {})
    if kit.version not in examiners:
        examiner = RetryingWorker(kit, partial(Examiner, kit, isolation, store=user_store()), isolation)
        weakref.finalize(converter, examiner.close)
        examiners[kit.version] = examiner
    return examiners[kit.version]
