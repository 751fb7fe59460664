"""Read a kit's known answers: the solution, alternatives and mistakes."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, NoReturn

from ..kit import Kit, KitError, read_text
from ..source_code import CallGraph, Definition, first_line, parse, try_parse

MESSAGES, OLD_MESSAGES = "EXPECTED_MESSAGES", "READS"
Kind = Literal["solution", "stub", "part", "alternative", "mistake", "mutant"]


@dataclass(frozen=True)
class Answer:
    """One known answer: the text that a student would hand in, and the checks that must fail on it.

    `about` says what it is, in a sentence. `tasks` are those in which it differs from the solution; `own` is
    the text of the functions and classes that only it defines. `expected_messages` are words that a student
    with this answer must read. `operator` names the mutation operator that made a mutant.
    """

    kind: Kind
    name: str
    about: str
    text: str
    tasks: tuple[str, ...]
    fails: frozenset[str] = frozenset()
    expected_messages: tuple[str, ...] = ()
    own: str = ""
    operator: str = ""

    @property
    def whole(self) -> bool:
        """Whether the answer covers all tasks."""
        return self.kind not in ("part", "mutant")

    @cached_property
    def own_calls(self) -> CallGraph:
        """The functions and classes that only this answer defines, and what they use."""
        return CallGraph(parse(self.own, self.name))

    @cached_property
    def defines(self) -> frozenset[str]:
        """The names of the functions and classes that only this answer defines."""
        return frozenset(self.own_calls.functions)

    @cached_property
    def calls(self) -> CallGraph:
        """All functions and classes of the text, and what they use."""
        return CallGraph(parse(self.text, self.name))

    @cached_property
    def statements(self) -> tuple[tuple[str, str], ...]:
        """The statements of the text without comments, each after the name that it defines, if any."""
        tree = parse(self.text, self.name)
        return tuple((getattr(node, "name", ""), ast.unparse(node)) for node in tree.body)

    def of_checks(self, names: frozenset[str]) -> Answer:
        """Return what a proof of some checks expects of this answer.

        Any check in `fails` may show the words in `expected_messages`, so they are expected only if all of
        these run.
        """
        return replace(
            self,
            fails=self.fails & names,
            expected_messages=self.expected_messages if self.fails <= names else (),
        )


def solution(root: Path, kit: Kit) -> Answer:
    """Return the kit's solution; raises KitError or SourceError."""
    path = f"solutions/{kit.slug}/{kit.module}.py"
    text = _read_text(root, path)
    parse(text, path)
    return Answer("solution", "solution", "The kit's own answer.", text, kit.tasks)


def alternatives(root: Path, kit: Kit) -> list[Answer]:
    """Return the right answers in other styles, if there are any; raises KitError or SourceError."""
    if not (root / "solutions" / kit.slug / "alternatives.py").exists():
        return []
    return list(_read(root, kit, "alternative"))


def mistakes(root: Path, kit: Kit) -> list[Answer]:
    """Return the known wrong answers; raises KitError or SourceError."""
    return list(_read(root, kit, "mistake"))


def _read_text(root: Path, path: str) -> str:
    if (text := read_text(root, path)) is None:
        raise KitError(f"Expected the file {path}, found none.")
    return text


def _read(root: Path, kit: Kit, kind: Literal["alternative", "mistake"]) -> Iterator[Answer]:
    """Yield the answers in `alternatives.py` or `mistakes.py`, one for each class."""
    path = f"solutions/{kit.slug}/{kind}s.py"
    text = _read_text(root, path)
    base, lines = solution(root, kit).text, text.splitlines()
    statements = parse(text, path).body
    classes = [node for node in statements if isinstance(node, ast.ClassDef)]
    first = min((node.lineno for node in classes), default=1)
    for node in statements:
        if node.lineno > first and not isinstance(node, ast.ClassDef):
            raise KitError(
                f"{path}, line {node.lineno}: expected only answers below the first one, found "
                f"{_shown(node)}: move it above them, where every answer has it."
            )
    prelude = "\n".join(lines[: first - 1])
    for node in classes:
        found = _AnswerClass(path, node, kind, kit)
        found.validate()
        own = "\n\n".join(_segment(lines, function) for function in found.functions)
        if try_parse(own) is None:
            found.fail("cannot be parsed without its indentation: are all its lines indented?")
        yield Answer(
            kind=kind,
            name=node.name,
            about=" ".join((ast.get_docstring(node) or "").split()),
            text=f"{base}\n\n{prelude}\n\n{own}\n",
            tasks=tuple(function.name for function in found.functions if function.name in kit.tasks),
            fails=frozenset(found.texts("FAILS") or ()),
            expected_messages=found.expected_messages,
            own=f"{own}\n",
        )


