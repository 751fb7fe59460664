"""What a new grading changed: student, old, new, check."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..models import Outcome, Report, Status, Submission

# In the order in which people should look.
Kind = Literal["grader_error", "unreadable", "crashed", "timed_out", "identical"]
KINDS: tuple[Kind, ...] = ("grader_error", "unreadable", "crashed", "timed_out", "identical")

# How the sentence about a copy begins.
SAME = "The same as what"


@dataclass(frozen=True)
class ReviewItem:
    """One reason to look at one student's submission."""

    kind: Kind
    student: str
    reason: str


def find_review_items(
    reports: Mapping[str, Report], find_duplicates: Mapping[str, Sequence[str]]
) -> tuple[ReviewItem, ...]:
    """Everything in a class that needs a person, the most pressing first.

    Both arguments are by student; `copies` names the others who handed in the same.
    """
    found = [item for student, report in reports.items() for item in _of(student, report)]
    found += [
        ReviewItem("identical", student, duplicate_note(others))
        for student, others in find_duplicates.items()
    ]
    return tuple(sorted(found, key=lambda item: (KINDS.index(item.kind), item.student)))


def duplicate_note(others: Sequence[str]) -> str:
    """The sentence about one copy."""
    return f"{SAME} {', '.join(others)} handed in."


def _of(student: str, report: Report) -> Iterable[ReviewItem]:
    if report.status == Status.UNREADABLE:
        yield ReviewItem("unreadable", student, report.message)
    failed = [check.name for check in report.checks if check.outcome == Outcome.GRADER_ERROR]
    if report.status == Status.GRADER_ERROR:
        yield ReviewItem(
            "grader_error", student, report.message or f"The grader failed in {', '.join(failed)}."
        )
    outcomes: tuple[tuple[Literal["crashed", "timed_out"], str], ...] = (
        ("crashed", "Ended its process in"),
        ("timed_out", "Took too long in"),
    )
    for outcome, words in outcomes:
        if names := [check.name for check in report.checks if check.outcome == outcome]:
            yield ReviewItem(outcome, student, f"{words} {', '.join(names)}.")


def hashes(contents: Iterable[bytes]) -> set[str]:
    """What files say, hashed, whatever their line ends and last empty lines."""
    stripped = (b"\n".join(line.rstrip() for line in content.rstrip().splitlines()) for content in contents)
    return {hashlib.sha256(text).hexdigest() for text in stripped}


def fingerprint(submission: Submission, handout: Collection[str]) -> str:
    """A hash of what the files say, whatever their names; "" where nothing is.

    Files whose hash is in `handout`, which everybody has, do not count.
    """
    own = hashes(file.content for file in submission.files).difference(handout)
    return hashlib.sha256(b"".join(map(bytes.fromhex, sorted(own)))).hexdigest() if own else ""


def find_duplicates(fingerprints: Mapping[str, str], reports: Mapping[str, Report]) -> dict[str, list[str]]:
    """Students who handed in the same as others, with these others; both arguments are by student.

    An untouched handout is the same for everybody and says nothing: something must have been attempted.
    """
    same = defaultdict(list)
    for student, report in sorted(reports.items()):
        if fingerprints.get(student) and any(
            check.outcome != Outcome.NOT_ATTEMPTED for check in report.checks
        ):
            same[fingerprints[student]].append(student)
    return {
        student: [other for other in students if other != student]
        for students in same.values()
        for student in students
        if len(students) > 1
    }


@dataclass(frozen=True)
class CheckChange:
    """A check whose points changed; None where one side has no such check, or owes its points."""

    check: str
    old: float | None
    new: float | None


@dataclass(frozen=True)
class GradeChange:
    """A student whose grade changed, with the checks that did it; None stands for no grade."""

    student: str
    old: float | None
    new: float | None
    checks: tuple[CheckChange, ...]


def changes(old: Mapping[str, Report], new: Mapping[str, Report]) -> list[GradeChange]:
    """The students of `new` whose grade or whose points in any check are not what `old` says, sorted.

    Students whom `old` does not know are no change; those missing in `new` are told with no new grade.
    """
    return sorted(_changes(old, new), key=lambda change: change.student)


def _changes(old: Mapping[str, Report], new: Mapping[str, Report]) -> Iterator[GradeChange]:
    for student, before in old.items():
        after = new.get(student)
        if after is None:
            yield GradeChange(student, before.score, None, ())
        elif checks := tuple(_checks(_points(before), _points(after))):
            yield GradeChange(student, before.score, after.score, checks)


def _checks(old: Mapping[str, float | None], new: Mapping[str, float | None]) -> Iterator[CheckChange]:
    for check in dict.fromkeys((*new, *old)):
        if check not in old or check not in new or old[check] != new[check]:
            yield CheckChange(check, old.get(check), new.get(check))


def _points(report: Report) -> dict[str, float | None]:
    return {c.name: None if c.outcome == Outcome.GRADER_ERROR else c.points for c in report.checks}
