"""Find the folder of a class whose entries are the hand-ins, and the sections in it.

The class as a whole decides. Nothing inside one hand-in changes how the others are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .archive import class_zip
from .assignment import Assignment
from .attribution import ClassLayout, add_gradescope, add_hand_ins, add_nbgrader, ignore_hidden
from .folders import Entry, File, Folder, Unreadable, visible
from .gradescope_export import METADATA, is_submission_name, read_metadata
from .platforms import detect_platform, parse_names

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


def read_layout(root: Entry, assignment: Assignment, *, is_class_zip: bool = False) -> ClassLayout:
    """Return the layout of the class at `root`, which may also be a single hand-in.

    `is_class_zip` says that a zip at `root`, or alone in it, holds a class. Raises Unreadable.
    """
    layout = ClassLayout()
    folder = _class_folder(root, assignment, is_class_zip)
    if folder is None:
        if isinstance(root, File) and not (root.is_source or root.is_zip):
            raise Unreadable(f"{root.where} is no submission: expected a folder, a zip, a .py or an .ipynb.")
        add_hand_ins(layout, [root], assignment, root.name)
    elif _is_gradescope(folder, is_class_zip):
        add_gradescope(layout, folder, assignment)
    elif folder.name == SUBMITTED and not _has_platform(visible(folder), assignment, folder.name):
        add_nbgrader(layout, folder, assignment)
    else:
        _add_class(layout, folder, assignment, "")
    return layout


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


def _add_class(
    layout: ClassLayout, folder: Folder, assignment: Assignment, section: str, depth: int = 0
) -> None:
    ignore_hidden(layout, folder)
    entries = visible(folder)
    if depth < MAX_SECTION_DEPTH and (sections := _sections(entries, assignment)):
        for entry in entries:
            if isinstance(entry, Folder) and entry in sections:
                name = f"{section}/{entry.name}" if section else entry.name
                _add_class(layout, entry, assignment, name, depth + 1)
        entries = [entry for entry in entries if entry not in sections]
    add_hand_ins(layout, entries, assignment, folder.name, section)


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
