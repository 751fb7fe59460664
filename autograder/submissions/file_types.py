"""Recognize files that are not source files, by their names or their first bytes, and say what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..language import gettext_noop

MAX_NAME = 1_000
MAX_BEGINNING = 16

# A source file's suffix, and what browsers, editors and mail programs append to it.
_RENAMED = re.compile(
    r".+(?P<suffix>\.py|\.ipynb)"
    r"(?:\.(?:txt|json|bak|old|orig|download|crdownload|part|\d{1,3})|[\s_~]|\(\d{1,3}\))+",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class FileType:
    """A type of file: its suffixes as a pattern, its name with advice, and its first bytes in lower case."""

    suffixes: str
    kind: str
    beginnings: tuple[bytes, ...] = ()

    def has_name(self, name: str) -> bool:
        """Return whether a file's name ends in one of the suffixes."""
        return re.search(rf"\.(?:{self.suffixes})$", name, re.IGNORECASE) is not None


TYPES = (
    FileType("pdf", gettext_noop("a PDF"), (b"%pdf",)),
    FileType("docx?|odt|rtf|pages|gdoc", gettext_noop("a text document"), (rb"{\rtf",)),
    FileType("html?|mht|mhtml", gettext_noop("a web page"), (b"<!doctype html", b"<html")),
    FileType("txt|md", gettext_noop("a text file; if it is Python, its name must end in .py")),
    FileType("json", gettext_noop("a JSON file; if it is a notebook, its name must end in .ipynb")),
    FileType("py3|pyw", gettext_noop("Python under another name; its name must end in .py")),
    FileType("pyc", gettext_noop("compiled Python")),
    FileType(
        "rar|7z|tar|t?gz|bz2|tbz2?|xz|txz|zst",
        gettext_noop("an archive that is not opened; hand in a .zip"),
        (b"rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"bzh", b"\xfd7zxz"),
    ),
    FileType("png|jpe?g|heic|mp4|mov", gettext_noop("a picture or a film"), (b"\x89png", b"\xff\xd8\xff")),
    FileType("pptx?", gettext_noop("a presentation")),
    FileType("url|webloc|lnk", gettext_noop("a link; hand in the file itself")),
    FileType("keras|h5", gettext_noop("a saved network; hand in the code"), (b"\x89hdf",)),
)
ZIP_KIND = gettext_noop("a zip or an office document")
_SUFFIX = re.compile("|".join(["py|ipynb|zip", *(each.suffixes for each in TYPES)]), re.IGNORECASE)
_RENAMED_KINDS = {
    ".py": gettext_noop("Python under another name; its name must end in .py"),
    ".ipynb": gettext_noop("a notebook under another name; its name must end in .ipynb"),
}


def kind_of_name(name: str) -> str | None:
    """Return what a file is by its name, with advice, or None for a source file and for unknown types."""
    if renamed := _renamed(name):
        return _RENAMED_KINDS[renamed["suffix"].casefold()]
    return next((each.kind for each in TYPES if each.has_name(name)), None)


def kind_of_content(content: bytes) -> str | None:
    """Return what a file is by its first bytes, or None if they may be those of text."""
    beginning = _beginning(content)
    found = (each.kind for each in TYPES if beginning.startswith(each.beginnings))
    return next(found, ZIP_KIND if is_zip(content) else None)


def is_zip(content: bytes) -> bool:
    """Return whether a file begins as a zip; office documents do, too."""
    return _beginning(content).startswith(b"pk\x03\x04")


def _beginning(content: bytes) -> bytes:
    """Return the first bytes of a file, in lower case and without a byte order mark and white space.

    Markup ignores letter case, and so may the comparison: no other type begins with the same letters.
    """
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:MAX_BEGINNING].lower()


def without_suffixes(name: str) -> str:
    """Return a name without the suffixes of source files, zips and documents; it may have several."""
    renamed = _renamed(name)
    parts = (name[: renamed.start("suffix")] if renamed else name).split(".")
    while len(parts) > 1 and _SUFFIX.fullmatch(parts[-1]):
        parts.pop()
    return ".".join(parts)


def _renamed(name: str) -> re.Match[str] | None:
    return _RENAMED.fullmatch(name) if len(name) <= MAX_NAME else None
