"""Build the page of a class: what to review, the scores, the mistakes, the checks and the students."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from ..grading.review_reasons import ReviewItem
from ..models import Report
from .class_statistics import MIN_FOR_DISCRIMINATION, check_statistics, class_scores, distribution
from .context import Context, render
from .mistakes import find_groups

# With more items, only the most urgent reason is unfolded.
MAX_UNFOLDED = 12
# With more items, the list is about as high as the two charts beside it.
MAX_BESIDE_ONE_CHART = 5
# Rarer mistakes are folded.
MAX_GROUPS = 6
# Further checks of an answer that is not known are counted.
MAX_SENTENCES = 3


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
