"""Read one submission into memory: its source files, with limits on size, depth and number."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..files import sha256_of_parts
from ..kit import Kit
from ..models import Submission, SubmittedFile
from .archive import student_zip
from .assignment import ENVIRONMENT_FOLDERS, ENVIRONMENT_PARTS, SAKAI_ATTACHMENTS, Assignment
from .file_types import kind_of_name
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
    without_junk,
)
from .notebooks.notebook import without_outputs

MAX_DEPTH = 12
MAX_ENTRIES = 10_000
MAX_NESTED_ZIPS = 2
MAX_SENTENCES = 3  # per kind in a report
MAX_LISTED = 5
PLACE = "The submission"
# The folders that are not searched, each with what it contains.
SKIPPED = {
    ".ipynb_checkpoints": "Jupyter's copies",
    "__pycache__": "compiled Python",
    "__macosx": "macOS' own files",
    ".git": "Git's own files",
    "tests": "test files",
    "support": "the kit's own code",
    "inputs": "the kit's inputs",
    **dict.fromkeys(ENVIRONMENT_FOLDERS | ENVIRONMENT_PARTS | {".venv"}, "an environment"),
}


def read_submission(student: str, entries: Sequence[Entry], where: str, assignment: Assignment) -> Submission:
    """Read the submission of `student`: files, and folders to search. Never raise."""
    reading = _Reading(assignment)
    reading.read(entries)
    notes = tuple(reading.notes)
    problems = reading.problems[:MAX_SENTENCES]
    if not reading.files:
        problem = " ".join(problems) or _no_answer(where, assignment, reading)
        return Submission(student, problem=problem, notes=notes)
    files = tuple(sorted(reading.files, key=lambda file: file.name))
    return Submission(student, files, None, (*notes, *problems), digest(files))


def load_source(file: File) -> bytes:
    """Return the bytes of a source; a notebook that is too large is read without its outputs.

    Raises Unreadable if the file is too large.
    """
    if not file.name.casefold().endswith(".ipynb"):
        return file.load(FILE_LIMIT)
    content = file.load(ZIP_LIMIT)
    if len(content) <= FILE_LIMIT:
        return content
    lean = without_outputs(content)
    if len(lean) > FILE_LIMIT:
        size = megabytes(len(lean)) + ("" if lean is content else " without outputs")
        raise Unreadable(f"{file.where} is too large: {size}, the limit is {megabytes(FILE_LIMIT)}.")
    return lean


def read_folder(folder: Path, kit: Kit, student: str, platform_files: Collection[str] = ()) -> Submission:
    """Read one student's submission from `folder`, ignoring the files named in `platform_files`.

    Modification times are dropped, because a platform that unpacks a submission sets them all to the time of
    unpacking. Of two files with attempted tasks, the one named like the module counts; if both are, the
    `.py`.
    """
    entries = [disk_entry(path) for path in sorted(folder.iterdir()) if path.name not in platform_files]
    assignment = Assignment.from_kit(kit)
    found = read_submission(student, [Folder("", PLACE, lambda: entries)], PLACE, assignment)
    return replace(found, files=tuple(replace(file, modified=0.0) for file in found.files))


def submitter_names(metadata: Path, otherwise: str) -> str:
    """Return the submitters' names from Gradescope's `submission_metadata.json`, else `otherwise`."""
    try:
        data: Any = json.loads(metadata.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return otherwise
    users = data.get("users") if isinstance(data, Mapping) else None
    names = [_user_name(user) for user in users] if isinstance(users, list) else []
    return ", ".join(name for name in names if name) or otherwise


def digest(files: Iterable[SubmittedFile]) -> str:
    """Return the hexadecimal SHA-256 of files' names and contents, independent of their order and times."""
    pairs = sorted((file.name, file.content) for file in files)
    return sha256_of_parts(
        part for name, content in pairs for part in (name.encode("utf-8", "surrogatepass"), content)
    )


def _no_answer(where: str, assignment: Assignment, reading: _Reading) -> str:
    """Return the sentence for a submission without a source file: what was expected, and what is there."""
    others = reading.others
    expected = f"expected {assignment.module}.py or {assignment.module}.ipynb"
    if not others and reading.skipped:
        skipped = ", ".join(f"{name} ({kind})" for name, kind in list(reading.skipped.items())[:MAX_LISTED])
        return f"{where} holds no answer: {expected}, found only what is not searched: {skipped}."
    if not others:
        return f"{where} is empty: {expected}."
    if len(others) == 1 and (kind := _kind(others[0], assignment)):
        inside = "" if where.endswith(others[0]) else f"{where} holds no answer: "
        return f"{inside}{others[0] if inside else where} is {kind}. {expected.capitalize()}."
    found = ", ".join(others[:MAX_LISTED]) + (", …" if len(others) > MAX_LISTED else "")
    return f"{where} holds no answer: {expected}, found {found}."


