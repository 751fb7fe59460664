"""What a run has to do: who is in the class, whose report stays, and who is examined."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Protocol

from autograder.intake.names import safe_name
from autograder.kit import Kit
from autograder.records import Submission

from .copies import fingerprint, hashes
from .current import is_current
from .overrides import Override
from .roster import Roster
from .storage import GradesFolder


class Entry(Protocol):
    """One student's place in a class folder."""

    @property
    def student(self) -> str:
        """Who handed it in."""

    def read(self) -> Submission:
        """What is there now."""


class UnknownStudentError(LookupError):
    """`only` names somebody who is not in the class; the text suggests near names."""


@dataclass(frozen=True)
class Wishes:
    """What a run should do: `force` regrades all, `only` regrades these students and leaves the others."""

    isolation: str
    force: bool = False
    only: Collection[str] = ()
    roster: Roster | None = None
    overrides: Sequence[Override] = ()


@dataclass(frozen=True)
class Plan:
    """Entries to examine, students whose report on disk stays, and the fingerprints of all."""

    due: list[Entry] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)


def checked_names(entries: Sequence[Entry], only: Collection[str]) -> list[str]:
    """The students of a class, sorted; raises UnknownStudentError where `only` names somebody else."""
    students = sorted(entry.student for entry in entries)
    folders = [safe_name(student) for student in students]
    if len(set(folders)) != len(folders):
        raise ValueError(
            f"Two students share a folder name: {sorted(f for f in folders if folders.count(f) > 1)}."
        )
    for name in only:
        if name not in students:
            near = get_close_matches(name, students, n=3)
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "nobody's name is like it."
            raise UnknownStudentError(f"Nobody called {name!r} among {len(students)} submissions; {hint}")
    return students


def plan(kit: Kit, entries: Sequence[Entry], folder: GradesFolder, wishes: Wishes) -> Plan:
    """Read every submission once, and compare it with the report on disk."""
    found, handout = Plan(), hashes(kit.given.values())
    for entry in entries:
        submission = entry.read()
        found.fingerprints[entry.student] = fingerprint(submission, handout)
        report = None if wishes.force else folder.examined(entry.student)
        current = report is not None and is_current(report, submission, kit, wishes.isolation)
        if wishes.only:
            if entry.student in wishes.only:
                found.due.append(entry)
            else:
                (found.kept if current else found.outdated).append(entry.student)
        else:
            found.kept.append(entry.student) if current else found.due.append(entry)
    return found
