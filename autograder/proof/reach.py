"""Which functions of a program use which, by the names that stand in them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


class Reach:
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
