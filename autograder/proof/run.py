"""Runs a proof: every known answer of a kit through the real examiner."""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..grading.executor import Executor
from ..handout import stub
from ..kit import Kit
from ..records import Report
from .answers import Answer, alternatives, mistakes, solution
from .calibration_table import disagreements
from .expected import outdated, write_expected
from .mutants import mutants
from .prove import Matrix, problems, read_equivalent


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
    """Examine every known answer, telling `progress` of each; raises KitError.

    With `write`, what the solution's networks are made of is written down anew.
    """
    answers = known_answers(root, kit)
    reports: dict[str, Report] = {}
    with closing(executor.examine(answer.submission(kit.module) for answer in answers)) as examined:
        for name, report in examined:
            reports[name] = report
            progress(len(reports), len(answers))
    if write:
        write_expected(root, kit, reports["solution"])
    matrix = Matrix(kit, answers, reports)
    found = problems(matrix, read_equivalent(root, kit), public_text(root, kit))
    stale = outdated(root, kit, reports["solution"])
    return Proof(matrix, (*found, *disagreements(root, kit), *stale))


def public_text(root: Path, kit: Kit) -> str:
    """All that a student may read anyway: the tasks, the given code, the public checks."""
    docstrings = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(solution(root, kit).text))
        if isinstance(node, ast.FunctionDef | ast.Module)
    ]
    code = [content.decode() for name, content in kit.given.items() if name.endswith(".py")]
    return "\n".join([*docstrings, *code, kit.files["test_public.py"].decode()])
