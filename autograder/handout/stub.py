"""Make the student's file: the solution without its answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from difflib import get_close_matches

from ..kit import KitError
from ..language import gettext_noop
from ..source_code import Definition, definitions, parse

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
PLACEHOLDER = "raise NotImplementedError()"
# A short comment, which may be meant as a marker. The group is its text.
COMMENT = re.compile(r"\s*#+\s*(.{,30})")
YOUR_CODE = gettext_noop("Your code goes here, in place of the next line.")
STUB = f"# {YOUR_CODE}\n{PLACEHOLDER}"


def make_stub(source: str, tasks: Sequence[str], filename: str) -> str:
    """Return `source` with every marked answer replaced by a line that raises NotImplementedError.

    The markers are nbgrader's. Answers outside functions and classes are removed. Raises KitError for an
    unpaired marker, or if a task keeps its answer or loses its docstring.
    """
    parse(source, filename)
    stub = _name_the_tasks(_clear(source, filename), filename)
    for task in tasks:
        solved, unsolved = _definition(task, source, filename), _definition(task, stub, filename)
        _require_stub(task, solved, unsolved, filename)
    return stub


def _clear(source: str, filename: str) -> str:
    """Replace every answer and its markers by the stub, indented as the first marker."""
    kept: list[str] = []
    begun: int | None = None
    for number, line in enumerate(source.split("\n"), start=1):
        if BEGIN in line and begun is None:
            begun = number
            kept += [f"{line[: len(line) - len(line.lstrip())]}{each}" for each in STUB.split("\n")]
        elif BEGIN in line or (END in line and begun is None):
            expected, found = (END, BEGIN) if BEGIN in line else (BEGIN, END)
            raise KitError(f"{filename}, line {number}: expected {expected} before this {found}.")
        elif END in line:
            begun = None
        elif (marker := _misspelt_marker(line)) is not None:
            raise KitError(f"{filename}, line {number}: expected {marker}, found {line.strip()}.")
        elif begun is None:
            kept.append(line)
    if begun is not None:
        raise KitError(f"{filename}, line {begun}: expected {END} after this {BEGIN}, found none.")
    return "\n".join(kept)


def _misspelt_marker(line: str) -> str | None:
    """Return the marker that a comment is nearly equal to, or None."""
    if (comment := COMMENT.fullmatch(line)) is None:
        return None
    markers = {BEGIN.strip("# "): BEGIN, END.strip("# "): END}
    near = get_close_matches(comment[1].strip("# ").upper(), markers, n=1, cutoff=0.85)
    return markers[near[0]] if near else None


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
    """Return the function or class of a task; raises KitError if there is none."""
    if (node := definitions(parse(text, filename)).get(task)) is not None:
        return node
    raise KitError(
        f"{filename}: expected a function or a class {task}, which kit.toml lists as a task, found none."
    )


def _require_stub(task: str, solved: Definition, stub: Definition, filename: str) -> None:
    """Raise KitError unless the stub of a task, or a method of it, raises, and the docstring is the same."""
    if not ast.get_docstring(stub) or ast.get_docstring(stub) != ast.get_docstring(solved):
        raise KitError(
            f"{filename}, line {solved.lineno}: {task} needs a docstring, which is the whole task, "
            "outside the markers."
        )
    bodies = [stub.body]
    if isinstance(stub, ast.ClassDef):
        bodies = [method.body for method in stub.body if isinstance(method, ast.FunctionDef)]
    if not any(isinstance(node, ast.Raise) for body in bodies for node in body):
        raise KitError(
            f"{filename}, line {solved.lineno}: expected the answer of {task} between {BEGIN} and {END}, "
            f"found no such lines in {'a method' if isinstance(solved, ast.ClassDef) else 'its body'}."
        )
