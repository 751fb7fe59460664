"""Provide the module that checks import in place of the student's, with a proxy for every task."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any, NoReturn, Protocol

from ..language import FAILURE, gettext_noop
from ..language import gettext as _
from ..models import Outcome
from ..wire.array_blobs import NotAllowedError, UnexpectedAnswerError
from ..wire.call_messages import CallRequest, FailureKind, Returned
from ..wire.codec import pack, unpack
from ..wire.handles import Handle, Operation, info_of
from ..wire.unsupported import UnsupportedValue, ValueKind
from .check_handles import (
    EXPECTED_ERRORS,
    ArgumentError,
    CheckHandles,
    Origin,
    describe_use,
    dispatch_on_handles,
    leaves,
    task_handle,
)
from .failures import SubmissionFailed, is_exhaustion

# The message of an answer that is a class.
INSTANCE = gettext_noop("an instance of a class")
A_CLASS = gettext_noop("the class itself")
MISSING_CALL = gettext_noop("A class makes an object when it is called. Are its `()` missing?")


class Caller(Protocol):
    """Calls a function of the submission with packed arguments."""

    def __call__(self, function: str, request: CallRequest) -> Returned:
        """Return the reply. Raises SubmissionFailed."""


@dataclass(frozen=True)
class Exchange:
    """One call with its reply."""

    function: str
    request: CallRequest
    reply: Returned | SubmissionFailed


class Calls:
    """Calls functions of one submission. Each distinct call is made once, even if several checks make it.

    The answers of tasks in `remote` stay in the sandbox, and checks get handles. A call of such a task, or
    with a handle, may change what stays there, so it is always made.

    `made` lists every call with its reply in the order in which checks made them, until it is cleared.
    """

    def __init__(self, call: Caller, remote: Collection[str] = ()) -> None:
        self._call = call
        self._remote = frozenset(remote)
        self._replies: dict[tuple[str, str, bytes], Returned | SubmissionFailed] = {}
        self._handles = CheckHandles(self.use)
        self.made: list[Exchange] = []

    def begin_check(self, name: str) -> None:
        """Discard the handles of the previous check."""
        self._handles = CheckHandles(self.use, name)

    def used_handles(self) -> bool:
        """Return whether the running check used an answer that stays in the sandbox."""
        return self._handles.turns > 0

    def __call__(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], times: int = 1) -> Any:
        """Return the rebuilt answer, and update the given argument objects with the changes to them.

        With `times` above 1, the submission calls its function that many times on the same objects. The
        answer is then the list of return values. An object that several calls returned is one object in the
        list.

        Raises SubmissionFailed, or ArgumentError if an argument cannot be encoded.
        """
        packed = pack((args, kwargs) if times == 1 else (args, kwargs, times))
        if packed.refused:
            _refuse_arguments(function, (args, kwargs), packed.refused)
        request = CallRequest(packed.head, packed.blob)
        if packed.handles or function in self._remote:
            self._handles.verify(packed.handles)
            tasks = {info_of(handle).task for handle in packed.handles} or {function}
            request = replace(request, turn=self._handles.next_turn(function, tasks))
            task = function if function in self._remote else min(tasks)
            return self._answer(function, request, packed.objects, Origin(task, f"{function}(…)"))
        return self._answer(function, request, packed.objects, times=times)

    def use(self, operation: Operation, handle: Handle, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return the result of a use of a handle. Raises SubmissionFailed or ArgumentError."""
        info, function = info_of(handle), describe_use(operation, handle, args)
        if operation == Operation.CALL and info.label == info.task:
            return self(info.task, args, kwargs)
        packed = pack(((handle, *args), kwargs))
        if packed.refused:
            _refuse_arguments(function, (args, kwargs), packed.refused)
        self._handles.verify(packed.handles)
        turn = self._handles.next_turn(function, (info_of(each).task for each in packed.handles))
        request = CallRequest(packed.head, packed.blob, turn, operation)
        description = f"{function}(…)" if operation == Operation.CALL else function
        try:
            return self._answer(function, request, packed.objects, Origin(info.task, description))
        except SubmissionFailed as failure:
            if operation == Operation.NEXT and failure.kind == FailureKind.ENDED:
                raise StopIteration from None
            expected = EXPECTED_ERRORS.get(operation)
            if expected is None or failure.outcome != Outcome.FAILED:
                raise
            raise expected(failure.outcome, str(failure), kind=failure.kind, call=failure.call) from None

    def _answer(
        self,
        function: str,
        request: CallRequest,
        objects: tuple[Any, ...],
        origin: Origin | None = None,
        times: int = 1,
    ) -> Any:
        """Make a call and return its answer.

        `objects` are the layers and models in the arguments. `origin` describes the handles in the answer, if
        it may have any.
        """
        reply = self.request(function, request)
        call = len(self.made) - 1
        if isinstance(reply, SubmissionFailed):
            raise reply.in_call(call)
        resolve = partial(self._handles.receive, request.turn, origin) if request.turn and origin else None
        try:
            value = unpack(reply.value, reply.blob, known=objects, resolve=resolve)[0]
            answer = value["answer"]
            unsupported = [
                each for each in (answer if times > 1 else [answer]) if isinstance(each, UnsupportedValue)
            ]
        except Exception as error:
            raise SubmissionFailed(*_unreadable(function, error), call=call) from None
        if unsupported:
            raise SubmissionFailed(Outcome.FAILED, _unsupported(function, unsupported[0]), call=call)
        return answer

    def request(self, function: str, request: CallRequest) -> Returned | SubmissionFailed:
        """Return the reply to a packed request, reusing the reply to an equal earlier request."""
        key = (function, json.dumps(request.frame.head), request.blob)
        if key not in self._replies:
            try:
                self._replies[key] = self._call(function, request)
            except SubmissionFailed as failure:
                # Its traceback would keep the arguments in memory.
                self._replies[key] = failure.with_traceback(None)
        reply = self._replies[key]
        self.made.append(Exchange(function, request, reply))
        return reply


