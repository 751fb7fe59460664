"""Build the page of a class: what to review, the scores, the mistakes, the checks and the students."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from statistics import median

import numpy as np

from ..grading.review_reasons import ReviewItem
from ..models import Outcome, Report
from .context import Context, render
from .wrong_answers import find_groups, graded

# With more items, only the most urgent reason is unfolded.
MAX_UNFOLDED = 12
# With more items, the list is about as high as the two charts beside it.
MAX_BESIDE_ONE_CHART = 5
# Rarer mistakes are folded.
MAX_GROUPS = 6
# Further checks of an answer that is not known are counted.
MAX_SENTENCES = 3
BINS = 10
# A correlation of fewer submissions says nothing.
MIN_FOR_DISCRIMINATION = 10


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
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    by_reason: defaultdict[str, list[ReviewItem]] = defaultdict(list)
    for item in review:
        reasons[item.student].append(item.label)
        by_reason[item.label].append(item)
    first, bins = reports[0] if reports else None, distribution(reports)
    return render(
        "class.html",
        context,
        title=context.title,
        # What needs review comes first, also in the table.
        rows=sorted(rows, key=lambda row: row.student not in reasons),
        max_points={name: task.max_score for name, task in first.tasks.items()} if first else {},
        tasks=list(rows[0].tasks) if rows else [],
        reasons=reasons,
        by_reason=by_reason,
        unfolds_all=len(review) <= MAX_UNFOLDED,
        few_items=len(review) <= MAX_BESIDE_ONE_CHART,
        most_items=MAX_UNFOLDED,
        pages={row.student: row.page for row in rows},
        scores=class_scores(reports),
        bins=bins,
        max_count=max((step.count for step in bins), default=1) or 1,
        checks=check_statistics(reports),
        most_groups=MAX_GROUPS,
        most_sentences=MAX_SENTENCES,
        least=MIN_FOR_DISCRIMINATION,
        groups=find_groups(reports, context.mistakes),
        sentences={check.name: check.sentence for report in reports for check in report.checks},
        script=script,
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


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
        if len(mine) != len(counted):  # some reports are of another version of the kit
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
