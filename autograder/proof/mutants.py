"""Wrong answers that nobody thought of: every single small change to the solution, one at a time.

A mutant has only the tasks that its change can reach; the others would be the solution's. That a check looks
at its own task alone is proven with the parts of the solution.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from .answers import Answer
from .operators import OPERATORS
from .reach import Reach

Path = tuple[tuple[str, int | None], ...]


def mutants(answer: Answer) -> list[Answer]:
    """Every single change to the functions of `answer`, each an answer named after what was changed."""
    found: list[Answer] = []
    names: Counter[str] = Counter()
    reach = Reach(ast.parse(answer.text))
    for function in reach.functions.values():
        reached = reach.reached_from(function.name)
        tasks = tuple(task for task in answer.tasks if task in reached)
        for operator, before, after, own in _changes(function):
            name = f"{function.name}: {operator}: {before} → {after}"
            names[name] += 1
            if names[name] > 1:
                name += f" ({names[name]})"
            text = only(answer, reached, [own])
            found.append(Answer("mutant", name, f"{before} became {after}.", text, tasks, own=own))
    return found


def only(answer: Answer, functions: Collection[str], instead: Iterable[str] = ()) -> str:
    """The text of an answer without the tasks that these functions do not use.

    `instead` has the text of functions that stand in the place of those of the same name.
    """
    tree = ast.parse(answer.text)
    reach = Reach(tree)
    spared = set(answer.tasks) - reach.needed_by(functions) - reach.loading
    changed = {getattr(node, "name", None): node for text in instead for node in ast.parse(text).body}
    named = [(getattr(node, "name", None), node) for node in tree.body]
    tree.body = [changed.get(name, node) if name else node for name, node in named if name not in spared]
    return ast.unparse(tree) + "\n"


def _changes(function: ast.FunctionDef) -> Iterator[tuple[str, str, str, str]]:
    """Yield (operator, before, after, the changed function) for every change to `function`."""
    for path, node in _walk(function):
        for operator, mutate in OPERATORS:
            for after in mutate(node):
                before = _line(node)
                changed = copy.deepcopy(function)
                after_text = _line(after) if after else "nothing"
                _put(changed, path, after or ast.Pass())
                yield operator, before, after_text, ast.unparse(ast.fix_missing_locations(changed)) + "\n"


def _walk(node: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    """Yield every node below a function and the way to it, except docstrings and annotations."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_docstring(child):
                continue
            here = (*path, (field, index))
            yield here, child
            yield from _walk(child, here)


def _put(root: ast.AST, path: Path, new: ast.AST) -> None:
    node = root
    for field, index in path[:-1]:
        value = getattr(node, field)
        node = value if index is None else value[index]
    field, index = path[-1]
    if index is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[index] = new


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _line(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
