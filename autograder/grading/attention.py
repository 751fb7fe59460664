"""What a person has to look at before grades go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.records import Report

# In the order in which people should look.
Kind = Literal["grader_error", "unreadable", "crashed", "timed_out", "identical"]
KINDS: tuple[Kind, ...] = ("grader_error", "unreadable", "crashed", "timed_out", "identical")

# How the sentence about a copy begins.
SAME = "The same as what"


@dataclass(frozen=True)
class Attention:
    """One reason to look at one student's submission."""

    kind: Kind
    student: str
    reason: str


def attention(reports: Mapping[str, Report], copies: Mapping[str, Sequence[str]]) -> tuple[Attention, ...]:
    """Everything in a class that needs a person, the most pressing first.

    Both arguments are by student; `copies` names the others who handed in the same.
    """
    found = [item for student, report in reports.items() for item in _of(student, report)]
    found += [Attention("identical", student, same_as(others)) for student, others in copies.items()]
    return tuple(sorted(found, key=lambda item: (KINDS.index(item.kind), item.student)))


def same_as(others: Sequence[str]) -> str:
    """The sentence about one copy."""
    return f"{SAME} {', '.join(others)} handed in."


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
