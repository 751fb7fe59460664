"""Detect the platform that exported a class, and parse the names that it gave to files.

A parser sees the whole class, because some names can only be interpreted by comparison with others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..assignment import Assignment
from ..folders import Entry
from ..identity import MAX_NAME, ParsedName, Platform
from .classrooms import github, google
from .learning_systems import blackboard, brightspace, canvas, moodle, sakai

Parser = Callable[[Sequence[Entry], Assignment, str], list[ParsedName | None]]


def detect_platform(entries: Sequence[Entry], assignment: Assignment, folder_name: str) -> Platform | None:
    """Return the platform that wrote the entries of a class folder, or None if no platform matches.

    A platform must match more than half of the entries, so that no single submission decides. If several
    match, the one with the most matches counts, then the one that wrote the shortest parts of the names: a
    student's imitation of a platform's part follows the real part. Google Classroom's names are generic, so
    it comes last.
    """
    best, best_rank = None, (False, 0, 0)
    for platform, parser in PARSERS.items():
        parsed = parser(entries, assignment, folder_name)
        pairs = [
            (entry, name)
            for entry, name in zip(entries, parsed, strict=True)
            if name and not name.platform_file
        ]
        platform_chars = sum(len(entry.name) - len(name.filename) for entry, name in pairs)
        rank = (platform is not Platform.GOOGLE_CLASSROOM, len(pairs), -platform_chars)
        if len(pairs) > parsed.count(None) and rank > best_rank:
            best, best_rank = platform, rank
    return best


def parse_names(
    platform: Platform, entries: Sequence[Entry], assignment: Assignment, folder_name: str
) -> list[ParsedName | None]:
    """Return the information in each entry's name on a platform; None for names in another format."""
    parser = PARSERS.get(platform)
    return parser(entries, assignment, folder_name) if parser else [None] * len(entries)


def _each(parse: Callable[[Entry], ParsedName | None]) -> Parser:
    """Return a parser that reads every name separately."""

    def parser(entries: Sequence[Entry], assignment: Assignment, folder_name: str) -> list[ParsedName | None]:
        return [parse(entry) if len(entry.name) <= MAX_NAME else None for entry in entries]

    return parser


PARSERS: Mapping[Platform, Parser] = {
    Platform.CANVAS: canvas,
    Platform.MOODLE: _each(moodle),
    Platform.BRIGHTSPACE: _each(brightspace),
    Platform.BLACKBOARD: blackboard,
    Platform.SAKAI: _each(sakai),
    Platform.GITHUB_CLASSROOM: github,
    Platform.GOOGLE_CLASSROOM: google,
}
