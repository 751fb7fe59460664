"""Given code of week 10: how the checks put a question to a task. Nothing here is yours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import lesson
import networks

Answer = TypeVar("Answer")


class State(NamedTuple):
    """A network as it was at one moment: later changes do not reach this copy."""

    layers: list[Any]
    flags: list[bool]
    weights: networks.Weights
    counts: networks.Counts
    settings: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A question to a task: the network passed to it, its state before, and the answer."""

    argument: Any
    before: State
    answer: Any
    build: Callable[[], Any]

    @cached_property
    def twin(self) -> Any:
        """Another network, equal to what was passed in."""
        return self.build()


def ask(task: Callable[..., Any], name: str, seed: int, *rest: Any) -> Asked:
    """Set `seed`, then call `task` with the network that `lesson.load` calls `name`, and with what else."""
    return ask_with(task, lambda: lesson.load(name), seed, *rest)


def ask_with(task: Callable[..., Any], build: Callable[[], Any], seed: int, *rest: Any) -> Asked:
    """Set `seed`, then call `task` with what `build` makes, the same at every call, and with what else."""
    argument = build()
    state = State(
        networks.flat(argument),
        [layer.trainable for layer in networks.flat(argument)],
        networks.weights(argument),
        networks.counts(argument),
        networks.settings(argument),
    )
    lesson.deterministic(seed)
    return Asked(argument, state, task(argument, *rest), build)


def ask_twice(task: Callable[..., Any], seed: int, *arguments: Any) -> list[Any]:
    """Set `seed`, then call `task` twice with the same arguments; return both answers.

    The grader's tasks have `twice`, which makes both calls at once: an object that is in both answers there
    is one object here.
    """
    lesson.deterministic(seed)
    if hasattr(task, "twice"):
        return list(task.twice(*arguments))
    return [task(*arguments) for _ in range(2)]


def once(question: Callable[[], Answer]) -> Callable[[], Answer]:
    """A function that asks at its first call; later ones give the same answer, or raise the same error."""
    answers: list[Answer] = []
    errors: list[Exception] = []

    def asked() -> Answer:
        if not answers and not errors:
            try:
                answers.append(question())
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]
        return answers[0]

    return asked
