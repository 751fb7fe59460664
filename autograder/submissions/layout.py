"""How a class folder is laid out: which entries are hand-ins, whose they are, and what the others are.

The class as a whole decides. Nothing inside one hand-in changes how the others are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ..models import ReviewNote, ReviewReason
from .archive import class_zip
from .assignment import Assignment
from .folders import Entry, File, Folder, Unreadable, is_junk, join_place, printable, visible
from .gradescope_export import METADATA, GradescopeSubmission, is_submission_name, read_metadata
from .identity import Identity, Platform
from .platforms import ParsedName, detect_platform, is_copy, parse_names

SUBMITTED = "submitted"  # nbgrader's folder of all students
NBGRADER_ENTRIES = frozenset(
    {"submitted", "source", "release", "autograded", "feedback", "gradebook.db", "nbgrader_config.py"}
)
MAX_SECTION_DEPTH = 2

# What Canvas, Gradescope, Blackboard, Sakai, Brightspace and Google Drive call an export.
_EXPORT_NAME = re.compile(
    r"(?:submissions|assignment_\d+_export|gradebook_.+_\d{4}(?:-\d\d){5}|bulk_download"
    r"|.+ Download [^\W\d]+ \d{1,2}, \d{4} \d{3,4} [AP]M|drive-download-\d{8}T\d{6}Z-.+)(?: \(\d{1,3}\))?",
    re.DOTALL,
)
_SECTION_NAME = re.compile(
    r"(?:section|sec|group|gruppe|grupo|groupe|tutorial|tutorium|tut|lab|class|klasse|übung|seminar|kurs|course)"
    r"[\W_]*\w{0,12}",
    re.IGNORECASE,
)
# What people hand in instead of a source file: rows that say so.
_DOCUMENT = re.compile(
    r"\.(?:pdf|docx?|odt|rtf|pages|html?|txt|md|json|py3|pyw|pyc|rar|7z|tar|t?gz|bz2|xz|png|jpe?g|heic|mp4|pptx?)$",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"(?:\.(?:py|ipynb|zip|pdf|docx?|odt|rtf|pages|html?|txt|md|json|py3|pyw|pyc|rar|7z|tar|t?gz|bz2|xz|png|jpe?g|heic"
    r"|mp4|pptx?))+$",
    re.IGNORECASE,
)
_INDEX = re.compile(r"index\.html?", re.IGNORECASE)


class IgnoredReason(StrEnum):
    """Why a file of the class folder is nobody's hand-in."""

    SUPPORT_CODE = "support code of the kit, which everybody has"
    PLATFORM_FILE = "written by the platform"
    OTHER_ASSIGNMENT = "holds other assignments only"
    HIDDEN = "hidden: rename it if somebody handed it in"
    UNKNOWN = "neither a source file nor a document: nobody's hand-in"


@dataclass(frozen=True)
class IgnoredFile:
    """A file or folder of the class that is nobody's hand-in."""

    where: str
    reason: IgnoredReason

    @property
    def text(self) -> str:
        """Return the remark that a person reads."""
        return f"{self.where}: {self.reason.value}."


@dataclass(frozen=True)
class Attribution:
    """An entry of a class and whose it is. `order` says when it came, where the platform does."""

    entry: Entry
    identity: Identity
    order: float | None = None
    review: tuple[ReviewNote, ...] = ()


@dataclass
class ClassLayout:
    """The entries of a class: hand-ins with their owners, and files that are nobody's."""

    attributions: list[Attribution] = field(default_factory=list)
    ignored: list[IgnoredFile] = field(default_factory=list)


def read_layout(root: Entry, assignment: Assignment, *, is_class_zip: bool = False) -> ClassLayout:
    """Return the layout of the class at `root`, which may also be a single hand-in.

    `is_class_zip` says that a zip at `root`, or alone in it, holds a class. Raises Unreadable.
    """
    layout = ClassLayout()
    folder = _class_folder(root, assignment, is_class_zip)
    if folder is None:
        if isinstance(root, File) and not (root.is_source or root.is_zip):
            raise Unreadable(f"{root.where} is no submission: expected a folder, a zip, a .py or an .ipynb.")
        _add_hand_ins(layout, [root], assignment, root.name)
    elif _is_gradescope(folder, is_class_zip):
        _add_gradescope(layout, folder, assignment)
    elif folder.name == SUBMITTED and not _has_platform(visible(folder), assignment, folder.name):
        _add_nbgrader(layout, folder, assignment)
    else:
        _add_class(layout, folder, assignment, "")
    return layout


# Find the folder whose entries are the students'.


