"""Runs a proof: every known answer of a kit through the real examiner."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..grading.executor import Executor
from ..handout import stub
from ..kit import Kit
from ..records import Report
from .answers import Answer, alternatives, mistakes, solution
from .batches import Batch, Part, alone, together
from .calibration_table import disagreements
from .expected import outdated, write_expected
from .mutants import mutants
from .prove import Matrix, as_it_should, problems, read_equivalent


@dataclass(frozen=True)
class Proof:
    """The matrix of a kit, and what keeps it from being proven."""

    matrix: Matrix
    problems: tuple[str, ...]


def known_answers(root: Path, kit: Kit) -> tuple[Answer, ...]:
    """Solution, stub, alternatives, mistakes and mutants, in this order; raises KitError."""
    right = solution(root, kit)
    unsolved = stub.strip(right.text, kit.tasks, f"{kit.module}.py")
    return (
        right,
        Answer("stub", "stub", "What a student starts from.", unsolved, kit.tasks),
        *alternatives(root, kit),
        *mistakes(root, kit),
        *mutants(right),
    )


def prove(
    root: Path,
    kit: Kit,
    executor: Executor,
    progress: Callable[[int, int], None] = lambda done, total: None,
    write: bool = False,
) -> Proof:
    """Examine every known answer, telling `progress` of each submission; raises KitError.

    First many at once, each mutant in its own task. Where that does not end as it should, each alone and in
    all that it reaches: only then it is known what is wrong.
    With `write`, what the solution's networks are made of is written down anew.
    """
    answers, equivalent = known_answers(root, kit), read_equivalent(root, kit)
    batches = _many_at_once(kit, answers, equivalent)
    examination = _Examination(kit, executor, progress)
    examination.examine(batches)
    matrix = Matrix(kit, answers, examination.reports)
    examination.examine(list(_in_doubt(matrix, batches)))
    if write:
        write_expected(root, kit, matrix.reports["solution"])
    found = problems(matrix, equivalent, public_text(root, kit))
    stale = outdated(root, kit, matrix.reports["solution"])
    return Proof(matrix, (*found, *disagreements(root, kit), *stale))


class _Examination:
    """The reports of all answers so far; a later one of the same answer takes the place of the earlier."""

    def __init__(self, kit: Kit, executor: Executor, progress: Callable[[int, int], None]) -> None:
        self._kit = kit
        self._executor = executor
        self._progress = progress
        self._done = 0
        self.reports: dict[str, Report] = {}

    def examine(self, batches: Sequence[Batch]) -> None:
        """Examine some batches and keep the reports."""
        named = {batch.name: batch for batch in batches}
        total = self._done + len(named)
        submissions = (batch.submission(self._kit) for batch in batches)
        if named:
            with closing(self._executor.examine(submissions)) as examined:
                for name, report in examined:
                    self.reports |= {answer.name: mine for answer, mine in named[name].reports(report)}
                    self._done += 1
                    self._progress(self._done, total)


def _many_at_once(kit: Kit, answers: Sequence[Answer], equivalent: Collection[str]) -> list[Batch]:
    """The batches to begin with. A mutant that is known to survive goes at once to all that it reaches."""
    right, stub = answers[:2]
    kinds = [[answer for answer in answers if answer.kind == kind] for kind in ("alternative", "mistake")]
    narrow = {mutant.name: mutant for mutant in mutants(right, narrow=True)}
    return [
        alone(right, kit),
        alone(stub, kit),
        *(batch for kind in kinds for batch in together(kind, kit)),
        *(
            alone(answer, kit)
            if answer.name in equivalent
            else Batch(narrow[answer.name].text, (Part(answer, frozenset(narrow[answer.name].tasks)),))
            for answer in answers
            if answer.kind == "mutant"
        ),
    ]


def _in_doubt(matrix: Matrix, batches: Sequence[Batch]) -> Iterator[Batch]:
    """What is to be examined once more: all that was together where one answer did not end as it should."""
    for batch in batches:
        if not all(as_it_should(matrix, part.answer) for part in batch.parts):
            again = [alone(part.answer, matrix.kit) for part in batch.parts]
            if again != [batch]:
                yield from again


def public_text(root: Path, kit: Kit) -> str:
    """All that a student may read anyway: the tasks, the given code, the public checks."""
    docstrings = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(solution(root, kit).text))
        if isinstance(node, ast.FunctionDef | ast.Module)
    ]
    code = [content.decode() for name, content in kit.given.items() if name.endswith(".py")]
    return "\n".join([*docstrings, *code, kit.files["test_public.py"].decode()])
