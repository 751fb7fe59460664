"""Find the folder of a class whose entries are the submissions, and the sections in it.

The class as a whole determines the layout. The content of one submission does not change how the others are
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .archive import class_zip
from .assignment import Assignment, NameMatch
from .attribution import (
    ClassLayout,
    IgnoredFile,
    IgnoredReason,
    add_gradescope,
    add_hand_ins,
    add_nbgrader,
    ignore_hidden,
)
from .folders import Entry, File, Folder, Unreadable, readable, visible
from .platforms.detect import detect_platform, parse_names
from .platforms.gradescope_export import METADATA, is_submission_name, read_metadata
from .sections import are_parts, are_sections, is_section_name

# nbgrader's folder of all students, and what nbgrader writes beside it.
SUBMITTED = "submitted"
NBGRADER_FOLDERS = frozenset({"source", "release", "autograded"})
NBGRADER_FILES = frozenset({"gradebook.db", "nbgrader_config.py"})
# `feedback` is too common a name to identify nbgrader.
NBGRADER_ENTRIES = frozenset({SUBMITTED, "feedback"}) | NBGRADER_FOLDERS | NBGRADER_FILES
# The folder of all students in a download from Teams, and the folder of unfinished work beside it.
TEAMS_SUBMITTED = "submitted files"
TEAMS_ENTRIES = frozenset({TEAMS_SUBMITTED, "working files"})
MAX_SECTION_DEPTH = 2

# Names of exports from Canvas, Gradescope, Blackboard, Sakai, Brightspace and Google Drive, with the number
# that a browser or macOS appends to a second one.
_EXPORT_NAME = re.compile(
    r"(?:submissions|assignment_\d+_export|gradebook_.+_\d{4}(?:-\d\d){5}|bulk_download"
    r"|.+ Download [^\W\d]+ \d{1,2}, \d{4} \d{3,4} [AP]M|drive-download-\d{8}T\d{6}Z-.+)"
    r"(?: ?\(\d{1,3}\)| \d{1,3})?",
    re.DOTALL,
)


def read_layout(root: Entry, assignment: Assignment, *, is_class_zip: bool = False) -> ClassLayout:
    """Return the layout of the class at `root`, which may also be a single submission.

    `is_class_zip` says that a zip at `root`, or the only entry in it, contains a class. Raises Unreadable.
    """
    layout = ClassLayout()
    folder = _class_folder(root, assignment, is_class_zip)
    if folder is None:
        if isinstance(root, File) and not (root.is_source or root.is_zip):
            raise Unreadable(f"{root.where} is no submission: expected a folder, a zip, a .py or an .ipynb.")
        add_hand_ins(layout, [root], assignment, root.name)
    elif _is_gradescope(folder, is_class_zip):
        add_gradescope(layout, folder, assignment)
    else:
        if submitted := _nbgrader_folder(visible(folder), assignment):
            beside = [entry for entry in visible(folder) if entry.name.casefold() not in NBGRADER_ENTRIES]
            layout.ignored += [IgnoredFile(entry.where, IgnoredReason.BESIDE_SUBMITTED) for entry in beside]
            folder = submitted
        if folder.name == SUBMITTED and not _has_platform_names(visible(folder), assignment, folder.name):
            add_nbgrader(layout, folder, assignment)
        else:
            _add_class(layout, folder, assignment, "")
    return layout


def _class_folder(root: Entry, assignment: Assignment, is_class_zip: bool) -> Folder | None:
    """Return the folder or zip at or below `root` whose entries are submissions; None for a single one."""
    if isinstance(root, File):
        opened = _open_zip(root, assignment, is_class_zip)
        return opened and _unwrap(opened, assignment, is_class_zip=True)
    return _unwrap(root, assignment, is_class_zip)


def _unwrap(folder: Folder, assignment: Assignment, is_class_zip: bool) -> Folder | None:
    """Return the folder at or below `folder` whose entries are submissions; None if it is one student's."""
    entries = visible(folder)
    if _is_gradescope(folder, is_class_zip) or _nbgrader_folder(entries, assignment):
        return folder
    if teams := _teams_folder(entries):
        return teams
    if len(entries) == 1:
        (only,) = entries
        if isinstance(only, Folder) and (teams := _teams_library(readable(only))):
            return teams
        if isinstance(only, File) and (opened := _open_zip(only, assignment, is_class_zip)):
            return _unwrap(opened, assignment, is_class_zip=True)
        if isinstance(only, Folder) and (is_class_zip or _may_be_export(only.name, assignment)):
            for inner in wrapped_folders(only) if is_class_zip else [only]:
                if _is_gradescope(inner) or _looks_like_class(visible(inner), assignment):
                    return _unwrap(inner, assignment, is_class_zip)
            if only.name == assignment.slug:
                return None
    return None if _belongs_to_one_student(entries, assignment) else folder


