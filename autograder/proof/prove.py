"""Run a proof: examine every known answer of a kit with the real examiner."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..grading.executors import Executor
from ..handout import stub
from ..kit import Kit, KitError
from ..models import Report, Status, Submission
from .answers import Answer, alternatives, mistakes, outdated, solution, write_expected
from .batches import Batch, batch_answers, batch_mutants, single
from .calibration_report import disagreements
from .judgement import Matrix, find_problems, is_as_expected, read_equivalents
from .mutation import mutants, only_task
from .replies import indistinguishable, outdated_replies, write_replies


class Examination:
    """The reports of all answers so far; a later report of an answer replaces the earlier one.

    `progress` is called with the number of finished and of all submissions.
    """

    def __init__(self, kit: Kit, executor: Executor, progress: Callable[[int, int], None]) -> None:
        self._kit = kit
        self._executor = executor
        self._progress = progress
        self._given: dict[str, Batch] = {}
        self._done: list[Batch] = []
        self._asked = 0
        self.reports: dict[str, Report] = {}

    def examine(self, batches: Sequence[Batch]) -> None:
        """Examine batches, then each answer of an unexpected batch alone, while the examiners are warm."""
        left: Sequence[Batch] = batches
        while left:
            with closing(self._executor.examine(self._submissions(left))) as examined:
                for name, report in examined:
                    batch = self._given[name]
                    self.reports |= {answer.name: mine for answer, mine in batch.reports(report)}
                    self._done.append(batch)
                    self._progress(len(self._done), self._asked)
            left = self._in_doubt()

    def _submissions(self, batches: Sequence[Batch]) -> Iterator[Submission]:
        yield from self._give(batches)
        yield from self._give(self._in_doubt())

    def _give(self, batches: Sequence[Batch]) -> Iterator[Submission]:
        self._given |= {batch.name: batch for batch in batches}
        self._asked += len(batches)
        yield from (batch.submission(self._kit) for batch in batches)

    def _in_doubt(self) -> list[Batch]:
        """Return the answers, alone, of batches that did not end as expected; nothing is examined twice."""
        return [
            again
            for batch in list(self._done)
            if not all(self._settled(answer, batch) for answer in batch.answers)
            for again in (single(answer, self._kit) for answer in batch.answers)
            if again not in self._given.values()
        ]

    def _settled(self, answer: Answer, batch: Batch) -> bool:
        """Return whether an answer ended as expected, unaffected by others in the same submission."""
        report = self.reports[answer.name]
        apart = len(batch.parts) == 1 or report.status == Status.GRADED
        return apart and is_as_expected(answer, report)


@dataclass(frozen=True)
class Proof:
    """The matrix of a kit, the problems that keep it from being proven, and notes for its author."""

    matrix: Matrix
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()


def known_answers(root: Path, kit: Kit) -> tuple[Answer, ...]:
    """Return solution, stub, parts, alternatives, mistakes and mutants, in this order; raises KitError."""
    right = solution(root, kit)
    unsolved = stub.make_stub(right.text, kit.tasks, f"{kit.module}.py")
    answers = (
        right,
        Answer("stub", "stub", "What a student starts from.", unsolved, kit.tasks),
        *(
            Answer("part", f"{task} alone", "One task of the solution.", only_task(right, [task]), (task,))
            for task in kit.tasks
        ),
        *alternatives(root, kit),
        *mistakes(root, kit),
        *mutants(right),
    )
    if twice := [name for name, count in Counter(answer.name for answer in answers).items() if count > 1]:
        raise KitError(f"Expected a name of its own for each known answer, found twice: {', '.join(twice)}.")
    return answers


def prove(
    root: Path,
    kit: Kit,
    executor: Executor,
    progress: Callable[[int, int], None] = lambda done, total: None,
    write: bool = False,
    each: bool = False,
) -> Proof:
    """Examine every known answer, telling `progress` of each submission; raises KitError.

    First many at once, each mutant in its own task. Where that does not end as it should, each alone and in
    all that it reaches: only then it is known what is wrong.
    With `each`, every answer is alone from the beginning, which takes longer: see `batches`.
    With `write`, what the solution's networks are made of and what the mistakes reply is written down anew.
    """
    answers, equivalent = known_answers(root, kit), read_equivalents(root, kit)
    examination = Examination(kit, executor, progress)
    if each:
        examination.examine([single(answer, kit) for answer in answers])
    else:
        examination.examine(_many_at_once(kit, answers, equivalent))
    matrix = Matrix(kit, answers, examination.reports)
    if write:
        write_expected(root, kit, matrix.reports["solution"])
        write_replies(root, matrix)
    found = find_problems(matrix, equivalent, public_text(root, kit))
    stale = outdated(root, kit, matrix.reports["solution"])
    # Outdated replies make no diagnosis wrong, only fewer of them certain.
    notes = (*indistinguishable(matrix), *outdated_replies(root, matrix))
    return Proof(matrix, (*found, *disagreements(root, kit), *stale), notes)


def _many_at_once(kit: Kit, answers: Sequence[Answer], equivalent: Collection[str]) -> list[Batch]:
    """Return the first batches. A mutant that is known to survive is examined in all tasks at once."""
    right, stub = answers[:2]
    of = {kind: [a for a in answers if a.kind == kind] for kind in ("alternative", "mistake", "mutant")}
    return [
        single(right, kit),
        single(stub, kit),
        *(single(answer, kit) for answer in answers if answer.kind == "part"),
        *batch_answers(of["alternative"], kit),
        *batch_answers(of["mistake"], kit),
        *(single(mutant, kit) for mutant in of["mutant"] if mutant.name in equivalent),
        *batch_mutants([mutant for mutant in of["mutant"] if mutant.name not in equivalent], right, kit),
    ]


def public_text(root: Path, kit: Kit) -> str:
    """Return the text that students have: docstrings of tasks, support code, public checks."""
    docstrings = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(solution(root, kit).text))
        if isinstance(node, ast.FunctionDef | ast.Module)
    ]
    code = [content.decode() for name, content in kit.given.items() if name.endswith(".py")]
    return "\n".join([*docstrings, *code, kit.files["test_public.py"].decode()])
