"""Read Python source as a syntax tree, without running it."""

from __future__ import annotations

import ast
import warnings


class SourceError(ValueError):
    """Python source cannot be read; the text names the file, the line and the problem."""


def parse(text: str, filename: str) -> ast.Module:
    """Return the syntax tree of `text`; raises SourceError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is the author's matter, not ours
            return ast.parse(text, filename)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise SourceError(f"{filename}{line}: {error.msg}.") from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise SourceError(f"{filename} cannot be read as Python: {error or 'nested too deep'}.") from None


def try_parse(text: str) -> ast.Module | None:
    """Return the syntax tree of `text`, or None where it is not Python."""
    try:
        return parse(text, "<source>")
    except SourceError:
        return None


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Return the plain functions at module level, by name; of two with one name, the last."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def imported_modules(tree: ast.AST) -> set[str]:
    """Return the top-level names of all modules that `tree` imports anywhere, relative imports apart."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names
