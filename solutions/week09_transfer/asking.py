"""Given code of week 9: how the checks put a question to a task. Nothing here is yours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import lesson
import networks
import numpy as np

Answer = TypeVar("Answer")


class State(NamedTuple):
    """A flat network of Dense layers as it was at one moment: later changes do not reach this copy."""

    layers: list[Any]
    flags: list[bool]
    weights: networks.Weights
    activations: list[str]
    counts: networks.Counts
    settings: dict[str, Any]

    def outputs(self, x: np.ndarray, layers: int | None = None) -> np.ndarray:
        """What all layers, or `[:layers]`, made of the rows of x (n, features), computed by NumPy."""
        return networks.forward(self.weights[:layers], self.activations[:layers], x)


class Asked(NamedTuple):
    """A question to a task: the network passed to it, what that was like before, and the answer."""

    argument: Any
    before: State
    answer: Any


def ask(task: Callable[..., Any], argument: Any, seed: int, *sizes: int) -> Asked:
    """Set `seed`, then call `task` with a network from `lesson.load` and with `sizes`."""
    before = State(
        list(argument.layers),
        [layer.trainable for layer in argument.layers],
        networks.weights(argument),
        [layer.activation.__name__ for layer in argument.layers],
        networks.counts(argument),
        networks.settings(argument),
    )
    lesson.deterministic(seed)
    return Asked(argument, before, task(argument, *sizes))


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
