"""Compose classes for benchmarks from a kit's known answers."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from pathlib import Path

from autograder.kit import Kit
from autograder.proof.answers import Answer, alternatives, mistakes, solution


def mixed(root: Path, kit: Kit, count: int, seed: int = 1) -> Iterator[str]:
    """Yield different programs of a class: two thirds right in many styles, one third wrong.

    Every task is that of the solution or of an alternative. In a wrong program, a known mistake replaces at
    least one of them.
    """
    draw, seen = random.Random(seed), set[str]()  # noqa: S311 - no secret
    right, wrong, base = alternatives(root, kit), mistakes(root, kit), solution(root, kit)
    while len(seen) < count:
        parts = [_pick(draw, right, task) for task in kit.tasks]
        if len(seen) % 3 == 2:
            parts.append(draw.choice(wrong))
        text = _compose(base, [part for part in parts if part])
        shape = ast.dump(ast.parse(text))
        if shape not in seen:
            seen.add(shape)
            yield text


def all_different(root: Path, kit: Kit, count: int) -> Iterator[str]:
    """Yield right programs whose models have different names and weights, so that nothing can be reused."""
    text = solution(root, kit).text
    text = text.replace("keras.layers.Dense(", "_dense(").replace("keras.Sequential(", "_sequential(")
    for number in range(count):
        yield text + OWN.format(number=number)


OWN = """

import itertools

_numbers = itertools.count({number} * 1000)


def _dense(units, **settings):
    initializer = keras.initializers.HeNormal(seed=next(_numbers))
    return keras.layers.Dense(units, kernel_initializer=initializer, **settings)


def _sequential(layers):
    return keras.Sequential(layers, name=f"student_{{next(_numbers)}}")
"""


def _pick(draw: random.Random, answers: list[Answer], task: str) -> Answer | None:
    """Return a random alternative to a task, or None for the task of the solution."""
    return draw.choice([None, *(answer for answer in answers if task in answer.tasks)])


def _compose(base: Answer, parts: list[Answer]) -> str:
    """Return one program: the solution, then what each part adds to it. The last definition counts."""
    added = [part.text.removeprefix(base.text).strip("\n") for part in parts]
    return base.text + "\n\n" + "\n\n".join(dict.fromkeys(added)) + "\n"
