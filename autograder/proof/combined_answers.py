"""Combine known answers that override different tasks into one submission.

Mistakes in different tasks do not affect each other, as long as no function of one uses a function of
another. If an answer of a batch does not end as expected, each answer of the batch is examined alone. Parts
of the solution prove that the checks of a task depend on no other task. One case stays undetected: a mistake
changes the state of its process, and the only checks that would notice fail for another mistake as well.
`kit prove --no-batch` detects it.

A mutant is examined in its own task first, up to the first check that fails: most are noticed there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..kit import Kit
from ..models import Submission, SubmittedFile
from ..source_code import CallGraph
from .answers import Answer
from .earlier_results import AnswerReport
from .mutation import only_task


@dataclass(frozen=True)
class Part:
    """An answer in a batch, and the tasks whose results belong to it."""

    answer: Answer
    tasks: frozenset[str]


@dataclass(frozen=True)
class Batch:
    """One submission, and the answers in it. With `fail_fast`, the first failure of a task is enough."""

    text: str
    parts: tuple[Part, ...]
    fail_fast: bool = False

    @property
    def name(self) -> str:
        """The name of the submission."""
        return " + ".join(part.answer.name for part in self.parts)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers of the parts."""
        return tuple(part.answer for part in self.parts)

    @property
    def tasks(self) -> frozenset[str]:
        """The tasks whose checks are examined."""
        return frozenset().union(*(part.tasks for part in self.parts))

    def within(self, tasks: frozenset[str], answers: Mapping[str, Answer]) -> Batch:
        """Return the batch for a proof of some tasks and some answers. The submission is the same.

        A mutant keeps all tasks that its change reaches.
        """
        parts = (
            Part(
                answers[part.answer.name],
                part.tasks if part.answer.kind == "mutant" else part.tasks & tasks,
            )
            for part in self.parts
            if part.answer.name in answers
        )
        return replace(self, parts=tuple(part for part in parts if part.tasks))

    def submission(self, kit: Kit, tasks: Collection[str]) -> Submission:
        """Return the batch as a submission of which only the checks of some tasks run."""
        file = SubmittedFile(f"{kit.module}.py", self.text.encode())
        return Submission(self.name, (file,), fail_fast=self.fail_fast, tasks=tuple(sorted(tasks)))

    def reports(self, report: AnswerReport) -> Iterator[tuple[Answer, AnswerReport]]:
        """Yield each answer with its part of the report."""
        for part in self.parts:
            yield part.answer, report.of_tasks(part.tasks)


def single(answer: Answer, kit: Kit) -> Batch:
    """Return a batch of one answer."""
    tasks = kit.tasks if answer.whole else answer.tasks
    return Batch(answer.text, (Part(answer, frozenset(tasks)),))


def batch_answers(answers: Iterable[Answer], kit: Kit) -> list[Batch]:
    """Return batches of compatible answers, each in the first batch where it fits.

    The answers must be of one kind, because these begin with the same text.
    """

    def fits(answer: Answer, members: list[Answer]) -> bool:
        return all(answer.defines.isdisjoint(member.defines) for member in members) and _apart(
            [*members, answer], kit
        )

    return [_joined(members, kit) for members in _first_fit(answers, fits)]


def batch_mutants(mutants: Sequence[Answer], right: Answer, kit: Kit) -> list[Batch]:
    """Return batches of mutants of `right`, each examined in the task that it changes.

    A mutant of a function that is not a task is alone.
    """
    uses = {name: right.calls.needed_by([name]) for name in right.calls.functions}

    def fits(mutant: Answer, members: list[Answer]) -> bool:
        own = _changed(mutant)
        return all(own not in uses[other] and other not in uses[own] for other in map(_changed, members))

    of_tasks = [mutant for mutant in mutants if _changed(mutant) in kit.tasks]
    of_helpers = [mutant for mutant in mutants if _changed(mutant) not in kit.tasks]
    return [
        *(single(mutant, kit) for mutant in of_helpers),
        *(_only_changed_tasks(group, right) for group in _first_fit(of_tasks, fits)),
    ]


def _only_changed_tasks(mutants: list[Answer], right: Answer) -> Batch:
    """Return a batch of mutants without the tasks that none of them changes or uses."""
    changed = {_changed(mutant): mutant.own for mutant in mutants}
    text = only_task(right, changed, changed)
    parts = tuple(Part(mutant, frozenset([_changed(mutant)])) for mutant in mutants)
    return Batch(text, parts, fail_fast=True)


def _first_fit(answers: Iterable[Answer], fits: Callable[[Answer, list[Answer]], bool]) -> list[list[Answer]]:
    """Group the answers, each in the first group where it fits."""
    groups: list[list[Answer]] = []
    for answer in answers:
        group = next((group for group in groups if fits(answer, group)), None)
        if group is None:
            groups.append([answer])
        else:
            group.append(answer)
    return groups


def _changed(mutant: Answer) -> str:
    """Return the function that a mutant changes."""
    (name,) = mutant.defines
    return name


def _joined(answers: list[Answer], kit: Kit) -> Batch:
    """Return the batch of answers that `_apart` accepts."""
    touched = _touched(answers, kit)
    every = frozenset().union(*touched.values())
    parts = [
        # Unchanged tasks count for every answer: they must pass.
        Part(answer, frozenset(kit.tasks) - (every - touched[answer.name]))
        for answer in answers
    ]
    return Batch(_text(answers), tuple(parts))


def _apart(answers: list[Answer], kit: Kit) -> bool:
    """Return whether no task depends on two of these answers once they are one module.

    A task that depends on one answer may have no check that must fail on another: the batch would not end as
    expected.
    """
    touched = _touched(answers, kit)
    every = frozenset().union(*touched.values())
    return len(every) == sum(map(len, touched.values())) and not any(
        (every - touched[answer.name]) & {check.task for check in kit.checks if check.name in answer.fails}
        for answer in answers
    )


def _touched(answers: list[Answer], kit: Kit) -> Mapping[str, frozenset[str]]:
    """Return, by the name of each answer, the tasks that depend on its functions in the joined module."""
    first, *others = answers
    reach = CallGraph.joined([first.calls, *(other.own_calls for other in others)])
    return {
        answer.name: frozenset(kit.tasks) & frozenset().union(*map(reach.reached_from, answer.defines))
        for answer in answers
    }


def _text(answers: list[Answer]) -> str:
    """Return one module: the first answer as a whole, then the functions of the others."""
    first, *others = answers
    return "\n\n".join([first.text, *(other.own for other in others)])
