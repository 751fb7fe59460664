"""Compute digests of the code that decides the results of a kit's checks.

A check depends on its function and on every definition of test files and support code that it mentions by
name, directly or indirectly. Statements that run while a module loads belong to every check. Texts that only
a failed check shows are its wording: they cannot change which checks pass.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ..declared_checks import Check
from ..files import sha256_of_parts
from ..kit import CHECK_FILES, Kit
from ..source_code import Function, parse

# Parameters and variables with these names hold texts that a failed check shows.
WORDING = frozenset({"hint", "think", "message", "msg"})
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class _Statement:
    """A statement at module level: its full syntax tree, that without wording, and the names in it."""

    full: bytes
    logic: bytes
    mentioned: frozenset[str]


class CheckCode:
    """The statements of a kit's test files and support code, and the digests of its checks."""

    def __init__(self, kit: Kit) -> None:
        """Read the code of `kit`. Raises SourceError."""
        self._checks = kit.checks
        trees = {name: parse(text.decode(), name) for name, text in kit.files.items() if name.endswith(".py")}
        wording = _Wording(trees.values())
        self._statements: list[_Statement] = []
        # Where in `_statements` each name is defined.
        self._places: dict[str, list[int]] = {}
        support = set[str]()
        # The statements that belong to every check, and the names that these and the examiner use.
        always = set[int]()
        used = {path.rpartition(".")[2] for path in (kit.config.prepare, kit.config.train) if path}
        for name, tree in sorted(trees.items()):
            for node in tree.body:
                place, statement = len(self._statements), _read_statement(node, wording)
                self._statements.append(statement)
                for defined in _names(node):
                    self._places.setdefault(defined, []).append(place)
                    if name not in CHECK_FILES:
                        support.add(defined)
                if _runs_while_loading(node):
                    always.add(place)
                    # An import calls none of the functions that it names.
                    if not isinstance(node, ast.Import | ast.ImportFrom):
                        used |= statement.mentioned
        self._always = self._reached(frozenset(used)) | always
        self._support = frozenset(support)

    def support_in(self, answer: str) -> frozenset[str]:
        """Return the names of support code that the text of an answer mentions."""
        return self._support.intersection(WORD.findall(answer))

    def logic(self, task: str, support: frozenset[str]) -> str:
        """Return a digest of what decides which checks of `task` pass on an answer with this support code.

        An answer may keep a state between calls, so all checks of the task count.
        """
        checks = [check for check in self._checks if check.task == task]
        names = support.union(check.name for check in checks)
        order = [f"{check.name} {check.hidden}".encode() for check in checks]
        return sha256_of_parts([*order, *(statement.logic for statement in self._needed_by(names))])

    @cache  # noqa: B019 - lives as long as the proof
    def wording(self, check: Check) -> str:
        """Return a digest that also changes with the texts that a failure of `check` shows."""
        statements = self._needed_by({check.name})
        return sha256_of_parts([check.sentence.encode(), *(statement.full for statement in statements)])

    def _needed_by(self, names: Iterable[str]) -> Iterator[_Statement]:
        """Return the statements that code with these names depends on, in file order."""
        places = self._reached(frozenset(names)) | self._always
        return (self._statements[place] for place in sorted(places))

    @cache  # noqa: B019 - lives as long as the proof
    def _reached(self, names: frozenset[str]) -> frozenset[int]:
        """Return the places of all definitions that these names mention, directly or indirectly."""
        found: set[int] = set()
        left = set(names)
        while left:
            places = {place for name in left for place in self._places.get(name, ())} - found
            found |= places
            left = set().union(*(self._statements[place].mentioned for place in places))
        return frozenset(found)


def _read_statement(node: ast.stmt, wording: _Wording) -> _Statement:
    """Return the statement of a node, which loses its docstrings and its wording."""
    _remove_docstrings(node)
    full, mentioned = ast.dump(node).encode(), frozenset(_mentioned(node))
    wording.visit(node)
    return _Statement(full, ast.dump(node).encode(), mentioned)