def old_names(root: Path, kit: Kit) -> Iterator[str]:
    """Yield a sentence if the mistakes of a kit have attributes that are called otherwise now."""
    path = f"solutions/{kit.slug}/mistakes.py"
    assigned = (
        node for node in ast.walk(parse(_read_text(root, path), path)) if isinstance(node, ast.Assign)
    )
    if any(ast.unparse(target) == OLD_MESSAGES for node in assigned for target in node.targets):
        yield f"{path}: {OLD_MESSAGES} is now called {MESSAGES}."


def _shown(statement: ast.stmt) -> str:
    """Return the beginning of a statement on one line."""
    return " ".join(ast.unparse(statement).split())[:60]


def _segment(lines: list[str], function: Definition) -> str:
    """Return the text of a function with its decorators, moved to the left margin."""
    return textwrap.dedent("\n".join(lines[first_line(function) - 1 : function.end_lineno]))


@dataclass(frozen=True)
class _AnswerClass:
    """The class in which an author writes a known answer.

    It has a docstring, FAILS, EXPECTED_MESSAGES, functions and classes.
    """

    path: str
    node: ast.ClassDef
    kind: str
    kit: Kit

    @property
    def functions(self) -> list[Definition]:
        """The functions and classes in the class."""
        return [part for part in self.node.body if isinstance(part, Definition)]

    def fail(self, problem: str, line: int | None = None) -> NoReturn:
        """Raise a KitError that names file, line and answer."""
        raise KitError(f"{self.path}, line {line or self.node.lineno}: {self.node.name} {problem}")

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return the texts that the class lists under `name`, or None."""
        for part in self.node.body:
            if isinstance(part, ast.Assign) and [ast.unparse(target) for target in part.targets] == [name]:
                try:
                    found = ast.literal_eval(part.value)
                except (ValueError, TypeError):
                    found = None
                if isinstance(found, list | tuple | set) and all(isinstance(each, str) for each in found):
                    return tuple(found)
                problem = f"needs {name} as a list of texts, found {ast.unparse(part.value)!r}."
                self.fail(problem, part.lineno)
        return None

    @property
    def expected_messages(self) -> tuple[str, ...]:
        """The words that a student with this mistake must read."""
        return self.texts(MESSAGES) or self.texts(OLD_MESSAGES) or ()

    def _is_metadata(self, part: ast.stmt) -> bool:
        """Return whether a statement is FAILS, EXPECTED_MESSAGES, the docstring or another constant."""
        if isinstance(part, ast.Assign):
            return [ast.unparse(target) for target in part.targets] in (["FAILS"], [MESSAGES], [OLD_MESSAGES])
        return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)

    def validate(self) -> None:
        """Raise KitError if the answer does not follow its file's format."""
        fails, names = self.texts("FAILS"), [function.name for function in self.functions]
        if not ast.get_docstring(self.node):
            self.fail("needs a docstring that says what it is.")
        for part in self.node.body:
            if not isinstance(part, Definition | ast.Pass) and not self._is_metadata(part):
                self.fail(
                    f"holds {_shown(part)}, which has no effect: expected FAILS, EXPECTED_MESSAGES, "
                    "functions and classes. Code that answers share stands above the first class.",
                    part.lineno,
                )
        if not set(names) & set(self.kit.tasks):
            self.fail(f"overrides none of the tasks {', '.join(self.kit.tasks)}.")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            self.fail(f"defines {', '.join(twice)} twice.")
        if self.kind == "alternative" and fails is not None:
            self.fail("is a right answer and takes no FAILS.")
        if self.kind == "mistake" and not fails:
            self.fail("needs FAILS, the checks that must fail on it.")
        if stray := sorted(set(fails or ()) - {check.name for check in self.kit.checks}):
            self.fail(f"names checks that do not exist: {', '.join(stray)}.")
