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
from ...wire.codec import pack, unpack
from ...wire.encode import Hold
from ...wire.frames import Frame
from ...wire.handles import Operation, from_wire
from ...wire.unsupported import ValueKind, type_name, unsupported
from .failed_calls import LostError, describe, describe_missing

if TYPE_CHECKING:
    from .submission import Loaded


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


def call(
    loaded: Loaded,
    name: str,
    request: Frame,
    prepare: Callable[[], None],
    on_error: Callable[[BaseException], None] = lambda error: None,
) -> Frame:
    """Call a function of the submission; return its result or its exception as a reply.

    The request's head has the packed `(args, kwargs)`, or `(args, kwargs, times)`, under `value`. The reply's
    head is `{"ok": True, "value"}` or `{"raised": …}`. `on_error` receives an exception before it is
    described.

    If the head has `hold`, the call belongs to `hold["check"]`, and what cannot cross stays here under a
    label that begins with `hold["turn"]`. If it has `operation`, the call is that use of a handle, and `name`
    only describes it.
    """
    hold = request.head.get("hold")
    tasks = (name, *hold["tasks"]) if hold else (name,)
    function = _find(loaded.module, name, request.head.get("operation"))
    if function is None:
        return Frame({"raised": describe_missing(name, loaded.module, loaded.definitions)})
    try:
        if not callable(function) or _base(function):
            raise _replaced(name, function)
        keep = loaded.held.start_call(hold["check"], hold["turn"]) if hold else None
        resolve = loaded.held.resolver(loaded.module)
        (args, kwargs, *times), objects = unpack(request.head["value"], request.blob, resolve=resolve)
        prepare()
        answers = []
        # Calls stand in this frame, so that `describe` sees which exceptions no code of the function raised.
        for _ in range(*times or (1,)):
            answers.append(function(*args, **kwargs))
        answer = answers if times else answers[0]
        returned = {"answer": answer} if keep else {"answer": answer, "args": args, "kwargs": kwargs}
        packed = pack(returned, known=objects, hold=keep)
        if "unsupported" in packed.head["value"]:
            large = [unsupported(ValueKind.TOO_LARGE, type_name(each)) for each in answers]
            packed = pack({"answer": large if times else large[0]}, known=objects)
    except BaseException as error:
        on_error(error)
        is_own = "operation" not in request.head and "." not in name and isinstance(function, FunctionType)
        return Frame({"raised": describe(error, name, loaded.definitions, tasks, is_own=is_own)})
    return Frame({"ok": True, "value": packed.head}, packed.blob)


def _replaced(name: str, value: object) -> TypeError:
    """Return an error about a task whose name has another value, such as after `mean = mean(numbers)`.

    A network can be called, but it is what a function returned.
    """
    text = _(
        "`{name}` is no function but has the type {type}: does a later line give this name to a value?",
        name=name,
        type=type(value).__name__,
    )
    return TypeError(text)


def _find(module: ModuleType, name: str, operation: str | None) -> Callable[..., Any] | None:
    """Return what a request calls: the use of a handle, a function of support code, or a task."""
    if operation is not None:
        return OPERATIONS[Operation(operation)]
    owner, _, function = name.rpartition(".")
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
