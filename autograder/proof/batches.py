"""What is handed to the examiner for a proof: one known answer, or several that override different tasks.

A mistake costs nothing in other tasks. So mistakes in different tasks can be one submission, as long as no
function that one of them defines reaches what another defines. If one does cost another something, checks do
not end as they should, unless they would fail anyway; then each is examined alone. That checks look at no
other task is proven with the parts of the solution. What remains unseen is a mistake that leaves its process
changed where the only checks to notice it fail for another mistake: for that there is `kit prove --each`.

A mutant is looked at in its own task first, up to the check that notices it: most are noticed there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..kit import Kit
from ..models import Report, Submission, SubmittedFile
from .answers import Answer
from .mutation import CallGraph, only_task


@dataclass(frozen=True)
class Part:
    """An answer in a batch, and the tasks whose results are about it."""

    answer: Answer
    tasks: frozenset[str]


@dataclass(frozen=True)
class Batch:
    """One submission, and the answers that are in it; where `brief`, the first loss of a task is enough."""

    text: str
    parts: tuple[Part, ...]
    brief: bool = False

    @property
    def name(self) -> str:
        """The name that the submission has."""
        return " + ".join(part.answer.name for part in self.parts)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers of the parts."""
        return tuple(part.answer for part in self.parts)

    def submission(self, kit: Kit) -> Submission:
        """The batch as a student's submission."""
        file = SubmittedFile(f"{kit.module}.py", self.text.encode())
        return Submission(self.name, (file,), fail_fast=self.brief)

    def reports(self, report: Report) -> Iterator[tuple[Answer, Report]]:
        """Each answer with what the report says of it."""
        for part in self.parts:
            mine = tuple(result for result in report.checks if result.task in part.tasks)
            yield part.answer, replace(report, student=part.answer.name, checks=mine)


def single(answer: Answer, kit: Kit) -> Batch:
    """One answer and nothing else."""
    tasks = kit.tasks if answer.whole else answer.tasks
    return Batch(answer.text, (Part(answer, frozenset(tasks)),))


def batch_answers(answers: Iterable[Answer], kit: Kit) -> list[Batch]:
    """As few batches as come of putting each answer into the first one that has room for it.

    The answers are of one kind: they begin with the same text.
    """

    def fits(answer: Answer, members: list[Answer]) -> bool:
        return all(answer.defines.isdisjoint(member.defines) for member in members) and _apart(
            [*members, answer], kit
        )

    return [_joined(members, kit) for members in _first_fit(answers, fits)]


def batch_mutants(mutants: Sequence[Answer], right: Answer, kit: Kit) -> list[Batch]:
    """Mutants of `right`, each in the task that was changed, and several where no task uses another.

    A mutant of a function that is no task is alone.
    """
    reach = CallGraph(ast.parse(right.text))

    def fits(mutant: Answer, members: list[Answer]) -> bool:
        return all(
            _changed(mutant) not in reach.needed_by([_changed(member)])
            and _changed(member) not in reach.needed_by([_changed(mutant)])
            for member in members
        )

    of_tasks = [mutant for mutant in mutants if _changed(mutant) in kit.tasks]
    of_helpers = [mutant for mutant in mutants if _changed(mutant) not in kit.tasks]
    groups = _first_fit(of_tasks, fits)
    return [*(single(mutant, kit) for mutant in of_helpers), *(_narrow(group, right) for group in groups)]


def _narrow(mutants: list[Answer], right: Answer) -> Batch:
    text = only_task(right, [_changed(mutant) for mutant in mutants], [mutant.own for mutant in mutants])
    parts = tuple(Part(mutant, frozenset([_changed(mutant)])) for mutant in mutants)
    return Batch(text, parts, brief=True)


def _first_fit(answers: Iterable[Answer], fits: Callable[[Answer, list[Answer]], bool]) -> list[list[Answer]]:
    """The answers, each in the first group where it fits."""
    groups: list[list[Answer]] = []
    for answer in answers:
        group = next((group for group in groups if fits(answer, group)), None)
        if group is None:
            groups.append([answer])
        else:
            group.append(answer)
    return groups


def _changed(mutant: Answer) -> str:
    """The function that a mutant is about."""
    (name,) = mutant.defines
    return name


def _joined(answers: list[Answer], kit: Kit) -> Batch:
    touched = _touched(answers, kit)
    every = frozenset().union(*touched.values())
    parts = [
        # Where nobody changed anything, nothing may be lost: that says something of each of them.
        Part(answer, frozenset(kit.tasks) - (every - touched[answer.name]))
        for answer in answers
    ]
    return Batch(_text(answers), tuple(parts))


def _apart(answers: list[Answer], kit: Kit) -> bool:
    """Whether no task is reached by two of these answers, once they are one module."""
    touched = _touched(answers, kit).values()
    return len(frozenset().union(*touched)) == sum(map(len, touched))


def _touched(answers: list[Answer], kit: Kit) -> Mapping[str, frozenset[str]]:
    """The tasks that each answer can reach with the functions that it defines."""
    reach = CallGraph(ast.parse(_text(answers)))
    return {
        answer.name: frozenset(kit.tasks) & frozenset().union(*map(reach.reached_from, answer.defines))
        for answer in answers
    }


def _text(answers: list[Answer]) -> str:
    first, *others = answers
    return "\n\n".join([first.text, *(other.own for other in others)])
