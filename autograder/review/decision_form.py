"""Turn what somebody filled in on a page into decisions for the overrides file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..grading.overrides import Answer, Comment, Decision, Override, Reviewed
from ..models import Points
from ..text import clean
from .queue import Entry

ALL_CHECKS = ""
MAX_TEXT = 4_000


class Scope(StrEnum):
    """Whom a decision is for."""

    ALL = "all"  # every student of the entry
    ONE = "one"
    FAILED = "failed"  # everybody in the class who failed the check


class FormError(ValueError):
    """Raised if a form asks for what cannot be done. The message says what to change."""


@dataclass(frozen=True)
class DecisionForm:
    """The fields of the form. `student` is the one who is shown; `check` is empty for all of the entry.

    `comment` is also the reason for `points`. `is_finished` says that the entry needs nothing more.
    """

    student: str
    comment: str = ""
    points: str = ""
    check: str = ALL_CHECKS
    scope: Scope = Scope.ALL
    is_finished: bool = False

    @classmethod
    def read(cls, fields: Mapping[str, str], student: str) -> DecisionForm:
        """Return the form in the fields of a request. Raises FormError."""
        try:
            scope = Scope(fields.get("scope", Scope.ALL))
        except ValueError as error:
            raise FormError(f"The form has a value that it does not offer: {error}.") from None
        return cls(
            student=student,
            comment=clean(fields.get("comment", "").replace("\r\n", "\n").strip(), MAX_TEXT),
            points=fields.get("points", "").strip(),
            check=fields.get("check", ALL_CHECKS),
            scope=scope,
            is_finished=fields.get("action") == "next",
        )

    def decisions(self, entry: Entry, max_points: Mapping[str, Points]) -> list[Decision]:
        """Return the decisions about an entry. Raises FormError."""
        if self.check != ALL_CHECKS and self.check not in entry.checks:
            raise FormError("Choose one of the checks, or all.")
        if self.points and not self.comment:
            raise FormError("Write the reason for the points into the comment: the student reads it.")
        found: list[Decision] = [*self._points(entry, max_points)]
        if entry.request and self.comment:
            request = entry.request
            found.append(Answer(request.student, request.check, request.reason, self.comment))
        elif self.comment and not self.points:
            found.append(self._comment(entry))
        if self.is_finished and entry.request is None:
            found.append(Reviewed(entry.key))
        if not found:
            raise FormError("There is nothing to save: write a comment.")
        return found

    def _comment(self, entry: Entry) -> Comment:
        if self.scope == Scope.FAILED:
            if self.check == ALL_CHECKS:
                raise FormError("Choose the check: the comment is for everybody who failed it.")
            return Comment(self.comment, self.check)
        # The comment of a group stands beside the first check that it fails.
        check = entry.checks[0] if entry.group and self.check == ALL_CHECKS else self.check
        return Comment(self.comment, check, self._students(entry))

    def _points(self, entry: Entry, max_points: Mapping[str, Points]) -> Iterator[Override]:
        """Yield the points of each student and check. Points for all checks are divided by their weight."""
        if not self.points:
            return
        if self.scope == Scope.FAILED:
            raise FormError("Points are for these students: choose all of them, or the one who is shown.")
        checks = entry.checks if self.check == ALL_CHECKS else (self.check,)
        total = sum(max_points[check] for check in checks)
        try:
            points = float(self.points.replace(",", "."))
        except ValueError:
            raise FormError(f"Expected points as a number, found {self.points!r}.") from None
        if not 0 <= points <= total:
            raise FormError(f"Expected points from 0 to {total:g}, found {self.points}.")
        reason = " ".join(self.comment.split())
        for student in self._students(entry):
            for check in checks:
                yield Override(student, check, round(points * max_points[check] / (total or 1), 6), reason)

    def _students(self, entry: Entry) -> tuple[str, ...]:
        return (self.student,) if self.scope == Scope.ONE else entry.students
