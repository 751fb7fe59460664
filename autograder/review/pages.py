"""Build the pages of a review as HTML."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..grading.overrides import Overrides
from ..models import CheckResult, Report
from ..reports.context import page_templates
from ..reports.student_code import task_code
from .decisions import ReviewSession, decided
from .queue import Entry, Kind, next_open

# Further answers are counted but not compared.
MAX_VARIANTS = 12


@dataclass(frozen=True)
class Member:
    """A student of an entry. `label` is the name that the page shows, `decided` the decisions so far."""

    number: int
    label: str
    score: float | None
    decided: Sequence[str]


@dataclass(frozen=True)
class Variant:
    """An answer that some students of a group share, and its lines that differ from the one shown."""

    labels: Sequence[str]
    lines: Sequence[tuple[str, str]]


def queue_page(session: ReviewSession, filters: Mapping[str, str]) -> str:
    """Return the queue. `filters` may have a `label`, a reason or task, and `show` with the value `all`."""
    queue = session.queue()
    label, show_all = filters.get("label", ""), filters.get("show") == "all"
    shown = [
        entry for entry in queue if (show_all or not entry.is_done) and (not label or _label(entry) == label)
    ]
    return _render(
        "queue.html",
        session,
        entries=shown,
        kinds=Kind,
        queue=queue,
        labels=list(dict.fromkeys(_label(entry) for entry in queue)),
        label=label,
        everything=show_all,
        who=lambda entry: _names(session, entry),
        problems=session.reviewed.requests().problems,
    )


def entry_page(
    session: ReviewSession,
    entry: Entry,
    student: str,
    *,
    error: str = "",
    fields: Mapping[str, str] | None = None,
) -> str:
    """Return the page of one entry, with one student's answer; `fields` are of a form with an error."""
    reviewed, hidden = session.reviewed, session.names_hidden
    report = reviewed.reports[student]
    task = entry.group.task if entry.group else ""
    overrides = session.overrides()
    return _render(
        "entry.html",
        session,
        entry=entry,
        title=reviewed.anonymous(entry.text, hidden=hidden),
        member=_member(session, entry, student, overrides),
        members=[_member(session, entry, each, overrides) for each in _in_order(session, entry.students)],
        checks=_checks(report, task, entry),
        clean=lambda text: reviewed.anonymous(text, hidden=hidden),
        code=_code(session, student, task),
        variants=_variants(session, entry, student, task) if len(entry.students) > 1 else [],
        bank=session.comment_bank(),
        max_points=reviewed.max_points,
        following=next_open(session.queue(), entry),
        error=error,
        fields=fields or {},
    )


def message_page(session: ReviewSession, title: str, text: str) -> str:
    """Return a page with one message."""
    return _render("message.html", session, title=title, text=text)


def _label(entry: Entry) -> str:
    return Kind.REQUEST.value if entry.kind == Kind.REQUEST else entry.label


def _names(session: ReviewSession, entry: Entry) -> str:
    if len(entry.students) > 1:
        return f"{len(entry.students)} students"
    return session.reviewed.label(entry.students[0], hidden=session.names_hidden)


def _in_order(session: ReviewSession, students: Sequence[str]) -> list[str]:
    return sorted(students, key=lambda student: session.reviewed.numbers[student])


def _member(session: ReviewSession, entry: Entry, student: str, overrides: Overrides) -> Member:
    reviewed = session.reviewed
    return Member(
        reviewed.numbers[student],
        reviewed.label(student, hidden=session.names_hidden),
        reviewed.reports[student].score,
        list(decided(overrides, student, entry.checks)),
    )


def _checks(report: Report, task: str, entry: Entry) -> list[CheckResult]:
    """Return the checks of a group's task and those that the entry is about; without a group, all."""
    return [
        check
        for check in report.checks
        if not entry.group or check.task == task or check.name in entry.checks
    ]


def _code(session: ReviewSession, student: str, task: str) -> str:
    """Return a task's code in one layout, or the whole submission."""
    reviewed, hidden = session.reviewed, session.names_hidden
    source = reviewed.reports[student].source
    if task:
        names = reviewed.record.names if hidden else ()
        if code := task_code(source, task, names, tasks=reviewed.record.tasks):
            return code
    return reviewed.anonymous(source, hidden=hidden)


def _variants(session: ReviewSession, entry: Entry, student: str, task: str) -> list[Variant]:
    """Return the other answers of a group by frequency, compared with the one that is shown."""
    hidden = session.names_hidden
    by_code: defaultdict[str, list[str]] = defaultdict(list)
    for each in _in_order(session, entry.students):
        by_code[_code(session, each, task)].append(session.reviewed.label(each, hidden=hidden))
    shown = _code(session, student, task)
    others = sorted(
        ((code, labels) for code, labels in by_code.items() if code != shown),
        key=lambda other: -len(other[1]),
    )
    same = Variant(by_code[shown], ())
    return [same, *(Variant(labels, _difference(shown, code)) for code, labels in others[:MAX_VARIANTS])]


def _difference(old: str, new: str) -> list[tuple[str, str]]:
    """Return the lines of a unified diff, each with its kind."""
    kinds = {"+": "added", "-": "removed", "@": "place"}
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))[2:]
    return [(kinds.get(line[:1], "same"), line) for line in lines]


def _render(template: str, session: ReviewSession, **values: Any) -> str:
    page, reviewed = page_templates("autograder.review").get_template(template), session.reviewed
    return page.render(course=reviewed.context.title, session=session, size=len(reviewed.reports), **values)
