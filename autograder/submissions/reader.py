"""What a grading platform laid out in a folder, read by the rule that holds everywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..kit import Kit
from ..models import Submission, SubmittedFile
from .archive import student_zip
from .folders import (
    FILE_LIMIT,
    ZIP_LIMIT,
    Entry,
    File,
    Folder,
    Unreadable,
    disk_entry,
    megabytes,
    printable,
    visible,
)
from .identity import Assignment

DEPTH_LIMIT = 12
ENTRY_LIMIT = 10_000
ZIPS_IN_ZIPS = 2
# Sentences of one kind in a report.
_SENTENCES = 3


def read_submission(
    student: str, entries: Sequence[Entry], where: str, wanted: Assignment, notes: Iterable[str] = ()
) -> Submission:
    """Read what `student` handed in: files to take as they are, and folders to search. Never raises."""
    gathering = _Gathering(wanted)
    gathering.gather(entries)
    notes = (*notes, *gathering.notes)
    problems = gathering.problems[:_SENTENCES]
    if not gathering.files:
        problem = " ".join(problems) or _nothing(where, wanted.module, gathering.others)
        return Submission(student, problem=problem, notes=notes)
    files = tuple(sorted(gathering.files, key=lambda file: file.name))
    return Submission(student, files, None, (*notes, *problems), digest(files))


def digest(files: Iterable[SubmittedFile]) -> str:
    """The SHA-256 of files' names and contents, in hexadecimal, whatever their order and times."""
    total = hashlib.sha256()
    for name, content in sorted((file.name, file.content) for file in files):
        for part in (name.encode("utf-8", "surrogatepass"), content):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def _nothing(where: str, module: str, others: Sequence[str]) -> str:
    expected = f"expected {module}.py or {module}.ipynb"
    if not others:
        return f"{where} is empty: {expected}."
    found = ", ".join(others[:5]) + (", …" if len(others) > 5 else "")
    return f"{where} holds no answer: {expected}, found {found}."


@dataclass
class _Gathering:
    """What was read so far, and how much may still be."""

    wanted: Assignment
    files: list[SubmittedFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    left: int = ZIP_LIMIT
    visited: int = 0

    def gather(self, entries: Iterable[Entry], prefix: str = "", zips_deep: int = 0) -> None:
        """Add what `entries` hold. Zips count only where nothing beside them has the module's name."""
        try:
            found = self._search(entries, prefix, 0)
            sources = [(name, file) for name, file in found if file.is_source]
            for name, file in sources:
                self._take(name, file)
            zips = [(file.modified, name, file) for name, file in found if file.is_zip]
            if zips and not any(self.wanted.named(file.stem) for _, file in sources):
                self._open_newest(sorted(zips, key=lambda each: each[:2]), zips_deep)
        except Unreadable as problem:
            self.problems.append(str(problem))

    def _search(self, entries: Iterable[Entry], prefix: str, depth: int) -> list[tuple[str, File]]:
        """The sources and zips in `entries`, with their paths below the submission."""
        found: list[tuple[str, File]] = []
        for entry in entries:
            self.visited += 1
            if self.visited > ENTRY_LIMIT:
                raise Unreadable(f"{entry.where}: over {ENTRY_LIMIT:,} files and folders in one submission.")
            if isinstance(entry, Folder):
                # A student's own folder and that of the kit say nothing about the file.
                below = f"{prefix}{entry.name}/" if depth and entry.name != self.wanted.slug else prefix
                found += self._search(self._inside(entry, depth), below, depth + 1)
            elif entry.is_source or entry.is_zip:
                found.append((prefix + entry.name, entry))
            else:
                self._note_other(entry)
        return found

    def _inside(self, folder: Folder, depth: int) -> Sequence[Entry]:
        try:
            if depth == DEPTH_LIMIT:
                raise Unreadable(f"{folder.where} lies more than {DEPTH_LIMIT} folders deep.")
            entries = visible(folder)
        except Unreadable as problem:
            self.problems.append(str(problem))
            return []
        beside = [entry for entry in entries if isinstance(entry, File) and self.wanted.is_beside(entry)]
        self.others += [printable(entry.name) for entry in beside]
        return self.wanted.of(entries)

    def _note_other(self, file: File) -> None:
        self.others.append(printable(file.name))
        if file.odd:
            try:
                file.load(0)
            except Unreadable as problem:
                self.problems.append(str(problem))

    def _take(self, name: str, file: File) -> None:
        try:
            content = file.load(FILE_LIMIT)
        except Unreadable as problem:
            self.problems.append(str(problem))
            return
        self.left -= len(content)
        if self.left < 0:
            raise Unreadable(f"{file.where}: the files of one submission are over {megabytes(ZIP_LIMIT)}.")
        if content.strip():
            self.files.append(SubmittedFile(name, content, file.modified))
        else:
            self.problems.append(f"{file.where} is empty.")

    def _open_newest(self, zips: Sequence[tuple[float, str, File]], zips_deep: int) -> None:
        *older, (_, name, newest) = zips
        if older:
            names = ", ".join(file.where for _, _, file in older[:_SENTENCES])
            self.notes.append(f"{newest.where} counts as the newest zip, not {names}.")
        if zips_deep == ZIPS_IN_ZIPS:
            raise Unreadable(f"{newest.where} is a zip in too many zips: hand in one, or the file itself.")
        folder = student_zip(newest.load(ZIP_LIMIT), newest.name, newest.where)
        self.gather([folder], f"{name}/", zips_deep + 1)


PLACE = "The submission"


def read_folder(folder: Path, kit: Kit, student: str, ours: Collection[str] = ()) -> Submission:
    """Read one student's submission from `folder`; `ours` are names in it that the platform put there.

    Times are dropped: a platform that unpacks a submission gives every file the time of the unpacking. So of
    two files with attempted tasks the one counts that is named as the module is, and of two such the `.py`.
    """
    entries = [disk_entry(path) for path in sorted(folder.iterdir()) if path.name not in ours]
    wanted = Assignment(kit.slug, kit.module, frozenset(kit.given))
    found = read_submission(student, [Folder("", PLACE, lambda: entries)], PLACE, wanted)
    return replace(found, files=tuple(replace(file, modified=0.0) for file in found.files))


def submitter_names(metadata: Path, otherwise: str) -> str:
    """The names of those who handed in, from Gradescope's `submission_metadata.json`, else `otherwise`."""
    try:
        data: Any = json.loads(metadata.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return otherwise
    users = data.get("users") if isinstance(data, Mapping) else None
    names = [_name(user) for user in users] if isinstance(users, list) else []
    return ", ".join(name for name in names if name) or otherwise


def _name(user: Any) -> str:
    return str(user.get("name") or user.get("email") or "") if isinstance(user, Mapping) else ""
