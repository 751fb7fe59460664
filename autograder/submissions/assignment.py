"""Describe an assignment by the names of its files, and distinguish answers from files of the handout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from ..kit import Kit
from .folders import Entry, File, Folder, Unreadable, readable, visible

# Sakai puts a student's files in this folder, next to its own texts and folders.
SAKAI_ATTACHMENTS = "Submission attachment(s)"
# Files of a handout, in addition to the kit's own support code.
HANDOUT_FILES = frozenset(
    {
        "check_report.py",
        "code_remarks.py",
        "conftest.py",
        "errors.py",
        "keras_advice.py",
        "kit.json",
        "language.py",
        "notebook_cards.py",
        "notebook_checks.py",
        "notebook_file.py",
        "pytest.ini",
        "readme.md",
        "requirements.txt",
        "student_frames.py",
        "test_hidden.py",
        "test_public.py",
    }
)
# Support modules that current or earlier handouts include in addition to `lesson.py`.
SUPPORT_MODULES = frozenset(
    {
        *("asking.py", "drawing.py", "expect.py", "networks.py", "scatter.py", "story.py"),
        *("keras_errors.py", "pictures.py", "shapes.py"),
    }
)
MAX_DEPTH = 4
# Words for any assignment. A file that is named with these alone does not say whose it is.
_TITLES = (
    r"main|submission|answers?|solutions?|homework|hw|assignment|exercise|untitled|week"
    r"|abgabe|lösung|hausaufgabe|aufgabe|übung|woche|devoir|semaine|tarea|semana|opdracht"
)
# What people and programs add to an assignment's name, beside the name of the student.
_VERSIONS = (
    r"copy(?: of)?|kopie(?: v[ao]n)?|copie(?: de)?|copia(?: d[ei])?|final|new|neu|master"
    r"|v(?=\d)|version|rev|fixed|updated|completed|corrected|done"
)
# One or two short numbers may follow: `final2`, `week 9`, `hw_9_1`. A longer one is a student's.
_NUMBER = r"(?:\d{1,3}|[ _-]\d{1,2})?(?:[ _.-]\d{1,2})?"

# What Nextcloud and Dropbox add to a file that was changed in two places.
_CONFLICT = r"\([^()]*conflicted copy[^()]*\)"

_TEST = re.compile(r"(test_.*|.*_test)\.py", re.IGNORECASE)
_SUPPORT = re.compile(
    r"(conftest|setup|check_report|keras_(advice|errors)|notebook_(cards|checks|file)"
    r"|student_frames)\.py",
    re.IGNORECASE,
)
ENVIRONMENT_FOLDERS = frozenset({"venv", "env", "node_modules", "site-packages"})
HANDOUT_FOLDERS = frozenset({"inputs", "support", "tests"})
# What a Python environment contains, whatever its folder is called.
_ENVIRONMENT_MARKS = {"pyvenv.cfg", "conda-meta"}
ENVIRONMENT_PARTS = frozenset(
    {
        *("bin", "scripts", "include", "lib", "lib64", "share", "etc", "conda-meta"),
        *("dlls", "library", "tools", "man", "ssl", "var"),
    }
)
_LIBRARY = re.compile(r"lib(?:64)?", re.IGNORECASE)
_PYTHON_LIBRARY = re.compile(r"site-packages|python\d(?:\.\d{1,2})?", re.IGNORECASE)


class NameMatch(IntEnum):
    """How a file's name relates to the module's name, the best match last."""

    NONE = 0
    CONTAINED = 1  # `transfer (1)`
    EQUAL = 2


@dataclass(frozen=True)
class Assignment:
    """The kit's slug, its module's name, and the file names of its support code."""

    slug: str
    module: str
    given: frozenset[str] = frozenset()

    @classmethod
    def from_kit(cls, kit: Kit) -> Assignment:
        """Return the assignment of a kit."""
        return cls(kit.slug, kit.module, frozenset(kit.given))

    def name_match(self, stem: str) -> NameMatch:
        """Return whether `stem`, in any letter case, is the module's name or contains it."""
        stem, module = stem.casefold(), self.module.casefold()
        if stem == module:
            return NameMatch.EQUAL
        return NameMatch.CONTAINED if module in stem else NameMatch.NONE

    def rest_of_name(self, stem: str) -> str:
        """Return a file's name without the assignment's name and without words and numbers of versions.

        What remains of `transfer_jo_doe_final (1)` is `jo_doe`, which may be a student's name.
        """
        names = [re.escape(name).replace("_", "[_ -]") for name in (self.slug, self.module) if name]
        words = "|".join([*names, _TITLES, _VERSIONS])
        rest = re.sub(rf"{_as_words(words)}|\(\d{{1,3}}\)|{_CONFLICT}", " ", stem, flags=re.IGNORECASE)
        return re.sub(r"[(\[]\W*[)\]]", " ", rest).strip(" _-.,+&")

    def is_unnamed(self, stem: str) -> bool:
        """Return whether a file's name names the assignment only, such as `transfer - Copy (2)` or `hw9`."""
        has_title = self.name_match(stem) or re.search(_as_words(_TITLES), stem, re.IGNORECASE)
        return bool(has_title) and re.fullmatch(r"\d{0,3}", self.rest_of_name(stem)) is not None

    def candidates(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Return the entries of a student's folder that may hold the answer."""
        for name in (SAKAI_ATTACHMENTS, self.slug):
            # nbgrader keeps each assignment of a student in a separate folder.
            folders = [entry for entry in entries if isinstance(entry, Folder) and entry.name == name]
            if folders and not any(self.is_answer(entry) for entry in entries):
                return folders
        own = [entry for entry in entries if not self.is_support(entry)]
        if not _is_environment(entries):
            return own
        return [
            entry
            for entry in own
            if isinstance(entry, File) or entry.name.casefold() not in ENVIRONMENT_PARTS
        ]

    def is_answer(self, entry: Entry) -> bool:
        """Return whether an entry is a source file that may be an answer."""
        return isinstance(entry, File) and entry.is_source and not self.is_support(entry)

    def is_support(self, entry: Entry) -> bool:
        """Return whether an entry of a student's folder belongs to the kit or to an environment."""
        if isinstance(entry, Folder):
            return entry.name.casefold() in ENVIRONMENT_FOLDERS | HANDOUT_FOLDERS
        is_support = entry.name in self.given or _SUPPORT.fullmatch(entry.name) is not None
        return is_support or self.is_test(entry.name)

    def is_test(self, name: str) -> bool:
        """Return whether a file has the name of a test file for pytest, which holds no answer."""
        return _TEST.fullmatch(name) is not None

    def is_support_file(self, entry: Entry) -> bool:
        """Return whether an entry of a class folder is one that every student received."""
        if isinstance(entry, Folder):
            return self.is_support(entry)
        name = entry.name.casefold()
        return (
            entry.name in self.given
            or name in HANDOUT_FILES | SUPPORT_MODULES
            or name == f"test_{self.module}.py".casefold()
        )

    def has_answer(self, entry: Entry) -> bool:
        """Return whether `entry` is or contains an answer or a zip."""
        return self.last_change(entry) is not None

    def last_change(self, entry: Entry, depth: int = MAX_DEPTH) -> float | None:
        """Return the time when the newest answer or zip in `entry` was changed, or None if there is none."""
        if isinstance(entry, File):
            return entry.modified if entry.is_zip or self.is_answer(entry) else None
        try:
            children = self.candidates(visible(entry)) if depth else []
        except Unreadable:
            return None
        times = (self.last_change(child, depth - 1) for child in children)
        return max((time for time in times if time is not None), default=None)


def _as_words(words: str) -> str:
    """Return a pattern for whole words, each with the number that may follow."""
    return rf"(?<![^\W_])(?:{words}){_NUMBER}(?![^\W_])"


def _is_environment(entries: Sequence[Entry]) -> bool:
    """Return whether a folder with these entries is a Python environment; a student's files may be in it."""
    if any(entry.name.casefold() in _ENVIRONMENT_MARKS for entry in entries):
        return True
    libraries = (each for each in entries if isinstance(each, Folder) and _LIBRARY.fullmatch(each.name))
    return any(map(_is_library, libraries))


def _is_library(folder: Folder) -> bool:
    return any(isinstance(each, Folder) and _PYTHON_LIBRARY.fullmatch(each.name) for each in readable(folder))
