"""One student's page: what was earned, why, and what the networks look like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..records import CheckResult, Report, TrainingRecord
from .context import Context
from .drawing import Comparison, Curve, compare, curve
from .templates import render


@dataclass(frozen=True)
class Training:
    """A training on a page: the check that asked for it, its accuracy if it told one, its curve."""

    check: str
    accuracy: float | None
    curve: Curve | None


@dataclass(frozen=True)
class Task:
    """One task on a page. `unseen` hidden checks are counted and not told."""

    name: str
    score: float | None
    max_score: float
    checks: tuple[CheckResult, ...]
    unseen: int
    network: Comparison | None
    trainings: tuple[Training, ...]


def feedback_page(report: Report, context: Context) -> str:
    """HTML that needs no script and asks nobody for anything."""
    tasks = [_task(name, report, context) for name in report.tasks]
    return render("feedback.html", report=report, title=context.title, tasks=tasks, hidden=context.hidden)


def _task(name: str, report: Report, context: Context) -> Task:
    checks = [check for check in report.checks if check.task == name]
    seen = [check for check in checks if not (check.hidden and context.hidden == "nothing")]
    network = next((network for network in report.networks if network.task == name), None)
    # What trained for a hidden check is shown only if the check is.
    told = {check.name for check in seen if not check.hidden or context.hidden == "hint"}
    return Task(
        name=name,
        score=report.tasks[name].score,
        max_score=report.tasks[name].max_score,
        checks=tuple(seen),
        unseen=len(checks) - len(seen),
        network=compare(network, context.expected.get(name)) if network else None,
        trainings=tuple(_training(each) for each in report.trainings if each.check in told),
    )


def _training(record: TrainingRecord) -> Training:
    told: dict[str, Any] = record.value if isinstance(record.value, dict) else {}
    accuracy = told.get("accuracy")
    losses = _numbers(told.get("losses"))
    return Training(record.check, accuracy if isinstance(accuracy, float) else None, curve(losses))


def _numbers(value: object) -> Sequence[float]:
    """A list of finite numbers, or nothing."""
    if isinstance(value, list | tuple) and all(isinstance(n, float) and math.isfinite(n) for n in value):
        return value
    return ()
