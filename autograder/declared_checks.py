"""Read the checks that a test file declares without importing the file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from .source_code import SourceError, parse

_EXAMPLE = '@check("freeze", points=2, hint="…")'


class CheckError(SourceError):
    """Raised if a check is declared incorrectly. The message names file, line, expected and found."""


@dataclass(frozen=True)
class Check:
    """One check as declared by its marks and docstring. `place` is its file and line."""

    name: str
    task: str
    points: float
    hidden: bool
    sentence: str
    hint: str
    place: str = ""


def read_checks(filename: str, text: str) -> Iterator[Check]:
    """Yield the checks of a test file in file order. Raises SourceError."""
    lines: dict[str, int] = {}
    for node in parse(text, filename).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            declaration = _Declaration(filename, node)
            if node.name in lines:
                declaration.fail(f"a check of this name stands in line {lines[node.name]} already")
            lines[node.name] = node.lineno
            yield declaration.check()


@dataclass(frozen=True)
class _Declaration:
    """Declaration of one check: a test function in a file."""

    filename: str
    node: ast.FunctionDef | ast.AsyncFunctionDef

    def fail(self, problem: str) -> NoReturn:
        """Raise a CheckError that names the file, line and function."""
        raise CheckError(f"{self.place}: {self.node.name}: {problem}.")

    @property
    def place(self) -> str:
        """The file and line of the function."""
        return f"{self.filename}, line {self.node.lineno}"

    def check(self) -> Check:
        """Return the check that the docstring and marks declare. Raises CheckError."""
        marks = {_mark_name(decorator): decorator for decorator in self.node.decorator_list}
        mark, sentence = marks.get("check") or marks.get("task"), ast.get_docstring(self.node)
        if isinstance(self.node, ast.AsyncFunctionDef):
            self.fail("expected a plain function, found `async def`")
        if "parametrize" in marks:
            self.fail("parametrized checks are not supported: write one function for each case")
        if sum(_mark_name(decorator) in ("check", "task") for decorator in self.node.decorator_list) > 1:
            self.fail("expected one task for each check, found two marks that name one")
        if not isinstance(mark, ast.Call) or len(mark.args) != 1:
            found = ", ".join(f"@{ast.unparse(decorator)}" for decorator in self.node.decorator_list)
            self.fail(f"expected a mark {_EXAMPLE}, found {found or 'none'}")
        if not sentence:
            self.fail("expected a docstring, the sentence that students read, found none")
        values = {str(keyword.arg): self._literal(keyword.value) for keyword in mark.keywords}
        hidden = values.pop("hidden", False) if "check" in marks else False
        hidden = "hidden" in marks or hidden
        if set(values) != {"points", "hint"}:
            found = ", ".join(values) or "neither"
            self.fail(f"the mark takes points and hint, found {found}; write {_EXAMPLE}")
        task, points, hint = self._literal(mark.args[0]), values["points"], values["hint"]
        if not isinstance(task, str):
            self.fail(f"expected the name of a task, found {task!r}")
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points < 2**31:
            self.fail(f"expected points as a number of at least 0, found {points!r}")
        if not isinstance(hidden, bool):
            self.fail(f"expected `hidden` as True or False, found {hidden!r}")
        if not isinstance(hint, str) or not hint.strip():
            self.fail(f"expected a hint, found {hint!r}")
        sentence = " ".join(sentence.split())
        return Check(self.node.name, task, points, hidden, sentence, hint, self.place)

    def _literal(self, value: ast.expr) -> object:
        try:
            return ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError):
            self.fail(f"expected plain values in the mark, found the computed {ast.unparse(value)!r}")


def _mark_name(decorator: ast.expr) -> str:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""
