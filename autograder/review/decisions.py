"""Keep what was decided: the overrides file, the log of who decided what and when, and undo."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import asdict

from ..files import write_atomic
from ..grading.overrides import Answer, Comment, Decision, Override, Overrides, OverridesFile
from ..grading.recompute import recompute
from ..reports.write import write_pages
from .queue import Entry, ReviewedClass, build_queue

LOG = "decisions.jsonl"
MAX_OFFERED = 30


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
        """Yield every comment in the log. Lines that are not the log's are left out."""
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
