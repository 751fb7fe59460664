"""Reads one submission: every `.py` and `.ipynb` in its files, folders and zips, within limits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from autograder.intake.archive import student_zip
from autograder.intake.tree import (
    FILE_LIMIT,
    ZIP_LIMIT,
    Entry,
    File,
    Folder,
    Unreadable,
    megabytes,
    shown,
    visible,
)
from autograder.records import SubmittedFile, Submission

DEPTH_LIMIT = 12
ENTRY_LIMIT = 10_000
ZIPS_IN_ZIPS = 2

# What a kit or an environment puts beside an answer. Given code is known by name only to who asks.
_BESIDE = re.compile(r"(test_.*|.*_test|conftest|setup)\.py", re.IGNORECASE)
_ENVIRONMENTS = {"venv", "env", "node_modules", "site-packages", "inputs"}


@dataclass(frozen=True)
class Wanted:
    """What is looked for: the kit's slug, its module's name, and the names of its given code."""

    slug: str
    module: str
    given: frozenset[str] = frozenset()

    def named(self, stem: str) -> int:
        """2 when `stem` is the module's name, 1 when it holds it (`transfer (1)`, `Copy of transfer`), else 0."""
        stem, module = stem.casefold(), self.module.casefold()
        return 2 if stem == module else int(module in stem)

    def ignores(self, name: str) -> bool:
        """Whether a file of this name comes with the kit and is no answer."""
        return name in self.given or _BESIDE.fullmatch(name) is not None


def read_submission(
    student: str, entries: Sequence[Entry], where: str, wanted: Wanted, notes: Iterable[str] = ()
) -> Submission:
    """Read what `student` handed in: `entries` are files to take as they are, and folders to search. Never raises."""
    gathering = _Gathering(wanted)
    gathering.gather(entries)
    notes = (*notes, *gathering.notes)
    if not gathering.files:
        problem = " ".join(gathering.problems[:3]) or _nothing(where, wanted.module, gathering.others)
        return Submission(student, problem=problem, notes=notes)
    files = tuple(sorted(gathering.files, key=lambda file: file.name))
    return Submission(student, files, None, (*notes, *gathering.problems[:3]), digest(files))


def digest(files: Iterable[SubmittedFile]) -> str:
    """The SHA-256 of files' names and contents, in hexadecimal, whatever their order and times."""
    total = hashlib.sha256()
    for name, content in sorted((file.name, file.content) for file in files):
        for part in (name.encode("utf-8", "surrogatepass"), content):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def newest_source(entry: Entry, depth: int = 3) -> float:
    """When the entry's newest source was changed, looking `depth` folders deep; 0 when there is none."""
    if isinstance(entry, File):
        return entry.modified
    try:
        inside = visible(entry) if depth else []
    except Unreadable:
        return 0.0
    times = (
        newest_source(child, depth - 1) for child in inside if isinstance(child, Folder) or _counts(child)
    )
    return max(times, default=0.0)


def _counts(file: File) -> bool:
    return file.is_source or file.is_zip


def _nothing(where: str, module: str, others: Sequence[str]) -> str:
    expected = f"expected {module}.py or {module}.ipynb"
    if not others:
        return f"{where} is empty: {expected}."
    found = ", ".join(others[:5]) + (", …" if len(others) > 5 else "")
    return f"{where} holds no .py and no .ipynb: {expected}, found {found}."


@dataclass
class _Gathering:
    """What was read so far, and how much may still be."""

    wanted: Wanted
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
                self._open_newest(sorted(zips, key=lambda zipped: zipped[:2]), zips_deep)
            self.others += [shown(file.name) for _, file in found if not _counts(file)]
            self.problems += [_reason(file) for _, file in found if file.odd and not _counts(file)]
        except Unreadable as problem:
            self.problems.append(str(problem))

    def _search(self, entries: Iterable[Entry], prefix: str, depth: int) -> list[tuple[str, File]]:
        """The files in `entries` with their paths below the submission."""
        found: list[tuple[str, File]] = []
        for entry in entries:
            self.visited += 1
            if self.visited > ENTRY_LIMIT:
                raise Unreadable(
                    f"{entry.where}: more than {ENTRY_LIMIT:,} files and folders in one submission."
                )
            if isinstance(entry, File):
                found.append((prefix + entry.name, entry))
            elif depth < DEPTH_LIMIT and entry.name.casefold() not in _ENVIRONMENTS:
                found += self._search(
                    self._inside(entry), f"{prefix}{entry.name}/" if depth else prefix, depth + 1
                )
        return found

    def _inside(self, folder: Folder) -> list[Entry]:
        entries = visible(folder)
        # nbgrader keeps each kit of a student in a folder of its own.
        kit = [entry for entry in entries if isinstance(entry, Folder) and entry.name == self.wanted.slug]
        return kit or [
            entry for entry in entries if isinstance(entry, Folder) or not self.wanted.ignores(entry.name)
        ]

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
            names = ", ".join(file.where for _, _, file in older)
            self.notes.append(f"{newest.where} counts as the newest zip, not {names}.")
        if zips_deep == ZIPS_IN_ZIPS:
            raise Unreadable(
                f"{newest.where} lies {zips_deep} zips deep: hand in one zip, or the file itself."
            )
        folder = student_zip(newest.load(ZIP_LIMIT), newest.name, newest.where)
        before = len(self.files), len(self.problems), len(self.others)
        self.gather([folder], f"{name}/", zips_deep + 1)
        if before == (len(self.files), len(self.problems), len(self.others)):
            self.others.append(f"nothing in {newest.where}")


def _reason(file: File) -> str:
    """What an odd file says about itself."""
    try:
        file.load(0)
    except Unreadable as problem:
        return str(problem)
    return f"{file.where} is no regular file."
