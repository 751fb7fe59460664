"""The class at a glance: who needs a person, how hard each check was, which mistakes occurred."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from statistics import median

from ..grading import Attention
from ..records import Report
from .context import Context
from .statistics import check_statistics, distribution, graded, occurrences
from .templates import render


@dataclass(frozen=True)
class Line:
    """One student in the table; `page` is a link, empty for whoever handed in nothing."""

    student: str
    score: float | None
    max_score: float
    status: str
    tasks: Mapping[str, float | None]
    seconds: float
    page: str
    message: str = ""


def class_page(
    lines: Sequence[Line], reports: Sequence[Report], attention: Sequence[Attention], context: Context
) -> str:
    """HTML with one small script, which the page names by its hash and which only sorts and filters."""
    script = files("autograder.pages").joinpath("html/table.js").read_text(encoding="utf-8")
    bins = distribution(reports)
    seconds = [line.seconds for line in lines if line.page]
    scores = [report.score for report in graded(reports) if report.score is not None]
    return render(
        "class.html",
        title=context.title,
        lines=lines,
        tasks=list(lines[0].tasks) if lines else [],
        attention=attention,
        pages={line.student: line.page for line in lines},
        bins=bins,
        most=max((step.count for step in bins), default=1) or 1,
        checks=check_statistics(reports),
        occurrences=occurrences(reports, context),
        median_score=median(scores) if scores else None,
        seconds=(sum(seconds), max(seconds)) if seconds else None,
        script=script,
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
    )
