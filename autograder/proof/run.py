"""Runs a proof: every known answer of a kit through the real examiner."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..grading.executor import Executor
from ..handout import stub
from ..kit import Kit, KitError
from .answers import Answer, alternatives, mistakes, solution
from .batches import Batch, alone, in_own_tasks, together
from .calibration_table import disagreements
from .examination import Examination
from .expected import outdated, write_expected
from .mutants import mutants, only
from .prove import Matrix, problems, read_equivalent


@dataclass(frozen=True)
class Proof:
    """The matrix of a kit, and what keeps it from being proven."""

    matrix: Matrix
    problems: tuple[str, ...]


def known_answers(root: Path, kit: Kit) -> tuple[Answer, ...]:
    """Solution, stub, parts, alternatives, mistakes and mutants, in this order; raises KitError."""
    right = solution(root, kit)
    unsolved = stub.strip(right.text, kit.tasks, f"{kit.module}.py")
    answers = (
        right,
        Answer("stub", "stub", "What a student starts from.", unsolved, kit.tasks),
        *(
            Answer("part", f"{task} alone", "One task of the solution.", only(right, [task]), (task,))
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
    With `write`, what the solution's networks are made of is written down anew.
    """
    answers, equivalent = known_answers(root, kit), read_equivalent(root, kit)
    examination = Examination(kit, executor, progress)
    if each:
        examination.examine([alone(answer, kit) for answer in answers])
    else:
        examination.examine(_many_at_once(kit, answers, equivalent))
    matrix = Matrix(kit, answers, examination.reports)
    if write:
        write_expected(root, kit, matrix.reports["solution"])
    found = problems(matrix, equivalent, public_text(root, kit))
    stale = outdated(root, kit, matrix.reports["solution"])
    return Proof(matrix, (*found, *disagreements(root, kit), *stale))


def _many_at_once(kit: Kit, answers: Sequence[Answer], equivalent: Collection[str]) -> list[Batch]:
    """The batches to begin with. A mutant that is known to survive goes at once to all that it reaches."""
    right, stub = answers[:2]
    of = {kind: [a for a in answers if a.kind == kind] for kind in ("alternative", "mistake", "mutant")}
    return [
        alone(right, kit),
        alone(stub, kit),
        *(alone(answer, kit) for answer in answers if answer.kind == "part"),
        *together(of["alternative"], kit),
        *together(of["mistake"], kit),
        *(alone(mutant, kit) for mutant in of["mutant"] if mutant.name in equivalent),
        *in_own_tasks([mutant for mutant in of["mutant"] if mutant.name not in equivalent], right, kit),
    ]


def public_text(root: Path, kit: Kit) -> str:
    """All that a student may read anyway: the tasks, the given code, the public checks."""
    docstrings = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(solution(root, kit).text))
        if isinstance(node, ast.FunctionDef | ast.Module)
    ]
    code = [content.decode() for name, content in kit.given.items() if name.endswith(".py")]
    return "\n".join([*docstrings, *code, kit.files["test_public.py"].decode()])
