"""Find the submissions of a class: one per student, with its submitter and the version that counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from ..kit_config import LAST_TIME_ZONE
from ..models import ReviewNote, ReviewReason, Submission
from .assignment import Assignment, NameMatch
from .attribution import Attribution, ClassLayout, IgnoredFile
from .folders import MEGABYTE, Entry, File, Folder, Unreadable, disk_root, printable
from .identity import Identity, Platform, normalize_name
from .layout import SUBMITTED, read_layout
from .layout_advice import class_hint, sections_hint
from .platforms.classrooms import without_copy_number
from .reader import read_submission
from .submission_time import find_arrival

# Submissions stay in memory up to this total size, so that each is read only once.
MAX_CACHED = 200 * MEGABYTE
SEVERAL_ATTEMPTS = frozenset({Platform.PLAIN, Platform.GOOGLE_CLASSROOM})
SIMILAR_NAME = ReviewNote(
    ReviewReason.AMBIGUOUS_NAME,
    "Another name differs only in letter case, spaces, a copy's number or how accents are encoded.",
)


class ClassError(ValueError):
    """The folder given as a class is unusable. The text says what was expected and found."""


class ReadCache:
    """Submissions that were read, up to a limit on their total size."""

    def __init__(self, max_bytes: int = MAX_CACHED) -> None:
        self._left = max_bytes
        self._submissions: dict[str, Submission] = {}

    def get(self, student: str) -> Submission | None:
        """Return the student's submission if it is cached."""
        return self._submissions.get(student)

    def add(self, submission: Submission) -> None:
        """Keep a submission if there is room for it."""
        size = sum(len(file.content) for file in submission.files)
        if size <= self._left:
            self._left -= size
            self._submissions[submission.student] = submission


@dataclass(frozen=True)
class FoundSubmission:
    """One student's submission, found but not read yet.

    `student` is the identity's display name, which is unique in the class. A class zip stays open while any
    `FoundSubmission` in it is referenced. Read it in the process that found it.
    """

    student: str
    entries: tuple[Entry, ...]
    where: str
    assignment: Assignment
    identity: Identity
    review: tuple[ReviewNote, ...] = ()
    cache: ReadCache = field(default_factory=ReadCache, compare=False, repr=False)

    def read(self) -> Submission:
        """Read the files (at most 50 MB) and cache them if memory allows.

        Never raises: the submission's `problem` describes a read error.
        """
        if (cached := self.cache.get(self.student)) is not None:
            return cached
        read = read_submission(self.student, self.entries, self.where, self.assignment)
        submission = replace(read, review=(*self.review, *read.review))
        self.cache.add(submission)
        return submission


@dataclass(frozen=True)
class ClassFolder:
    """The submissions of a class, sorted by student, and the files without an owner.

    `hint` says what to do if a zip or a folder may hold a class but counts as one student's, or vice versa.
    """

    submissions: tuple[FoundSubmission, ...]
    ignored: tuple[IgnoredFile, ...] = ()
    hint: str = ""


def find_class(
    path: Path,
    assignment: Assignment,
    *,
    is_class_zip: bool = False,
    due: date | None = None,
    late_rules: bool = False,
) -> ClassFolder:
    """Find the submissions in a class folder, a class zip, one student's folder or one student's file.

    `is_class_zip` says that a zip contains a class rather than one student's files. A submission is late if
    it arrived after the day `due` or if the platform marks it as late. With `late_rules`, nothing is noted as
    late, because the kit's rules decide, and identities also have the times of nbgrader and git. Every file
    belongs to a submission or is listed as ignored, and every student appears once. Raises ClassError if
    `path` cannot be a class.
    """
    root = path.expanduser().resolve()
    if not root.exists():
        raise ClassError(f"{path} does not exist: expected a class folder, a zip, a .py or an .ipynb.")
    try:
        layout = read_layout(disk_root(root), assignment, is_class_zip=is_class_zip)
    except Unreadable as problem:
        raise ClassError(str(problem)) from None
    if not layout.attributions:
        raise ClassError(
            f"{path} holds no submission for {assignment.slug}: expected one .py, .ipynb, zip or folder per "
            "student, or an export of a learning platform."
            + "".join(f" {file.text}" for file in layout.ignored[:3])
        )
    _name_nbgrader_student(layout, root, assignment.slug)
    found = collect_submissions(layout, assignment, due, late_rules=late_rules)
    single = [each.entries[0] for each in found.submissions if len(each.entries) == 1]
    hint = class_hint(path, single, assignment, alone=len(found.submissions) == 1)
    hint = hint or sections_hint((each.identity for each in found.submissions), assignment)
    found = replace(found, hint=hint)
    if not late_rules:
        return found
    return replace(found, submissions=tuple(map(_with_arrival, found.submissions)))


