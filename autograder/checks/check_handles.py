"""Keep the handles of the running check, and run support code in the sandbox if an argument is a handle."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..models import Outcome
from ..wire.array_blobs import NotAllowedError
from ..wire.call_messages import Turn
from ..wire.handles import (
    MAX_DESCRIPTION,
    Handle,
    HandleInfo,
    Operation,
    Use,
    from_wire,
    info_of,
    is_handle,
    new_handle,
)
from .failures import SubmissionFailed

# Maximum number of uses of handles in one check. An endless iterator ends the check there.
MAX_USES = 1_000
MAX_HANDLES = 10_000


class ArgumentError(TypeError):
    """Raised if a check passes a task an unsupported value, which is a mistake of the check's author."""


class NoLengthError(SubmissionFailed, TypeError):
    """Raised for a value without a length: `list` and `tuple` ask for it and expect a TypeError."""


class NoAttributeError(SubmissionFailed, AttributeError):
    """Raised for a value without an attribute: `hasattr` expects an AttributeError."""


# Exceptions that Python's own protocols handle, as `hasattr` does.
EXPECTED_ERRORS: Mapping[Operation, type[SubmissionFailed]] = {
    Operation.LENGTH: NoLengthError,
    Operation.ATTRIBUTE: NoAttributeError,
}


@dataclass(frozen=True)
class Origin:
    """The task that the handles of a reply come from, and their name in messages."""

    task: str
    description: str


@dataclass
class CheckHandles:
    """The handles of one check, by label. Each call with handles is a turn with its own number."""

    use: Use
    check: str = ""
    turns: int = 0
    _handles: dict[str, Handle] = field(default_factory=dict)

    def next_turn(self, function: str, tasks: Iterable[str]) -> Turn:
        """Return the turn of the next request. Raises SubmissionFailed after too many turns."""
        self.turns += 1
        if self.turns > MAX_USES:
            raise SubmissionFailed(
                Outcome.FAILED,
                f"{function}: the check used its answers {MAX_USES} times: is there an endless iterator?",
            )
        return Turn(self.check, f"{self.check}#{self.turns}", tuple(sorted(set(tasks))))

    def verify(self, handles: Iterable[Handle]) -> None:
        """Raise ArgumentError for a handle that another check got."""
        for info in map(info_of, handles):
            if info.label not in self._handles and not info.label.isidentifier():
                raise ArgumentError(
                    f"The check uses {info.description} of another check. An answer that stays in the "
                    "sandbox ends with its check: ask for it in each check that uses it."
                )

    def receive(self, turn: Turn, origin: Origin, content: object) -> Handle:
        """Return the handle for the JSON in a reply; the same value has the same handle.

        Raises NotAllowedError for a new label that does not begin with the label of `turn`, and for too many
        handles.
        """
        label, type_name, base = from_wire(content)
        if label not in self._handles:
            if not re.fullmatch(re.escape(turn.label) + r"\.[0-9]{1,9}", label):
                raise NotAllowedError("A value that stays must have a label of its own call.")
            if len(self._handles) >= MAX_HANDLES:
                raise NotAllowedError(f"A check may hold {MAX_HANDLES} values, and this one holds more.")
            description = origin.description[:MAX_DESCRIPTION]
            info = HandleInfo(label, type_name, base, description, origin.task)
            self._handles[label] = new_handle(info, self.use)
        return self._handles[label]


def task_handle(task: str, use: Use) -> Handle:
    """Return the handle of a task whose answers stay in the sandbox."""
    return new_handle(HandleInfo(task, "task", "", task, task), use)


def describe_use(operation: Operation, handle: Handle, args: tuple[Any, ...]) -> str:
    """Return the name of a use of a handle in messages, such as `Attention(…).kernel`."""
    name = info_of(handle).description
    match operation:
        case Operation.CALL:
            return name
        case Operation.ATTRIBUTE | Operation.SET_ATTRIBUTE:
            return f"{name}.{args[0]}"
        case Operation.ITEM:
            return f"{name}[{args[0]!r:.40}]"
    return f"{name} ({operation})"


def leaves(value: Any) -> Iterator[Any]:
    """Yield the value, or, if it is a container, the leaves of its keys and items."""
    if isinstance(value, dict):
        yield from leaves([*value, *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def dispatch_on_handles(
    function: Callable[..., Any], name: str, call: Callable[..., Any]
) -> Callable[..., Any]:
    """Return support code that runs in the sandbox if one of its arguments is or contains a handle.

    `call` makes a call of `name` in the sandbox, with the arguments as a tuple and a dictionary.
    """

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if any(map(is_handle, leaves((args, kwargs)))):
            return call(name, args, kwargs)
        return function(*args, **kwargs)

    return run
