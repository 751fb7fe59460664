"""Send the results of a class to a Canvas assignment: read what it has, plan the requests, and make them.

The API is that of developerdocs.instructure.com/services/canvas: "Submissions", "Submission comments" and
"File uploads".

Only the difference is planned: a second run plans nothing, and a run after an interrupt plans the rest. A
comment counts as sent if its text is there; a feedback page carries a digest of its contents in its name.
"""

from __future__ import annotations

import html
import re
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..files import sha256
from ..grading.grades_csv import number
from .class_results import ClassResults, StudentResult
from .gradebooks import canvas_id
from .tables import name_key

DIGEST_DIGITS = 12
# Hosts that need no HTTPS. To any other, the token would travel in clear text.
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
INSTALL = "Sending to Canvas needs canvasapi: install the package with its extra `grade`"
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
        name = f"feedback-{sha256(student.page.read_bytes())[:DIGEST_DIGITS]}.html"
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
    """Return a comment without markup and spaces, to compare it: Canvas may change both."""
    return "".join(_TAG.sub("", html.unescape(text)).split())


class CanvasError(Exception):
    """Canvas cannot be reached or refuses a request; the text says what to do."""


class CanvasAssignment:
    """An assignment of a course, as the owner of a token sees it. Methods raise CanvasError."""

    def __init__(self, url: str, token: str, course: int, assignment: int) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOCAL_HOSTS:
            raise CanvasError(f"Expected an address like https://canvas.example.edu, found {url!r}.")
        try:
            from canvasapi import Canvas
        except ImportError as error:
            raise CanvasError(f"{INSTALL} ({error}).") from error
        with _canvas_errors(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a local address without HTTPS
            canvas = Canvas(url.rstrip("/"), token)
            self._assignment = canvas.get_course(course).get_assignment(assignment)
        self._submissions: dict[int, Any] = {}

    @property
    def title(self) -> str:
        """Return the assignment's title."""
        return str(self._assignment.name)

    def check_points(self, max_score: float) -> None:
        """Raise CanvasError unless the assignment has as many points as the kit."""
        points = getattr(self._assignment, "points_possible", None)
        if points != max_score:
            raise CanvasError(
                f"Expected an assignment of {number(max_score)} points in Canvas, found {self.title!r} with "
                f"{number(points) or 'none'}. Change its points in Canvas, or name another --assignment."
            )

    def submissions(self) -> list[CanvasSubmission]:
        """Return the submissions of all students of the assignment, also those without a file."""
        with _canvas_errors():
            found = list(self._assignment.get_submissions(include=["submission_comments", "user"]))
        self._submissions = {each.user_id: each for each in found}
        return [_read_submission(each) for each in found]

    def send(self, change: Change) -> None:
        """Send one change about a student of `submissions`."""
        submission = self._submissions[change.user]
        with _canvas_errors():
            if change.page:
                _upload(submission, change.page, change.value)
            elif change.field is Field.COMMENT:
                submission.edit(comment={"text_comment": change.value})
            else:
                submission.edit(submission={"posted_grade": change.value})


def request_lines(change: Change, course: int, assignment: int) -> list[str]:
    """Return the requests that `CanvasAssignment.send` makes, for people to read."""
    path = f"/api/v1/courses/{course}/assignments/{assignment}/submissions/{change.user}"
    if change.page:
        size = change.page.stat().st_size
        return [
            f"POST {path}/comments/files name={change.value} size={size}",
            f"PUT {path} {change.field}=(the id of the uploaded file)",
        ]
    before = f" (now {change.before or 'none'})" if change.field is Field.SCORE else ""
    return [f"PUT {path} {change.field}={change.value}{before}"]


def _read_submission(submission: Any) -> CanvasSubmission:
    """Return the data of a submission, with the score before Canvas' own late penalty, `entered_score`."""
    user = getattr(submission, "user", None) or {}
    staff_comments = [
        comment
        for comment in getattr(submission, "submission_comments", None) or ()
        if comment.get("author_id") != submission.user_id
    ]
    score = getattr(submission, "entered_score", None)
    return CanvasSubmission(
        user=submission.user_id,
        name=str(user.get("sortable_name") or user.get("name") or ""),
        sis_id=str(user.get("sis_user_id") or ""),
        login=str(user.get("login_id") or ""),
        score=getattr(submission, "score", None) if score is None else score,
        comments=frozenset(comment.get("comment") or "" for comment in staff_comments),
        files=frozenset(
            str(file.get("display_name") or file.get("filename"))
            for comment in staff_comments
            for file in comment.get("attachments") or ()
        ),
        excused=bool(getattr(submission, "excused", False)),
    )


def _upload(submission: Any, page: Path, name: str) -> None:
    """Upload a page in Canvas' steps, and attach it to a comment."""
    with tempfile.TemporaryDirectory(prefix="handback-") as folder:
        copy = Path(folder) / name  # canvasapi takes the name of the file
        copy.write_bytes(page.read_bytes())
        is_uploaded, answer = submission.upload_comment(copy)
    if not is_uploaded:
        raise CanvasError(f"Canvas rejected the file {name}: {answer}.")


@contextmanager
def _canvas_errors() -> Iterator[None]:
    """Raise CanvasError for an error of Canvas or of the connection to it."""
    from canvasapi.exceptions import CanvasException, InvalidAccessToken, ResourceDoesNotExist
    from requests import RequestException

    try:
        yield
    except InvalidAccessToken as error:
        raise CanvasError("Canvas does not accept the token: make a new one in Canvas' settings.") from error
    except ResourceDoesNotExist as error:
        raise CanvasError(
            "Canvas has no such course or assignment, or your token has no access to it."
        ) from error
    except (CanvasException, RequestException, ValueError) as error:
        raise CanvasError(f"{type(error).__name__}: {error}.") from error
