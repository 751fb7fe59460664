"""Plan a run: which submissions to examine, and which reports are up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Protocol

from ..checks.environment import describe
from ..kit import Kit
from ..models import Environment, ReviewNote, ReviewReason, Status, Submission
from ..submissions.identity import Identity, safe_name
from .overrides import Overrides
from .review_reasons import fingerprint, text_hashes
from .roster.matching import Roster
from .storage import Examination, GradesFolder, hash_findings
from .weeks import Week


class Entry(Protocol):
    """The submission of one student in a class folder."""

    @property
    def student(self) -> str:
        """Return the student's name."""

    @property
    def identity(self) -> Identity:
        """Return the platform's data about the student. Its `display_name` is the student's name."""

    def read(self) -> Submission:
        """Return the current submission."""


class UnknownStudentError(LookupError):
    """Raised if `only` names a student who is not in the class. The message suggests similar names."""


@dataclass(frozen=True)
class GradeOptions:
    """Options for grading a class.

    `force` re-examines all submissions. `only` examines these students and keeps the other reports.
    `overrides_file` is the path of the file with the overrides, if it is not in the grades folder. `earlier`
    are the grades of earlier weeks, whose free late days are used.
    """

    isolation: str
    force: bool = False
    only: Collection[str] = ()
    roster: Roster | None = None
    overrides: Overrides = field(default_factory=Overrides)
    overrides_file: str = ""
    earlier: Sequence[Week] = ()


@dataclass(frozen=True)
class Plan:
    """The work of a run, by student.

    `due` are examined, and the reports of `kept` are up to date. The reports of `outdated` no longer match,
    but are kept because `only` excludes them.
    """

    due: list[Entry] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)


def with_unique_names(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries, renaming those whose name or folder name is not unique."""
    counts, taken = Counter(safe_name(entry.student) for entry in entries), Counter[str]()
    unique: list[Entry] = []
    for entry in entries:
        folder = safe_name(entry.student)
        taken[folder] += 1
        if counts[folder] == 1:
            unique.append(entry)
            continue
        name = entry.student if taken[folder] == 1 else f"{entry.student} #{taken[folder]}"
        text = f"{counts[folder]} submissions have the name {entry.student}; this one is graded as {name}."
        unique.append(_Renamed(name, entry, ReviewNote(ReviewReason.AMBIGUOUS_NAME, text)))
    return unique


def check_only(only: Collection[str], students: Sequence[str]) -> None:
    """Raise UnknownStudentError if `only` names a student who is not in `students`."""
    for name in only:
        if name not in students:
            near = get_close_matches(name, students, n=3)
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "no name is similar."
            raise UnknownStudentError(f"Expected with --only a student of this class, found {name!r}; {hint}")


def make_plan(kit: Kit, entries: Sequence[Entry], folder: GradesFolder, options: GradeOptions) -> Plan:
    """Return the plan that results from comparing every submission with its report on disk."""
    plan, handout = Plan(), text_hashes(kit.given.values())
    for entry in entries:
        submission, student = entry.read(), entry.student
        plan.fingerprints[student] = fingerprint(submission, handout)
        plan.findings[student] = hash_findings(submission)
        examination = None if options.force else folder.examination(student)
        current = examination is not None and is_up_to_date(examination, submission, kit, options.isolation)
        if student in options.only or not (options.only or current):
            plan.due.append(entry)
        elif current:
            plan.kept.append(student)
        else:
            plan.outdated.append(student)
    return plan


def is_up_to_date(examination: Examination, submission: Submission, kit: Kit, isolation: str) -> bool:
    """Return whether examining this submission again would give this report. Grader errors are retried."""
    report = examination.report
    return (
        report.status != Status.GRADER_ERROR
        and (report.kit, report.kit_version) == (kit.slug, kit.version)
        and report.submission_sha256 == submission.sha256
        and examination.findings == hash_findings(submission)
        and _determined_by(report.environment) == _determined_by(describe(kit, isolation))
    )


def _determined_by(environment: Environment) -> tuple[str | None, ...]:
    """Return the parts of the environment that determine a result. The processor is not one of them."""
    e = environment
    return e.python, e.tensorflow, e.keras, e.numpy, e.isolation


@dataclass(frozen=True)
class _Renamed:
    """An entry with a unique name, because several entries have the same name."""

    student: str
    entry: Entry
    note: ReviewNote

    @property
    def identity(self) -> Identity:
        """Return the same identity with the new name."""
        return replace(self.entry.identity, display_name=self.student)

    def read(self) -> Submission:
        """Return the current submission with a note about the name."""
        submission = self.entry.read()
        return replace(submission, student=self.student, review=(*submission.review, self.note))
