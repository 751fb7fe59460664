"""Tells a class from one student's folder, and says whose an entry of a class is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from autograder.intake.archive import class_zip
from autograder.intake.gradescope import METADATA
from autograder.intake.platforms import label
from autograder.intake.reading import Wanted, newest_source
from autograder.intake.tree import Entry, File, Folder, Unreadable, visible

_SUBMITTED = "submitted"  # nbgrader's folder of all students
_KIT_FILES = {"conftest.py", "test_public.py", "test_hidden.py"}
# Archives that are not opened, and sources that a browser renamed, are rows that say so.
_PLAINLY_HANDED_IN = re.compile(r".*\.(tar|gz|tgz|bz2|xz|rar|7z)|.*\.(py|ipynb)\.(txt|json)", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """An entry and whose it is; `number` tells students of one name apart, `order` says when it came, if known."""

    student: str
    number: str
    entry: Entry
    order: float | None = None

    @property
    def changed(self) -> float:
        """What decides which of two submissions is newer."""
        return newest_source(self.entry) if self.order is None else self.order


def claim(entry: Entry) -> Claim:
    """Whose an entry of a class is, from its name: what a platform's naming says, else the file's stem or the folder."""
    known = label(entry.name)
    if known is None:
        return Claim(entry.stem if isinstance(entry, File) else entry.name, "", entry)
    if isinstance(entry, File) and known.filename:
        order = entry.modified if known.order is None else known.order
        entry = replace(entry, name=known.filename, modified=order)
    return Claim(known.student, known.number, entry, known.order)


def is_handed_in(entry: Entry, wanted: Wanted) -> bool:
    """Whether an entry of a class folder is a student's, and no list, reading or file of the kit."""
    if isinstance(entry, Folder) or entry.odd or label(entry.name):
        return True
    if entry.name in wanted.given | _KIT_FILES:
        return False
    return entry.is_source or entry.is_zip or _PLAINLY_HANDED_IN.fullmatch(entry.name) is not None


def class_folder(entry: Entry, wanted: Wanted) -> Folder | None:
    """The folder (or zip) whose entries are the students', at or below `entry`; None when `entry` is one student's.

    Raises Unreadable when a folder cannot be listed.
    """
    folder = _opened(entry)
    if folder is None:
        return None
    entries = {child.name: child for child in visible(folder)}
    if METADATA in entries:
        return folder
    if isinstance(submitted := entries.get(_SUBMITTED), Folder):
        return submitted
    if isinstance(kit := entries.get(wanted.slug), Folder):
        return class_folder(kit, wanted) if _is_plainly_class(kit, wanted) else None
    if len(entries) == 1:
        (only,) = entries.values()
        inside = _opened(only)
        if inside is not None and _is_plainly_class(inside, wanted):
            return class_folder(only, wanted)
    if _is_named_module(entries.values(), wanted) and len(_branches(entries.values(), wanted)) < 2:
        return None
    return folder


def _opened(entry: Entry) -> Folder | None:
    """A folder, or a zip on a disk seen as one; None for other files and broken zips."""
    if isinstance(entry, Folder):
        return entry
    if not entry.is_zip or entry.path is None:
        return None
    try:
        return class_zip(entry.path, entry.stem, entry.where)
    except Unreadable:
        return None


def _is_plainly_class(folder: Folder, wanted: Wanted) -> bool:
    """Whether the folder's own entries show that they are several students'."""
    entries = visible(folder)
    if {METADATA, _SUBMITTED} & {entry.name for entry in entries} or any(
        label(entry.name) for entry in entries
    ):
        return True
    if len(_branches(entries, wanted)) > 1:
        return True
    sources = [entry for entry in entries if _is_answer(entry, wanted)]
    return len(sources) > 1 and not _is_named_module(entries, wanted)


def _is_named_module(entries: Iterable[Entry], wanted: Wanted) -> bool:
    return any(_is_answer(entry, wanted) and wanted.named(entry.stem) == 2 for entry in entries)


def _is_answer(entry: Entry, wanted: Wanted) -> bool:
    return isinstance(entry, File) and entry.is_source and not wanted.ignores(entry.name)


def _branches(entries: Iterable[Entry], wanted: Wanted) -> list[Entry]:
    """The folders and zips that hold something handed in."""
    return [entry for entry in entries if not _is_answer(entry, wanted) and _holds(entry, wanted, depth=4)]


def _holds(entry: Entry, wanted: Wanted, depth: int) -> bool:
    if isinstance(entry, File):
        return entry.is_zip or _is_answer(entry, wanted)
    try:
        return depth > 0 and any(_holds(child, wanted, depth - 1) for child in visible(entry))
    except Unreadable:
        return False
