"""Which tasks a source attempts: what its stubs are not any more."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterator

from autograder.records import Source


def attempted(source: Source, tasks: Collection[str]) -> frozenset[str]:
    """The tasks that `source` defines with a body of its own. Cells that do not parse attempt nothing."""
    names: set[str] = set()
    for cell in source.cells:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(cell)
            names.update(_answers(tree.body))
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
    return frozenset(names.intersection(tasks))


def _answers(body: list[ast.stmt]) -> Iterator[str]:
    """Names that get a meaning, no stub's, at module level, also inside `if`, `try`, `with` and loops."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            if not _is_stub(statement.body):
                yield statement.name
        elif isinstance(statement, ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name) and statement.value)
        else:
            for field in ("body", "orelse", "finalbody"):
                yield from _answers(getattr(statement, field, []))
            for handler in getattr(statement, "handlers", []):
                yield from _answers(handler.body)


def _is_stub(body: list[ast.stmt]) -> bool:
    """Whether a function does nothing, or raises NotImplementedError before it could return anything."""
    for statement in body:
        if _raises_not_implemented(statement):
            return True
        if any(
            isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value
            for node in ast.walk(statement)
        ):
            return False
    return all(_does_nothing(statement) for statement in body)


def _raises_not_implemented(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise):
        return False
    error = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(error, ast.Name) and error.id == "NotImplementedError"


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)  # a docstring, or ...
    return isinstance(statement, ast.Pass) or (isinstance(statement, ast.Return) and statement.value is None)
