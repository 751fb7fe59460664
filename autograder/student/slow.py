"""Which checks train: they take longest, so their verdicts come after the others'."""

from __future__ import annotations

import ast


def training_checks(text: str, train: str | None) -> frozenset[str]:
    """The functions in a file of checks that call `train`, such as `lesson.train`, themselves or by others.

    A check reaches a fixture by the name of a parameter, and any other function by its name.
    """
    functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    mentions = {name: _mentions(node) for name, node in functions.items()}
    found = {name for name, mentioned in mentions.items() if train in mentioned}
    while more := {name for name, mentioned in mentions.items() if name not in found and mentioned & found}:
        found |= more
    return frozenset(name for name in found if name.startswith("test_"))


def _mentions(function: ast.FunctionDef) -> set[str]:
    """Parameters and names in a function, and the attributes written out, as `lesson.train`."""
    found = {argument.arg for argument in function.args.args}
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
    return found
