"""Say what to do about errors whose texts do not, most of them of Keras, and about calls without effect.

`kit sync` copies this module to every handout. It imports only the standard library and `language`.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
import traceback
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
    "You passed a layer or a network where Keras needs a tensor. Which attribute of it is its output?"
)
OTHER_INPUTS = gettext_noop(
    "This layer expects another number of inputs than it gets. Does it stand in the right position?"
)
CALLS_ITSELF = gettext_noop(
    "A function calls itself, directly or through another one, without ever stopping."
)
ONE_NAME = gettext_noop("Two layers of the network have the same name. Give a new layer another `name`.")
COPIED_LIST = gettext_noop(
    "`model.layers` is a copy of the list, so changing it does not change the network. Build a new network "
    "from the layers that you want to keep."
)
BATCH_SIZE = gettext_noop(
    "`input_shape` begins with the batch size, None. `keras.Input` wants the rest: `input_shape[1:]`."
)
NO_RETURN = gettext_noop("The function has no `return` with a value, so it returns None.")
UNKNOWN_NAME = gettext_noop(
    "Python does not know this name here. Is it spelled as where you defined or imported it?"
)
NOT_INSTALLED = gettext_noop(
    "This module is not installed here. Does the task need it? README.md lists what your code may import."
)
FROM_ZERO = gettext_noop("Python counts from 0. Which number does the last item of a list with n items have?")

_ERRORS = (
    (re.compile(r"has never been called and thus has no defined|has no defined (in|out)put shape"), NO_SHAPE),
    (re.compile(r"the layer isn't built|has not yet been built|was expecting 0 weights"), NO_WEIGHTS),
    (re.compile(r"'NoneType' object (has no attribute|is not)|Received: None"), NONE),
    (re.compile(r"invalid value <\w+ name=|Only input tensors may be passed"), IS_A_LAYER),
    (re.compile(r"expected axis -1 of input shape to have value"), OTHER_INPUTS),
    (re.compile(r"maximum recursion depth exceeded"), CALLS_ITSELF),
    (re.compile(r"should have unique names|is not unique|used \d+ times in the model"), ONE_NAME),
)
_IDENTIFIER = re.compile(r"Could not interpret (\w+)(?: function)? identifier: (\w+)")
_NUMBERS = re.compile(
    r"expected axis -1 of input shape to have value (\d+), but received input with shape \(\w+, (\d+)\)"
)
_OUT_OF_RANGE = re.compile(r"(list|tuple) index out of range")
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


def advice(error: BaseException, *, of_student: bool) -> str:
    """Return what to do about an error, or "" if its own text says enough.

    `of_student` says whether a line of the student's raised it: then it may be a slip in Python, too.
    """
    text = str(error)
    if of_student and (found_in_python := _python_advice(error)):
        return found_in_python
    if found := _IDENTIFIER.search(text):
        return did_you_mean(found[1], found[2])
    if found := _NUMBER.search(text):
        return _("A shape is a tuple: `keras.Input(({number},))`.", number=found[1])
    if found := _NUMBERS.search(text):
        return _(
            "This layer expects {expected} numbers a row, but gets {received}. Does it stand in the right "
            "position?",
            expected=found[1],
            received=found[2],
        )
    return next((_(sentence) for pattern, sentence in _ERRORS if pattern.search(text)), "")


def _python_advice(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return _(NOT_INSTALLED)
    if isinstance(error, IndexError) and _OUT_OF_RANGE.search(str(error)):
        return _(FROM_ZERO)
    # An UnboundLocalError is about a name that has no value yet, however it is spelled.
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError) and error.name:
        return _similar_name(error.name, error)
    return ""


def _similar_name(name: str, error: NameError) -> str:
    """Return the name that is most like `name` where the error was raised, in a sentence."""
    frame = [frame for frame, _line in traceback.walk_tb(error.__traceback__)][-1]
    known = {*frame.f_locals, *frame.f_globals, *frame.f_builtins}
    near = get_close_matches(name, sorted(each for each in known if isinstance(each, str)), n=1, cutoff=0.7)
    return _("Did you mean {name!r}?", name=near[0]) if near else _(UNKNOWN_NAME)


def did_you_mean(kind: str, name: str) -> str:
    """Return the name of Keras that is most like `name`, in a sentence, or "" if none is or Keras has it."""
    module = getattr(sys.modules.get("keras"), _MODULES.get(kind, ""), None)
    known = {each.lower(): each for each in dir(module) if not each.startswith("_")}
    if name in known or name in known.values() or not (near := get_close_matches(name.lower(), known, n=1)):
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
