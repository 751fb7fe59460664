"""Say what to do about errors of Keras whose texts do not, and about calls that have no effect.

`kit sync` copies this module to every handout. It imports only the standard library and `language`.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from types import FrameType
from typing import Any

from .language import gettext as _
from .language import gettext_noop

NO_SHAPE = gettext_noop(
    "A network has neither input nor output before it knows the shape of its input. Let it begin with "
    "`keras.Input`, or use its `layers`."
)
NO_WEIGHTS = gettext_noop(
    "A layer has no weights before it knows the shape of its input. Let the network begin with `keras.Input` "
    "before you set or count weights."
)
NONE = gettext_noop(
    "Something is None here. A function without `return` gives None, and so do `model.add(…)`, "
    "`model.compile(…)` and `list.append(…)`."
)
IS_A_LAYER = gettext_noop(
    "That is a layer or a network. Keras wants a tensor here, such as its `output`, or what calling it gives."
)
OTHER_INPUTS = gettext_noop(
    "The layer is built for another number of inputs than the layer before it gives. Is it in its place?"
)
CALLS_ITSELF = gettext_noop("A function calls itself, directly or through another one, without an end.")
ONE_NAME = gettext_noop("Two layers of the network have one name. Give a new layer another `name`.")
COPIED_LIST = gettext_noop(
    "`model.layers` is a copy of the list, so changing it changes no network. Build a new network from the "
    "layers that you want, such as `model.layers[:-1]`."
)
BATCH_SIZE = gettext_noop(
    "`input_shape` begins with the batch size, None. `keras.Input` wants the rest: `input_shape[1:]`."
)
NO_RETURN = gettext_noop("The function has no `return` with a value, so it gives None.")

_ERRORS = (
    (re.compile(r"has never been called and thus has no defined|has no defined (in|out)put shape"), NO_SHAPE),
    (re.compile(r"the layer isn't built|has not yet been built|was expecting 0 weights"), NO_WEIGHTS),
    (re.compile(r"'NoneType' object (has no attribute|is not)|Received: None"), NONE),
    (re.compile(r"invalid value <(Dense|\w+) name=|Only input tensors may be passed"), IS_A_LAYER),
    (re.compile(r"expected axis -1 of input shape to have value"), OTHER_INPUTS),
    (re.compile(r"maximum recursion depth exceeded"), CALLS_ITSELF),
    (re.compile(r"should have unique names|is not unique|used \d+ times in the model"), ONE_NAME),
)
_IDENTIFIER = re.compile(r"Could not interpret (\w+)(?: function)? identifier: (\w+)")
_NUMBER = re.compile(r"Cannot convert '(\d+)' to a shape")
# Where Keras looks up the names of each kind.
_MODULES = {
    "activation": "activations",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "initializer": "initializers",
}
_CHANGES = frozenset({"pop", "remove", "append", "insert", "clear", "extend"})


def advice(error: BaseException) -> str:
    """Return what to do about an error, or "" if its own text says enough."""
    text = str(error)
    if found := _IDENTIFIER.search(text):
        return did_you_mean(found[1], found[2])
    if found := _NUMBER.search(text):
        return _("A shape is a tuple: `keras.Input(({number},))`.", number=found[1])
    return next((_(sentence) for pattern, sentence in _ERRORS if pattern.search(text)), "")


def did_you_mean(kind: str, name: str) -> str:
    """Return the name of Keras that is most like `name`, in a sentence, or "" if none is."""
    module = getattr(sys.modules.get("keras"), _MODULES.get(kind, ""), None)
    known = {each.lower(): each for each in dir(module) if not each.startswith("_")}
    if not (near := get_close_matches(name.lower(), known, n=1)):
        return ""
    # Keras knows its classes by their names in lower case, too.
    return _("Did you mean {name!r}?", name=near[0] if name.islower() else known[near[0]])


def is_training(frames: Iterable[FrameType]) -> bool:
    """Return whether one of these frames runs Keras' `fit`."""
    modules = [str(frame.f_globals.get("__name__")) for frame in frames if frame.f_code.co_name == "fit"]
    return any(module.partition(".")[0] == "keras" for module in modules)


def remarks(function: Callable[..., Any] | None) -> Iterator[str]:
    """Yield what in a function's own lines has no effect, or another one than it seems."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))  # type: ignore[arg-type]
    except (OSError, TypeError, ValueError, SyntaxError):
        return
    nodes = list(ast.walk(tree))
    if any(map(_changes_layers, nodes)):
        yield _(COPIED_LIST)
    if any(map(_passes_whole_shape, nodes)):
        yield _(BATCH_SIZE)
    if not any(isinstance(node, ast.Return | ast.Yield | ast.Raise) and _gives(node) for node in nodes):
        yield _(NO_RETURN)


def _gives(node: ast.Return | ast.Yield | ast.Raise) -> bool:
    return isinstance(node, ast.Raise) or node.value is not None


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
