"""Keep the values that a check uses through handles, and perform what the check does with them."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from ...wire.encode import Hold
from ...wire.handles import Operation, from_wire
from ...wire.unsupported import type_name


class LostError(LookupError):
    """Raised for a handle whose value ended with an earlier process."""


class HeldValues:
    """The values of one check that stay in this process, by label.

    A value has one label for as long as the check runs. The first call of another check drops all values.
    """

    def __init__(self) -> None:
        self._check = ""
        self._values: dict[str, Any] = {}
        self._labels: dict[int, str] = {}

    def start_call(self, check: str, turn: str) -> Hold:
        """Return a function that keeps a value under a label that begins with `turn`."""
        if check != self._check:
            self._check = check
            self._values.clear()
            self._labels.clear()

        def hold(value: Any) -> list[str]:
            # A value that is kept keeps its identity, so that no other value can have it.
            label = self._labels.setdefault(id(value), f"{turn}.{len(self._values)}")
            self._values[label] = value
            return [label, type_name(value), _base(value)]

        return hold

    def resolver(self, module: ModuleType) -> Callable[[object], Any]:
        """Return a function that finds the value of a handle; a task is an attribute of `module`."""

        def resolve(content: object) -> Any:
            label, *_ = from_wire(content)
            if label.isidentifier():
                return getattr(module, label)
            if label not in self._values:
                raise LostError(label)
            return self._values[label]

        return resolve


OPERATIONS: Mapping[Operation, Callable[..., Any]] = {
    Operation.CALL: lambda value, *args, **kwargs: value(*args, **kwargs),
    Operation.ATTRIBUTE: getattr,
    Operation.SET_ATTRIBUTE: setattr,
    Operation.ITEM: operator.getitem,
    Operation.LENGTH: len,
    Operation.TRUTH: bool,
    Operation.ITERATE: iter,
    Operation.NEXT: next,
    Operation.ENTER: lambda value: value.__enter__(),
    Operation.EXIT: lambda value: bool(value.__exit__(None, None, None)),
    Operation.INSTANCE: lambda kind, value: isinstance(value, kind),
}


def _base(value: Any) -> str:
    """Return the class of Keras that a value is of, if it is a layer or a model."""
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(value, keras.Layer):
        return ""
    return "Model" if isinstance(value, keras.Model) else "Layer"
