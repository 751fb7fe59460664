"""Make the student's file: the solution without its answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import nbformat
from nbgrader.preprocessors import ClearSolutions

from ..kit import KitError
from ..source_code import Definition, definitions, parse

PLACEHOLDER = "raise NotImplementedError()"
STUB = f"# Your code goes here, in place of the next line.\n{PLACEHOLDER}"


def make_stub(source: str, tasks: Sequence[str], filename: str) -> str:
    """Return `source` with every marked answer replaced by a line that raises NotImplementedError.

    The markers are nbgrader's, and its ClearSolutions replaces them. Answers outside functions and classes
    are removed. Raises KitError for an unpaired marker, or if a task keeps its answer or loses its docstring.
    """
    parse(source, filename)
    cleared = _clear(source, filename)
    stub = _name_the_tasks(cleared, filename)
    for task in tasks:
        _check(task, _definition(task, source, filename), _definition(task, stub, filename), filename)
    return stub


def _clear(source: str, filename: str) -> str:
    """Apply nbgrader's ClearSolutions to the source as one cell."""
    cell = nbformat.v4.new_code_cell(source)
    clear = ClearSolutions(code_stub={"python": STUB}, enforce_metadata=False)
    try:
        clear.preprocess_cell(cell, {"language": "python"}, 0)
    except RuntimeError as error:
        raise KitError(
            f"{filename}: expected every ### BEGIN SOLUTION to be followed by its ### END SOLUTION: {error}."
        ) from error
    return str(cell.source)


def _name_the_tasks(cleared: str, filename: str) -> str:
    """Name the task in each placeholder, and remove placeholders outside functions and classes."""
    lines = cleared.split("\n")
    owners = {
        number: node.name
        for node in parse(cleared, filename).body
        if isinstance(node, Definition)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for number, line in enumerate(lines, start=1):
        if line.strip() == PLACEHOLDER and number in owners:
            lines[number - 1] = line.replace("()", f'("{owners[number]}")')
    text = "\n".join(lines).replace(f"{STUB}\n", "")
    return re.sub(r"\n{4,}", "\n\n\n", text)


def _definition(task: str, text: str, filename: str) -> Definition:
    if (node := definitions(parse(text, filename)).get(task)) is not None:
        return node
    raise KitError(
        f"{filename}: expected a function or a class {task}, which kit.toml lists as a task, found none."
    )


def _check(task: str, solved: Definition, stub: Definition, filename: str) -> None:
    """Raise KitError unless every task raises first and keeps its docstring."""
    if not ast.get_docstring(stub) or ast.get_docstring(stub) != ast.get_docstring(solved):
        raise KitError(f"{filename}: {task} needs a docstring, which is the whole task, outside the markers.")
    bodies = [stub.body]
    if isinstance(stub, ast.ClassDef):
        bodies = [method.body for method in stub.body if isinstance(method, ast.FunctionDef)]
    if not any(isinstance(node, ast.Raise) for body in bodies for node in body):
        raise KitError(
            f"{filename}: expected the answer of {task} between ### BEGIN SOLUTION and ### END SOLUTION, "
            "found no such lines in its body."
        )
