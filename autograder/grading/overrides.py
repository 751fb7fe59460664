"""Read the overrides file: what people decided about submissions, which persists across regrading.

Everybody may write it by hand; `kit review` writes the same entries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from ..models import Points
from ..validation import InvalidDataError, read_toml

OVERRIDES = "overrides.toml"
MAX_PENALTY = 1_000_000
EXAMPLE = """Write it like this:
    [[override]]
    student = "ada"
    check = "test_name"
    points = 2
    reason = "Right, but for a typo in the task.\""""


class OverridesError(ValueError):
    """Raised if the overrides file is invalid. The message says what was expected and what was found."""


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One decision: the points and the reason for one check of one student."""

    student: str
    check: str
    points: int | float
    reason: str


class Comment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comment for `students`, or for everybody who failed `check` if there are none."""

    text: str
    check: str = ""
    students: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a student's `request` to grade a check again."""

    student: str
    check: str
    request: str
    text: str


class Penalty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The points that a student loses for being late, instead of those by the kit's rules."""

    student: str
    points: int | float
    reason: str


class Reviewed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of the review queue that somebody has dealt with."""

    entry: str


_OfStudent = TypeVar("_OfStudent", Override, Answer, Penalty)
Decision = Override | Comment | Answer | Penalty | Reviewed


@dataclass(frozen=True)
class Overrides:
    """The entries of an overrides file by kind, each kind in the file's order."""

    points: tuple[Override, ...] = ()
    comments: tuple[Comment, ...] = ()
    answers: tuple[Answer, ...] = ()
    reviewed: tuple[Reviewed, ...] = ()
    penalties: tuple[Penalty, ...] = ()

    @property
    def students(self) -> frozenset[str]:
        """Return all students that an entry names."""
        named = {student for comment in self.comments for student in comment.students}
        about_one: Sequence[Override | Answer | Penalty] = (*self.points, *self.answers, *self.penalties)
        return frozenset(named | {each.student for each in about_one})

    def for_member(self, student: str, members: Collection[str]) -> Overrides:
        """Return the entries that count for a student of a group, who shares the grade of the others.

        Entries about other members count as the student's, unless there is an own one about the same.
        """
        if not members:
            return self
        decided = {each.check for each in self.points if each.student == student}
        own_penalty = any(each.student == student for each in self.penalties)

        def shared(entries: Iterable[_OfStudent]) -> tuple[_OfStudent, ...]:
            return tuple(replace(each, student=student) for each in entries if each.student in members)

        return Overrides(
            (*self.points, *shared(each for each in self.points if each.check not in decided)),
            tuple(
                replace(comment, students=(*comment.students, student))
                if set(members) & {*comment.students} and student not in comment.students
                else comment
                for comment in self.comments
            ),
            (*self.answers, *shared(self.answers)),
            self.reviewed,
            (*self.penalties, *(() if own_penalty else shared(self.penalties))),
        )


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    override: tuple[Override, ...] = ()
    comment: tuple[Comment, ...] = ()
    answer: tuple[Answer, ...] = ()
    reviewed: tuple[Reviewed, ...] = ()
    penalty: tuple[Penalty, ...] = ()


def load_overrides(path: Path, max_points: Mapping[str, Points]) -> Overrides:
    """Return the entries in a TOML file. Raises OverridesError.

    `max_points` are the points of each check.
    """
    try:
        return read_overrides(path.read_bytes(), max_points, str(path))
    except OSError as error:
        raise OverridesError(f"Cannot read the overrides in {path}: {error.strerror}. {EXAMPLE}") from error


def read_overrides(text: bytes | str, max_points: Mapping[str, Points], where: str) -> Overrides:
    """Return the entries in a TOML text. Raises OverridesError, which names the file by `where`."""
    try:
        file = read_toml(text, _File, where)
    except InvalidDataError as error:
        raise OverridesError(f"{error} {EXAMPLE}") from None
    found = Overrides(
        tuple(replace(each, points=float(each.points), reason=_line(each.reason)) for each in file.override),
        tuple(replace(each, text=each.text.strip()) for each in file.comment),
        tuple(replace(each, text=each.text.strip()) for each in file.answer),
        file.reviewed,
        tuple(replace(each, points=float(each.points), reason=_line(each.reason)) for each in file.penalty),
    )
    by_kind: dict[str, Sequence[Override | Comment | Answer | Penalty]] = {
        "override": found.points,
        "comment": found.comments,
        "answer": found.answers,
        "penalty": found.penalties,
    }
    for kind, entries in by_kind.items():
        for number, entry in enumerate(entries):
            _validate(entry, f"{where}: `{kind}[{number}]`", max_points)
    keys = [(override.student, override.check) for override in found.points]
    keys += [(penalty.student, "penalty") for penalty in found.penalties]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise OverridesError(f"{where}: decided more than once, keep one of each: {twice}.")
    return found


def _validate(
    entry: Override | Comment | Answer | Penalty, where: str, max_points: Mapping[str, Points]
) -> None:
    """Raise OverridesError if an entry is incomplete or does not match the kit."""
    needed: tuple[str, ...] = ("text",)
    match entry:
        case Override():
            needed = ("student", "check", "reason")
        case Answer():
            needed = ("student", "check", "text")
        case Penalty():
            needed = ("student", "reason")
        case Comment(check="", students=()):
            raise OverridesError(
                f"{where}: expected `students`, or the `check` that they failed, found neither."
            )
    for name in needed:
        if not getattr(entry, name).strip():
            raise OverridesError(f"{where}: expected a {name}, found an empty text.")
    if isinstance(entry, Penalty):
        if not 0 <= entry.points <= MAX_PENALTY:
            raise OverridesError(f"{where}: expected points of at least 0, found {entry.points:g}.")
        return
    if entry.check and entry.check not in max_points:
        near = get_close_matches(entry.check, max_points, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(max_points)}."
        raise OverridesError(f"{where}: the kit has no check {entry.check!r}; {hint}")
    if isinstance(entry, Override) and not 0 <= entry.points <= max_points[entry.check]:
        raise OverridesError(
            f"{where}: expected points from 0 to {max_points[entry.check]:g} for {entry.check}, "
            f"found {entry.points:g}."
        )


def _line(text: str) -> str:
    return " ".join(text.split())
