"""Read and write the overrides file: what people decided about submissions, which persists across regrading.

People may edit the file by hand. `kit review` adds entries to it, and keeps the rest of its text.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import structs

from ..files import write_atomic
from ..models import Points
from ..text import toml_string
from ..validation import InvalidDataError, read_toml, suggest

OVERRIDES = "overrides.toml"
MAX_PENALTY = 1_000_000
_EXAMPLES = {
    "override": """
    [[override]]
    student = "ada"
    check = "test_name"
    points = 2
    reason = "Right, but for a typo in the task.\"""",
    "comment": """
    [[comment]]
    text = "See slide 12."
    students = ["ada"]
    check = "test_name\"""",
    "penalty": """
    [[penalty]]
    student = "ada"
    points = 0
    reason = "The platform was down.\"""",
}


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
_HEADINGS = {
    Override: "override",
    Comment: "comment",
    Answer: "answer",
    Penalty: "penalty",
    Reviewed: "reviewed",
}
_ENTRY = re.compile(rf"^[ \t]*\[\[[ \t]*({'|'.join(_HEADINGS.values())})[ \t]*\]\]", re.MULTILINE)
# Blank lines and remarks at the end of an entry belong to what follows it.
_AFTER_ENTRY = re.compile(r"\n(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))*\Z")


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

        An entry about another member also applies to the student, except where the student has one.
        """
        if not members:
            return self
        decided = {each.check for each in self.points if each.student == student}
        own_penalty = any(each.student == student for each in self.penalties)

        def shared(entries: Iterable[_OfStudent]) -> tuple[_OfStudent, ...]:
            return tuple(
                structs.replace(each, student=student) for each in entries if each.student in members
            )

        return Overrides(
            (*self.points, *shared(each for each in self.points if each.check not in decided)),
            tuple(
                structs.replace(comment, students=(*comment.students, student))
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
        # Editors on Windows may begin a file with a byte order mark.
        text = path.read_bytes().removeprefix(BOM_UTF8)
    except OSError as error:
        raise OverridesError(
            f"Cannot read the overrides in {path}: {error.strerror}. {_example()}"
        ) from error
    return read_overrides(text, max_points, str(path))


def _example(problem: str = "") -> str:
    """Return how to write the kind of entry that a problem names, such as `penalty[0].points`."""
    named = re.search(rf"`({'|'.join(_EXAMPLES)})\b", problem)
    return f"Write it like this:{_EXAMPLES[named[1] if named else 'override']}"


def read_overrides(text: bytes | str, max_points: Mapping[str, Points], where: str) -> Overrides:
    """Return the entries in a TOML text. Raises OverridesError, which names the file by `where`."""
    try:
        file = read_toml(text, _File, where)
    except InvalidDataError as error:
        raise OverridesError(f"{error} {_example(str(error))}") from None
    found = Overrides(
        tuple(
            structs.replace(each, points=float(each.points), reason=_line(each.reason))
            for each in file.override
        ),
        tuple(structs.replace(each, text=each.text.strip()) for each in file.comment),
        tuple(structs.replace(each, text=each.text.strip()) for each in file.answer),
        file.reviewed,
        tuple(
            structs.replace(each, points=float(each.points), reason=_line(each.reason))
            for each in file.penalty
        ),
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
        raise OverridesError(f"{where}: expected one decision each, found several: {twice}.")
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
        hint = suggest(entry.check, list(max_points))
        raise OverridesError(f"{where}: the kit has no check {entry.check!r}; {hint}")
    if isinstance(entry, Override) and not 0 <= entry.points <= max_points[entry.check]:
        raise OverridesError(
            f"{where}: expected points from 0 to {max_points[entry.check]:g} for {entry.check}, "
            f"found {entry.points:g}."
        )


def _line(text: str) -> str:
    return " ".join(text.split())


class OverridesFile:
    """An overrides file, which need not exist yet. `max_points` are the points of each check."""

    def __init__(self, path: Path, max_points: Mapping[str, Points]) -> None:
        self.path = path
        self._max_points = max_points

    def text(self) -> str:
        """Return the text of the file, empty if there is none. Raises OSError."""
        return self.path.read_text(encoding="utf-8-sig") if self.path.exists() else ""

    def load(self) -> Overrides:
        """Return the entries of the file. Raises OverridesError."""
        return load_overrides(self.path, self._max_points) if self.path.exists() else Overrides()

    def add(self, decisions: Sequence[Decision]) -> None:
        """Write further entries in one atomic step. Raises OverridesError, and then changes nothing.

        An override replaces an earlier one of the same student and check.
        """
        text, old = self.text(), self.load()
        decided = {(each.student, each.check) for each in decisions if isinstance(each, Override)}
        replaced = {i for i, each in enumerate(old.points) if (each.student, each.check) in decided}
        kept = tuple(each for i, each in enumerate(old.points) if i not in replaced)
        new = _with(replace(old, points=kept), decisions)
        edited = _append(_without(text, replaced), map(entry_text, decisions))
        if not self._holds(edited, new):
            # The file has an unusual form, such as inline tables: write all of it again.
            entries: list[Decision] = [*new.points, *new.comments, *new.answers]
            entries += [*new.reviewed, *new.penalties]
            edited = _append("", map(entry_text, entries))
            self._read(edited)
        write_atomic(self.path, edited)

    def _holds(self, text: str, overrides: Overrides) -> bool:
        try:
            return self._read(text) == overrides
        except OverridesError:
            return False

    def _read(self, text: str) -> Overrides:
        return read_overrides(text, self._max_points, str(self.path))


def entry_text(decision: Decision) -> str:
    """Return a decision as an entry of the file, without empty fields."""
    values = {name: value for name, value in structs.asdict(decision).items() if value != "" and value != ()}
    lines = (f"{name} = {_value(value)}" for name, value in values.items())
    return "\n".join((f"[[{_HEADINGS[type(decision)]}]]", *lines)) + "\n"


def _with(overrides: Overrides, decisions: Sequence[Decision]) -> Overrides:
    """Return the overrides with further entries, each after those of its kind."""
    return Overrides(
        (*overrides.points, *(each for each in decisions if isinstance(each, Override))),
        (*overrides.comments, *(each for each in decisions if isinstance(each, Comment))),
        (*overrides.answers, *(each for each in decisions if isinstance(each, Answer))),
        (*overrides.reviewed, *(each for each in decisions if isinstance(each, Reviewed))),
        (*overrides.penalties, *(each for each in decisions if isinstance(each, Penalty))),
    )


def _without(text: str, removed: Collection[int]) -> str:
    """Return the text of a file without the entries `[[override]]` with these numbers, counted from 0."""
    headings = [*_ENTRY.finditer(text)]
    starts = [*(heading.start() for heading in headings), len(text)]
    parts, number = [text[: starts[0]]], 0
    for heading, end in zip(headings, starts[1:], strict=True):
        part = text[heading.start() : end]
        if heading[1] == _HEADINGS[Override]:
            if number in removed:
                after = _AFTER_ENTRY.search(part)
                part = after[0].lstrip("\n") if after else ""
            number += 1
        parts.append(part)
    return "".join(parts)


def _append(text: str, entries: Iterable[str]) -> str:
    return "\n".join(filter(None, (text.rstrip("\n") + "\n" if text.strip() else "", *entries)))


def _value(value: object) -> str:
    """Return a value in TOML."""
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)