def is_export_name(stem: str) -> bool:
    """Return whether a platform gives its exports this name."""
    return _EXPORT_NAME.fullmatch(stem[:200]) is not None


def wrapped_folders(folder: Folder) -> list[Folder]:
    """Return a folder, and while there is nothing but one folder in it, that one too."""
    folders = [folder]
    while len(entries := readable(folders[-1])) == 1 and isinstance(entries[0], Folder):
        folders.append(entries[0])
    return folders


def may_hold_class(folder: Folder, assignment: Assignment) -> bool:
    """Return whether a folder that counts as one student's looks like a class."""
    entries = readable(folder)
    if _is_gradescope(folder) or _teams_folder(entries):
        return True
    if _has_platform_names(entries, assignment, ""):
        return True
    named = any(_has_module_name(entry, assignment) for entry in entries)
    return not named and _looks_like_class(entries, assignment)


def _may_be_export(stem: str, assignment: Assignment) -> bool:
    return stem == assignment.slug or is_export_name(stem)


def _open_zip(file: File, assignment: Assignment, is_class_zip: bool) -> Folder | None:
    """Return a class zip as a folder, or None unless `is_class_zip` is set or it is clearly an export.

    The content of a zip alone is not sufficient evidence, because a student could create all of it.
    """
    if not file.is_zip or file.path is None:
        return None
    if not (is_class_zip or _may_be_export(file.stem, assignment)):
        return None
    try:
        folder = class_zip(file.path, file.stem, "")
        return folder if is_class_zip or _is_export(folder, assignment) else None
    except Unreadable:
        if is_class_zip:
            raise
        return None


def _is_export(folder: Folder, assignment: Assignment) -> bool:
    """Return whether one platform's naming fits everything in a zip, with at least two students."""
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
    """Return whether the folder has Gradescope's metadata, and at least half of the rest its folder names.

    Elsewhere, a student submitted the file of that name. In a zip that contains a class, the folders may have
    any names that the metadata lists.
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


def _nbgrader_folder(entries: Sequence[Entry], assignment: Assignment) -> Folder | None:
    """Return nbgrader's folder of all students if it is among the entries, else None.

    It counts as nbgrader's if it is alone or if something else of nbgrader is beside it. It also counts if
    nothing beside it holds an answer and a student in it has a folder for the assignment.
    """
    submitted = next((each for each in entries if isinstance(each, Folder) and each.name == SUBMITTED), None)
    if submitted is None:
        return None
    others = [entry for entry in entries if entry.name.casefold() not in NBGRADER_ENTRIES]
    if not others or any(map(_is_written_by_nbgrader, entries)):
        return submitted
    if any(assignment.has_answer(entry) for entry in others):
        return None
    students = [entry for entry in readable(submitted) if isinstance(entry, Folder)]
    has_assignment = any(
        isinstance(entry, Folder) and entry.name == assignment.slug
        for student in students
        for entry in readable(student)
    )
    return submitted if has_assignment else None


def _is_written_by_nbgrader(entry: Entry) -> bool:
    return entry.name.casefold() in (NBGRADER_FOLDERS if isinstance(entry, Folder) else NBGRADER_FILES)


def _teams_folder(entries: Sequence[Entry]) -> Folder | None:
    if not all(entry.name.casefold() in TEAMS_ENTRIES for entry in entries):
        return None
    folders = (entry for entry in entries if isinstance(entry, Folder))
    return next((folder for folder in folders if folder.name.casefold() == TEAMS_SUBMITTED), None)


def _teams_library(entries: Sequence[Entry]) -> Folder | None:
    """Return the folder of submissions in a download of the whole library, which also has unfinished work."""
    return _teams_folder(entries) if len(entries) == len(TEAMS_ENTRIES) else None


def _looks_like_class(entries: Sequence[Entry], assignment: Assignment) -> bool:
    """Return whether a folder's entries appear to belong to several students."""
    if _nbgrader_folder(entries, assignment) or _has_platform_names(entries, assignment, ""):
        return True
    answers = [entry for entry in entries if assignment.is_answer(entry)]
    unnamed = not any(_has_module_name(entry, assignment) for entry in answers)
    return (len(answers) > 1 and unnamed) or _count_containers(entries, assignment) > 1


