"""Find submissions of a class that need a review, and identical submissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..files import sha256
from ..language import gettext_noop
from ..models import Outcome, Report, ReviewNote, ReviewReason, Status, Submission

# Reasons in order of decreasing urgency.
ORDER = tuple(ReviewReason)
# Review submissions that attempt a task but score at most this fraction of the maximum.
NEARLY_ZERO = 0.05
# Reasons that explain why a submission earns almost nothing.
EXPLAIN_ZERO = frozenset({ReviewReason.ZERO_BUT_NOT_STUB, ReviewReason.OTHER_KIT})
# Short names of the reasons, for lists. The note contains the full sentence.
LABELS: Mapping[ReviewReason, str] = {
    ReviewReason.GRADER_ERROR: gettext_noop("grader error"),
    ReviewReason.UNREADABLE: gettext_noop("unreadable"),
    ReviewReason.CRASHED: gettext_noop("crashed"),
    ReviewReason.TIMED_OUT: gettext_noop("timed out"),
    ReviewReason.AMBIGUOUS_NAME: gettext_noop("ambiguous name"),
    ReviewReason.NOT_ON_ROSTER: gettext_noop("not on roster"),
    ReviewReason.OTHER_KIT: gettext_noop("other kit"),
    ReviewReason.ZERO_BUT_NOT_STUB: gettext_noop("nearly zero"),
    ReviewReason.ANSWER_ABOVE_STUB: gettext_noop("answer above stub"),
    ReviewReason.SEVERAL_VERSIONS: gettext_noop("several versions"),
    ReviewReason.LATE: gettext_noop("late"),
    ReviewReason.IDENTICAL: gettext_noop("identical"),
    ReviewReason.MISSING: gettext_noop("missing"),
}


@dataclass(frozen=True)
class ReviewItem:
    """One reason to review one student's submission, with its sentence."""

    reason: ReviewReason
    student: str
    text: str

    @property
    def label(self) -> str:
        """Return the reason in one or two words."""
        return LABELS[self.reason]


def find_review_items(
    reports: Mapping[str, Report], class_notes: Mapping[str, Collection[ReviewNote]]
) -> tuple[ReviewItem, ...]:
    """Return all review items of a class, the most urgent first.

    Both arguments are indexed by student. `class_notes` contains the notes that a single report cannot
    provide, such as duplicates.
    """
    found = {
        ReviewItem(note.reason, student, note.text)
        for student, report in reports.items()
        for note in (*report_notes(report), *report.review)
        # A submission that cannot be read has no points to explain.
        if not (report.status == Status.UNREADABLE and note.reason is ReviewReason.ZERO_BUT_NOT_STUB)
    }
    found |= {
        ReviewItem(note.reason, student, note.text)
        for student, notes in class_notes.items()
        for note in notes
        if note.reason is not ReviewReason.MISSING  # there is no submission to review
    }
    return tuple(sorted(found, key=lambda item: (ORDER.index(item.reason), item.student, item.text)))


def report_notes(report: Report) -> Iterator[ReviewNote]:
    """Yield the review notes that follow from a report's status, outcomes and score."""
    names: defaultdict[Outcome, list[str]] = defaultdict(list)
    tasks: defaultdict[Outcome, dict[str, None]] = defaultdict(dict)
    for check in report.checks:
        names[check.outcome].append(check.name)
        tasks[check.outcome][check.task] = None
    if report.status == Status.UNREADABLE:
        yield ReviewNote(ReviewReason.UNREADABLE, report.message)
    if report.status == Status.GRADER_ERROR:
        failed = ", ".join(names[Outcome.GRADER_ERROR])
        yield ReviewNote(ReviewReason.GRADER_ERROR, report.message or f"The grader failed on {failed}.")
    if tasks[Outcome.CRASHED]:
        yield ReviewNote(ReviewReason.CRASHED, f"{', '.join(tasks[Outcome.CRASHED])} ended the process.")
    if tasks[Outcome.TIMED_OUT]:
        yield ReviewNote(ReviewReason.TIMED_OUT, f"Took too long in {', '.join(tasks[Outcome.TIMED_OUT])}.")
    if _is_nearly_zero(report) and EXPLAIN_ZERO.isdisjoint(note.reason for note in report.review):
        yield ReviewNote(
            ReviewReason.ZERO_BUT_NOT_STUB, "Earned almost nothing, but differs from the handout."
        )


def _is_nearly_zero(report: Report) -> bool:
    return (
        report.status == Status.GRADED
        and report.earned is not None
        and report.earned <= NEARLY_ZERO * report.max_score
        and any(check.outcome != Outcome.NOT_ATTEMPTED for check in report.checks)
    )


def text_hashes(contents: Iterable[bytes]) -> set[str]:
    """Return the hashes of texts, ignoring line endings, trailing white space and trailing empty lines."""
    return {
        sha256(b"\n".join(line.rstrip() for line in content.rstrip().splitlines())) for content in contents
    }


def fingerprint(submission: Submission, handout: Collection[str]) -> str:
    """Return a hash of the contents of the files, regardless of their names; "" if there are none.

    Files whose hash is in `handout` are ignored, because all students have them.
    """
    own = text_hashes(file.content for file in submission.files).difference(handout)
    return sha256("".join(sorted(own)).encode()) if own else ""


def find_duplicates(
    fingerprints: Mapping[str, str], reports: Mapping[str, Report], groups: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return the students with identical submissions, each with the others; all arguments are by student.

    Submissions without any attempt are ignored, because an unchanged handout is the same for all students.
    Members of a group, who have the same non-empty value in `groups`, do not count as duplicates of each
    other.
    """
    same: defaultdict[str, list[str]] = defaultdict(list)
    for student, report in sorted(reports.items()):
        attempted = any(check.outcome != Outcome.NOT_ATTEMPTED for check in report.checks)
        if fingerprints.get(student) and attempted:
            same[fingerprints[student]].append(student)
    found = {}
    for students in same.values():
        for student in students:
            group = groups.get(student)
            others = [
                other for other in students if other != student and not (group and groups.get(other) == group)
            ]
            if others:
                found[student] = others
    return found


def duplicate_note(others: Sequence[str]) -> ReviewNote:
    """Return the note for a student whose submission is identical to those of `others`."""
    return ReviewNote(ReviewReason.IDENTICAL, f"Equal to the submission of {', '.join(others)}.")
