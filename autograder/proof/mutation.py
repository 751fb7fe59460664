"""Generate mutants: wrong answers that differ from the solution by one small change each.

A mutant contains only the tasks that its change can affect, because the others would equal the solution's.

The student's code controls what a handle reports. So `claims` makes answers that report what the solution
reports, and compute zeros: a hidden check has to compare what an answer computes on hidden inputs.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..source_code import CallGraph, Definition, is_docstring
from .answers import Answer
from .operators import OPERATORS, function_operators, is_guard

# Where a node is below another: for each step the field, and the index if the field holds a list.
Path = tuple[tuple[str, int | None], ...]
# The operator of the answers that `claims` makes.
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


@dataclass(frozen=True)
class _Change:
    """One change to a function, and the code of the changed one.

    `before` is the code that the operator replaced, empty for the whole function, and `after` the code or the
    words for what it became.
    """

    operator: str
    before: str
    after: str
    code: str

    @property
    def title(self) -> str:
        """The operator and what it changed."""
        return f"{self.operator}: {f'{self.before} → ' if self.before else ''}{self.after}"

    @property
    def about(self) -> str:
        """The change as a sentence."""
        return f"{self.before} became {self.after}." if self.before else f"{self.operator}: {self.after}."


def mutants(answer: Answer) -> list[Answer]:
    """Return every single change to the functions of `answer` as an answer named after the change."""
    found: list[Answer] = []
    names: Counter[str] = Counter()
    calls = answer.calls
    for function in calls.functions.values():
        reached = calls.reached_from(function.name)
        tasks = tuple(task for task in answer.tasks if task in reached)
        for change in _changes(function, _compiles(calls, function.name)):
            name = f"{function.name}: {change.title}"
            names[name] += 1
            if names[name] > 1:
                name += f" ({names[name]})"
            text = only_task(answer, reached, {function.name: change.code})
            found.append(
                Answer("mutant", name, change.about, text, tasks, own=change.code, operator=change.operator)
            )
    return found


def only_task(answer: Answer, functions: Collection[str], instead: Mapping[str, str] | None = None) -> str:
    """Return the text of an answer without the tasks that these functions do not use.

    `instead` has the new text of functions by name.
    """
    calls, changed = answer.calls, instead or {}
    left_out = set(answer.tasks) - calls.needed_by(functions) - calls.loading
    kept = ((name, text) for name, text in answer.statements if name not in left_out)
    return "\n\n".join(changed.get(name, text) for name, text in kept) + "\n"


def _compiles(calls: CallGraph, name: str) -> bool:
    """Return whether a function, or one that it uses, compiles a model."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "compile"
        for used in calls.needed_by([name])
        for node in ast.walk(calls.functions[used])
    )


def _changes(function: Definition, compiles: bool) -> Iterator[_Change]:
    """Yield every change to `function`. `compiles` says whether its answer is a compiled model."""
    if isinstance(function, ast.FunctionDef):
        for operator, what, whole in function_operators(function, compiles):
            yield _Change(operator, "", what, _code(whole))
    for path, node in _walk(function):
        for operator, mutate in OPERATORS:
            for new in mutate(node):
                changed = _replaced(function, path, new or ast.Pass())
                after = _line(new) if new else "nothing"
                yield _Change(operator, _line(node), after, _code(changed))


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


def _replaced(function: Definition, path: Path, new: ast.AST) -> Definition:
    """Return a copy of a function with another node at a path."""
    changed = copy.deepcopy(function)
    node: Any = changed
    for field, index in path[:-1]:
        value = getattr(node, field)
        node = value if index is None else value[index]
    field, index = path[-1]
    if index is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[index] = new
    return changed


def _code(function: Definition) -> str:
    return ast.unparse(ast.fix_missing_locations(function)) + "\n"


def _line(node: ast.AST) -> str:
    """Return the code of a node on one line."""
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())


def claims(right: Answer, remote: tuple[str, ...]) -> Iterator[Answer]:
    """Yield, for each task of `remote`, an answer with the solution's attributes and outputs of zero."""
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
