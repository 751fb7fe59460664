"""Say what to do if a folder or a zip may hold a class but counts as one student's, or vice versa."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from .assignment import Assignment
from .folders import Entry, Folder
from .identity import Identity, Platform
from .layout import is_export_name, may_hold_class, wrapped_folders
from .sections import is_section_name


def class_hint(path: Path, entries: Sequence[Entry], assignment: Assignment, *, alone: bool) -> str:
    """Return what to do if some of `entries` may hold a class, or "" if this does not apply.

    `entries` count as one student's each, and `alone` says that `path` has no other submission.
    """
    if alone and entries and isinstance(entries[0], Folder):
        return _folder_hint(path, entries[0], assignment)
    zips = [entry for entry in entries if not isinstance(entry, Folder) and entry.is_zip]
    if alone and zips:
        where = zips[0].where or zips[0].name
        return f"{where} counts as one student's. If it holds a class, use --class-zip."
    return _zips_hint([entry.where for entry in zips if is_export_name(entry.stem)])


def sections_hint(identities: Iterable[Identity], assignment: Assignment) -> str:
    """Return which folders count as sections because of the files in them, or "" if there are none."""
    sections = {each.section for each in identities if each.platform is Platform.PLAIN and each.section}
    guessed = sorted(name for name in sections if not is_section_name(name.rpartition("/")[2]))
    if not guessed:
        return ""
    return (
        f"{', '.join(guessed)} count as sections, because each holds files of several people. If they are "
        f"students' folders, name the answer in them {assignment.module}.py."
    )


def _folder_hint(path: Path, folder: Folder, assignment: Assignment) -> str:
    inner = next((each for each in wrapped_folders(folder) if may_hold_class(each, assignment)), None)
    if not folder.where or inner is None or not (path / inner.where).is_dir():
        return ""
    return (
        f"{folder.where} counts as one student's. If it holds a class, grade that folder: "
        f"kit grade KIT {shlex.quote(str(path / inner.where))}."
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
