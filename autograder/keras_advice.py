"""Say what to do about errors whose texts do not, most of them of Keras.

`kit sync` copies this module to every handout. It imports only the standard library, `language` and
`code_remarks`.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterable
from difflib import get_close_matches
from types import FrameType

from .code_remarks import uncalled_methods
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
    "A value in this line is None. A function without `return` gives None, and so do `model.add(…)`, "
    "`model.compile(…)` and `list.append(…)`."
)
IS_A_LAYER = gettext_noop(
    "You passed a layer or a network where Keras needs a tensor. Which attribute of it is its output?"
)
CALLS_ITSELF = gettext_noop("This function calls itself, directly or through another one, and never stops.")
ONE_NAME = gettext_noop("Two layers of the network have the same name. Give a new layer another `name`.")
UNKNOWN_NAME = gettext_noop("Python does not know this name. Is it spelled as in its definition or import?")
NOT_INSTALLED = gettext_noop(
    "This module is not installed here. Does the task need it? README.md lists what your code may import."
)
NEVER_CALLED = gettext_noop(
    "A Sequential that was never called has `inputs` and `outputs`, but neither `input` nor `output`."
)
SHAPES = gettext_noop(
    "The shapes of two arrays do not fit. Print both above this line: which axes must have the same length?"
)
NOT_IN_PLACE = gettext_noop(
    "Items of a tensor cannot be assigned. Which function of `keras.ops` makes a new tensor?"
)
ONE_TRUTH = gettext_noop(
    "`if` needs one True or False, and this is an array of them. Do you want to know whether it is None?"
)
NOT_CALLABLE = gettext_noop("This is a value, not a function: assign it with `=`, without `()`.")
TENSOR_AS_SETTING = gettext_noop(
    "A tensor was passed where a layer takes its settings. Make the layer first, then call it: "
    "`Layer(settings)(tensor)`."
)
ONLY_LAYERS = gettext_noop(
    "`keras.Sequential` takes layers. From tensors, `keras.Model(inputs, outputs)` makes a network."
)
ONE_HOT_TARGETS = gettext_noop(
    "This loss expects the number of the right class, but the targets are one-hot rows. Which loss is for "
    "those?"
)
OTHER_SHAPE = gettext_noop(
    "The network takes inputs of one shape, and gets others. Which axes of its `keras.Input` may have any "
    "length, None?"
)
NUMBER_AS_INITIALIZER = gettext_noop(
    "A number was passed where an initializer belongs. `add_weight` takes the whole shape as one tuple: "
    "`shape=(…, …)`."
)
RATE = gettext_noop("The optimizers of Keras call this argument `learning_rate`.")
MASK = gettext_noop("Keras passes `mask` to `call`: `def call(self, x, mask=None)`.")
FROM_ZERO = gettext_noop("Python counts from 0. Which number does the last item of a list with n items have?")

_ERRORS = (
    (re.compile(r"has never been called and thus has no defined|has no defined (in|out)put shape"), NO_SHAPE),
    (re.compile(r"the layer isn't built|has not yet been built|was expecting 0 weights"), NO_WEIGHTS),
    (re.compile(r"'NoneType' object (has no attribute|is not)|Received: None"), NONE),
    (re.compile(r"invalid value <\w+ name=|Only input tensors may be passed"), IS_A_LAYER),
    (re.compile(r"maximum recursion depth exceeded"), CALLS_ITSELF),
    (re.compile(r"should have unique names|is not unique|used \d+ times in the model"), ONE_NAME),
    (re.compile(r"[Mm]atrix size-incompatible|mismatch in its core dimension|be broadcast"), SHAPES),
    (re.compile(r"must have rank \(ndim\) `target.ndim - 1`"), ONE_HOT_TARGETS),
    (re.compile(r"is incompatible with the layer: expected shape="), OTHER_SHAPE),
    (
        re.compile(r"(argument '\w+', but received: |data_format=)<KerasTensor", re.I),
        TENSOR_AS_SETTING,
    ),
    (re.compile(r"Only instances of `keras.Layer` can be added to a Sequential"), ONLY_LAYERS),
    (re.compile(r"Could not interpret initializer identifier: \d"), NUMBER_AS_INITIALIZER),
)
_PYTHON_ERRORS = (
    (
        re.compile(r"Tensor' object does not support item assignment|only integer scalar arrays can"),
        NOT_IN_PLACE,
    ),
    (
        re.compile(r"The truth value of an array with more than one element"),
        ONE_TRUTH,
    ),
    (re.compile(r"'(bool|int|float|str|list|tuple|dict)' object is not callable"), NOT_CALLABLE),
)
_NO_PARAMETER = re.compile(
    r"(?:unexpected keyword argument |Argument\(s\) not recognized: \{|"
    r"Unrecognized keyword arguments passed to \w+: \{)'(\w+)'"
)
_NO_ATTRIBUTE = re.compile(r"'([\w.]+)'(?: object)? has no attribute '(\w+)'")
_IDENTIFIER = re.compile(r"Could not interpret (\w+)(?: function)? identifier: ([A-Za-z_][\w -]*)")
_NUMBERS = re.compile(
    r"expected axis -1 of input shape to have value (\d+), but received input with shape \((?:\w+, )+(\d+)\)"
)
_OUT_OF_RANGE = re.compile(r"(list|tuple) index out of range")
_NUMBER = re.compile(r"Cannot convert '(\d+)' to a shape")
# What Keras passes to a layer that it makes from its configuration.
LAYER_ARGUMENTS = frozenset({"name", "trainable", "dtype"})
# Where Keras looks up the names of each kind.
_MODULES = {
    "activation": "activations",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "initializer": "initializers",
}


def advice(error: BaseException, *, of_student: bool) -> str:
    """Return what to do about an error, or "" if its own text says enough.

    `of_student` says whether a line of the student's raised it: then it may be a mistake in Python, too.
    """
    text, frame = str(error), _raising_frame(error)
    if of_student and (found_in_python := _python_advice(error, frame)):
        return found_in_python
    if _knows_inputs(frame) and _ERRORS[0][0].search(text):
        return _(NEVER_CALLED)
    if found := _IDENTIFIER.search(text):
        return did_you_mean(found[1], found[2])
    if found := _NUMBER.search(text):
        return _("A shape is a tuple: `keras.Input(({number},))`.", number=found[1])
    if found := _NUMBERS.search(text):
        return _(
            "The last axis of this layer's inputs must have the length {expected}, but has {received}. What "
            "does the layer below it return?",
            expected=found[1],
            received=found[2],
        )
    if found := _NO_PARAMETER.search(text):
        if "Argument(s) not recognized: {'lr'" in text:
            return _(RATE)
        name = found[1]
        if name in LAYER_ARGUMENTS:
            return _(
                "Every layer of Keras takes `{name}`. Let `__init__` take `**kwargs`, and pass it on: "
                "`super().__init__(**kwargs)`.",
                name=name,
            )
        if name == "mask":
            return _(MASK)
        return _(
            "The called function has no parameter `{name}`. Which ones does its definition list?",
            name=name,
        )
    return next((_(sentence) for pattern, sentence in _ERRORS if pattern.search(text)), "")


def _raising_frame(error: BaseException) -> FrameType | None:
    frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
    return frames[-1] if frames else None


def _knows_inputs(frame: FrameType | None) -> bool:
    """Return whether a frame is in a method of a network that knows the shape of its inputs."""
    try:
        return bool(frame and frame.f_locals["self"].inputs)
    except Exception:  # whatever a property raises
        return False


def _python_advice(error: BaseException, frame: FrameType | None) -> str:
    owner = type(frame.f_locals["self"]) if frame and "self" in frame.f_locals else None
    if found := next(uncalled_methods(owner), ""):
        return found
    if isinstance(error, AttributeError) and (found_attribute := _NO_ATTRIBUTE.search(str(error))):
        return _similar_attribute(error, found_attribute[1], found_attribute[2], owner)
    if isinstance(error, ModuleNotFoundError):
        return _(NOT_INSTALLED)
    if isinstance(error, IndexError) and _OUT_OF_RANGE.search(str(error)):
        return _(FROM_ZERO)
    # An UnboundLocalError is about a name that has no value yet, however it is spelled.
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError) and error.name and frame:
        return _similar_name(error.name, frame)
    return next((_(sentence) for pattern, sentence in _PYTHON_ERRORS if pattern.search(str(error))), "")


def _similar_attribute(error: AttributeError, kind: str, name: str, owner: type | None) -> str:
    """Return the attribute that is most like `name`, or where an object of the student's could set it."""
    known = [each for each in dir(error.obj) if not each.startswith("_")] if error.obj is not None else []
    if near := get_close_matches(name, known, n=1, cutoff=0.7):
        return _("Did you mean {name!r}?", name=near[0])
    if owner is not None and owner.__name__ == kind:
        return _(
            "Nothing has set `self.{name}` before this line runs. Which method should set it?", name=name
        )
    return _(NONE) if kind == "NoneType" else ""