def _with_arrival(found: FoundSubmission) -> FoundSubmission:
    """Return the submission with the time of nbgrader or git if its name has none."""
    identity = found.identity
    if identity.submitted is not None:
        return found
    submitted = find_arrival(found.entries, identity.platform, found.assignment)
    return replace(found, identity=replace(identity, submitted=submitted))


def collect_submissions(
    layout: ClassLayout, assignment: Assignment, due: date | None = None, *, late_rules: bool = False
) -> ClassFolder:
    """Return one submission per student of a class, and the files without an owner."""
    found = _submissions(layout.attributions, assignment, due, late_rules)
    return ClassFolder(tuple(sorted(found, key=lambda each: each.student)), tuple(layout.ignored))


def _name_nbgrader_student(layout: ClassLayout, root: Path, slug: str) -> None:
    """Name the single submission in nbgrader's `submitted/<student>/<assignment>` after its student."""
    if root.name == slug and root.parent.parent.name == SUBMITTED and len(layout.attributions) == 1:
        name = root.parent.name
        identity = Identity(name, Platform.NBGRADER, login=name)
        layout.attributions[0] = replace(layout.attributions[0], identity=identity, review=())


def _submissions(
    attributions: Sequence[Attribution], assignment: Assignment, due: date | None, late_rules: bool
) -> list[FoundSubmission]:
    """Return one submission per student."""
    students = _by_student(attributions)
    names = _display_names(students)
    # Ids distinguish students reliably; names alone may not.
    similar = _similar_names(own[-1].identity.name for own in students.values() if not own[-1].identity.ids)
    cache = ReadCache()
    found = []
    for key, own in students.items():
        name = names[key]
        counting, version_notes = _newest(own, assignment)
        entries = tuple(each.entry for each in counting)
        identity = replace(counting[-1].identity, display_name=name)
        notes = [note for each in counting for note in each.review]
        if identity.name in similar and not identity.ids:
            notes.append(SIMILAR_NAME)
        if not late_rules and (late := _late_note(identity, due)):
            notes.append(late)
        review = tuple(dict.fromkeys((*notes, *version_notes)))
        where = entries[-1].where or entries[-1].name
        found.append(FoundSubmission(name, entries, where, assignment, identity, review, cache))
    return found


def _late_note(identity: Identity, due: date | None) -> ReviewNote | None:
    """Return a note if the submission is late; the due day ends when it has ended in every time zone."""
    if identity.late:
        return ReviewNote(ReviewReason.LATE, "The platform marks it as late.")
    if due is None or identity.submitted is None:
        return None
    end = datetime.combine(due + timedelta(days=1), time(), LAST_TIME_ZONE)
    if identity.submitted < end.timestamp():
        return None
    submitted = datetime.fromtimestamp(identity.submitted, UTC)
    text = f"Handed in on {submitted:%Y-%m-%d at %H:%M}, after {due}, the due date."
    return ReviewNote(ReviewReason.LATE, text)


