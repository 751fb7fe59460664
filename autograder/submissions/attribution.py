"""Determine the owner of each entry of a class folder, and explain the entries without an owner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ..models import ReviewNote, ReviewReason
from .assignment import Assignment
from .file_types import kind_of_name, without_suffixes
from .folders import Entry, File, Folder, Unreadable, is_junk, join_place, printable, visible
from .identity import Identity, ParsedName, Platform
from .platforms.classrooms import is_copy
from .platforms.detect import detect_platform, parse_names
from .platforms.gradescope_export import METADATA, GradescopeSubmission, read_metadata
from .sections import MAX_NAMED, people_in

_INDEX = re.compile(r"index\.html?", re.IGNORECASE)


class IgnoredReason(StrEnum):
    """The reason why a file of the class folder does not count as a submission."""

    SUPPORT_CODE = "support code of the kit, which everybody has"
    PLATFORM_FILE = "written by the platform"
    BESIDE_SUBMITTED = "beside nbgrader's folder submitted, which holds all hand-ins"
    OTHER_ASSIGNMENT = "holds other assignments only"
    HIDDEN = "hidden: rename it if somebody handed it in"
    UNKNOWN = "neither a source file nor a document: nobody's hand-in"


@dataclass(frozen=True)
class IgnoredFile:
    """A file or folder of the class that does not count as a submission."""

    where: str
    reason: IgnoredReason

    @property
    def text(self) -> str:
        """Return the sentence that reports show."""
        return f"{self.where}: {self.reason.value}."


@dataclass(frozen=True)
class Attribution:
    """An entry of a class with its owner. `order` is the order of arrival if the platform provides it."""

    entry: Entry
    identity: Identity
    order: float | None = None
    review: tuple[ReviewNote, ...] = ()


@dataclass
class ClassLayout:
    """The entries of a class: submissions with their owners, and files without an owner."""

    attributions: list[Attribution] = field(default_factory=list)
    ignored: list[IgnoredFile] = field(default_factory=list)


def add_hand_ins(
    layout: ClassLayout,
    entries: Sequence[Entry],
    assignment: Assignment,
    folder_name: str,
    section: str = "",
    platform: Platform | None = None,
) -> None:
    """Add the entries of one folder to `layout`: each belongs to a student or is ignored.

    The platform is detected from all names unless `platform` is given.
    """
    others = []
    for entry in entries:
        if len(entries) > 1 and assignment.is_support_file(entry):
            layout.ignored.append(IgnoredFile(entry.where, IgnoredReason.SUPPORT_CODE))
        else:
            others.append(entry)
    hand_ins = [entry for entry in others if _may_be_handed_in(entry)]
    # A student who submits only ignored files still has a name that the platform wrote.
    platform = (
        platform
        or detect_platform(hand_ins, assignment, folder_name)
        or detect_platform(others, assignment, folder_name)
        or Platform.PLAIN
    )
    # Beside a platform's names, a document with another name is nobody's.
    is_hand_in = _may_be_handed_in if platform is Platform.PLAIN else _is_source_like
    for entry, name in zip(others, parse_names(platform, others, assignment, folder_name), strict=True):
        if name and name.platform_file:
            layout.ignored.append(IgnoredFile(entry.where, IgnoredReason.PLATFORM_FILE))
        elif name:
            layout.attributions.append(_attribute(entry, name, section))
        elif is_hand_in(entry) or len(others) == 1:
            layout.attributions.append(_attribute_plain(entry, assignment, section, platform))
        else:
            reason = IgnoredReason.PLATFORM_FILE if _INDEX.fullmatch(entry.name) else IgnoredReason.UNKNOWN
            layout.ignored.append(IgnoredFile(entry.where, reason))


def add_nbgrader(layout: ClassLayout, folder: Folder, assignment: Assignment) -> None:
    """Add nbgrader's `submitted/<student>/<assignment>`."""
    for entry in visible(folder):
        if isinstance(entry, Folder) and (others := _other_assignments(entry, assignment)):
            where = f"{entry.where} ({', '.join(map(printable, others[:3]))})"
            layout.ignored.append(IgnoredFile(where, IgnoredReason.OTHER_ASSIGNMENT))
        elif isinstance(entry, Folder):
            identity = Identity(entry.name, Platform.NBGRADER, login=entry.name)
            layout.attributions.append(Attribution(entry, identity))
        elif _may_be_handed_in(entry):
            layout.attributions.append(_attribute_plain(entry, assignment))
        else:
            layout.ignored.append(IgnoredFile(entry.where, IgnoredReason.UNKNOWN))


def add_gradescope(layout: ClassLayout, folder: Folder, assignment: Assignment) -> None:
    """Add the submissions that Gradescope's metadata lists, one per submitter; raise Unreadable."""
    entries = visible(folder)
    metadata = next(entry for entry in entries if isinstance(entry, File) and entry.name == METADATA)
    rest = [entry for entry in entries if entry is not metadata]
    for submission in read_metadata(metadata):
        entry = next((entry for entry in rest if entry.name == submission.folder), None)
        if entry is not None:
            rest.remove(entry)
        layout.attributions += _attribute_to_submitters(
            entry or _missing_folder(submission.folder, folder.where), submission
        )
    layout.ignored.append(IgnoredFile(metadata.where, IgnoredReason.PLATFORM_FILE))
    if rest:
        add_hand_ins(layout, rest, assignment, folder.name, platform=Platform.GRADESCOPE)