def _class_folder(root: Entry, assignment: Assignment, is_class_zip: bool) -> Folder | None:
    """Return the folder or zip at or below `root` whose entries are hand-ins; None for a single hand-in."""
    if isinstance(root, File):
        opened = _open_zip(root, assignment, is_class_zip)
        return opened and _unwrap(opened, assignment, is_class_zip)
    return _unwrap(root, assignment, is_class_zip)


def _unwrap(folder: Folder, assignment: Assignment, is_class_zip: bool) -> Folder | None:
    entries = visible(folder)
    if _is_gradescope(folder, is_class_zip):
        return folder
    if nbgrader := _nbgrader_folder(entries):
        return nbgrader
    if len(entries) == 1:
        (only,) = entries
        if isinstance(only, File) and (opened := _open_zip(only, assignment, is_class_zip)):
            return _unwrap(opened, assignment, is_class_zip)
        if isinstance(only, Folder) and (is_class_zip or _is_export_name(only.name, assignment)):
            if _is_gradescope(only) or _looks_like_class(visible(only), assignment):
                return _unwrap(only, assignment, is_class_zip)
            if only.name == assignment.slug:
                return None
    return None if _is_one_students(entries, assignment) else folder


def _is_export_name(stem: str, assignment: Assignment) -> bool:
    return stem == assignment.slug or _EXPORT_NAME.fullmatch(stem[:200]) is not None


def _open_zip(file: File, assignment: Assignment, is_class_zip: bool) -> Folder | None:
    """Return a class zip as a folder; None unless a person says so or it is unmistakably an export.

    What a zip holds is not enough, because a student could write all of it.
    """
    if not file.is_zip or file.path is None:
        return None
    if not (is_class_zip or _is_export_name(file.stem, assignment)):
        return None
    try:
        folder = class_zip(file.path, file.stem, "")
        return folder if is_class_zip or _is_export(folder, assignment) else None
    except Unreadable:
        if is_class_zip:
            raise
        return None


def _is_export(folder: Folder, assignment: Assignment) -> bool:
    """Return whether everything in a zip is named as one platform does, for at least two students."""
    entries = visible(folder)
    if len(entries) == 1 and isinstance(entries[0], Folder):
        return _is_export(entries[0], assignment)
    if _is_gradescope(folder):
        return True
    platform = detect_platform(entries, assignment, "")
    return (
        platform is not None
        and all(parse_names(platform, entries, assignment, ""))
        and _count_owners(entries, assignment) > 1
    )


def _is_gradescope(folder: Folder, is_class_zip: bool = False) -> bool:
    """Return whether the platform's metadata stands beside folders named as the platform does, or alone.

    Elsewhere a file of that name was handed in by somebody. In a zip that holds a class, the folders may have
    any names that the metadata has.
    """
    entries = visible(folder)
    metadata = next((each for each in entries if isinstance(each, File) and each.name == METADATA), None)
    if metadata is None:
        return False
    named = sum(is_submission_name(entry.name) for entry in entries)
    if is_class_zip and named * 2 < len(entries) - 1:
        folders = {submission.folder for submission in read_metadata(metadata)}
        named = sum(entry.name in folders for entry in entries)
    return named * 2 >= len(entries) - 1


def _nbgrader_folder(entries: Sequence[Entry]) -> Folder | None:
    if not all(entry.name.casefold() in NBGRADER_ENTRIES for entry in entries):
        return None
    return next((entry for entry in entries if isinstance(entry, Folder) and entry.name == SUBMITTED), None)


def _looks_like_class(entries: Sequence[Entry], assignment: Assignment) -> bool:
    """Return whether a folder's entries show that they are several students'."""
    if _nbgrader_folder(entries) or _has_platform(entries, assignment, ""):
        return True
    answers = [entry for entry in entries if assignment.is_answer(entry)]
    unnamed = not any(_is_named(entry, assignment) for entry in answers)
    return (len(answers) > 1 and unnamed) or _branches(entries, assignment) > 1


def _is_one_students(entries: Sequence[Entry], assignment: Assignment) -> bool:
    """Return whether a folder with these entries is one student's: the answer has the module's name.

    Other source files beside it could be other students', unless the handout's `kit.json` shows that this is
    a folder to work in.
    """
    answers = [entry for entry in entries if assignment.is_answer(entry)]
    named = [entry for entry in answers if _is_named(entry, assignment)]
    if not named or _branches(entries, assignment) > 1 or _has_platform(entries, assignment, ""):
        return False
    in_handout = any(entry.name == "kit.json" for entry in entries)
    return len(named) == len(answers) or (in_handout and len(named) * 2 >= len(answers))


