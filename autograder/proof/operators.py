"""Define the mutation operators: each yields small changes that a wrong answer could have.

`OPERATORS` replace one node of a function, or drop it where they yield None. `FUNCTION_OPERATORS` change a
whole function that takes or returns a Keras model: they add a statement at its start or before it returns, or
decorate it.
"""

from __future__ import annotations

import ast
import copy
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

DROPOUT = "keras.layers.Dropout(0.5)"

Mutations = Iterator[ast.AST | None]
FunctionMutations = Iterator[tuple[str, ast.FunctionDef]]


def is_guard(node: ast.AST) -> bool:
    """Return whether the node is `strict=` of `zip` or `verbose=`, which change nothing in a right answer."""
    return isinstance(node, ast.keyword) and node.arg in ("strict", "verbose")


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
    """Yield slices that are off by one at either end."""
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
    """Yield the next element in place of one with a constant index, or the previous one if it is negative."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=int(index))):
            moved = index + 1
        case ast.Subscript(slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(index)))):
            moved = -index - 1
        case _:
            return
    yield ast.Subscript(node.value, ast.Constant(moved), node.ctx)


def _orders(node: ast.AST) -> Mutations:
    """Yield a list with two neighbours swapped, and with one item left out."""
    if isinstance(node, ast.List) and len(node.elts) > 1:
        for index in range(len(node.elts) - 1):
            swapped = list(node.elts)
            swapped[index : index + 2] = reversed(swapped[index : index + 2])
            yield ast.List(swapped, node.ctx)
        for index in range(len(node.elts)):
            yield ast.List(node.elts[:index] + node.elts[index + 1 :], node.ctx)


def _loops(node: ast.AST) -> Mutations:
    """Yield loops that miss their last or their first element."""
    if isinstance(node, ast.For):
        for part in (
            ast.Slice(None, ast.UnaryOp(ast.USub(), ast.Constant(1))),
            ast.Slice(ast.Constant(1), None),
        ):
            rest = ast.Subscript(_listed(node.iter), part, ast.Load())
            yield ast.For(node.target, rest, node.body, node.orelse)


def _listed(node: ast.expr) -> ast.expr:
    """Return a call of `list` on an iterable, which need not support slices itself."""
    return ast.Call(ast.Name("list", ast.Load()), [node], [])


def _effects(node: ast.AST) -> Mutations:
    """Yield nothing in place of a statement made for its effect: a call, or a flag that is set."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield None
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        yield None


def _arguments(node: ast.AST) -> Mutations:
    """Yield a call without one of its keyword arguments."""
    if isinstance(node, ast.Call):
        for left_out in node.keywords:
            if not is_guard(left_out):
                kept = [keyword for keyword in node.keywords if keyword is not left_out]
                yield ast.Call(node.func, node.args, kept)


def _wrappers(node: ast.AST) -> Mutations:
    """Yield the only argument of a call in place of the call: the original instead of a copy, for example."""
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


def _kept_layers(node: ast.AST) -> Mutations:
    """Yield an expression that makes a layer once and uses it again in every later call."""
    if _makes_layer(node):
        kept = ast.parse("globals().setdefault('kept_layer', layer)", mode="eval").body
        assert isinstance(kept, ast.Call)
        kept.args[1] = node  # type: ignore[call-overload]
        yield kept


def _dropouts(node: ast.AST) -> Mutations:
    """Yield a call of a layer whose input passes through Dropout first."""
    if isinstance(node, ast.Call) and _makes_layer(node.func) and len(node.args) == 1:
        yield ast.Call(node.func, [ast.Call(_expression(DROPOUT), node.args, [])], [])


def _makes_layer(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("keras.layers.")


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


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
    ("kept layer", _kept_layers),
    ("added layer", _dropouts),
)


def _before_return(statements: dict[str, str]) -> Callable[[ast.FunctionDef], FunctionMutations]:
    """Return an operator that adds each statement before the function returns its `answer`."""

    def mutate(function: ast.FunctionDef) -> FunctionMutations:
        for what, text in statements.items():
            for model in _models(function) if "MODEL" in text else [""]:
                changed = copy.deepcopy(function)
                added = text.replace("MODEL", model)
                changed.body = [part for node in changed.body for part in _with_statements(node, added)]
                yield what.replace("MODEL", model), changed

    return mutate


def _with_statements(node: ast.stmt, added: str) -> list[ast.stmt]:
    """Return a statement as it is, or for a `return` also `added`, which may use the returned `answer`."""
    if not isinstance(node, ast.Return) or node.value is None:
        return [node]
    assign = ast.Assign([ast.Name("answer", ast.Store())], node.value)
    return [assign, *ast.parse(added).body, ast.Return(ast.Name("answer", ast.Load()))]


def _at_start(text: str, function: ast.FunctionDef) -> ast.FunctionDef:
    changed = copy.deepcopy(function)
    first = 1 if ast.get_docstring(function) is not None else 0
    changed.body[first:first] = ast.parse(text).body
    return changed


def _depths(function: ast.FunctionDef) -> FunctionMutations:
    """Yield functions that refuse networks of few or of many layers."""
    for model in _models(function):
        for limit in ("< 4", "> 5"):
            guard = f"if len({model}.layers) {limit}: raise ValueError('depth')"
            yield f"refuses len({model}.layers) {limit}", _at_start(guard, function)


