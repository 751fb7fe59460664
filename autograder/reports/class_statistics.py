"""Compute the numbers of a class: its scores, and how each check did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from ..models import Outcome, Report
from .mistakes import graded

BINS = 10
# A correlation of fewer submissions says nothing.
MIN_FOR_DISCRIMINATION = 10


@dataclass(frozen=True)
class TaskMean:
    """The mean of the points for one task."""

    name: str
    mean: float
    max_score: float


@dataclass(frozen=True)
class ClassScores:
    """The graded scores of a class. `median` is None if there are none."""

    tasks: tuple[TaskMean, ...]
    graded: int
    full_marks: int
    median: float | None
    max_score: float


@dataclass(frozen=True)
class CheckStatistics:
    """One check in a class.

    `pass_rate` is the proportion of submissions that passed. `discrimination` is the point-biserial
    correlation between passing and the rest of the score; None if all or none passed, if the rest is
    constant, or for fewer than MIN_FOR_DISCRIMINATION submissions.
    """

    sentence: str
    name: str
    task: str
    hidden: bool
    passed: int
    attempted: int
    count: int
    pass_rate: float
    discrimination: float | None


@dataclass(frozen=True)
class Bin:
    """A bin of the score distribution in points, and its number of students."""

    low: float
    high: float
    count: int


def class_scores(reports: Sequence[Report]) -> ClassScores:
    """Return how many submissions are graded, how many have full marks, and the median score."""
    scores = _scores(reports)
    max_score = reports[0].max_score if reports else 0
    return ClassScores(
        tasks=tuple(_task_means(graded(reports))),
        graded=len(scores),
        full_marks=sum(score >= max_score for score in scores),
        median=median(scores) if scores else None,
        max_score=max_score,
    )


def check_statistics(reports: Sequence[Report]) -> list[CheckStatistics]:
    """Return the statistics of every check over all graded reports, the lowest pass rate first."""
    counted = graded(reports)
    if not counted:
        return []
    results = [{check.name: check for check in report.checks} for report in counted]
    totals = np.array([report.earned for report in counted], dtype=float)
    statistics = []
    for check in counted[0].checks:
        mine = [result[check.name] for result in results if check.name in result]
        if len(mine) != len(counted):
            continue
        passed = np.array([each.outcome == Outcome.PASSED for each in mine])
        rest = totals - np.array([each.points for each in mine])
        statistics.append(
            CheckStatistics(
                sentence=check.sentence,
                name=check.name,
                task=check.task,
                hidden=check.hidden,
                passed=int(passed.sum()),
                attempted=sum(each.outcome != Outcome.NOT_ATTEMPTED for each in mine),
                count=len(mine),
                pass_rate=float(passed.mean()),
                discrimination=_correlation(passed, rest),
            )
        )
    return sorted(statistics, key=lambda check: check.pass_rate)


def distribution(reports: Sequence[Report]) -> list[Bin]:
    """Return the distribution of graded scores in ten bins of equal width."""
    scores = _scores(reports)
    if not scores:
        return []
    max_score = graded(reports)[0].max_score or 1.0
    places = Counter(max(min(int(BINS * score / max_score), BINS - 1), 0) for score in scores)
    width = max_score / BINS
    return [Bin(place * width, (place + 1) * width, places[place]) for place in range(BINS)]


def _task_means(counted: Sequence[Report]) -> Iterator[TaskMean]:
    for name, task in counted[0].tasks.items() if counted else ():
        scores = [report.tasks[name].score or 0 for report in counted if name in report.tasks]
        yield TaskMean(name, sum(scores) / len(scores), task.max_score)


def _scores(reports: Sequence[Report]) -> list[float]:
    return [report.score for report in graded(reports) if report.score is not None]


def _correlation(passed: np.ndarray, rest: np.ndarray) -> float | None:
    if len(passed) < MIN_FOR_DISCRIMINATION or passed.all() or not passed.any() or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(passed.astype(float), rest)[0, 1])
