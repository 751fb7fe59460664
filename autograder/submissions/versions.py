"""Select which of a student's versions counts: the newest one that may hold an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..models import ReviewNote, ReviewReason
from .assignment import Assignment
from .attribution import Attribution
from .folders import Folder, printable
from .identity import Platform

MAX_NAMED = 5


@dataclass(frozen=True)
class _Version:
    """One of several versions that a student submitted: a folder, a zip, or files in the same folder.

    `attributions` are in the order of arrival. `moment` is that of the last one, comparable within a class.
    `has_source` says that it has a source file from a platform, which counts before a zip.
    """

    moment: float
    attributions: tuple[Attribution, ...]
    has_answer: bool
    has_source: bool

    @property
    def where(self) -> str:
        return self.attributions[-1].entry.where

    @property
    def rank(self) -> tuple[bool, bool, float, str]:
        """Return a sort key; the version with the largest one counts."""
        return self.has_answer, self.has_source, self.moment, self.where


def newest_version(
    own: Sequence[Attribution], assignment: Assignment
) -> tuple[Sequence[Attribution], list[ReviewNote]]:
    """Return those of a student's attributions that count, and notes that name the versions that do not."""
    if len(own) == 1:
        return own, []
    versions = _versions(own, assignment)
    *older, newest = sorted(versions, key=lambda each: each.rank)
    # An empty folder or a text next to an answer is not another version of it.
    older = [version for version in older if version.has_answer or not newest.has_answer]
    notes = []
    by_name: dict[str, Attribution] = {}
    for each in newest.attributions:
        if replaced := by_name.get(each.entry.name):
            notes.append(_versions_note(each.entry.where, [replaced.entry.where]))
        by_name[each.entry.name] = each
    if older:
        is_newer = newest.moment > max(version.moment for version in older)
        notes.append(_versions_note(newest.where, [version.where for version in older], is_newer))
    return list(by_name.values()), notes


def _versions(own: Iterable[Attribution], assignment: Assignment) -> list[_Version]:
    """Return a student's versions.

    All entries with one time of arrival are a version. Of those without a time, each folder and each zip is a
    version, and all files together are one.
    """
    groups: defaultdict[tuple[object, ...], list[tuple[float, Attribution]]] = defaultdict(list)
    for each in own:
        moment = each.order if each.order is not None else assignment.last_change(each.entry) or 0.0
        is_container = isinstance(each.entry, Folder) or each.entry.is_zip
        if each.identity.submitted is not None:
            key: tuple[object, ...] = ("attempt", each.identity.submitted)
        else:
            key = ("container", each.entry.where) if is_container else ("files",)
        groups[key].append((moment, each))
    versions = []
    for group in groups.values():
        group.sort(key=lambda pair: (pair[0], pair[1].entry.where))
        ordered = tuple(each for _, each in group)
        has_answer = any(assignment.has_answer(each.entry) for each in ordered)
        has_source = any(_is_exported_source(each, assignment) for each in ordered)
        versions.append(_Version(group[-1][0], ordered, has_answer, has_source))
    return versions


def _is_exported_source(attribution: Attribution, assignment: Assignment) -> bool:
    """Return whether an entry is a source file from a platform that exports one attempt of each student.

    A zip beside it belongs to the same attempt, so a later number does not make it newer.
    """
    identity = attribution.identity
    is_one_attempt = identity.platform is not Platform.PLAIN and identity.submitted is None
    return is_one_attempt and assignment.is_answer(attribution.entry)


def _versions_note(newest: str, older: Sequence[str], is_newer: bool = True) -> ReviewNote:
    """Return the note about the version that counts; `is_newer` says whether the times prove it newer."""
    others = ", ".join(map(printable, older[:MAX_NAMED])) + (", …" if len(older) > MAX_NAMED else "")
    count, verb = ("two", "does") if len(older) == 1 else (str(len(older) + 1), "do")
    if is_newer:
        text = f"There are {count} submissions: {newest} is newer and counts, {others} {verb} not."
    else:
        text = (
            f"There are {count} submissions, and their times do not say which is newer: {newest} counts, "
            f"{others} {verb} not."
        )
    return ReviewNote(ReviewReason.SEVERAL_VERSIONS, text)
