"""What a new grading changed: student, old, new, check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.records import Report


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
    return {c.name: None if c.outcome == "grader_error" else c.points for c in report.checks}