def _kind(name: str, assignment: Assignment) -> str | None:
    """Return what a file without an answer is, with advice, or None if its name does not say."""
    if assignment.is_test(name):
        return "a test file; an answer needs another name"
    return kind_of_name(name)


def _user_name(user: Any) -> str:
    return str(user.get("name") or user.get("email") or "") if isinstance(user, Mapping) else ""


@dataclass
class _Reading:
    """The files read so far, the problems found, and the number of bytes that may still be read.

    `others` are files that hold no answer, and `skipped` says what is in folders that are not searched.
    """

    assignment: Assignment
    files: list[SubmittedFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    bytes_left: int = ZIP_LIMIT
    visited: int = 0

    def read(self, entries: Iterable[Entry], prefix: str = "", nested_zips: int = 0) -> None:
        """Add the files in `entries`; open a zip only if no file next to it is named like the module."""
        try:
            found = self._search(entries, prefix, 0)
            sources = [(name, file) for name, file in found if file.is_source]
            for name, file in sources:
                self._read_file(name, file)
            zips = [(file.modified, name, file) for name, file in found if file.is_zip]
            if zips and not any(self.assignment.name_match(file.stem) for _, file in sources):
                self._read_newest_zip(sorted(zips, key=lambda each: each[:2]), nested_zips)
        except Unreadable as problem:
            self.problems.append(str(problem))

    def _search(
        self, entries: Iterable[Entry], prefix: str, depth: int, is_clone: bool = False
    ) -> list[tuple[str, File]]:
        """Return the source files and zips in `entries`, with their paths below the submission.

        In a clone, the times of files are those of the checkout, so they are dropped.
        """
        found: list[tuple[str, File]] = []
        for entry in entries:
            self.visited += 1
            if self.visited > MAX_ENTRIES:
                raise Unreadable(f"{entry.where}: over {MAX_ENTRIES:,} files and folders in one submission.")
            if isinstance(entry, Folder):
                # The names of the student's own folder and of a platform's folders say nothing about a file.
                is_left_out = not depth or entry.name in (self.assignment.slug, SAKAI_ATTACHMENTS)
                inner_prefix = prefix if is_left_out else f"{prefix}{entry.name}/"
                inner, has_git = self._entries_to_search(entry, depth)
                found += self._search(inner, inner_prefix, depth + 1, is_clone or has_git)
            elif entry.is_source or entry.is_zip:
                found.append((prefix + entry.name, replace(entry, modified=0.0) if is_clone else entry))
            else:
                self._note_other(entry)
        return found

    def _entries_to_search(self, folder: Folder, depth: int) -> tuple[Sequence[Entry], bool]:
        """Return the folder's entries without support code, and whether the folder is a Git repository."""
        try:
            if depth == MAX_DEPTH:
                raise Unreadable(f"{folder.where} lies more than {MAX_DEPTH} folders deep.")
            listed = folder.entries()
        except Unreadable as problem:
            self.problems.append(str(problem))
            return [], False
        entries = without_junk(listed)
        support = [
            entry for entry in entries if isinstance(entry, File) and self.assignment.is_support(entry)
        ]
        self.others += [printable(entry.name) for entry in support]
        candidates = self.assignment.candidates(entries)
        searched = set(map(id, candidates))
        for entry in listed:
            if isinstance(entry, Folder) and id(entry) not in searched:
                kind = SKIPPED.get(entry.name.casefold(), "no part of a submission")
                self.skipped.setdefault(printable(entry.name), kind)
        return candidates, any(entry.name == ".git" for entry in listed)

    def _note_other(self, file: File) -> None:
        self.others.append(printable(file.name))
        if file.special:
            try:
                file.load(0)
            except Unreadable as problem:
                self.problems.append(str(problem))

    def _read_file(self, name: str, file: File) -> None:
        try:
            content = load_source(file)
        except Unreadable as problem:
            self.problems.append(str(problem))
            return
        self.bytes_left -= len(content)
        if self.bytes_left < 0:
            raise Unreadable(f"{file.where}: the files of one submission are over {megabytes(ZIP_LIMIT)}.")
        if content.strip():
            self.files.append(SubmittedFile(name, content, file.modified))
        elif file.name != "__init__.py":  # an empty one marks a package
            self.problems.append(f"{file.where} is empty.")

    def _read_newest_zip(self, zips: Sequence[tuple[float, str, File]], nested_zips: int) -> None:
        *older, (_, name, newest) = zips
        if older:
            names = ", ".join(file.where for _, _, file in older[:MAX_SENTENCES])
            self.notes.append(f"{newest.where} counts as the newest zip, not {names}.")
        if nested_zips == MAX_NESTED_ZIPS:
            raise Unreadable(f"{newest.where} is a zip in too many zips: hand in one, or the file itself.")
        folder = student_zip(newest.load(ZIP_LIMIT), newest.name, newest.where)
        self.read([folder], f"{name}/", nested_zips + 1)
