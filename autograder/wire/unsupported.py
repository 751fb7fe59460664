"""Describe unsupported values: the kind of each, and what its author could return instead."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ..language import gettext as _
from ..language import gettext_noop
from .array_blobs import readable


class ValueKind(StrEnum):
    """The kind of an unsupported value."""

    COROUTINE = "coroutine"
    ASYNC_GENERATOR = "async generator"
    GENERATOR = "generator"
    ITERATOR = "iterator"
    FUNCTION = "function"
    CLASS = "class"
    MODULE = "module"
    EXCEPTION = "exception"
    SYMBOLIC_TENSOR = "symbolic tensor"
    DATASET = "dataset"
    OPTIMIZER = "optimizer"
    ARRAY = "array"
    TOO_DEEP = "too deep"
    TOO_LARGE = "too large"
    OTHER = "other"


HINTS: dict[ValueKind, str] = {
    ValueKind.COROUTINE: gettext_noop("is `async` needed?"),
    ValueKind.ASYNC_GENERATOR: gettext_noop("is `async` needed?"),
    ValueKind.GENERATOR: gettext_noop("return a list, not `yield`"),
    ValueKind.ITERATOR: gettext_noop("return a list, as `list(…)` makes it"),
    ValueKind.FUNCTION: gettext_noop("call it, with `()`, and return what it gives"),
    ValueKind.CLASS: gettext_noop("call it, with `()`, and return the instance"),
    ValueKind.MODULE: gettext_noop("return something in it"),
    ValueKind.EXCEPTION: gettext_noop("`raise` it, do not return it"),
    ValueKind.SYMBOLIC_TENSOR: gettext_noop("return the model, `keras.Model(inputs, outputs)`"),
    ValueKind.DATASET: gettext_noop("return arrays"),
    ValueKind.OPTIMIZER: gettext_noop("return the model that is compiled with it"),
    ValueKind.ARRAY: gettext_noop("an array may hold numbers, booleans and text"),
    ValueKind.TOO_DEEP: gettext_noop("it is nested too deeply, or contains itself"),
    ValueKind.TOO_LARGE: gettext_noop("it is too large to send"),
    ValueKind.OTHER: gettext_noop(
        "whole and decimal numbers, text, lists, tuples, sets, dicts, arrays, layers and models can be "
        "returned"
    ),
}


@dataclass(frozen=True, repr=False)
class UnsupportedValue:
    """A placeholder for an unsupported value, which keeps its kind and the name of its type.

    Each instance belongs to a subclass with the name of that type, so that a message with
    `type(answer).__name__` reads the same as without a sandbox.
    """

    kind: ValueKind
    type_name: str

    def __str__(self) -> str:
        hint = _(HINTS[self.kind])
        # The type of a class is called "type".
        name = str(self.kind) if self.kind == ValueKind.CLASS else self.type_name
        if name[:1].lower() in tuple("aeiou"):
            return _("an {type}: {hint}", type=name, hint=hint)
        return _("a {type}: {hint}", type=name, hint=hint)

    def __repr__(self) -> str:
        return f"<{self}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnsupportedValue) and (self.kind, self.type_name) == (
            other.kind,
            other.type_name,
        )

    def __hash__(self) -> int:
        return hash((self.kind, self.type_name))


def unsupported(kind: ValueKind, type_name: str) -> UnsupportedValue:
    """Return a placeholder for a value whose type has this name."""
    return _class_named(type_name)(kind, type_name)


@lru_cache(maxsize=100)
def _class_named(type_name: str) -> type[UnsupportedValue]:
    return type(type_name or "?", (UnsupportedValue,), {"__doc__": UnsupportedValue.__doc__})


def type_name(value: object) -> str:
    """Return the name of a value's type in a form that fits a sentence."""
    try:
        return readable(type(value).__name__)
    except Exception:
        return "?"


def kind_of(value: object) -> ValueKind:
    """Return the kind of an unsupported value."""
    try:
        return _kind(value)
    except Exception:
        return ValueKind.OTHER


def _kind(value: Any) -> ValueKind:
    keras, tensorflow = sys.modules.get("keras"), sys.modules.get("tensorflow")
    if keras is not None and isinstance(value, keras.KerasTensor):
        return ValueKind.SYMBOLIC_TENSOR
    if keras is not None and isinstance(value, keras.optimizers.Optimizer):
        return ValueKind.OPTIMIZER
    if tensorflow is not None and isinstance(value, tensorflow.data.Dataset):
        return ValueKind.DATASET
    if inspect.iscoroutine(value) or inspect.isawaitable(value):
        return ValueKind.COROUTINE
    if inspect.isgenerator(value):
        return ValueKind.GENERATOR
    if isinstance(value, type):
        return ValueKind.CLASS
    if isinstance(value, types.ModuleType):
        return ValueKind.MODULE
    if isinstance(value, BaseException):
        return ValueKind.EXCEPTION
    if inspect.isroutine(value) or type(value).__name__ == "partial":
        return ValueKind.FUNCTION
    if isinstance(value, AsyncIterator):
        return ValueKind.ASYNC_GENERATOR
    return ValueKind.ITERATOR if isinstance(value, Iterator) else ValueKind.OTHER
