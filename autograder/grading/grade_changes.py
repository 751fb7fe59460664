"""Compare grades: of a class between two runs, and of one submission that is graded again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..examiner.client import Examiner
from ..kit import Kit
from ..models import Outcome, Report, Submission


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


@dataclass(frozen=True)
class Difference:
    """What differs between two reports: where, and both values."""

    where: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.where}: {self.old} then, {self.new} now"


@dataclass(frozen=True)
class Regrade:
    """A new report, and how it differs from the old one.

    `record` has the differences in what was graded and with what: file, kit, versions, processor, level.
    `results` has those in score, checks and trained weights.
    """

    report: Report
    record: tuple[Difference, ...]
    results: tuple[Difference, ...]


def regrade(kit: Kit, old: Report, submission: Submission) -> Regrade:
    """Grade a submission at the isolation level of its report, without any stored result.

    Raises ExaminerDied, or IsolationUnavailable if this machine does not have the level.
    """
    with Examiner(kit, old.environment.isolation, result_cache=False) as examiner:
        new = examiner.examine(submission)
    return compare_reports(old, new)


def compare_reports(old: Report, new: Report) -> Regrade:
    """Return how `new` differs from `old`; times and printed text are not compared."""
    return Regrade(new, tuple(_differences(_record(old), _record(new))), tuple(_results(old, new)))


def _record(report: Report) -> dict[str, Any]:
    record = {"submission": report.submission_sha256, "kit": report.kit, "kit version": report.kit_version}
    return record | {name.replace("_", " "): value for name, value in asdict(report.environment).items()}


def _results(old: Report, new: Report) -> Iterator[Difference]:
    # Overrides change a report's points but not the outcomes, so scores are compared by outcome.
    yield from _differences({"status": str(old.status)}, {"status": str(new.status)})
    yield from _differences(_outcomes(old), _outcomes(new))
    yield from _differences(_weights(old), _weights(new))


def _outcomes(report: Report) -> dict[str, Any]:
    return {check.name: str(check.outcome) for check in report.checks}


def _weights(report: Report) -> dict[str, Any]:
    return {f"weights trained for {each.check}": each.weights_sha256[:12] for each in report.trainings}


def _differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield Difference(name, old.get(name), new.get(name))