def _by_student(attributions: Sequence[Attribution]) -> Mapping[tuple[str, ...], list[Attribution]]:
    """Group attributions by student; an ambiguous one stays separate because it may be another student's."""
    shared = Counter(each.identity.key for each in attributions)
    students: defaultdict[tuple[str, ...], list[Attribution]] = defaultdict(list)
    for each in attributions:
        key = each.identity.key
        if each.identity.ambiguous and shared[key] > 1:
            name = _file_name(each.entry)
            identity = replace(each.identity, name=name, ids=(), login="", email="", aliases=(), known=False)
            students["ambiguous", each.entry.where].append(replace(each, identity=identity))
        else:
            students[key].append(each)
    return students


def _file_name(entry: Entry) -> str:
    name = entry.where.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _display_names(students: Mapping[tuple[str, ...], Sequence[Attribution]]) -> dict[tuple[str, ...], str]:
    """Return a unique name for each student: the platform's name, with an id if several students share it."""
    shared = Counter(own[-1].identity.name for own in students.values())
    names: dict[tuple[str, ...], str] = {}
    taken: set[str] = set()
    for key, own in students.items():
        identity = own[-1].identity
        name = identity.name
        if shared[name] > 1 and identity.label:
            name = f"{name} ({identity.label})"
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name} #{number}"
        taken.add(unique)
        names[key] = unique
    return names


def _similar_names(names: Iterable[str]) -> set[str]:
    """Return the names that are almost equal to another one and so may belong to the same student."""
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        alike[normalize_name(without_copy_number(name))].add(name)
    return {name for group in alike.values() if len(group) > 1 for name in group}


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


def _newest(
    own: Sequence[Attribution], assignment: Assignment
) -> tuple[Sequence[Attribution], list[ReviewNote]]:
    """Return a student's attributions that count, and notes that name the versions that do not."""
    if all(each.order is not None for each in own):
        # The same name with the same number or time is one file that was downloaded twice.
        own = list({(each.entry.where.rpartition("/")[2], each.order): each for each in own}.values())
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


def _versions(own: Sequence[Attribution], assignment: Assignment) -> list[_Version]:
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
    zips = [each.entry for each in own if isinstance(each.entry, File) and each.entry.is_zip]
    has_named_zip = any(assignment.name_match(entry.stem) is NameMatch.EQUAL for entry in zips)
    versions = []
    for group in groups.values():
        group.sort(key=lambda pair: (pair[0], pair[1].entry.where))
        ordered = tuple(each for _, each in group)
        has_answer = any(assignment.has_answer(each.entry) for each in ordered)
        has_source = any(_is_exported_source(each, assignment, has_named_zip) for each in ordered)
        versions.append(_Version(group[-1][0], ordered, has_answer, has_source))
    return versions


def _is_exported_source(attribution: Attribution, assignment: Assignment, has_named_zip: bool) -> bool:
    """Return whether an entry is a source file from a platform that exports one attempt of each student.

    A zip next to it belongs to the same attempt. If the zip has the module's name, a source without it may be
    a helper.
    """
    entry, identity = attribution.entry, attribution.identity
    has_attempts = identity.platform in SEVERAL_ATTEMPTS or identity.submitted is not None
    if has_attempts or isinstance(entry, Folder) or not assignment.is_answer(entry):
        return False
    return not has_named_zip or assignment.name_match(entry.stem) is not NameMatch.NONE


def _versions_note(newest: str, older: Sequence[str], is_newer: bool = True) -> ReviewNote:
    """Return the note about the version that counts; `is_newer` says whether the times prove it newer."""
    others = ", ".join(map(printable, older[:5])) + (", …" if len(older) > 5 else "")
    count, verb = ("two", "does") if len(older) == 1 else (str(len(older) + 1), "do")
    if is_newer:
        text = f"There are {count} submissions: {newest} is newer and counts, {others} {verb} not."
    else:
        text = (
            f"There are {count} submissions, and their times do not say which is newer: {newest} counts, "
            f"{others} {verb} not."
        )
    return ReviewNote(ReviewReason.SEVERAL_VERSIONS, text)
