"""Read and change the submissions of a Canvas assignment with canvasapi.

The API is that of developerdocs.instructure.com/services/canvas: "Submissions", "Submission comments" and
"File uploads".
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..grading.grades_csv import number
from .canvas_plan import CanvasSubmission, Change, Field

# The token would travel in clear text to any other computer without HTTPS.
LOCAL = ("localhost", "127.0.0.1", "::1")
INSTALL = "Sending to Canvas needs canvasapi: install the package with its extra `grade`"


class CanvasError(Exception):
    """Canvas cannot be reached or refuses a request; the text says what to do."""


class CanvasAssignment:
    """An assignment of a course, as the owner of a token sees it. Methods raise CanvasError."""

    def __init__(self, url: str, token: str, course: int, assignment: int) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOCAL:
            raise CanvasError(f"Expected an address like https://canvas.example.edu, found {url!r}.")
        try:
            from canvasapi import Canvas
        except ImportError as error:
            raise CanvasError(f"{INSTALL} ({error}).") from error
        with _told(), warnings.catch_warnings():
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
        with _told():
            found = list(self._assignment.get_submissions(include=["submission_comments", "user"]))
        self._submissions = {each.user_id: each for each in found}
        return [_read(each) for each in found]

    def send(self, change: Change) -> None:
        """Send one change about a student of `submissions`."""
        submission = self._submissions[change.user]
        with _told():
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


def _read(submission: Any) -> CanvasSubmission:
    """Return the data of a submission; `entered_score` is the score before Canvas' own late penalty."""
    user = getattr(submission, "user", None) or {}
    staff = [
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
        comments=frozenset(comment.get("comment") or "" for comment in staff),
        files=frozenset(
            str(file.get("display_name") or file.get("filename"))
            for comment in staff
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
        raise CanvasError(f"Canvas did not take the file {name}: {answer}.")


@contextmanager
def _told() -> Iterator[None]:
    """Raise CanvasError for an error of Canvas or of the connection to it."""
    from canvasapi.exceptions import CanvasException, InvalidAccessToken, ResourceDoesNotExist
    from requests import RequestException

    try:
        yield
    except InvalidAccessToken as error:
        raise CanvasError("Canvas does not accept the token: make a new one in Canvas' settings.") from error
    except ResourceDoesNotExist as error:
        raise CanvasError("Canvas has no such course or assignment, or not for you.") from error
    except (CanvasException, RequestException, ValueError) as error:
        raise CanvasError(f"{type(error).__name__}: {error}.") from error