def _refuse_arguments(function: str, arguments: Any, refused: tuple[str, ...]) -> NoReturn:
    """Raise SubmissionFailed if the submission returned the unsupported arguments, else ArgumentError."""
    found = next((leaf for leaf in leaves(arguments) if isinstance(leaf, UnsupportedValue)), None)
    if found is not None:
        raise SubmissionFailed(
            Outcome.FAILED,
            _("{function} gets an earlier answer, which is {found}.", function=function, found=found),
        )
    raise ArgumentError(
        f"The check passes {function} {refused[0]}, which cannot cross. docs/answers.md lists what can."
    )


def _unsupported(function: str, value: UnsupportedValue) -> str:
    """Return the message for an answer that cannot be sent."""
    if value.kind == ValueKind.CLASS:
        return FAILURE.format(expected=INSTANCE, received=A_CLASS, hint=MISSING_CALL)
    text = _("The answer of {function} is {unsupported}", function=function, unsupported=value)
    return text if text[-1] == "?" else f"{text}."


def _unreadable(function: str, error: Exception) -> tuple[Outcome, str]:
    """Return the outcome and message for an answer that cannot be rebuilt."""
    if is_exhaustion(error):
        return Outcome.CRASHED, _("The answer of {function} takes too much memory.", function=function)
    if isinstance(error, UnexpectedAnswerError):
        return Outcome.FAILED, str(error)
    if isinstance(error, NotAllowedError):
        return Outcome.FAILED, _("`{function}`: {error}", function=function, error=error)
    return Outcome.CRASHED, _(
        "The answer of {function} could not be read: {error}", function=function, error=error
    )


def import_owner(path: str) -> tuple[ModuleType, str]:
    """Import the module in `module.name`, as kit.toml names a function of support code.

    Return the module and the name.
    """
    module, _dot, name = path.rpartition(".")
    return importlib.import_module(module), name


class Proxies(ModuleType):
    """A module whose functions are the kit's tasks. Calls go to the submission that is attached to it.

    `task.twice(…)` calls a task twice and returns both answers. An object in both answers is one object. A
    task in `remote` is a handle: its attributes and `isinstance` work as with the class itself.
    """

    def __init__(self, name: str, tasks: tuple[str, ...], remote: Collection[str] = ()) -> None:
        super().__init__(name)
        self._tasks = tasks
        self._remote = frozenset(remote)
        self._calls: Any = _not_attached

    def attach(self, calls: Callable[..., Any]) -> None:
        """Send all following calls to `calls`."""
        self._calls = calls

    def dispatch_function(self, owner: ModuleType, name: str) -> None:
        """Let a function of support code run in the sandbox if an argument is or contains a handle."""
        path = f"{owner.__name__}.{name}"
        setattr(owner, name, dispatch_on_handles(getattr(owner, name), path, self._call))

    def dispatch_support_code(self) -> None:
        """Apply `dispatch_function` to all support functions in `remote`, which can be imported by now."""
        for path in sorted(self._remote.difference(self._tasks)):
            self.dispatch_function(*import_owner(path))

    def _call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], *times: int) -> Any:
        return self._calls(name, args, kwargs, *times)

    def _use(
        self, operation: Operation, handle: Handle, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if self._calls is _not_attached:
            _not_attached(info_of(handle).description)
        return self._calls.use(operation, handle, args, kwargs)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self._tasks:
            raise AttributeError(f"{self.__name__!r} has the tasks {', '.join(self._tasks)}, not {name!r}.")
        if name in self._remote:
            return task_handle(name, self._use)

        def task(*args: Any, **kwargs: Any) -> Any:
            return self._call(name, args, kwargs)

        def twice(*args: Any, **kwargs: Any) -> Any:
            return self._call(name, args, kwargs, 2)

        task.__name__ = name
        task.twice = twice  # type: ignore[attr-defined]
        return task


def _not_attached(function: str, *arguments: Any) -> NoReturn:
    raise RuntimeError(f"{function} was called while no submission was being examined: call it in a check.")
