"""Generate mutants: wrong answers that differ from the solution by one small change each.

A mutant contains only the tasks that its change can affect, because the others would equal the solution's.
The parts of the solution prove that a check depends only on its own task.

The student's code controls what a handle reports, so `claims` makes answers that report what the solution
reports and whose outputs are zero. A hidden check has to compare what an answer computes on unseen inputs.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from ..source_code import CallGraph, Definition, is_docstring
from .answers import Answer
from .operators import OPERATORS, function_operators, is_guard

Path = tuple[tuple[str, int | None], ...]
CLAIMED = "claimed outputs"
# Replaces a task by one whose answers compute zeros; all other attributes are those of the right answer.
# Where a class has none of the usual methods that compute, all its public ones do.
CLAIM = """
def _zero(value):
    try:
        if isinstance(value, dict):
            return {{key: _zero(item) for key, item in value.items()}}
        if isinstance(value, (list, tuple)):
            return type(value)(map(_zero, value))
        return map(_zero, value) if hasattr(value, "__next__") else value * 0
    except Exception:
        return value


def _computing(kind):
    defined = {{name: each for base in reversed(kind.__mro__) for name, each in vars(base).items()}}
    usual = ("__call__", "predict", "transform", "__iter__", "__getitem__")
    public = [name for name, each in defined.items() if name[0] != "_" and type(each) is type(_zero)]
    return [name for name in usual if name in defined and callable(getattr(kind, name))] or public


def _claiming_class(kind):
    def zeroed(name):
        return lambda self, *args, **kwargs: _zero(getattr(kind, name)(self, *args, **kwargs))

    return type(kind)(kind.__name__, (kind,), {{name: zeroed(name) for name in _computing(kind)}})


def _claiming_function(function):
    def claiming(*args, **kwargs):
        answer = function(*args, **kwargs)
        try:
            object.__setattr__(answer, "__class__", _claiming_class(type(answer)))
        except Exception:
            return _zero(answer)
        return answer

    return claiming


{task} = (_claiming_class if isinstance({task}, type) else _claiming_function)({task})
"""


def mutants(answer: Answer) -> list[Answer]:
    """Return every single change to the functions of `answer` as an answer named after the change."""
    found: list[Answer] = []
    names: Counter[str] = Counter()
    reach = answer.calls
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
            text = only_task(answer, reached, {function.name: own})
            about = f"{before} became {after}." if before else f"{operator}: {after}."
            found.append(Answer("mutant", name, about, text, tasks, own=own, operator=operator))
    return found


def only_task(answer: Answer, functions: Collection[str], instead: Mapping[str, str] | None = None) -> str:
    """Return the text of an answer without the tasks that these functions do not use.

    `instead` contains the text of functions that replace those with the same name.
    """
    calls, changed = answer.calls, instead or {}
    spared = set(answer.tasks) - calls.needed_by(functions) - calls.loading
    kept = ((name, text) for name, text in answer.statements if name not in spared)
    return "\n\n".join(changed.get(name, text) for name, text in kept) + "\n"


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
    """Yield every node below a function with its path, except docstrings, annotations and guards."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or is_docstring(child) or is_guard(child):
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


def _line(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())


def claims(right: Answer, remote: tuple[str, ...]) -> Iterator[Answer]:
    """Yield an answer for each task of `remote`, whose answers stay in the sandbox."""
    for task in right.tasks:
        if task in remote:
            yield Answer(
                "mutant",
                f"{task}: {CLAIMED}",
                f"{task} says what the solution says, and computes zeros.",
                right.text + CLAIM.format(task=task),
                (task,),
                own=f"def {task}(): ...\n",
                operator=CLAIMED,
            )
