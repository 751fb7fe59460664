"""Students' names as file names: readable where possible, never a path, never the same for two students."""

from __future__ import annotations

import hashlib
import re
import unicodedata

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
