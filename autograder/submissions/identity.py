"""Tells a class from one student's folder, and says whose an entry of a class is."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from .archive import class_zip
from .folders import Entry, File, Folder, Unreadable, visible
from .platforms import METADATA, ParsedFilename, parse_filename

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_@+.-]{0,78}[a-z0-9]|[a-z0-9]")
# Windows keeps these for itself, whatever follows the first dot.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
# So is a folder of grades called beside its students' folders, and what programs keep there for a moment.
_TAKEN = re.compile(r"uploads|.*\.(?:csv|html|json|lock|tmp)")
_READABLE = 48


def safe_name(student: str) -> str:
    """The folder's or file's name for `student`: one path component of at most 160 bytes.

    A short name of lower-case ASCII letters, digits and `_@+.-` stays as it is. Any other becomes its letters
    and digits, `~` and a hash of the whole name, so that two students differ even where a file system ignores
    case or the way accents are written.
    """
    if _PLAIN.fullmatch(student) and not (_RESERVED.fullmatch(student) or _TAKEN.fullmatch(student)):
        return student
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    letters = "".join(
        char if char.isalnum() or char in "-_" else " " for char in unicodedata.normalize("NFC", student)
    )
    readable = "_".join(letters.split()).strip("-_")
    while len(readable.encode("utf-8", "replace")) > 2 * _READABLE or len(readable) > _READABLE:
        readable = readable[:-1]
    return f"{readable or 'student'}~{digest}"


# What a kit or an environment puts beside an answer.
_BESIDE = re.compile(r"(test_.*|.*_test|conftest|setup|notebook_checks)\.py", re.IGNORECASE)
_ENVIRONMENTS = {"venv", "env", "node_modules", "site-packages", "inputs", "tests"}


@dataclass(frozen=True)
class Assignment:
    """The kit's slug, its module's name, and the file names of its given code."""

    slug: str
    module: str
    given: frozenset[str] = frozenset()

    def named(self, stem: str) -> int:
        """2 when `stem` is the module's name, 1 when it holds it (as `transfer (1)` does), else 0."""
        stem, module = stem.casefold(), self.module.casefold()
        return 2 if stem == module else int(module in stem)

    def of(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """What may hold the answer among the entries of a student's folder."""
        # nbgrader keeps each kit of a student in a folder of its own.
        kit = [entry for entry in entries if isinstance(entry, Folder) and entry.name == self.slug]
        return kit or [entry for entry in entries if not self.is_beside(entry)]

    def is_answer(self, entry: Entry) -> bool:
        """Whether an entry of a student's folder is a source that may be the answer."""
        return isinstance(entry, File) and entry.is_source and not self.is_beside(entry)

    def holds(self, entry: Entry, depth: int = 4) -> bool:
        """Whether there is an answer or a zip in `entry`, looking `depth` folders deep."""
        if isinstance(entry, File):
            return entry.is_zip or self.is_answer(entry)
        try:
            return depth > 0 and any(self.holds(child, depth - 1) for child in self.of(visible(entry)))
        except Unreadable:
            return False

    def changed(self, entry: Entry, depth: int = 4) -> float:
        """When the newest answer or zip in `entry` was changed; 0 when there is none."""
        if isinstance(entry, File):
            return entry.modified if self.holds(entry) else 0.0
        try:
            inside = self.of(visible(entry)) if depth else []
        except Unreadable:
            return 0.0
        return max((self.changed(child, depth - 1) for child in inside), default=0.0)

    def is_beside(self, entry: Entry) -> bool:
        """Whether an entry of a student's folder comes with the kit or an environment."""
        if isinstance(entry, Folder):
            return entry.name.casefold() in _ENVIRONMENTS
        return entry.name in self.given or _BESIDE.fullmatch(entry.name) is not None


SUBMITTED = "submitted"  # nbgrader's folder of all students
_KIT_FILES = {"conftest.py", "test_public.py", "test_hidden.py"}
# Archives that are not opened, and sources that a browser renamed, are rows that say so.
_PLAINLY_HANDED_IN = re.compile(r".*\.(tar|gz|tgz|bz2|xz|rar|7z)|.*\.(py|ipynb)\.(txt|json)", re.IGNORECASE)


@dataclass(frozen=True)
class Attribution:
    """An entry and whose it is.

    `number` tells students of one name apart; `order` says when it came, where a platform does.
    """

    student: str
    number: str
    entry: Entry
    order: float | None = None


def attribute(entry: Entry) -> Attribution:
    """Whose an entry of a class is: what a platform's naming says, else its stem or the folder's name."""
    known = _label(entry)
    if known is None:
        return Attribution(entry.stem if isinstance(entry, File) else entry.name, "", entry)
    if isinstance(entry, File):
        order = entry.modified if known.order is None else known.order
        entry = replace(entry, name=known.filename, modified=order)
    return Attribution(known.student, known.number, entry, known.order)


def handed_in(entries: Iterable[Entry], wanted: Assignment, *, nbgrader: bool) -> list[Entry]:
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


def _is_handed_in(entry: Entry, wanted: Assignment) -> bool:
    if isinstance(entry, Folder) or entry.odd or _label(entry):
        return True
    if entry.name in wanted.given | _KIT_FILES:
        return False
    return entry.is_source or entry.is_zip or _PLAINLY_HANDED_IN.fullmatch(entry.name) is not None


def class_folder(entry: Entry, wanted: Assignment) -> Folder | None:
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


def _is_plainly_class(folder: Folder, wanted: Assignment) -> bool:
    """Whether the folder's own entries show that they are several students'."""
    entries = visible(folder)
    if {METADATA, SUBMITTED} & {entry.name for entry in entries} or any(map(_label, entries)):
        return True
    several = sum(wanted.is_answer(entry) for entry in entries) > 1 and not _is_named_module(entries, wanted)
    return several or _branches(entries, wanted) > 1


def _is_one_students(entries: Collection[Entry], wanted: Assignment) -> bool:
    """Whether a folder with these entries is one student's: the answer lies in it under the module's name."""
    named = _is_named_module(entries, wanted)
    return named and not any(map(_label, entries)) and _branches(entries, wanted) < 2


def _is_named_module(entries: Iterable[Entry], wanted: Assignment) -> bool:
    files = (entry for entry in entries if isinstance(entry, File))
    return any(wanted.is_answer(file) and wanted.named(file.stem) == 2 for file in files)


def _branches(entries: Iterable[Entry], wanted: Assignment) -> int:
    """How many folders and zips hold something handed in; a student's own exports do not count."""
    export = re.compile(rf"{re.escape(wanted.module)}(\W*_?\d.*)?\.zip", re.IGNORECASE)
    inner = (entry for entry in entries if not wanted.is_answer(entry) and not export.fullmatch(entry.name))
    return sum(map(wanted.holds, inner))


def _label(entry: Entry) -> ParsedFilename | None:
    """What a platform's naming says; only Moodle names folders."""
    known = parse_filename(entry.name)
    return known if known and isinstance(entry, File) == bool(known.filename) else None
