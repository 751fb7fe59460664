"""Compare the grades of two runs: which grades changed, and because of which checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..models import Outcome, Report


@dataclass(frozen=True)
class CheckChange:
    """A check whose points changed. None means that the check does not exist or the grader failed on it."""

    check: str
    old: float | None
    new: float | None


@dataclass(frozen=True)
class GradeChange:
    """A student whose grade changed, with the checks that caused it. None means that there is no grade."""

    student: str
    old: float | None
    new: float | None
    checks: tuple[CheckChange, ...]


def changes(old: Mapping[str, Report], new: Mapping[str, Report]) -> list[GradeChange]:
    """Return the students whose grade or points in any check differ between `old` and `new`, sorted.

    Students who are not in `old` are skipped. Students who are not in `new` have None as their new grade.
    """
    return sorted(_changes(old, new), key=lambda change: change.student)


def _changes(old: Mapping[str, Report], new: Mapping[str, Report]) -> Iterator[GradeChange]:
    for student, before in old.items():
        after = new.get(student)
        if after is None:
            yield GradeChange(student, before.score, None, ())
        elif checks := tuple(_check_changes(_points(before), _points(after))):
            yield GradeChange(student, before.score, after.score, checks)


def _check_changes(old: Mapping[str, float | None], new: Mapping[str, float | None]) -> Iterator[CheckChange]:
    for check in dict.fromkeys((*new, *old)):
        if check not in old or check not in new or old[check] != new[check]:
            yield CheckChange(check, old.get(check), new.get(check))


def _points(report: Report) -> dict[str, float | None]:
    return {
        check.name: None if check.outcome == Outcome.GRADER_ERROR else check.points for check in report.checks
    }
