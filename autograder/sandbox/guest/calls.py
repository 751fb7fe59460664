"""Call the functions of a submission, and keep the values that a check uses through handles."""

from __future__ import annotations

import importlib
import inspect
import operator
import sys
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from ...language import gettext as _
from ...wire.call_messages import CallRequest, Reply, Returned, Turn
from ...wire.codec import pack, unpack
from ...wire.handles import Operation, from_wire
from ...wire.unsupported import ValueKind, type_name, unsupported
from .failed_calls import LostError, describe, describe_missing

if TYPE_CHECKING:
    from .submission import Loaded


class HeldValues:
    """The values of one check that stay in this process, by label; the holder for `pack`.

    A value keeps its label as long as the check runs. The first call of another check drops all values.
    """

    def __init__(self) -> None:
        self._check = ""
        self._turn = ""
        self._values: dict[str, Any] = {}
        self._labels: dict[int, str] = {}

    def start_call(self, turn: Turn) -> None:
        """Begin a call; the labels of its new values begin with the turn's."""
        if turn.check != self._check:
            self._check = turn.check
            self._values.clear()
            self._labels.clear()
        self._turn = turn.label

    def hold(self, value: Any) -> list[str]:
        """Keep a value under its label; return the JSON of its handle."""
        # No other object has the `id` of a value as long as the value is kept.
        label = self._labels.setdefault(id(value), f"{self._turn}.{len(self._values)}")
        self._values[label] = value
        return [label, type_name(value), _base(value)]

    def forget(self) -> None:
        """Drop the values of this call, whose labels the check has not received."""
        for label in [label for label in self._values if label.startswith(f"{self._turn}.")]:
            del self._labels[id(self._values.pop(label))]

    def resolver(self, module: ModuleType) -> Callable[[object], Any]:
        """Return a function that finds the value of a handle; a task is an attribute of `module`."""

        def resolve(content: object) -> Any:
            label, _type_name, _base_class = from_wire(content)
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


def call(
    loaded: Loaded,
    name: str,
    request: CallRequest,
    prepare: Callable[[], None],
    on_error: Callable[[BaseException], None] = lambda error: None,
) -> Reply:
    """Call a function of the submission; return its result or its exception as a reply.

    `on_error` receives an exception before it is described. If the request has a turn, unsupported values
    stay in this process under labels that begin with the turn's. If it has an operation, `name` only
    describes the call.
    """
    turn = request.turn
    tasks = (name, *turn.tasks) if turn else (name,)
    function = _find(loaded.module, name, request.operation)
    if function is None:
        return describe_missing(name, loaded.module, loaded.definitions)
    try:
        if not callable(function) or _base(function):
            raise _replaced(name, function)
        if turn:
            loaded.held.start_call(turn)
        resolve = loaded.held.resolver(loaded.module)
        (args, kwargs, *times), objects = unpack(request.arguments, request.blob, resolve=resolve)
        prepare()
        answers = []
        # Call in this frame: `describe` recognizes exceptions that Python raised before the function began.
        for _call in range(times[0] if times else 1):
            answers.append(function(*args, **kwargs))
        answer = answers if times else answers[0]
        returned = {"answer": answer} if turn else {"answer": answer, "args": args, "kwargs": kwargs}
        packed = pack(returned, known=objects, holder=loaded.held if turn else None)
        if "unsupported" in packed.head["value"]:  # the whole reply is too large
            large = [unsupported(ValueKind.TOO_LARGE, type_name(each)) for each in answers]
            packed = pack({"answer": large if times else large[0]}, known=objects)
    except BaseException as error:
        on_error(error)
        is_own = not request.operation and "." not in name and isinstance(function, FunctionType)
        return describe(error, name, loaded.definitions, tasks, is_own=is_own)
    return Returned(packed.head, packed.blob)


def _replaced(name: str, value: object) -> TypeError:
    """Return an error about a task whose name has another value, such as after `mean = mean(numbers)`.

    A network can be called, but it is what a function returned.
    """
    text = _(
        "`{name}` is not a function but a value of the type {type}: does a later line assign to this name?",
        name=name,
        type=type(value).__name__,
    )
    return TypeError(text)


def _find(module: ModuleType, name: str, operation: Operation | None) -> Callable[..., Any] | None:
    """Return what a request calls: the use of a handle, a function of support code, or a task."""
    if operation is not None:
        return OPERATIONS[operation]
    owner, _dot, function = name.rpartition(".")
    found: Callable[..., Any] | None = vars(module).get(name)
    if owner:
        found = inspect.unwrap(getattr(importlib.import_module(owner), function))
    return found


def _base(value: Any) -> str:
    """Return the class of Keras that a value is of, if it is a layer or a model."""
    keras = sys.modules.get("keras")
    if keras is None or not isinstance(value, keras.Layer):
        return ""
    return "Model" if isinstance(value, keras.Model) else "Layer"
