"""What a person has to look at before grades go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from autograder.records import Report

# In the order in which people should look.
Kind = Literal["grader_error", "unreadable", "crashed", "timed_out", "identical"]
KINDS: tuple[Kind, ...] = ("grader_error", "unreadable", "crashed", "timed_out", "identical")


@dataclass(frozen=True)
class Attention:
    """One reason to look at one student's submission."""

    kind: Kind
    student: str
    reason: str


def attention(reports: Mapping[str, Report]) -> tuple[Attention, ...]:
    """Everything in a class that needs a person, the most pressing first; `reports` by student."""
    found = [item for student, report in reports.items() for item in _of(student, report)]
    found += [
        Attention("identical", student, f"Identical to what {', '.join(others)} handed in.")
        for student, others in identical(reports).items()
    ]
    return tuple(sorted(found, key=lambda item: (KINDS.index(item.kind), item.student)))


def _of(student: str, report: Report) -> Iterable[Attention]:
    if report.status == "unreadable":
        yield Attention("unreadable", student, report.message)
    failed = [check.name for check in report.checks if check.outcome == "grader_error"]
    if report.status == "grader_error":
        yield Attention(
            "grader_error", student, report.message or f"The grader failed in {', '.join(failed)}."
        )
    outcomes: tuple[tuple[Literal["crashed", "timed_out"], str], ...] = (
        ("crashed", "Ended its process in"),
        ("timed_out", "Took too long in"),
    )
    for outcome, words in outcomes:
        if names := [check.name for check in report.checks if check.outcome == outcome]:
            yield Attention(outcome, student, f"{words} {', '.join(names)}.")


def identical(reports: Mapping[str, Report]) -> dict[str, list[str]]:
    """Students whose submissions are byte for byte those of others, with these others.

    An untouched handout is the same for everybody and says nothing: something must have been attempted.
    """
    same = defaultdict(list)
    for student, report in sorted(reports.items()):
        if any(check.outcome != "not_attempted" for check in report.checks):
            same[report.submission_sha256].append(student)
    groups = [students for students in same.values() if len(students) > 1]
    return {
        student: [other for other in students if other != student]
        for students in groups
        for student in students
    }
