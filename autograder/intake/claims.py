"""Tells a class from one student's folder, and says whose an entry of a class is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from autograder.intake.archive import class_zip
from autograder.intake.gradescope import METADATA
from autograder.intake.platforms import Label, label
from autograder.intake.tree import Entry, File, Folder, Unreadable, visible
from autograder.intake.wanted import Wanted

SUBMITTED = "submitted"  # nbgrader's folder of all students
_KIT_FILES = {"conftest.py", "test_public.py", "test_hidden.py"}
# Archives that are not opened, and sources that a browser renamed, are rows that say so.
_PLAINLY_HANDED_IN = re.compile(r".*\.(tar|gz|tgz|bz2|xz|rar|7z)|.*\.(py|ipynb)\.(txt|json)", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """An entry and whose it is.

    `number` tells students of one name apart; `order` says when it came, where a platform does.
    """

    student: str
    number: str
    entry: Entry
    order: float | None = None


def claim(entry: Entry) -> Claim:
    """Whose an entry of a class is: what a platform's naming says, else its stem or the folder's name."""
    known = _label(entry)
    if known is None:
        return Claim(entry.stem if isinstance(entry, File) else entry.name, "", entry)
    if isinstance(entry, File):
        order = entry.modified if known.order is None else known.order
        entry = replace(entry, name=known.filename, modified=order)
    return Claim(known.student, known.number, entry, known.order)


def handed_in(entries: Iterable[Entry], wanted: Wanted, *, nbgrader: bool) -> list[Entry]:
    """The entries of a class folder that are students', and no list, reading or file of the kit.

    nbgrader keeps each kit of a student in a folder of its own: whoever has none handed in nothing.
    """
    theirs = [entry for entry in entries if _is_handed_in(entry, wanted)]
    kits = {entry.name: _kits(entry) for entry in theirs if isinstance(entry, Folder)}
    if nbgrader or any(wanted.slug in names for names in kits.values()):
        return [entry for entry in theirs if not kits.get(entry.name) or wanted.slug in kits[entry.name]]
    return theirs


def _kits(student: Folder) -> set[str]:
    """The names in a student's folder when there is nothing but folders in it."""
    try:
        entries = visible(student)
    except Unreadable:
        return set()
    return {entry.name for entry in entries} if all(isinstance(entry, Folder) for entry in entries) else set()


def _is_handed_in(entry: Entry, wanted: Wanted) -> bool:
    if isinstance(entry, Folder) or entry.odd or _label(entry):
        return True
    if entry.name in wanted.given | _KIT_FILES:
        return False
    return entry.is_source or entry.is_zip or _PLAINLY_HANDED_IN.fullmatch(entry.name) is not None


def class_folder(entry: Entry, wanted: Wanted) -> Folder | None:
    """The folder (or zip) at or below `entry` whose entries are the students'; None when it is one student's.

    Raises Unreadable when a folder cannot be listed.
    """
    folder = _opened(entry)
    if folder is None:
        return None
    entries = {child.name: child for child in visible(folder)}
    if METADATA in entries:
        return folder
    if isinstance(submitted := entries.get(SUBMITTED), Folder):
        return submitted
    if isinstance(kit := entries.get(wanted.slug), Folder):
        return class_folder(kit, wanted) if _is_plainly_class(kit, wanted) else None
    if len(entries) == 1:
        (only,) = entries.values()
        inside = _opened(only)
        if inside is not None and _is_plainly_class(inside, wanted):
            return class_folder(only, wanted)
    return None if _is_one_students(entries.values(), wanted) else folder


def _opened(entry: Entry) -> Folder | None:
    """A folder, or a zip on a disk seen as one; None for other files and broken zips."""
    if isinstance(entry, Folder):
        return entry
    if not entry.is_zip or entry.path is None:
        return None
    try:
        return class_zip(entry.path, entry.stem, "")
    except Unreadable:
        return None


def _is_plainly_class(folder: Folder, wanted: Wanted) -> bool:
    """Whether the folder's own entries show that they are several students'."""
    entries = visible(folder)
    if {METADATA, SUBMITTED} & {entry.name for entry in entries} or any(map(_label, entries)):
        return True
    several = sum(wanted.is_answer(entry) for entry in entries) > 1 and not _is_named_module(entries, wanted)
    return several or _branches(entries, wanted) > 1


def _is_one_students(entries: Collection[Entry], wanted: Wanted) -> bool:
    """Whether a folder with these entries is one student's: the answer lies in it under the module's name."""
    named = _is_named_module(entries, wanted)
    return named and not any(map(_label, entries)) and _branches(entries, wanted) < 2


def _is_named_module(entries: Iterable[Entry], wanted: Wanted) -> bool:
    files = (entry for entry in entries if isinstance(entry, File))
    return any(wanted.is_answer(file) and wanted.named(file.stem) == 2 for file in files)


def _branches(entries: Iterable[Entry], wanted: Wanted) -> int:
    """How many folders and zips hold something handed in; a student's own exports do not count."""
    export = re.compile(rf"{re.escape(wanted.module)}(\W*_?\d.*)?\.zip", re.IGNORECASE)
    inner = (entry for entry in entries if not wanted.is_answer(entry) and not export.fullmatch(entry.name))
    return sum(map(wanted.holds, inner))


def _label(entry: Entry) -> Label | None:
    """What a platform's naming says; only Moodle names folders."""
    known = label(entry.name)
    return known if known and isinstance(entry, File) == bool(known.filename) else None
