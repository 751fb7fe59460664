"""Read a kit's known answers, and keep the networks of its solution.

`kit prove --write` writes `expected.json` from the solution's report; pages show these networks as
expected, and the proof compares them.
"""

from __future__ import annotations

import ast
import json
import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from ..files import write_atomic
from ..kit import Kit, KitError
from ..models import NetworkLayer, NetworkRecord, Report
from ..source_code import parse

Kind = Literal["solution", "stub", "part", "alternative", "mistake", "mutant"]


@dataclass(frozen=True)
class Answer:
    """One known answer: the text that a student would hand in, and the checks that must fail on it.

    `tasks` are those in which it differs from the solution; `own` holds the functions that only it
    defines. `operator` names the mutation operator that made a mutant.
    """

    kind: Kind
    name: str
    about: str
    text: str
    tasks: tuple[str, ...]
    fails: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()
    own: str = ""
    operator: str = ""

    @property
    def whole(self) -> bool:
        """Whether the answer covers all tasks."""
        return self.kind not in ("part", "mutant")

    @cached_property
    def defines(self) -> frozenset[str]:
        """The names of the functions that only this answer defines."""
        return frozenset(node.name for node in ast.parse(self.own).body if isinstance(node, ast.FunctionDef))


def solution(root: Path, kit: Kit) -> Answer:
    """Return the kit's solution."""
    text = (root / "solutions" / kit.slug / f"{kit.module}.py").read_text(encoding="utf-8")
    return Answer("solution", "solution", "The kit's own answer.", text, kit.tasks)


def alternatives(root: Path, kit: Kit) -> list[Answer]:
    """Return the right answers in other styles; raises KitError for a malformed file."""
    return list(_read(root, kit, "alternative"))


def mistakes(root: Path, kit: Kit) -> list[Answer]:
    """Return the known wrong answers; raises KitError for a malformed file."""
    return list(_read(root, kit, "mistake"))


def _read(root: Path, kit: Kit, kind: Literal["alternative", "mistake"]) -> Iterator[Answer]:
    path = root / "solutions" / kit.slug / f"{kind}s.py"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KitError(f"{kit.slug}: cannot read {path}: {error}.") from None
    base, lines = solution(root, kit).text, text.splitlines()
    tree = parse(text, str(path.relative_to(root)))
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
            try:
                return tuple(ast.literal_eval(part.value))
            except (ValueError, TypeError):
                raise KitError(
                    f"{node.name}, line {part.lineno}: expected {name} as a list of texts, found "
                    f"{ast.unparse(part.value)!r}."
                ) from None
    return None


def _check(
    kit: Kit,
    file: str,
    node: ast.ClassDef,
    functions: list[ast.FunctionDef],
    fails: tuple[str, ...] | None,
    kind: str,
) -> None:
    """Raise KitError if an answer does not follow its file's format."""
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


def expected_networks(root: Path, slug: str) -> dict[str, NetworkRecord]:
    """Return the networks of the solution by task, empty if they were never written."""
    path = _path(root, slug)
    if not path.exists():
        return {}
    told = json.loads(path.read_text(encoding="utf-8"))["networks"]
    return {
        network["task"]: NetworkRecord(
            network["task"], tuple(NetworkLayer(**layer) for layer in network["layers"])
        )
        for network in told
    }


def write_expected(root: Path, kit: Kit, solution: Report) -> None:
    """Write the networks of the solution; write nothing for a kit without networks."""
    if solution.networks:
        told = {
            "generated_by": "kit prove --write, from the solution",
            "networks": [asdict(network) for network in solution.networks],
        }
        write_atomic(_path(root, kit.slug), json.dumps(told, indent=2) + "\n")


def outdated(root: Path, kit: Kit, solution: Report) -> Iterator[str]:
    """Yield a sentence if the file does not hold the solution's networks."""
    if expected_networks(root, kit.slug) != {network.task: network for network in solution.networks}:
        yield (
            f"autograder/kits/{kit.slug}/expected.json does not tell the solution's networks: "
            f"run `kit prove {kit.slug} --write`."
        )


def _path(root: Path, slug: str) -> Path:
    return root / "autograder" / "kits" / slug / "expected.json"
