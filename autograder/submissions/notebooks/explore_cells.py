"""Reduce a notebook's `explore` cells to the statements that its graded code needs.

Such cells train, plot and experiment. Grading skips that to save time, but later cells may need an import, a
function or a constant from them. A statement of these cells is kept if it imports, defines or assigns a name
that graded code, a task or another kept statement mentions. A statement that could call a task or train a
network is never kept.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ...source_code import Function, drop, try_parse

# Methods and support functions that train or compute for a long time.
TRAINING = frozenset({"fit", "fit_generator", "train", "train_on_batch", "evaluate", "predict"})


@dataclass(frozen=True)
class _Statement:
    """A statement that may be kept, with the names that it defines and those that it mentions."""

    node: ast.stmt
    defines: frozenset[str]
    mentions: frozenset[str]


def keep_needed(cells: Sequence[str], explore: Collection[int], tasks: Collection[str]) -> tuple[str, ...]:
    """Return all cells, where those with an index in `explore` keep only what graded code needs.

    Statements that are kept stay on their line. A cell that does not parse or keeps no statement becomes
    empty.
    """
    trees = {index: tree for index, cell in enumerate(cells) if (tree := try_parse(cell)) is not None}
    avoided = _reaching(trees.values(), tasks)
    needed = set(tasks).union(*(_mentions(tree) for index, tree in trees.items() if index not in explore))
    waiting = [
        _Statement(node, frozenset(_defines(node)), _mentions(node))
        for index in sorted(explore)
        for node in (trees[index].body if index in trees else ())
        if _may_run(node, avoided)
    ]
    kept: set[ast.stmt] = set()
    while found := [each for each in waiting if "*" in each.defines or not needed.isdisjoint(each.defines)]:
        waiting = [each for each in waiting if each not in found]
        kept.update(each.node for each in found)
        needed = needed.union(*(each.mentions for each in found))
    return tuple(
        _only(cell, trees.get(index), kept) if index in explore else cell for index, cell in enumerate(cells)
    )


def _only(cell: str, tree: ast.Module | None, kept: Collection[ast.stmt]) -> str:
    body = tree.body if tree else []
    if not any(node in kept for node in body):
        return ""
    return drop(cell, [node for node in body if node not in kept])


def _reaching(trees: Collection[ast.Module], tasks: Collection[str]) -> frozenset[str]:
    """Return the tasks and the names whose definition mentions a task or training, directly or indirectly."""
    definitions = [
        (frozenset(_defines(node)), node)
        for tree in trees
        for node in tree.body
        if not isinstance(node, ast.Import | ast.ImportFrom)
    ]
    reaching = set(tasks)
    while more := set().union(
        *(names for names, node in definitions if names - reaching and _touches(node, reaching))
    ):
        reaching |= more
    return frozenset(reaching)


def _touches(node: ast.AST, names: Collection[str]) -> bool:
    """Return whether code mentions one of the names or a training method."""
    return any(
        (isinstance(each, ast.Name) and each.id in names)
        or (isinstance(each, ast.Attribute) and each.attr in TRAINING)
        for each in ast.walk(node)
    )


def _may_run(node: ast.stmt, avoided: Collection[str]) -> bool:
    """Return whether a statement only imports, defines or assigns, and makes no call that could train."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Pass | Function):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        calls = any(isinstance(each, ast.Call | ast.Await) for each in ast.walk(node))
        return not (calls and _touches(node, avoided))
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.ClassDef | ast.If | ast.Try | ast.With):
        return all(_may_run(each, avoided) for each in _inner(node))
    return False


def _inner(node: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements of a compound statement."""
    for field in ("body", "orelse", "finalbody"):
        yield from getattr(node, field, ())
    for handler in getattr(node, "handlers", ()):
        yield from handler.body


def _defines(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds at module level; `*` for a star import."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, Function | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (
            each.id
            for target in targets
            for each in ast.walk(target)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        )
    else:
        for each in _inner(node):
            yield from _defines(each)


def _mentions(node: ast.AST) -> frozenset[str]:
    """Return the names that code reads from its enclosing scope; names that a function assigns are local."""
    read: set[str] = set()
    own: set[str] = set()
    shared: set[str] = set()
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        each = waiting.pop()
        if isinstance(each, Function | ast.Lambda):
            read |= _mentions(each)
            continue
        if isinstance(each, ast.Name):
            (read if isinstance(each.ctx, ast.Load) else own).add(each.id)
        elif isinstance(each, ast.arg):
            own.add(each.arg)
        elif isinstance(each, ast.Global):
            shared.update(each.names)
        waiting += ast.iter_child_nodes(each)
    return frozenset(read - (own - shared) if isinstance(node, Function | ast.Lambda) else read)
