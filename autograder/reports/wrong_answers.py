"""Group the wrong answers of a class, and recognize known mistakes among them.

A known mistake is recognized by its replies to the checks, which the kit's proof recorded. Checks that fail
together are only a resemblance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..models import NOT_PASSED, Outcome, Report, Status


@dataclass(frozen=True, eq=False)
class KnownMistake:
    """A wrong answer that a teacher anticipated. Two of them are the same only if they are one object.

    `replies` are the digests of its replies by task, empty if the kit's proof did not record them.
    """

    name: str
    about: str
    tasks: frozenset[str]
    fails: frozenset[str]
    replies: Mapping[str, str] = field(default_factory=dict)

    def is_made_in(self, report: Report) -> bool:
        """Return whether a submission gave exactly the replies of this mistake."""
        return bool(self.replies) and self.replies.items() <= report.replies.items()


@dataclass(frozen=True)
class Group:
    """Students whose answers to one task fail alike.

    `outcomes` has the checks that did not pass. `mistakes` is the known mistake that all of them made, or
    several if these give the same replies. Without one, `resembles` are the known mistakes that fail the same
    checks with other replies.
    """

    task: str
    outcomes: Mapping[str, Outcome]
    students: tuple[str, ...]
    mistakes: tuple[KnownMistake, ...] = ()
    resembles: tuple[KnownMistake, ...] = ()

    @property
    def mistake(self) -> KnownMistake | None:
        """Return the known mistake if it is certain."""
        return self.mistakes[0] if len(self.mistakes) == 1 else None

    @property
    def key(self) -> str:
        """Return a readable name that no other group of the class has."""
        checks = ", ".join(
            name if outcome == Outcome.FAILED else f"{name} {outcome}"
            for name, outcome in self.outcomes.items()
        )
        return f"{self.task}: {', '.join(mistake.name for mistake in self.mistakes) or checks}"


def graded(reports: Sequence[Report]) -> list[Report]:
    """Return the reports with a status of graded and a score."""
    return [report for report in reports if report.status == Status.GRADED and report.score is not None]


def certain_mistakes(report: Report, known: Collection[KnownMistake]) -> list[KnownMistake]:
    """Return the known mistakes whose replies a submission gave. Several of a task give the same replies."""
    if report.status != Status.GRADED:
        return []
    return [mistake for mistake in known if mistake.is_made_in(report)]


def find_groups(reports: Sequence[Report], known: Collection[KnownMistake]) -> list[Group]:
    """Return the groups of all answers that fail, the largest first.

    A student with answers to several tasks that fail is in several groups. Checks of other tasks that fail
    only because of a known mistake form no further group.
    """
    found: defaultdict[tuple[str, tuple[KnownMistake, ...], frozenset[tuple[str, Outcome]]], list[str]]
    found = defaultdict(list)
    for report in graded(reports):
        certain = certain_mistakes(report, known)
        for alike in _with_equal_replies(certain):
            found[next(iter(alike[0].replies)), alike, frozenset()].append(report.student)
        for task, outcomes in _unexplained(report, certain):
            found[task, (), frozenset(outcomes.items())].append(report.student)
    task_of = {check.name: check.task for report in reports for check in report.checks}
    groups = []
    for (task, alike, failures), students in found.items():
        outcomes = dict(failures) or dict.fromkeys(alike[0].fails, Outcome.FAILED)
        in_order = {name: outcomes[name] for name in task_of if name in outcomes}
        group = Group(task, in_order, tuple(sorted(students)), alike)
        groups.append(group if alike else _with_resemblances(group, known, task_of))
    return sorted(groups, key=lambda group: (-len(group.students), group.key))


def _with_equal_replies(mistakes: Sequence[KnownMistake]) -> Iterator[tuple[KnownMistake, ...]]:
    by_replies: defaultdict[tuple[tuple[str, str], ...], list[KnownMistake]] = defaultdict(list)
    for mistake in mistakes:
        by_replies[tuple(mistake.replies.items())].append(mistake)
    yield from map(tuple, by_replies.values())


def _unexplained(
    report: Report, certain: Collection[KnownMistake]
) -> Iterator[tuple[str, dict[str, Outcome]]]:
    """Yield each task with its checks that did not pass, except those that known mistakes explain."""
    explained = {name for mistake in certain for name in mistake.fails}
    failing: defaultdict[str, dict[str, Outcome]] = defaultdict(dict)
    for check in report.checks:
        if check.outcome in NOT_PASSED and check.name not in explained:
            failing[check.task][check.name] = check.outcome
    yield from failing.items()


def _with_resemblances(group: Group, known: Collection[KnownMistake], task_of: Mapping[str, str]) -> Group:
    """Return the group with the known mistakes that fail the same checks of its task.

    A check that crashed or timed out says nothing about what a student thought.
    """
    if set(group.outcomes.values()) != {Outcome.FAILED}:
        return group
    alike = tuple(
        mistake
        for mistake in known
        if {name for name in mistake.fails if task_of.get(name) == group.task} == set(group.outcomes)
        and group.task in mistake.tasks
    )
    return Group(group.task, group.outcomes, group.students, resembles=alike)
