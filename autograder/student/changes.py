"""What each task's function looks like now, to see which of them a save has changed."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection

from ..records import Source


def texts(source: Source | None, tasks: Collection[str]) -> dict[str, str]:
    """The text of every task's function in a source; nothing where it is no Python."""
    found = {}
    for cell in source.cells if source else ():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                functions = [node for node in ast.parse(cell).body if isinstance(node, ast.FunctionDef)]
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        for node in functions:
            if node.name in tasks:
                found[node.name] = ast.get_source_segment(cell, node) or ""
    return found
