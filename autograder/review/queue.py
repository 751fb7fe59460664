"""List what needs a decision: regrade requests, single submissions by reason, and groups of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..files import sha256
from ..grading.overrides import Overrides, Reviewed
from ..grading.regrade_requests import RegradeRequest
from ..reports.wrong_answers import Group
from .reviewed_class import ReviewedClass


class Kind(StrEnum):
    """Kind of an entry, in the order of the queue."""

    REQUEST = "regrade request"
    SUBMISSION = "submission"
    GROUP = "group"


@dataclass(frozen=True)
class Entry:
    """One thing to decide. `checks` are those that it is about, and `label` is its reason or task.

    `key` is how the overrides file names the entry; `is_done` tells whether somebody has dealt with it.
    """

    key: str
    kind: Kind
    label: str
    text: str
    students: tuple[str, ...]
    checks: tuple[str, ...]
    group: Group | None = None
    request: RegradeRequest | None = None
    is_done: bool = False

    @property
    def id(self) -> str:
        """Return the entry's identifier in addresses, which contains no student's name."""
        return sha256(self.key.encode())[:12]


def build_queue(
    reviewed: ReviewedClass, requests: Sequence[RegradeRequest], overrides: Overrides
) -> list[Entry]:
    """Return all entries, also those that somebody has dealt with."""
    in_order = sorted(requests, key=lambda request: reviewed.numbers[request.student])
    return [
        *(_request(request, overrides) for request in in_order),
        *_submissions(reviewed, overrides),
        *(_group(group, reviewed, overrides) for group in reviewed.groups),
    ]


def next_open(queue: Sequence[Entry], after: Entry) -> Entry | None:
    """Return the next entry to decide behind `after`, or else from the beginning."""
    place = next((number for number, entry in enumerate(queue) if entry.key == after.key), -1)
    ahead = [*queue[place + 1 :], *queue[: max(place, 0)]]
    return next((entry for entry in ahead if not entry.is_done), None)


def _request(request: RegradeRequest, overrides: Overrides) -> Entry:
    answered = any(
        (answer.student, answer.check, answer.request) == (request.student, request.check, request.reason)
        for answer in overrides.answers
    )
    key = f"request: {request.student}, {request.check}: {request.reason}"
    return Entry(
        key,
        Kind.REQUEST,
        request.check,
        request.reason,
        (request.student,),
        (request.check,),
        request=request,
        is_done=answered,
    )


def _submissions(reviewed: ReviewedClass, overrides: Overrides) -> list[Entry]:
    items = sorted(reviewed.items, key=lambda item: reviewed.numbers[item.student])
    order = list(dict.fromkeys(item.reason for item in reviewed.items))
    entries = []
    for item in sorted(items, key=lambda item: order.index(item.reason)):
        key = f"{item.label}: {item.student}: {item.text}"
        checks = reviewed.reports[item.student].checks
        open_checks = tuple(check.name for check in checks if check.points < check.max_points)
        entries.append(
            Entry(
                key,
                Kind.SUBMISSION,
                item.label,
                item.text,
                (item.student,),
                open_checks,
                is_done=Reviewed(key) in overrides.reviewed,
            )
        )
    return entries


def _group(group: Group, reviewed: ReviewedClass, overrides: Overrides) -> Entry:
    key = f"group: {group.key}"
    return Entry(
        key,
        Kind.GROUP,
        group.task,
        _title(group, reviewed.sentences),
        group.students,
        tuple(group.outcomes),
        group=group,
        is_done=Reviewed(key) in overrides.reviewed,
    )


def _title(group: Group, sentences: Mapping[str, str]) -> str:
    """Return what a group got wrong: a known mistake, or what the first check that it fails examines."""
    if group.mistake:
        return group.mistake.name.replace("_", " ")
    if group.mistakes:
        return f"one of {len(group.mistakes)} known mistakes with the same replies"
    if len(group.resembles) == 1:
        return f"looks like: {group.resembles[0].name.replace('_', ' ')}"
    (check, outcome), *others = group.outcomes.items()
    more = f" (and {len(others)} more)" if others else ""
    return f"{outcome.replace('_', ' ')}: {sentences[check]}{more}"