def without_docstrings(text: str) -> str:
    """Return a program with empty lines in place of docstrings and comments; lines keep their number."""
    lines = text.splitlines()
    nodes = ast.walk(parse(text, "<answer>"))
    for node in (node for node in nodes if isinstance(node, Function | ast.ClassDef | ast.Module)):
        if ast.get_docstring(node, clean=False) is not None:
            first, last = node.body[0].lineno, node.body[0].end_lineno or node.body[0].lineno
            lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join("" if line.lstrip().startswith("#") else line for line in lines)


def _names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement at module level defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname for alias in aliases if alias.asname)


def _runs_while_loading(node: ast.stmt) -> bool:
    """Return whether a statement acts without being mentioned: a call, an import, or an autouse fixture."""
    if isinstance(node, Function | ast.ClassDef):
        return any(part.arg == "autouse" for part in ast.walk(node) if isinstance(part, ast.keyword))
    plain = isinstance(node, ast.Assign | ast.AnnAssign) and list(_names(node))
    return not plain or any(isinstance(part, ast.Call) for part in ast.walk(node))


def _mentioned(node: ast.AST) -> Iterator[str]:
    """Yield every name in a syntax tree: variables, attributes, parameters, imports and strings."""
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name
            case ast.Constant(value=str(text)) if text.isidentifier():
                yield text


def _remove_docstrings(node: ast.stmt) -> None:
    """Remove docstrings, and the decorator that declares a check's points and hint."""
    for part in ast.walk(node):
        if isinstance(part, Function | ast.ClassDef):
            if ast.get_docstring(part, clean=False) is not None:
                part.body = part.body[1:] or [ast.Pass()]
            part.decorator_list = [each for each in part.decorator_list if not _declares_check(each)]


def _declares_check(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and any(each.arg == "points" for each in decorator.keywords)


class _Wording(ast.NodeTransformer):
    """Replaces by "" the texts that only a failed check shows.

    These are the message of `assert`, the arguments of AssertionError, of `pytest.fail` and of functions that
    never return, and what is given to parameters and variables called `hint`, `think`, `message` or `msg`.
    """

    def __init__(self, trees: Iterable[ast.Module]) -> None:
        self._functions: dict[str, list[ast.FunctionDef]] = {}
        for node in (node for tree in trees for node in tree.body):
            if isinstance(node, ast.FunctionDef):
                self._functions.setdefault(node.name, []).append(node)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """Empty the text of the message."""
        if node.msg is not None:
            node.msg = _emptied(node.msg)
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """Empty a text that gets a name such as `think`."""
        if all(isinstance(target, ast.Name) and target.id in WORDING for target in node.targets):
            node.value = _emptied(node.value)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Empty the arguments that are texts for people."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        known = self._functions.get(name, [])
        only_fails = ast.unparse(node.func) in ("AssertionError", "pytest.fail") or (
            bool(known) and all(_never_returns(function) for function in known)
        )
        parameters = [[each.arg for each in function.args.args] for function in known]
        for place, argument in enumerate(node.args):
            named = parameters and all({*names[place : place + 1]} & WORDING for names in parameters)
            if only_fails or named:
                node.args[place] = _emptied(argument)
        for keyword in node.keywords:
            if only_fails or (known and keyword.arg in WORDING):
                keyword.value = _emptied(keyword.value)
        return self.generic_visit(node)


def _never_returns(function: ast.FunctionDef) -> bool:
    return function.returns is not None and ast.unparse(function.returns).endswith("NoReturn")


def _emptied(text: ast.expr) -> ast.expr:
    """Return an expression without the texts in it; the values that it computes stay."""
    match text:
        case ast.Constant(value=str()):
            return ast.Constant("")
        case ast.JoinedStr(values=values):
            return ast.JoinedStr([part for part in values if not isinstance(part, ast.Constant)])
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(_emptied(left), op, _emptied(right))
        case ast.Call(func=ast.Name(id="_" | "gettext"), args=args, keywords=keywords):
            return ast.Call(text.func, [_emptied(argument) for argument in args], keywords)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, _emptied(body), _emptied(orelse))
    return text
