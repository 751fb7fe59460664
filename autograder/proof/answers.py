"""The known answers of a kit: its solution, right answers in other styles, and wrong ones.

`mistakes.py` and `alternatives.py` are read as text. Every top-level class in them is one answer: its
functions replace the solution's and its docstring tells what it is. A mistake's `FAILS` names the checks that
must fail, its `READS` the words that the student must find in what those checks say.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from ..kit import Kit, KitError

Kind = Literal["solution", "stub", "part", "alternative", "mistake", "mutant"]


@dataclass(frozen=True)
class Answer:
    """One known answer: the text that a student would hand in, and the checks that must fail on it.

    `tasks` are those in which it is not the solution. `own` has the functions of this answer alone.
    """

    kind: Kind
    name: str
    about: str
    text: str
    tasks: tuple[str, ...]
    fails: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()
    own: str = ""

    @property
    def whole(self) -> bool:
        """Whether it has all tasks: it is right or wrong in each of them."""
        return self.kind not in ("part", "mutant")

    @cached_property
    def defines(self) -> frozenset[str]:
        """The names of its own functions."""
        return frozenset(node.name for node in ast.parse(self.own).body if isinstance(node, ast.FunctionDef))


def solution(root: Path, kit: Kit) -> Answer:
    """The kit's own answer."""
    text = (root / "solutions" / kit.slug / f"{kit.module}.py").read_text(encoding="utf-8")
    return Answer("solution", "solution", "The kit's own answer.", text, kit.tasks)


def alternatives(root: Path, kit: Kit) -> list[Answer]:
    """Right answers in other styles; raises KitError where the file is not as it should be."""
    return list(_read(root, kit, "alternative"))


def mistakes(root: Path, kit: Kit) -> list[Answer]:
    """Known wrong answers; raises KitError where the file is not as it should be."""
    return list(_read(root, kit, "mistake"))


def _read(root: Path, kit: Kit, kind: Literal["alternative", "mistake"]) -> Iterator[Answer]:
    path = root / "solutions" / kit.slug / f"{kind}s.py"
    text = path.read_text(encoding="utf-8")
    base, lines = solution(root, kit).text, text.splitlines()
    tree = ast.parse(text, path.name)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    first = min((node.lineno for node in classes), default=1)
    prelude = "\n".join(lines[: first - 1])
    for node in classes:
        functions = [part for part in node.body if isinstance(part, ast.FunctionDef)]
        own = "\n\n".join(_segment(lines, function) for function in functions)
        fails = _attribute(node, "FAILS")
        _check(kit, path.name, node, functions, fails, kind)
        try:
            ast.parse(own)
        except SyntaxError as error:
            raise KitError(
                f"{path.name}: {node.name} is no program once it is moved to the left ({error.msg}): "
                "are all its lines indented?"
            ) from None
        yield Answer(
            kind=kind,
            name=node.name,
            about=" ".join((ast.get_docstring(node) or "").split()),
            text=f"{base}\n\n{prelude}\n\n{own}\n",
            tasks=tuple(function.name for function in functions if function.name in kit.tasks),
            fails=frozenset(fails or ()),
            reads=_attribute(node, "READS") or (),
            own=f"{own}\n",
        )


def _segment(lines: list[str], function: ast.FunctionDef) -> str:
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    return textwrap.dedent("\n".join(lines[first - 1 : function.end_lineno]))


def _attribute(node: ast.ClassDef, name: str) -> tuple[str, ...] | None:
    for part in node.body:
        if isinstance(part, ast.Assign) and [ast.unparse(target) for target in part.targets] == [name]:
            return tuple(ast.literal_eval(part.value))
    return None


def _check(
    kit: Kit,
    file: str,
    node: ast.ClassDef,
    functions: list[ast.FunctionDef],
    fails: tuple[str, ...] | None,
    kind: str,
) -> None:
    """Raise KitError where an answer is not as its file's form asks."""
    known = {check.name for check in kit.checks}
    if not ast.get_docstring(node):
        raise KitError(f"{file}: {node.name} needs a docstring that says what it is.")
    if not {function.name for function in functions} & set(kit.tasks):
        raise KitError(f"{file}: {node.name} overrides none of the tasks {', '.join(kit.tasks)}.")
    if kind == "alternative" and fails is not None:
        raise KitError(f"{file}: {node.name} is a right answer and takes no FAILS.")
    if kind == "mistake" and not fails:
        raise KitError(f"{file}: {node.name} needs FAILS, the checks that must fail on it.")
    if stray := set(fails or ()) - known:
        raise KitError(f"{file}: {node.name} names checks that do not exist: {', '.join(sorted(stray))}.")
