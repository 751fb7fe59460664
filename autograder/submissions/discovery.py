"""Which submissions a class folder holds: whose they are, and which of several counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..models import Submission
from .folders import Entry, File, Folder, Unreadable, disk_root, joined, printable, visible
from .identity import SUBMITTED, Assignment, Attribution, attribute, class_folder, handed_in
from .platforms import METADATA, read_metadata
from .reader import read_submission


class ClassError(ValueError):
    """What was given as a class cannot be used; the text says what was expected and found."""


@dataclass(frozen=True)
class Found:
    """One student's submission: known, but not read yet, so that a large class is never in memory at once.

    A class zip stays open while any `Found` of it is kept; read in the process that found it.
    """

    student: str
    entries: tuple[Entry, ...]
    where: str
    wanted: Assignment
    notes: tuple[str, ...] = ()

    def read(self) -> Submission:
        """Read the files (at most 50 MB). Never raises: what cannot be read is the submission's `problem`."""
        return read_submission(self.student, self.entries, self.where, self.wanted, self.notes)


def find(place: Path, slug: str, module: str, given: Collection[str] = ()) -> list[Found]:
    """Find the submissions in a class folder, a class zip, one student's folder or one student's file.

    `given` names the kit's given code (`lesson.py`), which is no answer. Students come sorted and once each.
    Raises ClassError when `place` is no class at all.
    """
    wanted = Assignment(slug, module, frozenset(given))
    root = place.expanduser().resolve()
    if not root.exists():
        raise ClassError(f"{place} does not exist: expected a class folder, a zip, a .py or an .ipynb.")
    try:
        claims = list(_claims(disk_root(root), wanted))
    except Unreadable as problem:
        raise ClassError(str(problem)) from None
    if not claims:
        raise ClassError(
            f"{place} holds no submission for {slug}: expected one .py, .ipynb, zip or folder a student, "
            "or what Canvas, Moodle, Gradescope or nbgrader write."
        )
    if root.name == slug and root.parent.parent.name == SUBMITTED and claims[0].entry.name == slug:
        claims = [replace(claims[0], student=root.parent.name)]  # one student's submitted/<student>/<kit>
    return sorted(_settled(claims, wanted), key=lambda found: found.student)


def _claims(root: Entry, wanted: Assignment) -> Iterator[Attribution]:
    """Whose everything in the class is."""
    folder = class_folder(root, wanted)
    if folder is None:
        if isinstance(root, File) and not (root.is_source or root.is_zip):
            raise Unreadable(f"{root.where} is no submission: expected a folder, a zip, a .py or an .ipynb.")
        yield attribute(root)
        return
    entries = {entry.name: entry for entry in visible(folder)}
    metadata = entries.pop(METADATA, None)
    if isinstance(metadata, File):
        for handin in read_metadata(metadata):
            entry = entries.pop(handin.folder, None) or _missing(handin.folder, folder.where)
            for name, email in handin.submitters or [(handin.folder, "")]:
                yield Attribution(name or email, email, entry, handin.created)
    yield from map(attribute, handed_in(entries.values(), wanted, nbgrader=folder.name == SUBMITTED))


def _missing(name: str, where: str) -> File:
    def load(limit: int) -> bytes:
        raise Unreadable(f"{METADATA} names the folder {printable(name)}, which is not there.")

    return File(name, joined(where, name), 0.0, load, odd=True)


def _settled(claims: Sequence[Attribution], wanted: Assignment) -> Iterator[Found]:
    """One submission a student; students of one name get their number behind it."""
    numbers: dict[str, set[str]] = {}
    for each in claims:
        numbers.setdefault(each.student, set()).add(each.number)
    students: dict[str, list[Attribution]] = {}
    for each in claims:
        several = len(numbers[each.student]) > 1 and each.number
        students.setdefault(f"{each.student} ({each.number})" if several else each.student, []).append(each)
    for student, own in students.items():
        yield _found(student, own, wanted, []) if len(own) == 1 else _newest(student, own, wanted)


def _newest(student: str, claims: Iterable[Attribution], wanted: Assignment) -> Found:
    """The newest of one student's claims, with notes that name the others."""
    timed = [(each, wanted.changed(each.entry) if each.order is None else each.order) for each in claims]
    timed.sort(key=lambda pair: (pair[1], pair[0].entry.where))
    notes: list[str] = []
    sources: dict[str, tuple[Attribution, float]] = {}
    attempts: list[list[tuple[Attribution, float]]] = []
    for each, time in timed:
        if isinstance(each.entry, Folder) or each.entry.is_zip:
            attempts += [[(each, time)]] if time else []  # an empty folder is no second submission
        elif each.entry.is_source:
            if older := sources.pop(each.entry.name, None):
                notes.append(_newer_counts(each, older[0]))
            sources[each.entry.name] = (each, time)
    # Files side by side are one submission in several files; a folder or a zip is one by itself.
    attempts += [list(sources.values())] if sources else []
    attempts.sort(key=lambda attempt: (attempt[-1][1], attempt[-1][0].entry.where))
    counting = [each for each, _ in (attempts or [timed])[-1]]
    notes += [_newer_counts(counting[-1], attempt[-1][0]) for attempt in attempts[:-1]]
    return _found(student, counting, wanted, notes)


def _found(student: str, claims: Sequence[Attribution], wanted: Assignment, notes: Iterable[str]) -> Found:
    entries = tuple(each.entry for each in claims)
    return Found(student, entries, entries[-1].where or entries[-1].name, wanted, tuple(notes))


def _newer_counts(newer: Attribution, older: Attribution) -> str:
    return (
        f"There are two submissions: {newer.entry.where} is newer and counts, {older.entry.where} does not."
    )