def _is_named(entry: Entry, assignment: Assignment) -> bool:
    return isinstance(entry, File) and assignment.name_match(entry.stem) == 2


def _has_platform(entries: Sequence[Entry], assignment: Assignment, folder_name: str) -> bool:
    return detect_platform(entries, assignment, folder_name) is not None


def _branches(entries: Iterable[Entry], assignment: Assignment) -> int:
    """Return how many folders and zips hold a hand-in; a student's own exports do not count."""
    export = re.compile(rf"{re.escape(assignment.module)}(?:\W*_?\d.*)?\.zip", re.IGNORECASE | re.DOTALL)
    inner = (
        entry for entry in entries if not assignment.is_answer(entry) and not export.fullmatch(entry.name)
    )
    return sum(map(assignment.has_answer, inner))


# Attribute the entries.


def _add_class(
    layout: ClassLayout, folder: Folder, assignment: Assignment, section: str, depth: int = 0
) -> None:
    _ignore_hidden(layout, folder)
    entries = visible(folder)
    if depth < MAX_SECTION_DEPTH and (sections := _sections(entries, assignment)):
        for entry in entries:
            if isinstance(entry, Folder) and entry in sections:
                name = f"{section}/{entry.name}" if section else entry.name
                _add_class(layout, entry, assignment, name, depth + 1)
        entries = [entry for entry in entries if entry not in sections]
    _add_hand_ins(layout, entries, assignment, folder.name, section)


def _sections(entries: Sequence[Entry], assignment: Assignment) -> list[Folder]:
    """Return the folders of sections in a class, none where the folders are students'.

    More than half of them hold what a platform exported, at least one of several students; or all are named
    as sections and more of them look like classes than like one student's or one group's folder.
    """
    folders = [entry for entry in entries if isinstance(entry, Folder)]
    answers = [entry for entry in entries if assignment.is_answer(entry)]
    if len(folders) < 2 or answers or _has_platform(entries, assignment, ""):
        return []
    listed = [_list(folder) for folder in folders]
    owners = [_count_owners(inner, assignment) for inner in listed]
    if sum(map(bool, owners)) * 2 > len(folders) and max(owners) > 1:
        return folders
    if not all(_SECTION_NAME.fullmatch(folder.name[:200]) for folder in folders):
        return []
    votes = sum(
        _looks_like_class(inner, assignment) - _is_one_students(inner, assignment) for inner in listed
    )
    return folders if votes > 0 else []


def _count_owners(entries: Sequence[Entry], assignment: Assignment) -> int:
    """Return how many students' hand-ins a platform's names tell apart; 0 without a platform."""
    platform = detect_platform(entries, assignment, "")
    if platform is None:
        return 0
    parsed = parse_names(platform, entries, assignment, "")
    return len({name.identity.key for name in parsed if name and not name.platform_file})


def _list(folder: Folder) -> list[Entry]:
    try:
        return visible(folder)
    except Unreadable:
        return []


def _add_hand_ins(
    layout: ClassLayout,
    entries: Sequence[Entry],
    assignment: Assignment,
    folder_name: str,
    section: str = "",
    platform: Platform | None = None,
) -> None:
    """Add entries that lie side by side: hand-ins named by a platform or after students, and other files.

    The names decide which platform wrote them unless `platform` is given.
    """
    own = []
    for entry in entries:
        if len(entries) > 1 and assignment.is_support_file(entry):
            layout.ignored.append(IgnoredFile(entry.where, IgnoredReason.SUPPORT_CODE))
        else:
            own.append(entry)
    hand_ins = [entry for entry in own if _may_be_handed_in(entry)]
    # Whoever hands in only files that nobody reads has a platform's name all the same.
    platform = (
        platform
        or detect_platform(hand_ins, assignment, folder_name)
        or detect_platform(own, assignment, folder_name)
        or Platform.PLAIN
    )
    for entry, name in zip(own, parse_names(platform, own, assignment, folder_name), strict=True):
        plain = _is_source_like(entry) if platform is not Platform.PLAIN else _may_be_handed_in(entry)
        if name and name.platform_file:
            layout.ignored.append(IgnoredFile(entry.where, IgnoredReason.PLATFORM_FILE))
        elif name:
            layout.attributions.append(_attribute(entry, name, section))
        elif plain or len(own) == 1:
            layout.attributions.append(_attribute_plain(entry, assignment, section, platform))
        else:
            reason = IgnoredReason.PLATFORM_FILE if _INDEX.fullmatch(entry.name) else IgnoredReason.UNKNOWN
            layout.ignored.append(IgnoredFile(entry.where, reason))


