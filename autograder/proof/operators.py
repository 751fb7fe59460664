"""What can go wrong in one place of deep-learning code.

General mutation tools change operators and comparisons, of which such code has few. These change what it is
made of: unit counts, activations, losses, slices, the order of layers, trainable flags, and calls made for
their effect, such as `set_weights` or `compile`.

An operator takes a node and yields what may stand in its place; None stands for nothing at all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

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
