"""What an answer imports that the grader does not have."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..records import Source


@dataclass(frozen=True)
class Import:
    """One import that the grader cannot do; `runs` says that it is done while the answer is loaded."""

    name: str
    line: int
    runs: bool


def strange(source: Source, accepted: Collection[str]) -> list[Import]:
    """The imports of modules that are neither accepted nor Python's own, save those in a `try`."""
    found = []
    for cell in source.cells:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(cell)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        found += list(_strange(tree, accepted, runs=True))
    return found


def _strange(node: ast.AST, accepted: Collection[str], runs: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            for name in _modules(child):
                if name not in accepted and name not in sys.stdlib_module_names:
                    yield Import(name, child.lineno, runs)
        elif isinstance(child, ast.Try) and child.handlers:
            for part in (*child.handlers, *child.orelse, *child.finalbody):
                yield from _strange(part, accepted, runs)
        else:
            called = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _strange(child, accepted, runs and not called)


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The top-level modules of an import; a relative one has none."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    return [] if node.level or not node.module else [node.module.partition(".")[0]]
