"""Read a graded class, and list what needs a decision: regrade requests, single submissions and groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from ..files import sha256
from ..grading.overrides import Overrides, Reviewed
from ..grading.regrade_requests import RegradeRequest, RegradeRequests, read_requests
from ..grading.review_reasons import ORDER, ReviewItem, find_review_items
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


class Kind(StrEnum):
    """Kind of an entry, in the order of the queue."""

    REQUEST = "regrade request"
    SUBMISSION = "submission"
    GROUP = "group"


@dataclass(frozen=True)
class Entry:
    """One thing to decide.

    `key` names the entry in the overrides file. `label` is a review reason, a task or the check of a request.
    `checks` are those to decide about. `is_done` tells whether somebody has decided.
    """

    key: str
    kind: Kind
    label: str
    text: str
    students: tuple[str, ...]
    checks: tuple[str, ...]
    group: Group | None = None
    request: RegradeRequest | None = None
    is_done: bool = False

    @property
    def id(self) -> str:
        """Return the entry's identifier in addresses, which contains no student's name."""
        return sha256(self.key.encode())[:12]


def build_queue(
    reviewed: ReviewedClass, requests: Sequence[RegradeRequest], overrides: Overrides
) -> list[Entry]:
    """Return all entries, also those that somebody has dealt with."""
    in_order = sorted(requests, key=lambda request: reviewed.numbers[request.student])
    return [
        *(_request_entry(request, overrides) for request in in_order),
        *_submission_entries(reviewed, overrides),
        *(_group_entry(group, reviewed, overrides) for group in reviewed.groups),
    ]


def next_open(queue: Sequence[Entry], after: Entry) -> Entry | None:
    """Return the next open entry behind `after`, or else the first before it; None if there is no other."""
    place = next((i for i, entry in enumerate(queue) if entry.key == after.key), -1)
    ahead = [*queue[place + 1 :], *queue[: max(place, 0)]]
    return next((entry for entry in ahead if not entry.is_done), None)


def _request_entry(request: RegradeRequest, overrides: Overrides) -> Entry:
    is_answered = any(
        (answer.student, answer.check, answer.request) == (request.student, request.check, request.reason)
        for answer in overrides.answers
    )
    return Entry(
        key=f"request: {request.student}, {request.check}: {request.reason}",
        kind=Kind.REQUEST,
        label=request.check,
        text=request.reason,
        students=(request.student,),
        checks=(request.check,),
        request=request,
        is_done=is_answered,
    )


def _submission_entries(reviewed: ReviewedClass, overrides: Overrides) -> Iterator[Entry]:
    """Yield an entry for each reason to look at a submission: by urgency, then by the students' numbers."""
    by_urgency = sorted(
        reviewed.items, key=lambda item: (ORDER.index(item.reason), reviewed.numbers[item.student])
    )
    for item in by_urgency:
        key = f"{item.label}: {item.student}: {item.text}"
        checks = reviewed.reports[item.student].checks
        yield Entry(
            key=key,
            kind=Kind.SUBMISSION,
            label=item.label,
            text=item.text,
            students=(item.student,),
            checks=tuple(check.name for check in checks if check.points < check.max_points),
            is_done=Reviewed(key) in overrides.reviewed,
        )


def _group_entry(group: Group, reviewed: ReviewedClass, overrides: Overrides) -> Entry:
    key = f"group: {group.key}"
    return Entry(
        key=key,
        kind=Kind.GROUP,
        label=group.task,
        text=_title(group, reviewed.sentences),
        students=group.students,
        checks=tuple(group.outcomes),
        group=group,
        is_done=Reviewed(key) in overrides.reviewed,
    )


def _title(group: Group, sentences: Mapping[str, str]) -> str:
    """Return what a group got wrong: a known mistake, or what the first check that it fails examines."""
    if group.mistake:
        return group.mistake.name.replace("_", " ")
    if group.mistakes:
        return f"one of {len(group.mistakes)} known mistakes with the same replies"
    if len(group.resembles) == 1:
        return f"looks like: {group.resembles[0].name.replace('_', ' ')}"
    (check, outcome), *others = group.outcomes.items()
    more = f" (and {len(others)} more)" if others else ""
    return f"{outcome.replace('_', ' ')}: {sentences[check]}{more}"
