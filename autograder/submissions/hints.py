"""Say what to do if a zip or a folder that counts as one student's may hold a class."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from .assignment import Assignment
from .folders import Entry, Folder
from .layout import is_export_name, may_hold_class


def class_hint(place: Path, entries: Sequence[Entry], assignment: Assignment, *, alone: bool) -> str:
    """Return what to do if some of `entries` may hold a class, or "" if this does not apply.

    `entries` count as one student's each, and `alone` says that `place` has no other submission.
    """
    if alone and entries and isinstance(entries[0], Folder):
        return _folder_hint(place, entries[0], assignment)
    zips = [entry for entry in entries if not isinstance(entry, Folder) and entry.is_zip]
    if alone and zips:
        where = zips[0].where or zips[0].name
        return f"{where} counts as one student's. If it holds a class, use --class-zip."
    return _zips_hint([entry.where for entry in zips if is_export_name(entry.stem)])


def _folder_hint(place: Path, folder: Folder, assignment: Assignment) -> str:
    if not (folder.where and place.is_dir() and may_hold_class(folder, assignment)):
        return ""
    return (
        f"{folder.where} counts as one student's. If it holds a class, grade that folder: "
        f"kit grade KIT {shlex.quote(str(place / folder.where))}."
    )


def _zips_hint(names: Sequence[str]) -> str:
    if not names:
        return ""
    count, they, them = (
        ("counts as one student's", "it holds", "it")
        if len(names) == 1
        else ("count as one student's each", "they hold", "them")
    )
    return (
        f"{' and '.join(names)} {count}. If {they} a class, unpack {them} into one folder and grade that, "
        "or grade each zip on its own with --class-zip."
    )
