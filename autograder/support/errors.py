"""Raise failed assertions as records, and shorten the texts of errors to what helps a student.

`kit sync` copies this module to every handout. It imports only the standard library and `language`.
"""

from __future__ import annotations

import re
from typing import NoReturn

from .language import gettext as _

# Colours and the like in a terminal, as Keras sets them in its messages.
_ESCAPE_SEQUENCE = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
# What Keras adds before and after the message of an error in a call or in `from_config`, parts of its
# sentences that repeat a value or tell where Keras keeps it, and the names of TensorFlow's operations.
_NOISE = re.compile(
    r"Exception encountered when calling .*?\n\n"
    r"|\n\nArguments received by .*"
    r"| The following argument value should be passed as a keyword argument: .*? \(of type <class '[^']*'>\)"
    r"| including invalid value .*? of type <class '[^']*'>"
    r"| \(of type <class '[^']*'>\)"
    r"| for input \[.*?\] with name '[^']*' and path '[^']*'"
    r"|\{\{function_node .*?\}\} ?"
    r"|\s?\[Op:\w+\](?: name: ?)?"
    r"|Error when deserializing class .*?\n\nException encountered: ",
    re.DOTALL,
)
# Types whose names say less than the word for them.
KINDS = {"ndarray": "array", "EagerTensor": "tensor", "KerasTensor": "symbolic tensor"}


class ExpectationError(AssertionError):
    """Raised by every assertion of this package.

    `expected` and `received` complete the sentence "Expected …, received …." `hint` is a question that leads
    on. `layer` names the layer that differs, if it is one.
    """

    def __init__(self, expected: object, received: object, hint: str = "", layer: str = "") -> None:
        self.expected = str(expected)
        self.received = str(received)
        self.hint = hint
        self.layer = layer
        super().__init__(f"Expected {self.expected}, received {self.received}. {hint}".rstrip())


def fail(expected: object, received: object, hint: str = "", layer: str = "") -> NoReturn:
    """Raise ExpectationError, without a line of this package in pytest's traceback."""
    __tracebackhide__ = True
    raise ExpectationError(expected, received, hint, layer)


def describe(value: object) -> str:
    """Return what a value is, in a few words."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return _("the class {name}", name=value.__name__)
    name = type(value).__name__
    kind = KINDS.get(name, name)
    described = _("an {type}", type=kind) if kind[:1] in "AEIOUaeiou" else _("a {type}", type=kind)
    if name in KINDS:
        shape = tuple(getattr(value, "shape", ()))
        return _("{array} of shape {shape}", array=described, shape=shape)
    if isinstance(value, (list, tuple)):
        return _("{kind} with {count} items", kind=described, count=len(value))
    return described


def without_escapes(text: str) -> str:
    """Return a text without escape sequences of terminals."""
    return _ESCAPE_SEQUENCE.sub("", text)


def readable_error(text: str) -> str:
    """Return an error's text without escape sequences and what Keras adds for its own developers."""
    return _NOISE.sub("", without_escapes(text))