def _belongs_to_one_student(entries: Sequence[Entry], assignment: Assignment) -> bool:
    """Return whether a folder with these entries is one student's: the answer has the module's name.

    Other source files next to it could be other students', unless the handout's `support` folder, or the
    `kit.json` of earlier handouts, shows that this is a student's working folder.
    """
    answers = [entry for entry in entries if assignment.is_answer(entry)]
    named = [entry for entry in answers if _has_module_name(entry, assignment)]
    if not named or _count_containers(entries, assignment) > 1:
        return False
    if _has_platform_names(entries, assignment, ""):
        return False
    in_handout = any(entry.name in ("kit.json", "support") for entry in entries)
    return len(named) == len(answers) or (in_handout and len(named) * 2 >= len(answers))


def _has_module_name(entry: Entry, assignment: Assignment) -> bool:
    return isinstance(entry, File) and assignment.name_match(entry.stem) is NameMatch.EQUAL


def _has_platform_names(entries: Sequence[Entry], assignment: Assignment, folder_name: str) -> bool:
    return detect_platform(entries, assignment, folder_name) is not None


def _count_containers(entries: Iterable[Entry], assignment: Assignment) -> int:
    """Return the number of folders and zips that contain a submission.

    Zips with the module's name, such as `transfer_2026_11_23.zip`, do not count: students export them.
    """
    export = re.compile(rf"{re.escape(assignment.module)}(?:\W*_?\d.*)?\.zip", re.IGNORECASE | re.DOTALL)
    containers = (
        entry for entry in entries if not assignment.is_answer(entry) and not export.fullmatch(entry.name)
    )
    return sum(map(assignment.has_answer, containers))


def _add_class(
    layout: ClassLayout, folder: Folder, assignment: Assignment, section: str, depth: int = 0
) -> None:
    """Add the submissions of a folder, and those of each section in it; `section` is the folder's own."""
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
    """Return the section folders of a class, or an empty list if the folders are students'.

    The folders are sections in three cases. Either more than half of them contain a platform's export, at
    least one with several students. Or all of them are named as sections, and more of them look like classes
    than like the folder of one student or one group. Or all of them contain files of several people.
    """
    folders = [entry for entry in entries if isinstance(entry, Folder)]
    answers = [entry for entry in entries if assignment.is_answer(entry)]
    if len(folders) < 2 or answers or _has_platform_names(entries, assignment, ""):
        return []
    listed = [readable(folder) for folder in folders]
    owners = [_count_owners(inner, assignment) for inner in listed]
    if sum(map(bool, owners)) * 2 > len(folders) and max(owners) > 1:
        return folders
    if all(is_section_name(folder.name) for folder in folders):
        votes = sum(
            (_looks_like_class(inner, assignment) and not are_parts(inner, assignment))
            - _belongs_to_one_student(inner, assignment)
            for inner in listed
        )
        if votes > 0:
            return folders
    return folders if are_sections(folders, assignment) else []


def _count_owners(entries: Sequence[Entry], assignment: Assignment) -> int:
    """Return the number of students that a platform's names distinguish; 0 without a platform."""
    platform = detect_platform(entries, assignment, "")
    if platform is None:
        return 0
    parsed = parse_names(platform, entries, assignment, "")
    return len({name.identity.key for name in parsed if name and not name.platform_file})
