"""Parse the names of Google Classroom's copies and of GitHub Classroom's clones.

All patterns take linear time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ..assignment import Assignment
from ..folders import Entry, Folder, Unreadable
from ..identity import MAX_NAME, Identity, ParsedName, Platform, common_prefix

# Jo Doe - transfer.ipynb, the name of the copies that Google Classroom makes for students.
_GOOGLE = re.compile(r"(?P<name>.+?) - (?P<filename>.+)", re.DOTALL)
_COPY_NUMBER = re.compile(r" ?\(\d{1,3}\)$")
# "Copy of" in the languages of Google Drive.
_COPY = re.compile(
    r"(?:Copy of|Kopie v[ao]n|Copie de|Copia d[ei]|Cópia de|Kopi[ae]? a[fv]|Kopi[ae]) |副本"
    r"|.*(?:的副本|のコピー)$",
    re.IGNORECASE | re.DOTALL,
)
# "Download ZIP" appends the branch to the repository's name.
_GITHUB_BRANCHES = ("-main", "-master")
_GITHUB_PARENT = re.compile(r"(?P<title>.+?)-submissions(?:-.*)?", re.DOTALL)


def google(entries: Sequence[Entry], assignment: Assignment, folder_name: str) -> list[ParsedName | None]:
    """Return the student's name in the names of Google Classroom.

    The assignment's title follows the student's name. Any name may contain a dash, so the names count only if
    the most frequent title is the assignment's, or if all students have the same one.
    """
    parsed = [_google_name(entry, assignment) for entry in entries]
    titles = Counter(_title(name.filename).casefold() for name in parsed if name)
    if not titles:
        return parsed
    title, count = titles.most_common(1)[0]
    is_assignments = assignment.name_match(title) or assignment.slug.casefold() in title
    students = {name.identity.name for name in parsed if name}
    is_shared = count > 1 and count == titles.total() == len(students)
    return parsed if is_assignments or is_shared else [None] * len(entries)


def _google_name(entry: Entry, assignment: Assignment) -> ParsedName | None:
    """Split a name at the dash before the module's name, or else at the first, which may be the wrong one."""
    if isinstance(entry, Folder) or len(entry.name) > MAX_NAME:
        return None
    match = _GOOGLE.fullmatch(entry.name)
    if match is None:
        return None
    name, _, filename = entry.name.rpartition(" - ")
    if name and assignment.name_match(_title(filename)):
        return ParsedName(_google_identity(name), filename)
    identity = replace(_google_identity(match["name"]), ambiguous=" - " in match["filename"])
    return ParsedName(identity, match["filename"])


def _google_identity(name: str) -> Identity:
    """Return the student; Colab saves changes of Jo Doe's file as a copy of it, `Copy of Jo Doe - …`."""
    original = _COPY.sub("", name)
    aliases = (original,) if original and original != name else ()
    return Identity(name, Platform.GOOGLE_CLASSROOM, aliases=aliases)


def _title(filename: str) -> str:
    return _COPY_NUMBER.sub("", filename.rpartition(".")[0])


def github(entries: Sequence[Entry], assignment: Assignment, folder_name: str) -> list[ParsedName | None]:
    """Return the login in the names of GitHub Classroom's clones and downloads."""
    folders = [entry for entry in entries if isinstance(entry, Folder) and len(entry.name) <= MAX_NAME]
    prefix = _github_prefix(folders, assignment, folder_name)
    branches = [end for end in _GITHUB_BRANCHES if all(folder.name.endswith(end) for folder in folders)]
    parsed: list[ParsedName | None] = []
    for entry in entries:
        login = entry.name.removeprefix(prefix)
        for branch in branches if len(folders) > 1 else ():
            login = login.removesuffix(branch)
        if prefix and isinstance(entry, Folder) and login and login != entry.name:
            # Logins may share a prefix: with uni-jdoe and uni-kroe the title seems to end in "uni".
            longer = tuple(f"{part}{login}" for part in _endings(prefix))
            parsed.append(ParsedName(Identity(login, Platform.GITHUB_CLASSROOM, login=login, aliases=longer)))
        else:
            parsed.append(None)
    return parsed


def _endings(prefix: str) -> list[str]:
    """Return the endings of `a-b-c-` after each hyphen but the last: `c-`, `b-c-`."""
    parts = prefix.split("-")[1:-1]
    return ["-".join((*parts[at:], "")) for at in reversed(range(len(parts)))]


def _github_prefix(folders: Sequence[Folder], assignment: Assignment, folder_name: str) -> str:
    """Return the `<assignment>-` of clones named `<assignment>-<login>`, or "" if they are not clones."""
    names = [folder.name for folder in folders]
    titles = [assignment.slug, assignment.slug.replace("_", "-")]
    if match := _GITHUB_PARENT.fullmatch(folder_name[:MAX_NAME]):
        titles.insert(0, match["title"])
    for title in titles:
        if sum(name.startswith(f"{title}-") for name in names) * 2 > len(names):
            return f"{title}-"
    if len(names) < 2 or sum(map(_is_clone, folders)) * 2 <= len(names):
        return ""
    common = common_prefix(names)
    return common[: common.rfind("-") + 1]


def _is_clone(folder: Folder) -> bool:
    try:
        return any(entry.name == ".git" for entry in folder.entries())
    except Unreadable:
        return False


def without_copy_number(stem: str) -> str:
    """Return a name without the ` (1)` that browsers append to a file's second download."""
    return _COPY_NUMBER.sub("", stem)


def is_copy(stem: str) -> bool:
    """Return whether a file is named as a copy of another, which does not identify its owner."""
    return _COPY.match(stem[:MAX_NAME]) is not None
