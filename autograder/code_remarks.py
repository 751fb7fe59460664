"""Remark on code of a student's that has no effect, or another one than it seems.

`kit sync` copies this module to every handout. It imports only the standard library and `language`.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeGuard

from .language import gettext as _
from .language import gettext_noop

COPIED_LIST = gettext_noop(
    "`model.layers` is a copy of the list, so changing it does not change the network. Build a new network "
    "from the layers that you want to keep."
)
BATCH_SIZE = gettext_noop(
    "`input_shape` begins with the batch size, None. `keras.Input` wants the rest: `input_shape[1:]`."
)
NO_RETURN = gettext_noop("The function has no `return` with a value, so it returns None.")

_CHANGES = frozenset({"pop", "remove", "append", "insert", "clear", "extend"})
# Methods of a layer that Keras or Python calls.
_METHODS = frozenset({"__init__", "build", "call", "get_config", "compute_mask", "compute_output_shape"})
# Methods that return None.
_RETURN_NOTHING = frozenset({"compile", "build", "add", "set_weights", "append", "summary"})


def definition_of(value: Any) -> tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] | None:
    """Return the file that defines a function or a class, and the definition in it, or None."""
    for part in vars(value).values() if isinstance(value, type) else [value]:
        if (code := code_of(part)) is None:
            continue
        for node in ast.walk(syntax_tree(code.co_filename)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                is_this = part is value and first == code.co_firstlineno
            elif isinstance(node, ast.ClassDef) and node.name == getattr(value, "__name__", ""):
                is_this = node.lineno <= code.co_firstlineno <= (node.end_lineno or node.lineno)
            else:
                continue
            if is_this:
                return code.co_filename, node
    return None


def syntax_tree(filename: str) -> ast.Module:
    """Return the syntax tree of a file or of a notebook's cell, empty if it cannot be read."""
    try:
        return ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def code_of(function: Any) -> CodeType | None:
    """Return the code of a function, below its decorators."""
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    return code if isinstance(code, CodeType) else None


def remarks(value: Any) -> Iterator[str]:
    """Yield what in the lines of a function or class has no effect, or another one than it seems."""
    yield from uncalled_methods(value)
    if (found := definition_of(value)) is None:
        return
    nodes = list(ast.walk(found[1]))
    if any(map(_changes_layers, nodes)):
        yield _(COPIED_LIST)
    if any(map(_passes_whole_shape, nodes)):
        yield _(BATCH_SIZE)
    for name in filter(None, map(_misspelt_flag, nodes)):
        yield _("Your code sets `{name}`, which Keras does not read. Did you mean `trainable`?", name=name)
    yield from _nothing_returned(found[1], nodes, _modules(value, nodes))


def _nothing_returned(
    definition: ast.AST, nodes: Sequence[ast.AST], modules: Collection[str]
) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Return) and (name := _method(node.value, modules)) in _RETURN_NOTHING:
            yield _("Your code returns what `{name}(…)` returns, and that is None.", name=name)
    returned = {ast.unparse(node.value) for node in nodes if isinstance(node, ast.Return) and node.value}
    kept = {_method(node.value, modules) for node in nodes if _gives_to(node, returned)}
    for name in sorted(kept & _RETURN_NOTHING):
        yield _("Your code keeps what `{name}(…)` returns, and that is None.", name=name)
    if isinstance(definition, ast.ClassDef):
        methods = [node for node in definition.body if getattr(node, "name", "") == "call"]
        if any(not _gives(method) for method in methods):
            yield _("`call` has no `return` with a value, so it returns None.")
    elif not _gives(definition):
        yield _(NO_RETURN)


def _gives(function: ast.AST) -> bool:
    """Return whether a function returns a value, yields or raises."""
    nodes = ast.walk(function)
    found = [node for node in nodes if isinstance(node, ast.Return | ast.Yield | ast.Raise)]
    return any(isinstance(node, ast.Raise) or node.value is not None for node in found)


def uncalled_methods(value: Any) -> Iterator[str]:
    """Yield which methods of a class Keras or Python cannot call as they are written."""
    found = definition_of(value) if isinstance(value, type) else None
    for node in found[1].body if found else ():
        if not isinstance(node, ast.FunctionDef) or node.decorator_list:
            continue
        parameters = [*node.args.posonlyargs, *node.args.args]
        if not node.args.vararg and (not parameters or parameters[0].arg != "self"):
            yield _(
                "`{name}` does not begin with the parameter `self`, which Python passes to a method.",
                name=node.name,
            )
        bases = {name for base in value.__mro__[1:] for name in vars(base)}
        methods = sorted(bases & _METHODS - set(vars(value)))
        if node.name not in bases and (near := get_close_matches(node.name, methods, n=1, cutoff=0.75)):
            yield _(
                "Your class defines `{name}`. Did you mean `{near}`, which Keras calls?",
                name=node.name,
                near=near[0],
            )


def _misspelt_flag(node: ast.AST) -> str:
    """Return the attribute that a node sets if it is almost `trainable`."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    names = [each.attr for each in targets if isinstance(each, ast.Attribute) and each.attr != "trainable"]
    return next(iter(get_close_matches("trainable", names, n=1, cutoff=0.85)), "")


def _gives_to(node: ast.AST, names: Collection[str]) -> TypeGuard[ast.Assign]:
    """Return whether a node assigns to one of the names, as `model = model.compile(…)` does."""
    return isinstance(node, ast.Assign) and any(ast.unparse(target) in names for target in node.targets)


def _method(call: ast.AST | None, modules: Collection[str]) -> str:
    """Return the method that a node calls, or "". `np.append` is a function, of one of the `modules`."""
    function = call.func if isinstance(call, ast.Call) else None
    if not isinstance(function, ast.Attribute):
        return ""
    owner: ast.AST = function
    while isinstance(owner, ast.Attribute):
        owner = owner.value
    return "" if isinstance(owner, ast.Name) and owner.id in modules else function.attr


def _modules(value: Any, nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names of modules that a function or class can use, and all names that it imports itself."""
    imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    imported = {(each.asname or each.name).partition(".")[0] for node in imports for each in node.names}
    for part in vars(value).values() if isinstance(value, type) else [value]:
        function = inspect.unwrap(part) if callable(part) else None
        known = function.__globals__ if isinstance(function, FunctionType) else {}
        imported |= {name for name, each in known.items() if isinstance(each, ModuleType)}
    return frozenset(imported)


def _changes_layers(node: ast.AST) -> bool:
    """Return whether a node is `model.layers.pop()`, `del model.layers[-1]` or the like."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES:
        return _is_attribute(node.func.value, "layers")
    targets = node.targets if isinstance(node, ast.Delete | ast.Assign) else []
    return any(isinstance(each, ast.Subscript) and _is_attribute(each.value, "layers") for each in targets)


def _passes_whole_shape(node: ast.AST) -> bool:
    """Return whether a node is `keras.Input(model.input_shape)`."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    values = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "shape")]
    return name == "Input" and any(_is_attribute(value, "input_shape") for value in values)


def _is_attribute(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name
