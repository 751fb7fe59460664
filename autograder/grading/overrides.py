"""A person's own decisions: points set by hand, applied after every regrade."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..kit import Kit
from ..models import CheckResult, Outcome, Report, Status, TaskScore

EXAMPLE = """Write it like this:
    [[override]]
    student = "ada"
    check = "test_name"
    points = 2
    reason = "Right, but for a typo in the task.\""""


class OverridesError(ValueError):
    """The overrides file cannot be used; the text says what was expected and found."""


@dataclass(frozen=True)
class Override:
    """One decision: this student's check earns these points, for this reason."""

    student: str
    check: str
    points: float
    reason: str


def load_overrides(path: Path, kit: Kit) -> tuple[Override, ...]:
    """Read an overrides file (TOML, a list of `[[override]]`); raises OverridesError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OverridesError(f"Cannot read the overrides in {path}: {error}. {EXAMPLE}") from error
    entries = data.get("override")
    if set(data) != {"override"} or not isinstance(entries, list):
        raise OverridesError(f"{path}: expected only [[override]] tables, found {sorted(data)}. {EXAMPLE}")
    overrides = tuple(_read(entry, f"{path}, override {n}", kit) for n, entry in enumerate(entries, 1))
    keys = [(override.student, override.check) for override in overrides]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise OverridesError(f"{path}: decided more than once, keep one of each: {twice}.")
    return overrides


def _read(entry: Any, where: str, kit: Kit) -> Override:
    if not isinstance(entry, dict) or set(entry) != {"student", "check", "points", "reason"}:
        found = sorted(entry) if isinstance(entry, dict) else repr(entry)
        raise OverridesError(f"{where}: expected student, check, points and reason, found {found}. {EXAMPLE}")
    student, check, points, reason = (entry[key] for key in ("student", "check", "points", "reason"))
    if not all(isinstance(text, str) and text.strip() for text in (student, check, reason)):
        raise OverridesError(f"{where}: student, check and reason are texts that are not empty.")
    known = {each.name: each for each in kit.checks}
    if check not in known:
        near = get_close_matches(check, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."
        raise OverridesError(f"{where}: {kit.slug} has no check {check!r}; {hint}")
    most = known[check].points
    if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points <= most:
        raise OverridesError(f"{where}: expected points from 0 to {most:g} for {check}, found {points!r}.")
    return Override(student, check, float(points), " ".join(reason.split()))


def apply_overrides(report: Report, overrides: Sequence[Override]) -> Report:
    """The report with these decisions in it, each named in the check's messages and in the report's.

    A check that the grader failed on counts as settled once somebody decided its points; where none is left,
    the report is graded.
    """
    decided = {override.check: override for override in overrides}
    if not decided:
        return report
    checks = tuple(_decide(check, decided.get(check.name)) for check in report.checks)
    open_checks = {c.task for c in checks if c.outcome == Outcome.GRADER_ERROR and c.name not in decided}
    tasks = {name: _total(name, task, checks, open_checks) for name, task in report.tasks.items()}
    names = ", ".join(check.name for check in report.checks if check.name in decided)
    scores = [task.score for task in tasks.values()]
    settled = report.status == Status.GRADER_ERROR and None not in scores
    return replace(
        report,
        checks=checks,
        tasks=tasks,
        score=None if None in scores else sum(score for score in scores if score is not None),
        status=Status.GRADED if settled else report.status,
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


def _total(name: str, task: TaskScore, checks: Sequence[CheckResult], open_checks: set[str]) -> TaskScore:
    if name in open_checks:
        return replace(task, score=None)
    return replace(task, score=sum(check.points for check in checks if check.task == name))


def by_student(overrides: Sequence[Override]) -> Mapping[str, tuple[Override, ...]]:
    """The decisions of each student."""
    return {
        student: tuple(override for override in overrides if override.student == student)
        for student in {override.student for override in overrides}
    }
