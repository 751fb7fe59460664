"""Build the page of a class: items for review, the difficulty of each check, and mistakes in groups."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from statistics import median

import numpy as np

from ..grading.review_reasons import ReviewItem
from ..models import Outcome, Report
from .context import Context, render
from .mistakes import find_groups, graded

BINS = 10


@dataclass(frozen=True)
class CheckStatistics:
    """One check in a class.

    `difficulty` is the proportion of submissions that did not pass. `discrimination` is the point-biserial
    correlation between passing and the rest of the score; None if all or none passed, or the rest is
    constant.
    """

    name: str
    task: str
    hidden: bool
    passed: int
    attempted: int
    difficulty: float
    discrimination: float | None


@dataclass(frozen=True)
class Bin:
    """A bin of the score distribution in points, and its number of students."""

    low: float
    high: float
    count: int


def check_statistics(reports: Sequence[Report]) -> list[CheckStatistics]:
    """Return the statistics of every check over all graded reports, in the order of the reports."""
    counted = graded(reports)
    if not counted:
        return []
    results = [{check.name: check for check in report.checks} for report in counted]
    totals = np.array([report.score for report in counted], dtype=float)
    statistics = []
    for check in counted[0].checks:
        mine = [result[check.name] for result in results if check.name in result]
        if len(mine) != len(counted):
            continue
        passed = np.array([each.outcome == Outcome.PASSED for each in mine])
        rest = totals - np.array([each.points for each in mine])
        statistics.append(
            CheckStatistics(
                name=check.name,
                task=check.task,
                hidden=check.hidden,
                passed=int(passed.sum()),
                attempted=sum(each.outcome != Outcome.NOT_ATTEMPTED for each in mine),
                difficulty=float(1 - passed.mean()),
                discrimination=_correlation(passed, rest),
            )
        )
    return statistics


def _correlation(passed: np.ndarray, rest: np.ndarray) -> float | None:
    if passed.all() or not passed.any() or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(passed.astype(float), rest)[0, 1])


def distribution(reports: Sequence[Report]) -> list[Bin]:
    """Return the distribution of graded scores in ten bins of equal width."""
    counted = graded(reports)
    if not counted:
        return []
    max_score = counted[0].max_score or 1.0
    places = Counter(min(int(BINS * (report.score or 0) / max_score), BINS - 1) for report in counted)
    width = max_score / BINS
    return [Bin(place * width, (place + 1) * width, places[place]) for place in range(BINS)]


@dataclass(frozen=True)
class StudentRow:
    """One student in the table; `page` is a link, empty without a submission."""

    student: str
    score: float | None
    max_score: float
    status: str
    tasks: Mapping[str, float | None]
    seconds: float = 0.0
    page: str = ""


def class_page(
    rows: Sequence[StudentRow], reports: Sequence[Report], review: Sequence[ReviewItem], context: Context
) -> str:
    """Return HTML with one small script, allowed by its hash, which only sorts and filters."""
    script = files("autograder.reports").joinpath("html/table.js").read_text(encoding="utf-8")
    bins = distribution(reports)
    seconds = [row.seconds for row in rows if row.page]
    scores = [report.score for report in graded(reports) if report.score is not None]
    return render(
        "class.html",
        context,
        title=context.title,
        rows=rows,
        tasks=list(rows[0].tasks) if rows else [],
        review=review,
        pages={row.student: row.page for row in rows},
        bins=bins,
        max_count=max((step.count for step in bins), default=1) or 1,
        checks=check_statistics(reports),
        groups=find_groups(reports, context.mistakes),
        median_score=median(scores) if scores else None,
        seconds=(sum(seconds), max(seconds)) if seconds else None,
        script=script,
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
