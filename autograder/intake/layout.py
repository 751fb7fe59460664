"""Which submissions a class folder holds: whose they are, and which of several counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.intake.claims import Claim, claim, class_folder, is_handed_in
from autograder.intake.disk import disk_entry
from autograder.intake.gradescope import METADATA, read_metadata
from autograder.intake.reading import Wanted, read_submission
from autograder.intake.tree import Entry, File, Folder, Unreadable, shown, visible
from autograder.records import Submission


class ClassError(ValueError):
    """What was given as a class cannot be used; the text says what was expected and found."""


@dataclass(frozen=True)
class Found:
    """One student's submission: known, but not read yet, so that a large class is never in memory at once.

    A class zip stays open while any `Found` of it is kept; read in the process that found it.
    """

    student: str
    entries: tuple[Entry, ...]
    where: str
    wanted: Wanted
    notes: tuple[str, ...] = ()

    def read(self) -> Submission:
        """Read the files (at most 50 MB). Never raises: what cannot be read is the submission's `problem`."""
        return read_submission(self.student, self.entries, self.where, self.wanted, self.notes)


def find(place: Path, slug: str, module: str, given: Collection[str] = ()) -> list[Found]:
    """Find the submissions in a class folder, a class zip, one student's folder or one student's file.

    `given` names the kit's given code (`lesson.py`), which is no answer. Students come sorted and once each. Raises
    ClassError when `place` is no class at all.
    """
    wanted = Wanted(slug, module, frozenset(given))
    root = place.expanduser().resolve()
    if not root.exists():
        raise ClassError(f"{place} does not exist: expected a class folder, a zip, a .py or an .ipynb.")
    try:
        claims = list(_claims(disk_entry(root), wanted))
    except Unreadable as problem:
        raise ClassError(str(problem)) from None
    if not claims:
        raise ClassError(
            f"{place} holds no submission: expected one .py, .ipynb, zip or folder a student, or what Canvas, Moodle, "
            f"Gradescope or nbgrader write."
        )
    return sorted(_settled(claims, wanted), key=lambda found: found.student)


def _claims(root: Entry, wanted: Wanted) -> Iterator[Claim]:
    """Whose everything in the class is."""
    folder = class_folder(root, wanted)
    if folder is None:
        if isinstance(root, File) and not (root.is_source or root.is_zip):
            raise Unreadable(f"{root.where} is no submission: expected a folder, a zip, a .py or an .ipynb.")
        yield claim(root)
        return
    entries = {entry.name: entry for entry in visible(folder)}
    metadata = entries.pop(METADATA, None)
    if isinstance(metadata, File):
        for handin in read_metadata(metadata):
            entry = entries.pop(handin.folder, None) or _missing(handin.folder, folder.where)
            for name, email in handin.submitters or [(handin.folder, "")]:
                yield Claim(name or email, email, entry, handin.created)
    yield from (claim(entry) for entry in entries.values() if is_handed_in(entry, wanted))


def _missing(name: str, where: str) -> File:
    def load(limit: int) -> bytes:
        raise Unreadable(f"{METADATA} names the folder {shown(name)}, which is not in {where}.")

    return File(name, f"{where}/{shown(name)}", 0.0, load, odd=True)


def _settled(claims: Iterable[Claim], wanted: Wanted) -> Iterator[Found]:
    """One submission a student: students of one name get their number, and the newest of several counts."""
    numbers: dict[str, set[str]] = {}
    claims = list(claims)
    for each in claims:
        numbers.setdefault(each.student, set()).add(each.number)
    students: dict[str, list[Claim]] = {}
    for each in claims:
        several = len(numbers[each.student]) > 1 and each.number
        students.setdefault(f"{each.student} ({each.number})" if several else each.student, []).append(each)
    for student, own in students.items():
        yield _newest(student, own, wanted)


def _newest(student: str, claims: Iterable[Claim], wanted: Wanted) -> Found:
    notes = []
    sources: dict[str, Claim] = {}
    rest: list[Claim] = []
    for each in sorted(claims, key=lambda each: (each.changed, each.entry.where)):
        if isinstance(each.entry, Folder) or not each.entry.is_source:
            rest.append(each)
            continue
        if each.entry.name in sources:
            notes.append(_counts(each, sources[each.entry.name]))
        sources[each.entry.name] = each
    # Files side by side are one submission in several files; folders and zips are one each.
    attempts = [[each] for each in rest if isinstance(each.entry, Folder) or each.entry.is_zip]
    if sources:
        attempts.append(list(sources.values()))
    attempts.sort(key=lambda attempt: max((each.changed, each.entry.where) for each in attempt))
    extras = [each for each in rest if isinstance(each.entry, File) and not each.entry.is_zip]
    counting = attempts[-1] if attempts else extras
    notes += [_counts(counting[-1], attempt[-1]) for attempt in attempts[:-1]]
    return Found(
        student, tuple(each.entry for each in counting), counting[-1].entry.where, wanted, tuple(notes)
    )


def _counts(newer: Claim, older: Claim) -> str:
    return (
        f"There are two submissions: {newer.entry.where} is newer and counts, {older.entry.where} does not."
    )
