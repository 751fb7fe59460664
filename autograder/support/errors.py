"""Raise failed assertions as records: what was expected, what was received, and what to think about."""

from __future__ import annotations

from typing import NoReturn

from .language import gettext as _

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
