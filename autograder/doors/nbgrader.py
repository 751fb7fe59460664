"""What nbgrader runs in place of a kernel: the examiner, whose outcome stands in each grade cell.

nbgrader knows a cell's points from its outputs: a number is partial credit, an error is none. It sees only
what these preprocessors write; `docs/doors.md` tells what nbgrader does when.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from traitlets import Unicode

from ..examiner import Examiner
from ..grading.faults import SteadyPair
from ..grading.storage import GradesFolder
from ..handout.stub import STUB
from ..intake.disk import disk_entry
from ..intake.reading import read_submission
from ..intake.wanted import Wanted
from ..kit import Kit
from ..records import Report, Submission
from .nbgrader_outputs import fill

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
        about, converter = resources["nbgrader"], self.parent.parent
        course, student = converter.coursedir, about["student"]
        root = Path(course.root)
        kit = read_kit(root, about["assignment"])
        folder = root / course.format_path(course.submitted_directory, student, kit.slug)
        examiner = _examiner_of(converter, kit, self.isolation)
        report = examiner.examine(read_submitted(folder, kit, student))
        GradesFolder(root / REPORTS / kit.slug).save(student, report, lambda examined: examined)
        fill(notebook, report)
        resources[REPORT] = report
        return notebook, resources


class OweScores(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader publishes no types
    """Leaves tasks that the grader failed on without a score, and marks them as needing a person."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Take back the points that nbgrader saw in the cells of such tasks."""
        about, report = resources["nbgrader"], resources[REPORT]
        with Gradebook(about["db_url"]) as gradebook:
            for task in owed(report):
                grade = gradebook.find_grade(task, about["notebook"], about["assignment"], about["student"])
                grade.auto_score, grade.needs_manual_grade = None, True
                self.log.error("The grader failed on %s of %s: %s", task, about["student"], report.message)
            gradebook.db.commit()
        return notebook, resources


class SaveDueDate(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader publishes no types
    """Tells the gradebook when the assignment is due, unless it knows a date already."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Take the end of the day in `kit.toml`, where nbgrader runs."""
        about, converter = resources["nbgrader"], self.parent.parent
        kit = read_kit(Path(converter.coursedir.root), about["assignment"])
        if not converter.no_database and (due := kit.dates.get("due")):
            with Gradebook(about["db_url"]) as gradebook:
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
    wanted = Wanted(kit.slug, kit.module, frozenset(kit.given))
    return read_submission(student, [disk_entry(folder)], str(folder.name), wanted)


def owed(report: Report) -> list[str]:
    """The tasks that the grader failed on."""
    return [task for task, score in report.tasks.items() if score.score is None]


def _grading() -> Iterator[type]:
    """The preprocessors of nbgrader's own list, with the examiner in place of the kernel."""
    for preprocessor in _default(Autograde, "autograde_preprocessors"):
        yield Examine if preprocessor is Execute else preprocessor
        if preprocessor is SaveAutoGrades:
            yield OweScores


def _default(converter: type[Any], trait: str) -> list[type]:
    return list(converter.class_traits()[trait].default())


def _examiner_of(converter: Any, kit: Kit, isolation: str) -> SteadyPair:
    """One warm examiner for all students of a run, which is what a converter lives for."""
    known: dict[str, SteadyPair] = vars(converter).setdefault("kit_examiners", {})
    if kit.version not in known:
        pair = SteadyPair(kit, partial(Examiner, kit, isolation), isolation)
        weakref.finalize(converter, pair.close)
        known[kit.version] = pair
    return known[kit.version]