def ignore_hidden(layout: ClassLayout, folder: Folder) -> None:
    """Report hidden files that look like answers, except files that editors or operating systems create."""
    for entry in folder.entries():
        hidden = entry.name.startswith(".") and not entry.name.startswith("._")
        if isinstance(entry, File) and is_junk(entry.name) and hidden and (entry.is_source or entry.is_zip):
            layout.ignored.append(IgnoredFile(entry.where, IgnoredReason.HIDDEN))


def _may_be_handed_in(entry: Entry) -> bool:
    """Return whether an entry is a folder, a source file, a zip or a document."""
    if _is_source_like(entry):
        return True
    return kind_of_name(entry.name) is not None and not _INDEX.fullmatch(entry.name)


def _is_source_like(entry: Entry) -> bool:
    return isinstance(entry, Folder) or entry.special or entry.is_source or entry.is_zip


def _attribute(entry: Entry, name: ParsedName, section: str) -> Attribution:
    order = name.order
    if isinstance(entry, File) and name.filename:
        entry = replace(entry, name=name.filename, modified=entry.modified if order is None else order)
    review = _encoding_notes(entry)
    if name.identity.ambiguous:
        text = f"The name {entry.where} can be read as that of two students."
        review.append(ReviewNote(ReviewReason.AMBIGUOUS_NAME, text))
    return Attribution(entry, replace(name.identity, section=section), order, tuple(review))


def _attribute_plain(
    entry: Entry, assignment: Assignment, section: str = "", platform: Platform = Platform.PLAIN
) -> Attribution:
    """Return the owner of an entry whose name no platform wrote: the student after whom it is named.

    `platform` is that of the other entries.
    """
    stem = _stem(entry)
    unnamed = isinstance(entry, File) and (is_copy(stem) or assignment.is_unnamed(stem))
    other = _other_reading(entry)
    review = _encoding_notes(entry)
    if unnamed or platform is not Platform.PLAIN:
        text = f"The name {entry.where} does not say whose it is."
        review.append(ReviewNote(ReviewReason.AMBIGUOUS_NAME, text))
    if isinstance(entry, Folder) and entry.where and platform is Platform.PLAIN and not section:
        review += _section_notes(entry, assignment)
    rest = assignment.rest_of_name(stem)
    aliases = tuple(alias for alias in (other, rest) if alias and alias != stem)
    identity = Identity(stem, section=section, aliases=aliases, known=not unnamed)
    return Attribution(entry, identity, None, tuple(review))


def _section_notes(folder: Folder, assignment: Assignment) -> list[ReviewNote]:
    """Return a note if a folder that counts as one student's may hold several students' work."""
    people = people_in(folder, assignment)
    if not people:
        return []
    names = ", ".join(map(printable, people[:MAX_NAMED])) + (", …" if len(people) > MAX_NAMED else "")
    text = f"{folder.where} holds {names}: is it a section, with one student each?"
    return [ReviewNote(ReviewReason.AMBIGUOUS_NAME, text)]


def _encoding_notes(entry: Entry) -> list[ReviewNote]:
    """Return a note if the entry's name may be in another encoding, in which it is another name."""
    if entry.reading is None:
        return []
    other = printable(_other_reading(entry))
    text = f"The name {entry.where} is not UTF-8; read as {entry.reading.encoding} it is {other}."
    return [ReviewNote(ReviewReason.AMBIGUOUS_NAME, text)]


def _other_reading(entry: Entry) -> str:
    """Return the name in another encoding, without a file's suffixes, or ""."""
    name = entry.reading.name if entry.reading else ""
    return without_suffixes(name) if isinstance(entry, File) else name


def _stem(entry: Entry) -> str:
    """Return the name of a file or a folder without suffixes; people may name a folder `ada.py`."""
    return without_suffixes(entry.name) or entry.name


def _other_assignments(student: Folder, assignment: Assignment) -> list[str]:
    """Return the assignments in a student's folder if it lacks the one that is searched for."""
    try:
        entries = visible(student)
    except Unreadable:
        return []
    names = [entry.name for entry in entries]
    only_folders = all(isinstance(entry, Folder) for entry in entries)
    return names if only_folders and assignment.slug not in names else []


def _attribute_to_submitters(entry: Entry, submission: GradescopeSubmission) -> Iterator[Attribution]:
    """Yield the entry once for each submitter, or once without an owner if the metadata names nobody."""
    group = submission.folder if len(submission.submitters) > 1 else ""
    if not submission.submitters:
        text = f"{METADATA} does not say who handed in {printable(submission.folder)}."
        review = (ReviewNote(ReviewReason.AMBIGUOUS_NAME, text),)
        identity = Identity(submission.folder, Platform.GRADESCOPE, submitted=submission.created, known=False)
        yield Attribution(entry, identity, submission.created, review)
    for person in submission.submitters:
        identity = Identity(
            person.name or person.email or person.sid,
            Platform.GRADESCOPE,
            ids=(person.sid,) if person.sid else (),
            email=person.email,
            submitted=submission.created,
            group=group,
        )
        yield Attribution(entry, identity, submission.created)


def _missing_folder(name: str, where: str) -> File:
    """Return a file in place of a folder that the metadata lists; loading it raises Unreadable."""

    def load(limit: int) -> bytes:
        raise Unreadable(f"{METADATA} names {printable(name)}, which is not there.")

    return File(name, join_place(where, name), 0.0, load, special=True)
