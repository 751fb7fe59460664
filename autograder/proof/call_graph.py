"""Find which functions and classes of a module use which others, from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Self

from ..source_code import Definition, definitions


class CallGraph:
    """The functions and classes of a module, and how a change to one of them can affect others.

    A function uses another if it mentions the name. Of several definitions of a name, the last one counts.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.functions: dict[str, Definition] = definitions(tree)
        self._mentioned = {name: _mentioned(node) for name, node in self.functions.items()}
        # Code that runs while the module loads may use the functions that it names in any way.
        self._while_loading = frozenset[str]().union(*map(_mentioned, _run_while_loading(tree)))

    @classmethod
    def joined(cls, graphs: Iterable[CallGraph]) -> Self:
        """Return the graph of modules that are written one after the other."""
        joined = cls(ast.Module([], []))
        for graph in graphs:
            joined.functions |= graph.functions
            joined._mentioned |= graph._mentioned
            joined._while_loading |= graph._while_loading
        return joined

    @cached_property
    def loading(self) -> frozenset[str]:
        """The functions that run, or may run, while the module loads."""
        return self.needed_by(self._while_loading)

    def needed_by(self, names: Iterable[str]) -> frozenset[str]:
        """Return these functions and all functions that they use, directly or indirectly."""
        found, left = set[str](), set(names) & self.functions.keys()
        while left:
            found |= left
            left = {name for each in left for name in self._mentioned[each] & self.functions.keys()} - found
        return frozenset(found)

    def reached_from(self, name: str) -> frozenset[str]:
        """Return all functions that a change to `name` can affect, including itself."""
        if name in self.loading:
            return frozenset(self.functions)
        return frozenset(other for other in self.functions if name in self.needed_by([other]))


def _mentioned(node: ast.AST) -> frozenset[str]:
    """Return the names that code mentions, also in strings: `globals()["freeze"]` uses `freeze`."""
    return frozenset(filter(None, map(_name, ast.walk(node))))


def _name(part: ast.AST) -> str | None:
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
