"""Generate mutants: wrong answers that differ from the solution by one small change each.

A mutant contains only the tasks that its change can affect, because the others would equal the solution's.
The parts of the solution prove that a check depends only on its own task.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from ..source_code import Definition, definitions, parse
from .answers import Answer
from .operators import OPERATORS, function_operators


class CallGraph:
    """The functions and classes of a module, and how a change to one of them can affect others."""

    def __init__(self, tree: ast.Module) -> None:
        """Read a module; if a function is defined several times, use its last definition.

        `loading` are the functions that run, or may run, while the module loads.
        """
        self.functions = definitions(tree)
        self._uses = {name: self._named(node) for name, node in self.functions.items()}
        # Code that runs while the module loads may use the functions that it names in any way.
        self.loading = self.needed_by(frozenset().union(*map(self._named, _run_while_loading(tree))))

    def needed_by(self, names: Iterable[str]) -> frozenset[str]:
        """Return these functions and all functions that they use, directly or indirectly."""
        found: set[str] = set()
        open_ = set(names) & set(self.functions)
        while open_:
            found |= open_
            open_ = {used for name in open_ for used in self._uses[name]} - found
        return frozenset(found)

    def reached_from(self, name: str) -> frozenset[str]:
        """Return all functions that a change to `name` can affect, including itself."""
        if name in self.loading:
            return frozenset(self.functions)
        return frozenset(other for other in self.functions if name in self.needed_by([other]))

    def _named(self, node: ast.AST) -> frozenset[str]:
        return frozenset(self.functions).intersection(map(_name, ast.walk(node)))


def _name(part: ast.AST) -> str | None:
    """Return the name that a syntax node mentions, also in strings: `globals()["freeze"]` uses `freeze`."""
    match part:
        case (
            ast.Name(id=name)
            | ast.Attribute(attr=name)
            | ast.alias(name=name)
            | ast.Constant(value=str(name))
        ):
            return name
    return None


def _run_while_loading(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield all nodes except bodies of functions: statements, and functions' decorators and defaults."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from (*node.decorator_list, *node.bases, *node.keywords)
            yield from _run_while_loading(ast.Module(node.body, []))
        elif isinstance(node, ast.FunctionDef):
            yield from (*node.decorator_list, node.args)
        else:
            yield node


Path = tuple[tuple[str, int | None], ...]


def mutants(answer: Answer) -> list[Answer]:
    """Return every single change to the functions of `answer` as an answer named after the change."""
    found: list[Answer] = []
    names: Counter[str] = Counter()
    reach = CallGraph(parse(answer.text, answer.name))
    for function in reach.functions.values():
        reached = reach.reached_from(function.name)
        tasks = tuple(task for task in answer.tasks if task in reached)
        for operator, before, after, own in _changes(function, _compiles(reach, function.name)):
            name = (
                f"{function.name}: {operator}: {before} → {after}"
                if before
                else f"{function.name}: {operator}: {after}"
            )
            names[name] += 1
            if names[name] > 1:
                name += f" ({names[name]})"
            text = only_task(answer, reached, [own])
            about = f"{before} became {after}." if before else f"{operator}: {after}."
            found.append(Answer("mutant", name, about, text, tasks, own=own, operator=operator))
    return found


def only_task(answer: Answer, functions: Collection[str], instead: Iterable[str] = ()) -> str:
    """Return the text of an answer without the tasks that these functions do not use.

    `instead` contains the text of functions that replace those with the same name.
    """
    tree = parse(answer.text, answer.name)
    reach = CallGraph(tree)
    spared = set(answer.tasks) - reach.needed_by(functions) - reach.loading
    changed = {getattr(node, "name", None): node for text in instead for node in parse(text, "<source>").body}
    named = [(getattr(node, "name", None), node) for node in tree.body]
    tree.body = [changed.get(name, node) if name else node for name, node in named if name not in spared]
    return ast.unparse(tree) + "\n"


def _compiles(reach: CallGraph, name: str) -> bool:
    """Return whether a function, or one that it uses, compiles a model."""
    used = (reach.functions[other] for other in reach.needed_by([name]))
    return any(
        isinstance(node, ast.Attribute) and node.attr == "compile" for f in used for node in ast.walk(f)
    )


def _changes(function: Definition, compiles: bool) -> Iterator[tuple[str, str, str, str]]:
    """Yield (operator, before, after, the changed function) for every change to `function`.

    `before` is empty if the change applies to the whole function.
    """
    if isinstance(function, ast.FunctionDef):
        for operator, what, whole in function_operators(function, compiles):
            yield operator, "", what, ast.unparse(ast.fix_missing_locations(whole)) + "\n"
    for path, node in _walk(function):
        for operator, mutate in OPERATORS:
            for after in mutate(node):
                before = _line(node)
                changed = copy.deepcopy(function)
                after_text = _line(after) if after else "nothing"
                _put(changed, path, after or ast.Pass())
                yield operator, before, after_text, ast.unparse(ast.fix_missing_locations(changed)) + "\n"


def _walk(node: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    """Yield every node below a function with its path, except docstrings and annotations."""
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