def _similar_name(name: str, frame: FrameType) -> str:
    """Return the name that is most like `name` where the error was raised, in a sentence."""
    known = {*frame.f_locals, *frame.f_globals, *frame.f_builtins}
    near = get_close_matches(name, sorted(each for each in known if isinstance(each, str)), n=1, cutoff=0.7)
    return _("Did you mean {name!r}?", name=near[0]) if near else _(UNKNOWN_NAME)


def did_you_mean(kind: str, name: str) -> str:
    """Return the name of Keras that is most like `name`, in a sentence, or "" if none is or Keras has it."""
    module = getattr(sys.modules.get("keras"), _MODULES.get(kind, ""), None)
    known = {each.lower(): each for each in dir(module) if not each.startswith("_")}
    words = re.sub(r"[\s-]+", "_", name.strip().lower())
    if name in known or name in known.values() or not (near := get_close_matches(words, known, n=1)):
        return ""
    # Keras knows its optimizers by the names of their classes in lower case, too.
    lower = kind == "optimizer" and name.islower()
    return _("Did you mean {name!r}?", name=near[0] if lower else known[near[0]])


def is_training(frames: Iterable[FrameType]) -> bool:
    """Return whether one of these frames runs Keras' `fit`."""
    modules = [str(frame.f_globals.get("__name__")) for frame in frames if frame.f_code.co_name == "fit"]
    return any(module.partition(".")[0] == "keras" for module in modules)