def _sizes(function: ast.FunctionDef) -> FunctionMutations:
    """Yield functions that bound an argument, or replace it by its default."""
    arguments, defaults = _positional(function), function.args.defaults
    for argument, default in zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True):
        name = argument.arg
        if isinstance(default, ast.Constant) and type(default.value) in (int, float):
            yield f"{name} is always {default.value!r}", _at_start(f"{name} = {default.value!r}", function)
        if isinstance(default, ast.Constant) and type(default.value) is int:
            for bound in (f"max({name}, 4)", f"min({name}, 10)"):
                yield bound, _at_start(f"{name} = {bound}", function)


def _caches(function: ast.FunctionDef) -> FunctionMutations:
    """Yield a function that returns the same object for equal calls."""
    changed = copy.deepcopy(function)
    changed.decorator_list.append(_expression("__import__('functools').cache"))
    yield "@functools.cache", changed


def _models(function: ast.FunctionDef) -> list[str]:
    """Return the parameters that are Keras models."""
    return [argument.arg for argument in _positional(function) if _is_model(argument.annotation)]


def _positional(function: ast.FunctionDef) -> list[ast.arg]:
    """Return the parameters that a caller can pass by position, to which `args.defaults` belong."""
    return [*function.args.posonlyargs, *function.args.args]


def _is_model(annotation: ast.expr | None) -> bool:
    return annotation is not None and ast.unparse(annotation) == "keras.Model"


def function_operators(
    function: ast.FunctionDef, compiles: bool
) -> Iterator[tuple[str, str, ast.FunctionDef]]:
    """Yield (operator, what it does, the changed function); nothing for functions without Keras models.

    `compiles` says whether the answer of the function is compiled.
    """
    returns, takes = _is_model(function.returns), bool(_models(function))
    applicable = {
        "added layer": returns,
        "harmed argument": takes,
        "thawing": returns and takes,
        "freezing": returns,
        "constraint": returns,
        "known activations": returns and takes,
        "dead optimizer": returns and compiles,
        "trained already": returns and compiles,
        "refused depth": takes,
        "fixed size": returns,
        "cached call": returns,
    }
    for operator, mutate in FUNCTION_OPERATORS.items():
        if applicable[operator]:
            for what, changed in mutate(function):
                yield operator, what, changed


FUNCTION_OPERATORS: dict[str, Callable[[ast.FunctionDef], FunctionMutations]] = {
    "added layer": _before_return(
        {f"{layer} on top": f"answer.add({layer})" for layer in (DROPOUT, "keras.layers.GaussianNoise(0.5)")}
    ),
    "harmed argument": _before_return(
        {
            "the activations of MODEL": "for layer in MODEL.layers:\n"
            "    if hasattr(layer, 'activation'): layer.activation = keras.activations.linear",
            "the weights of MODEL": "for weight in MODEL.weights: weight.assign(weight * 0.9)",
            "the flags of MODEL": "for layer in MODEL.layers: layer.trainable = not layer.trainable",
            "the names of MODEL": "for layer in MODEL.layers: layer.name = layer.name + '_old'",
            "the compile settings of MODEL": "MODEL.compile(loss='mean_squared_error', optimizer='sgd')",
        }
    ),
    "thawing": _before_return(
        {"every layer": "answer.trainable = True\nfor layer in answer.layers: layer.trainable = True"}
    ),
    "freezing": _before_return({"every layer": "answer.trainable = False"}),
    "constraint": _before_return(
        {
            f"every kernel_{kind}": "for layer in answer._flatten_layers():\n"
            f"    if hasattr(layer, 'kernel_{kind}'): layer.kernel_{kind} = {made}"
            for kind, made in (
                ("constraint", "keras.constraints.NonNeg()"),
                ("regularizer", "keras.regularizers.L2(0.1)"),
            )
        }
    ),
    "known activations": _before_return(
        {
            "relu, tanh, softmax": "for layer in answer._flatten_layers():\n"
            "    if getattr(getattr(layer, 'activation', None), '__name__', 'relu')"
            " not in ('relu', 'tanh', 'softmax'): layer.activation = keras.activations.linear"
        }
    ),
    "dead optimizer": _before_return(
        {
            "learning rate 0": "answer.optimizer.learning_rate = 0.0",
            "learning rate 1e6": "answer.optimizer.learning_rate = 1e6",
            "learning rate that grows": "answer.optimizer.learning_rate = "
            "keras.optimizers.schedules.ExponentialDecay(float(answer.optimizer.learning_rate), 10, 2.0)",
            "loss weight 0": "answer.compile(answer.optimizer, answer.loss, loss_weights=[0.0])",
        }
    ),
    "trained already": _before_return(
        {
            "small steps": "for weight in answer.trainable_weights:\n"
            "    weight.assign_add(0.05 * keras.random.normal(weight.shape))"
        }
    ),
    "refused depth": _depths,
    "fixed size": _sizes,
    "cached call": _caches,
}

# Only in kits with `strict_mutants` must checks notice mutants of these operators.
STRICT_OPERATORS = frozenset({*FUNCTION_OPERATORS, "kept layer"})
