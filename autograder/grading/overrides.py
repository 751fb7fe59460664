"""Apply points that were assigned by hand. They persist across regrading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import msgspec

from ..kit import Kit
from ..models import CheckResult, Outcome, Report, Status, TaskScore
from ..validation import InvalidDataError, read_toml

EXAMPLE = """Write it like this:
    [[override]]
    student = "ada"
    check = "test_name"
    points = 2
    reason = "Right, but for a typo in the task.\""""


class OverridesError(ValueError):
    """Raised if the overrides file is invalid. The message says what was expected and what was found."""


@dataclass(frozen=True)
class Override:
    """One decision: the points and the reason for one check of one student."""

    student: str
    check: str
    points: float
    reason: str


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    student: str
    check: str
    points: int | float
    reason: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    override: tuple[_Entry, ...]


def load_overrides(path: Path, kit: Kit) -> tuple[Override, ...]:
    """Return the overrides in a TOML file with a list of `[[override]]`. Raises OverridesError."""
    try:
        file = read_toml(path.read_bytes(), _File, str(path))
    except OSError as error:
        raise OverridesError(f"Cannot read the overrides in {path}: {error.strerror}. {EXAMPLE}") from error
    except InvalidDataError as error:
        raise OverridesError(f"{error} {EXAMPLE}") from None
    overrides = tuple(
        _checked(entry, f"{path}: `override[{number}]`", kit) for number, entry in enumerate(file.override)
    )
    keys = [(override.student, override.check) for override in overrides]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise OverridesError(f"{path}: decided more than once, keep one of each: {twice}.")
    return overrides


def _checked(entry: _Entry, where: str, kit: Kit) -> Override:
    """Return the validated override. Raises OverridesError if it does not match the kit."""
    for name in ("student", "check", "reason"):
        if not getattr(entry, name).strip():
            raise OverridesError(f"{where}: expected a {name}, found an empty text.")
    known = {check.name: check for check in kit.checks}
    if entry.check not in known:
        near = get_close_matches(entry.check, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."
        raise OverridesError(f"{where}: {kit.slug} has no check {entry.check!r}; {hint}")
    max_points = known[entry.check].points
    if not 0 <= entry.points <= max_points:
        raise OverridesError(
            f"{where}: expected points from 0 to {max_points:g} for {entry.check}, found {entry.points!r}."
        )
    return Override(entry.student, entry.check, float(entry.points), " ".join(entry.reason.split()))


def by_student(overrides: Sequence[Override]) -> Mapping[str, tuple[Override, ...]]:
    """Return the overrides of each student."""
    return {
        student: tuple(override for override in overrides if override.student == student)
        for student in {override.student for override in overrides}
    }


def apply_overrides(report: Report, overrides: Sequence[Override]) -> Report:
    """Return the report with these overrides applied, noted in the messages of the checks and the report.

    A grader error in a check counts as resolved if an override decides its points. The report is graded if no
    unresolved grader error remains.
    """
    decided = {override.check: override for override in overrides}
    if not decided:
        return report
    checks = tuple(_decide(check, decided.get(check.name)) for check in report.checks)
    open_tasks = {
        check.task for check in checks if check.outcome == Outcome.GRADER_ERROR and check.name not in decided
    }
    tasks = {name: _add_up(name, task, checks, open_tasks) for name, task in report.tasks.items()}
    names = ", ".join(check.name for check in report.checks if check.name in decided)
    scores = [task.score for task in tasks.values()]
    is_settled = report.status == Status.GRADER_ERROR and None not in scores
    return replace(
        report,
        checks=checks,
        tasks=tasks,
        score=None if None in scores else sum(score for score in scores if score is not None),
        status=Status.GRADED if is_settled else report.status,
        message=" ".join(filter(None, (report.message, f"Decided by a person: {names}."))),
    )


def _decide(check: CheckResult, override: Override | None) -> CheckResult:
    if override is None:
        return check
    said = (
        f"Decided by a person: {override.points:g} of {check.max_points:g} points "
        f"(the examiner gave {check.points:g}). Reason: {override.reason}"
    )
    return replace(
        check,
        points=override.points,
        message="\n".join(filter(None, (said, check.message))),
        student_message="\n".join(filter(None, (said, check.student_message))),
    )


def _add_up(name: str, task: TaskScore, checks: Sequence[CheckResult], open_tasks: set[str]) -> TaskScore:
    if name in open_tasks:
        return replace(task, score=None)
    return replace(task, score=sum(check.points for check in checks if check.task == name))
