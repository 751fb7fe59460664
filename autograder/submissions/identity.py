"""Represent the submitter of a submission, normalize names for comparison, and name the student's folder."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MAX_READABLE = 48
# Longer file names are not searched for a student.
MAX_NAME = 1_000

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_@+.-]{0,78}[a-z0-9]|[a-z0-9]")
# Names that Windows reserves, with or without an extension.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
# A grades folder has entries with these names in addition to its students' folders.
_TAKEN = re.compile(r"uploads|handback|requests|.*\.(?:csv|html|jsonl?|lock|tmp|toml)")

# Characters that keyboards, word processors and platforms use in place of each other.
_PUNCTUATION = str.maketrans(
    {
        "_": " ",
        **dict.fromkeys("\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}`", "'"),
        **dict.fromkeys("\N{HYPHEN}\N{EN DASH}\N{MINUS SIGN}", "-"),
    }
)


class Platform(StrEnum):
    """The system whose naming scheme identifies the owner of a submission."""

    PLAIN = "plain"  # no system: files and folders named after students
    CANVAS = "canvas"
    MOODLE = "moodle"
    BLACKBOARD = "blackboard"
    BRIGHTSPACE = "brightspace"
    SAKAI = "sakai"
    GOOGLE_CLASSROOM = "google_classroom"
    GITHUB_CLASSROOM = "github_classroom"
    GRADESCOPE = "gradescope"
    NBGRADER = "nbgrader"


# Platforms whose times are those of the institution's clock, without a time zone.
LOCAL_TIMES = frozenset({Platform.BLACKBOARD, Platform.BRIGHTSPACE})
# Platforms that mark late submissions, so that one without a mark is not late.
MARKS_LATE = frozenset({Platform.CANVAS})


@dataclass(frozen=True)
class Identity:
    """The submitter of a submission, as far as the platform identifies them.

    `ids` are the platform's ids of the student; the first distinguishes students with the same name.
    `submitted` is in seconds since the epoch, a local time as if it were UTC. `aliases` are other readings of
    the name, such as a longer login. An `ambiguous` identity is based on a name that may belong to either of
    two students. `known` is false if the name does not identify its owner (`Copy of transfer.ipynb`).
    `display_name` is unique in its class.
    """

    name: str
    platform: Platform = Platform.PLAIN
    ids: tuple[str, ...] = ()
    login: str = ""
    email: str = ""
    submitted: float | None = None
    late: bool = False
    group: str = ""
    section: str = ""
    aliases: tuple[str, ...] = ()
    ambiguous: bool = False
    known: bool = True
    display_name: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Return a key that is equal for submissions of the same student and differs between students."""
        if self.ids:
            return ("id", self.ids[0])
        if self.email:
            return ("email", self.email)
        if self.login:
            return ("login", self.login)
        # A name that is not UTF-8 is complete only in its other reading.
        return ("name", self.name, self.section, *self.aliases)

    @property
    def label(self) -> str:
        """Return what distinguishes this student from others with the same name, or "" if nothing does."""
        own = (*(self.ids if not self.email else ()), self.email, self.login, self.section, *self.aliases)
        return next((part for part in own if part and part != self.name), "")


@dataclass(frozen=True)
class ParsedName:
    """The information in a platform's name.

    `filename` is the part that the student chose, "" for a folder. `order` increases with time if the name
    contains it, in the same unit throughout a platform. The platform itself wrote a `platform_file`.
    """

    identity: Identity
    filename: str = ""
    order: float | None = None
    platform_file: bool = False


PLATFORM_FILE = ParsedName(Identity(""), platform_file=True)


def normalize_name(name: str) -> str:
    """Return `name` normalized: letter case, Unicode form, apostrophes, hyphens, underscores and spaces.

    Invisible characters, such as marks of the writing direction, are removed.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return " ".join(seen.translate(_PUNCTUATION).split())


def compact_name(name: str) -> str:
    """Return the letters, their combining marks, and the digits of a name."""
    return "".join(
        char for char in normalize_name(name) if char.isalnum() or unicodedata.category(char)[0] == "M"
    )


def without_accents(text: str) -> str:
    """Return `text` with every letter in its basic form."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def common_prefix(names: Sequence[str]) -> str:
    """Return the longest beginning that all names share."""
    first, last = min(names), max(names)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length]


def safe_name(student: str) -> str:
    """Return the file name for `student`: one path component of at most 160 bytes.

    A short name of lower-case ASCII letters, digits and `_@+.-` is unchanged. Any other name becomes its
    letters and digits, `~` and a hash of the whole name. File names of different students differ even if the
    file system ignores case or the encoding of accents.
    """
    if _PLAIN.fullmatch(student) and not (_RESERVED.fullmatch(student) or _TAKEN.fullmatch(student)):
        return student
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    letters = "".join(
        char if char.isalnum() or char in "-_" else " " for char in unicodedata.normalize("NFC", student)
    )
    readable = "_".join(letters.split()).strip("-_")
    while len(readable.encode("utf-8", "replace")) > 2 * MAX_READABLE or len(readable) > MAX_READABLE:
        readable = readable[:-1]
    return f"{readable or 'student'}~{digest}"
