"""Represent a value that stays in the sandbox by a handle: each use of it is a call into the sandbox."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NoReturn

from .array_blobs import NotAllowedError, readable

# The class of Keras that a held value claims to be of, if any. `isinstance` holds for its handle.
BASES = ("", "Layer", "Model")
MAX_LABEL = 300
MAX_DESCRIPTION = 120


class Operation(StrEnum):
    """What a check does with a handle. The first argument of the call is the handle."""

    CALL = "call"
    ATTRIBUTE = "attribute"
    SET_ATTRIBUTE = "set attribute"
    ITEM = "item"
    LENGTH = "length"
    TRUTH = "truth"
    ITERATE = "iterate"
    NEXT = "next"
    ENTER = "enter"
    EXIT = "exit"
    INSTANCE = "instance"


@dataclass(frozen=True)
class HandleInfo:
    """What a handle knows. `type_name` and `base` are claims of the submission.

    `label` identifies the value in the sandbox: the name of a task, or a label from a reply. `description`
    names the value in messages, such as `Attention(…).kernel`, and `task` is the task that it comes from.
    """

    label: str
    type_name: str
    base: str
    description: str
    task: str


# Makes one use of a handle in the sandbox, with positional and keyword arguments, and returns its result.
Use = Callable[[Operation, "Handle", tuple[Any, ...], dict[str, Any]], Any]


class Handle:
    """Stands for a value in the sandbox: calls, attributes, items, `len` and iteration happen there.

    Plain data comes back as data, everything else as another handle. Attributes whose name begins with an
    underscore are not available.
    """

    __slots__ = ("_info", "_use")

    def __init__(self, info: HandleInfo, use: Use) -> None:
        object.__setattr__(self, "_info", info)
        object.__setattr__(self, "_use", use)

    @property  # type: ignore[misc]  # mypy expects an attribute that can be set
    def __class__(self) -> Any:
        """Return Keras' class if the value claims to be of it, so that `isinstance` works."""
        keras, base = sys.modules.get("keras"), self._info.base
        return getattr(keras, base) if keras and base else Handle

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the value."""
        return self._use(Operation.CALL, self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the value."""
        _refuse_private(self, name)
        return self._use(Operation.ATTRIBUTE, self, (name,), {})

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of the value."""
        _refuse_private(self, name)
        self._use(Operation.SET_ATTRIBUTE, self, (name, value), {})

    def __getitem__(self, key: Any) -> Any:
        """Return an item of the value."""
        return self._use(Operation.ITEM, self, (key,), {})

    def __len__(self) -> Any:
        """Return the length of the value."""
        return self._use(Operation.LENGTH, self, (), {})

    def __bool__(self) -> bool:
        """Return whether the value is true."""
        return self._use(Operation.TRUTH, self, (), {}) is True

    def __iter__(self) -> Any:
        """Return a handle of an iterator over the value."""
        return self._use(Operation.ITERATE, self, (), {})

    def __next__(self) -> Any:
        """Return the next item of an iterator."""
        return self._use(Operation.NEXT, self, (), {})

    def __enter__(self) -> Any:
        """Enter the value as a context manager."""
        return self._use(Operation.ENTER, self, (), {})

    def __exit__(self, *error: object) -> None:
        """Leave the value as a context manager, without the exception."""
        self._use(Operation.EXIT, self, (), {})

    def __instancecheck__(self, value: Any) -> bool:
        """Return whether `isinstance` holds for a handle and the class behind this one."""
        return is_handle(value) and self._use(Operation.INSTANCE, self, (value,), {}) is True

    def __reduce__(self) -> NoReturn:
        """Raise TypeError: a copy would share the value."""
        raise TypeError(f"{self!r} cannot be copied.")

    def __repr__(self) -> str:
        """Return a text in which only the name of the type comes from the submission."""
        return f"<{self._info.description}, a {self._info.type_name} in the sandbox>"


def _refuse_private(handle: Handle, name: str) -> None:
    if name.startswith("_"):
        description = info_of(handle).description
        raise AttributeError(f"{description} stays in the sandbox: {name} is not available.")


def new_handle(info: HandleInfo, use: Use) -> Handle:
    """Return a handle whose class has the name of the value's type, because messages may contain it."""
    handle: Handle = _class_named(info.type_name)(info, use)
    return handle


@lru_cache(maxsize=100)
def _class_named(type_name: str) -> type[Handle]:
    return type(type_name or "?", (Handle,), {"__slots__": ()})


def is_handle(value: object) -> bool:
    """Return whether a value is a handle, whatever class it claims to be of."""
    return issubclass(type(value), Handle)


def info_of(handle: Handle) -> HandleInfo:
    """Return what a handle knows."""
    info: HandleInfo = object.__getattribute__(handle, "_info")
    return info


def to_wire(handle: Handle) -> list[str]:
    """Return a handle as plain JSON."""
    info = info_of(handle)
    return [info.label, info.type_name, info.base]


def from_wire(content: object) -> tuple[str, str, str]:
    """Return the label, the type's name and the base of a handle in JSON of unknown origin.

    Raises NotAllowedError.
    """
    if type(content) is not list or len(content) != 3 or not all(type(part) is str for part in content):
        raise NotAllowedError("A value that stays must be given by its label, its type and its base.")
    label, type_name, base = content
    if base not in BASES or len(label) > MAX_LABEL:
        raise NotAllowedError("A value that stays must have a short label and a base that is listed.")
    return label, readable(type_name), base