def _may_be_handed_in(entry: Entry) -> bool:
    if isinstance(entry, Folder) or entry.special:
        return True
    return (_is_source_like(entry) or _DOCUMENT.search(entry.name) is not None) and not _INDEX.fullmatch(
        entry.name
    )


def _is_source_like(entry: Entry) -> bool:
    return isinstance(entry, Folder) or entry.special or entry.is_source or entry.is_zip


def _attribute(entry: Entry, name: ParsedName, section: str) -> Attribution:
    order = name.order
    if isinstance(entry, File) and name.filename:
        entry = replace(entry, name=name.filename, modified=entry.modified if order is None else order)
    review: list[ReviewNote] = []
    if name.identity.ambiguous:
        said = f"The name {entry.where} can be read as that of two students."
        review.append(ReviewNote(ReviewReason.AMBIGUOUS_NAME, said))
    return Attribution(entry, replace(name.identity, section=section), order, tuple(review))


def _attribute_plain(
    entry: Entry, assignment: Assignment, section: str = "", platform: Platform = Platform.PLAIN
) -> Attribution:
    """Return whose a file or folder is that is named after its student, or after nobody."""
    stem = _stem(entry)
    unnamed = isinstance(entry, File) and (is_copy(stem) or assignment.name_match(stem) == 2)
    review: list[ReviewNote] = []
    latin1 = _SUFFIX.sub("", entry.latin1_name) if isinstance(entry, File) else entry.latin1_name
    if unnamed or platform is not Platform.PLAIN:
        said = f"The name {entry.where} does not say whose it is."
        review.append(ReviewNote(ReviewReason.AMBIGUOUS_NAME, said))
    if latin1:
        said = f"The name {entry.where} is not UTF-8; read as Latin-1 it is {printable(latin1)}."
        review.append(ReviewNote(ReviewReason.AMBIGUOUS_NAME, said))
    identity = Identity(stem, section=section, aliases=(latin1,) if latin1 else (), known=not unnamed)
    return Attribution(entry, identity, None, tuple(review))


def _stem(entry: Entry) -> str:
    """Return the name of a folder, or that of a file without its suffixes."""
    return entry.name if isinstance(entry, Folder) else _SUFFIX.sub("", entry.name) or entry.name


def _ignore_hidden(layout: ClassLayout, folder: Folder) -> None:
    """Report hidden files that look like answers; editors' and systems' own leftovers are not reported."""
    for entry in folder.entries():
        hidden = entry.name.startswith(".") and not entry.name.startswith("._")
        if isinstance(entry, File) and is_junk(entry.name) and hidden and (entry.is_source or entry.is_zip):
            layout.ignored.append(IgnoredFile(entry.where, IgnoredReason.HIDDEN))


def _add_nbgrader(layout: ClassLayout, folder: Folder, assignment: Assignment) -> None:
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


def _other_assignments(student: Folder, assignment: Assignment) -> list[str]:
    """Return the assignments in a student's folder when the one looked for is not among them."""
    try:
        entries = visible(student)
    except Unreadable:
        return []
    names = [entry.name for entry in entries]
    only_folders = all(isinstance(entry, Folder) for entry in entries)
    return names if only_folders and assignment.slug not in names else []


def _add_gradescope(layout: ClassLayout, folder: Folder, assignment: Assignment) -> None:
    entries = visible(folder)
    metadata = next(entry for entry in entries if isinstance(entry, File) and entry.name == METADATA)
    rest = [entry for entry in entries if entry is not metadata]
    for submission in read_metadata(metadata):
        entry = next((entry for entry in rest if entry.name == submission.folder), None)
        if entry is not None:
            rest.remove(entry)
        layout.attributions += _submitted_together(
            submission, entry or _missing(submission.folder, folder.where)
        )
    layout.ignored.append(IgnoredFile(metadata.where, IgnoredReason.PLATFORM_FILE))
    if rest:
        _add_hand_ins(layout, rest, assignment, folder.name, platform=Platform.GRADESCOPE)


def _submitted_together(submission: GradescopeSubmission, entry: Entry) -> Iterator[Attribution]:
    group = submission.folder if len(submission.submitters) > 1 else ""
    if not submission.submitters:
        said = f"{METADATA} does not say who handed in {printable(submission.folder)}."
        review = (ReviewNote(ReviewReason.AMBIGUOUS_NAME, said),)
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


def _missing(name: str, where: str) -> File:
    def load(limit: int) -> bytes:
        raise Unreadable(f"{METADATA} names {printable(name)}, which is not there.")

    return File(name, join_place(where, name), 0.0, load, special=True)
