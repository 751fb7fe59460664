"""Wrong answers that nobody thought of: every single small change to the solution, one at a time.

A mutant has only the tasks that its change can reach; the others would be the solution's. That a check looks
at its own task alone is proven with the parts of the solution.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from .answers import Answer


class CallGraph:
    """The functions of a module, and how what one of them does can reach another."""

    def __init__(self, tree: ast.Module) -> None:
        """Read a module; a function defined twice is its last definition.

        `loading` are the functions that run, or may run, while the module loads.
        """
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self._uses = {name: self._named(node) for name, node in self.functions.items()}
        # What runs while the module loads may do anything with what it names.
        self.loading = self.needed_by(frozenset().union(*map(self._named, _run_while_loading(tree))))

    def needed_by(self, names: Iterable[str]) -> frozenset[str]:
        """These functions, and all that they use, directly or through others."""
        found: set[str] = set()
        open_ = set(names) & set(self.functions)
        while open_:
            found |= open_
            open_ = {used for name in open_ for used in self._uses[name]} - found
        return frozenset(found)

    def reached_from(self, name: str) -> frozenset[str]:
        """All functions that a change to `name` can reach, itself among them."""
        if name in self.loading:
            return frozenset(self.functions)
        return frozenset(other for other in self.functions if name in self.needed_by([other]))

    def _named(self, node: ast.AST) -> frozenset[str]:
        return frozenset(self.functions).intersection(map(_name, ast.walk(node)))


def _name(part: ast.AST) -> str | None:
    """What a part of a program names, in whatever way: `globals()["freeze"]` uses `freeze` as well."""
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
    """All but the bodies of functions: statements, and functions' decorators and defaults."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield from (*node.decorator_list, node.args)
        else:
            yield node


SWAPS = {
    "relu": "linear",
    "tanh": "relu",
    "softmax": "sigmoid",
    "sigmoid": "softmax",
    "categorical_crossentropy": "mean_squared_error",
    "sparse_categorical_crossentropy": "categorical_crossentropy",
    "adam": "sgd",
    "same": "valid",
    "valid": "same",
}
CLASS_SWAPS = {
    "CategoricalCrossentropy": "MeanSquaredError",
    "Adam": "SGD",
    "MaxPooling2D": "AveragePooling2D",
    "GlobalAveragePooling2D": "GlobalMaxPooling2D",
}

Mutations = Iterator[ast.AST | None]


def _numbers(node: ast.AST) -> Mutations:
    if isinstance(node, ast.Constant) and type(node.value) is int and node.value > 1:
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value // 2)


def _flags(node: ast.AST) -> Mutations:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)


def _strings(node: ast.AST) -> Mutations:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in SWAPS:
        yield ast.Constant(SWAPS[node.value])


def _classes(node: ast.AST) -> Mutations:
    if isinstance(node, ast.Attribute) and node.attr in CLASS_SWAPS:
        yield ast.Attribute(node.value, CLASS_SWAPS[node.attr], node.ctx)


def _slices(node: ast.AST) -> Mutations:
    """An off-by-one at either end of a slice."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        lower, upper = node.slice.lower, node.slice.upper
        if isinstance(upper, ast.UnaryOp) and isinstance(upper.op, ast.USub):
            fewer = ast.BinOp(upper, ast.Sub(), ast.Constant(1))
            yield ast.Subscript(node.value, ast.Slice(lower, fewer), node.ctx)
        if upper is not None:
            yield ast.Subscript(node.value, ast.Slice(lower, None), node.ctx)
        if lower is None:
            yield ast.Subscript(node.value, ast.Slice(ast.Constant(1), upper), node.ctx)


def _indices(node: ast.AST) -> Mutations:
    """The neighbour of an indexed element."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.UnaryOp | ast.Constant):
        index = ast.literal_eval(node.slice)
        if isinstance(index, int):
            moved = index - 1 if index < 0 else index + 1
            yield ast.Subscript(node.value, ast.Constant(moved), node.ctx)


def _orders(node: ast.AST) -> Mutations:
    """Two neighbours in a list of calls change places, or one is left out."""
    if isinstance(node, ast.List) and len(node.elts) > 1:
        for index in range(len(node.elts) - 1):
            swapped = list(node.elts)
            swapped[index : index + 2] = reversed(swapped[index : index + 2])
            yield ast.List(swapped, node.ctx)
        for index in range(len(node.elts)):
            yield ast.List(node.elts[:index] + node.elts[index + 1 :], node.ctx)


def _loops(node: ast.AST) -> Mutations:
    """A loop misses its last or its first element."""
    if isinstance(node, ast.For):
        for part in (
            ast.Slice(None, ast.UnaryOp(ast.USub(), ast.Constant(1))),
            ast.Slice(ast.Constant(1), None),
        ):
            rest = ast.Subscript(_listed(node.iter), part, ast.Load())
            yield ast.For(node.target, rest, node.body, node.orelse)


def _listed(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("list", ast.Load()), [node], [])


def _effects(node: ast.AST) -> Mutations:
    """A statement made for its effect is left out: a call, or a flag that is set."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield None
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        yield None


def _arguments(node: ast.AST) -> Mutations:
    """A keyword argument is left out."""
    if isinstance(node, ast.Call):
        for index in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, node.keywords[:index] + node.keywords[index + 1 :])


def _wrappers(node: ast.AST) -> Mutations:
    """A function is not applied to its only argument: the copy is the original."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        argument = node.args[0]
        if isinstance(argument, ast.Name | ast.Attribute | ast.Call):
            yield argument


def _returns(node: ast.AST) -> Mutations:
    if isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(None)


def _operators(node: ast.AST) -> Mutations:
    if isinstance(node, ast.BinOp):
        swaps: dict[type, ast.operator] = {ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.Div()}
        if type(node.op) in swaps:
            yield ast.BinOp(node.left, swaps[type(node.op)], node.right)


OPERATORS: tuple[tuple[str, Callable[[ast.AST], Mutations]], ...] = (
    ("number", _numbers),
    ("flag", _flags),
    ("name", _strings),
    ("class", _classes),
    ("slice", _slices),
    ("index", _indices),
    ("order", _orders),
    ("loop", _loops),
    ("dropped statement", _effects),
    ("dropped argument", _arguments),
    ("dropped call", _wrappers),
    ("return", _returns),
    ("operator", _operators),
)


Path = tuple[tuple[str, int | None], ...]


def mutants(answer: Answer) -> list[Answer]:
    """Every single change to the functions of `answer`, each an answer named after what was changed."""
    found: list[Answer] = []
    names: Counter[str] = Counter()
    reach = CallGraph(ast.parse(answer.text))
    for function in reach.functions.values():
        reached = reach.reached_from(function.name)
        tasks = tuple(task for task in answer.tasks if task in reached)
        for operator, before, after, own in _changes(function):
            name = f"{function.name}: {operator}: {before} → {after}"
            names[name] += 1
            if names[name] > 1:
                name += f" ({names[name]})"
            text = only_task(answer, reached, [own])
            found.append(Answer("mutant", name, f"{before} became {after}.", text, tasks, own=own))
    return found


def only_task(answer: Answer, functions: Collection[str], instead: Iterable[str] = ()) -> str:
    """The text of an answer without the tasks that these functions do not use.

    `instead` has the text of functions that stand in the place of those of the same name.
    """
    tree = ast.parse(answer.text)
    reach = CallGraph(tree)
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
