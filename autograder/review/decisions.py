"""Decide about a class: read decisions from a page's form, and keep them in a file and a log, with undo."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from msgspec.structs import asdict

from ..files import write_atomic
from ..grading.overrides import Answer, Comment, Decision, Override, Overrides, OverridesFile, Reviewed
from ..grading.recompute import recompute
from ..models import Points
from ..reports.write import write_pages
from ..text import clean
from .queue import Entry, ReviewedClass, build_queue

ALL_CHECKS = ""
MAX_TEXT = 4_000
LOG = "decisions.jsonl"
MAX_OFFERED = 30


class Scope(StrEnum):
    """Whom a decision is for."""

    ALL = "all"  # every student of the entry
    ONE = "one"
    FAILED = "failed"  # everybody in the class who failed the check


class FormError(ValueError):
    """Raised if the values of a form are invalid. The message says what to change."""


@dataclass(frozen=True)
class DecisionForm:
    """The fields of the form. `student` is the one who is shown.

    `check` is empty for all checks of the entry. `comment` is also the reason for `points`. `is_finished`
    says that the entry is done.
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
        decisions: list[Decision] = [*self._points(entry, max_points)]
        if entry.request and self.comment:
            request = entry.request
            decisions.append(Answer(request.student, request.check, request.reason, self.comment))
        elif self.comment and not self.points:
            decisions.append(self._comment(entry))
        if self.is_finished and entry.request is None:
            decisions.append(Reviewed(entry.key))
        if not decisions:
            raise FormError("There is nothing to save: write a comment.")
        return decisions

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


class UndoError(Exception):
    """Raised if the last decision cannot be taken back. The message says why."""


class DecisionLog:
    """A file to which one line of JSON is appended for each decision, and for each that was taken back."""

    def __init__(self, path: Path, who: str) -> None:
        self._path = path
        self._who = who

    def append(self, action: str, decisions: Sequence[Decision]) -> None:
        """Append a line. Raises OSError."""
        line = {
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "who": self._who,
            "action": action,
            "decisions": [{"kind": type(each).__name__.lower(), **asdict(each)} for each in decisions],
        }
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def texts(self) -> Iterator[str]:
        """Yield every comment in the log. Lines in another format are left out."""
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8-sig").splitlines():
            try:
                decisions = json.loads(line)["decisions"]
                yield from (each["text"] for each in decisions if isinstance(each.get("text"), str))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue


class ReviewSession:
    """The decisions about one class. `names_hidden` tells whether pages show numbers instead of names."""

    def __init__(self, reviewed: ReviewedClass, overrides: Path, who: str, root: Path | None = None) -> None:
        self.reviewed = reviewed
        self.names_hidden = False
        self._root = root
        self._file = OverridesFile(overrides, reviewed.max_points)
        self._log = DecisionLog(reviewed.folder.path / LOG, who)
        self._undo: list[tuple[str, str, Sequence[Decision]]] = []

    @property
    def can_undo(self) -> bool:
        """Return whether this session has a decision to take back."""
        return bool(self._undo)

    def overrides(self) -> Overrides:
        """Return the entries of the overrides file as it is now. Raises OverridesError."""
        return self._file.load()

    def queue(self) -> list[Entry]:
        """Return all entries as they are now. Raises OverridesError."""
        return build_queue(self.reviewed, self.reviewed.requests().requests, self.overrides())

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Write decisions in one atomic step, and log them. Raises OverridesError or OSError."""
        before = self._file.text()
        self._file.add(decisions)
        self._undo.append((before, self._file.text(), decisions))
        self._log.append("decided", decisions)

    def undo(self) -> None:
        """Take back the last step of this session. Raises UndoError or OSError."""
        if not self._undo:
            raise UndoError("There is nothing to undo.")
        before, after, decisions = self._undo[-1]
        if self._file.text() != after:
            raise UndoError(f"{self._file.path.name} was changed since: edit it by hand.")
        write_atomic(self._file.path, before)
        self._undo.pop()
        self._log.append("undone", decisions)

    def comment_bank(self) -> list[str]:
        """Return the comments of this class, the most frequent first."""
        counts = Counter(self._log.texts())
        overrides = self.overrides()
        texts = [comment.text for comment in overrides.comments]
        for text in [*texts, *(answer.text for answer in overrides.answers)]:
            counts.setdefault(text, 1)
        return [text for text, _ in counts.most_common(MAX_OFFERED)]

    def finish(self) -> Path:
        """Apply all decisions to the reports, and write grades and pages. Raises StorageError or OSError."""
        recompute(self.reviewed.folder, self.overrides())
        return write_pages(self.reviewed.folder.path, self._root).class_page


def decided(overrides: Overrides, student: str, checks: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each decision about a student and these checks."""
    entries: Sequence[Override | Comment | Answer] = (
        *overrides.points,
        *overrides.comments,
        *overrides.answers,
    )
    for entry in entries:
        match entry:
            case Override(student=who, check=check, points=points) if who == student and check in checks:
                yield f"{check}: {points:g} points. {entry.reason}"
            case Comment(check=check, students=students) if not students and check in checks:
                yield f"To everybody who failed {check}: {entry.text}"
            case Comment(students=students) if student in students:
                yield f"Comment: {entry.text}"
            case Answer(student=who, check=check) if who == student and check in checks:
                yield f"Answer about {check}: {entry.text}"
