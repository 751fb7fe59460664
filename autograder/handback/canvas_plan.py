"""Compare the results of a class with what a Canvas assignment has, and plan the requests that it needs.

Only the difference is planned: a second run plans nothing, and a run after an interrupt plans the rest. A
comment counts as sent if its text is there; a feedback page carries a digest of its contents in its name.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..files import sha256
from ..grading.grades_csv import number
from .class_results import ClassResults, StudentResult
from .gradebooks import canvas_id
from .tables import name_key

DIGITS = 12
_TAG = re.compile(r"<[^<>]*>")


class Field(StrEnum):
    """A parameter of "Grade or comment on a submission" in Canvas' API."""

    PAGE = "comment[file_ids][]"
    COMMENT = "comment[text_comment]"
    SCORE = "submission[posted_grade]"


@dataclass(frozen=True)
class CanvasSubmission:
    """What Canvas has about one student of an assignment.

    `comments` are the texts and `files` the names of the files in comments of the staff. Nobody gets a score
    for an `excused` submission.
    """

    user: int
    name: str = ""
    sis_id: str = ""
    login: str = ""
    score: float | None = None
    comments: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    excused: bool = False


@dataclass(frozen=True)
class Change:
    """One thing to send about a student.

    `value` is the score, the text of the comment, or the name of the page, whose contents are in the file
    `page`. `before` is the score that Canvas has.
    """

    student: str
    user: int
    field: Field
    value: str
    before: str = ""
    page: Path | None = None


@dataclass(frozen=True)
class Plan:
    """The changes in the order to send them, how many students need none, and who is left out."""

    changes: tuple[Change, ...]
    up_to_date: int
    left_out: tuple[str, ...]


def plan_changes(results: ClassResults, submissions: Sequence[CanvasSubmission]) -> Plan:
    """Return what to send, so that Canvas has all results."""
    students = _Students(submissions)
    changes: list[Change] = []
    left_out = list(results.left_out)
    up_to_date = 0
    for student in results.students:
        submission = students.find(student)
        if submission is None:
            left_out.append(f"{student.name}: no student of Canvas' assignment has this id or login.")
        elif submission.excused:
            left_out.append(f"{student.name}: excused in Canvas.")
        elif own := list(_changes(student, submission)):
            changes += own
        else:
            up_to_date += 1
    return Plan(tuple(changes), up_to_date, tuple(left_out))


class _Students:
    """The submissions by the ids of their students."""

    def __init__(self, submissions: Sequence[CanvasSubmission]) -> None:
        self._ids = {str(each.user): each for each in submissions}
        self._sis_ids = {each.sis_id: each for each in submissions if each.sis_id}
        self._logins = {each.login.casefold(): each for each in submissions if each.login}

    def find(self, student: StudentResult) -> CanvasSubmission | None:
        """Return the submission of a student, or None.

        The id of a roster may equal that of somebody else in Canvas, so it needs the same name.
        """
        grade = student.grade
        if own := canvas_id(grade):
            return self._ids.get(own)
        if found := self._sis_ids.get(grade.sis_id) or self._logins.get(grade.login.casefold()):
            return found
        found = self._ids.get(grade.id)
        return found if found and name_key(found.name) == name_key(grade.student) else None


def _changes(student: StudentResult, submission: CanvasSubmission) -> Iterator[Change]:
    """Yield the page, the comments and the score that Canvas lacks. The score comes last."""
    if student.page:
        name = f"feedback-{sha256(student.page.read_bytes())[:DIGITS]}.html"
        if name not in submission.files:
            yield Change(student.name, submission.user, Field.PAGE, name, page=student.page)
    known = set(map(_plain, submission.comments))
    for comment in dict.fromkeys(student.comments):
        if _plain(comment) not in known:
            yield Change(student.name, submission.user, Field.COMMENT, comment)
    score, before = number(student.grade.score), number(submission.score)
    if score != before:
        yield Change(student.name, submission.user, Field.SCORE, score, before)


def _plain(text: str) -> str:
    """Return a comment without markup and spaces, which Canvas may change."""
    return "".join(_TAG.sub("", html.unescape(text)).split())
