"""Read the class to review from its grades folder: students, reports and groups of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from ..files import sha256
from ..grading.regrade_requests import RegradeRequests, read_requests
from ..grading.review_reasons import ReviewItem, find_review_items
from ..grading.storage import ClassRecord, GradesFolder, NoGradesError
from ..models import Points, Report
from ..reports.context import Context, find_context
from ..reports.student_code import without_names
from ..reports.wrong_answers import Group, find_groups
from ..text import clean_line


class ReviewedClass:
    """A graded class. Its reports are the examiner's own, before anybody decided."""

    def __init__(self, folder: Path, root: Path | None) -> None:
        """Read the grades in `folder`. Raises NoGradesError."""
        self.folder = GradesFolder(folder)
        self.record: ClassRecord = self.folder.required_record()
        self.reports: Mapping[str, Report] = self._examined()
        if not self.reports:
            raise NoGradesError(folder)
        self.context: Context = find_context(self.record, root)

    def _examined(self) -> dict[str, Report]:
        found = {
            student.student: self.folder.examination(student.student)
            for student in self.record.students
            if student.folder
        }
        return {student: each.report for student, each in found.items() if each}

    @cached_property
    def order(self) -> Sequence[str]:
        """Return the students in a pseudo-random order that depends on the kit."""
        return sorted(self.reports, key=lambda student: sha256(f"{self.record.kit}\0{student}".encode()))

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Return the place of each student in `order`, counted from 1."""
        return {student: number for number, student in enumerate(self.order, 1)}

    @cached_property
    def groups(self) -> Sequence[Group]:
        """Return the groups of answers that fail alike, the largest first."""
        return find_groups(list(self.reports.values()), self.context.mistakes)

    @cached_property
    def items(self) -> Sequence[ReviewItem]:
        """Return the reasons to look at single submissions, the most urgent first."""
        notes = {student.student: student.review for student in self.record.students}
        items = find_review_items(self.reports, notes)
        return [item for item in items if item.student in self.reports]

    @cached_property
    def max_points(self) -> Mapping[str, Points]:
        """Return the points of each check."""
        return {check.name: check.max_points for report in self.reports.values() for check in report.checks}

    @cached_property
    def sentences(self) -> Mapping[str, str]:
        """Return what each check examines, in one sentence."""
        return {check.name: check.sentence for report in self.reports.values() for check in report.checks}

    def requests(self) -> RegradeRequests:
        """Return the regrade requests that are in the folder now."""
        return read_requests(self.folder.path, self.reports, self.max_points)

    def label(self, student: str, *, hidden: bool) -> str:
        """Return a student's name, or a number in its place."""
        return f"Student {self.numbers[student]}" if hidden else clean_line(student)

    def anonymous(self, text: str, *, hidden: bool) -> str:
        """Return a text, without names if these are hidden."""
        return without_names(text, self.record.names) if hidden else text
