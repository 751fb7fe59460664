"""Answers that only claim to be right."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from autograder.kit import Kit
from autograder.proof.answers import Answer, solution
from autograder.proof.mutation import claims, mutants

HELD = Path(__file__).parents[1] / "held" / "kit"


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    kit = Kit.load(HELD, "series")
    return {answer.tasks[0]: answer for answer in claims(solution(HELD, kit), kit.config.remote)}


def run(answer: Answer) -> Any:
    module = ModuleType("series")
    exec(answer.text, vars(module))
    return module


def test_each_task_whose_answers_stay_has_one(answers: dict[str, Answer]) -> None:
    assert list(answers) == ["Smoother", "build"]


def test_a_class_says_the_same_and_computes_zeros(answers: dict[str, Answer]) -> None:
    smoother = run(answers["Smoother"]).Smoother(0.5)
    assert (smoother(4.0), smoother.rate, len(smoother), smoother.get_config()) == (
        0.0,
        0.5,
        1,
        {"rate": 0.5},
    )


def test_what_a_function_returns_computes_zeros(answers: dict[str, Answer]) -> None:
    module = run(answers["build"])
    smoother = module.build(0.5)
    assert (smoother(4.0), smoother.rate) == (0.0, 0.5)
    assert isinstance(smoother, module.Smoother)
    assert module.Smoother(0.5)(4.0) == 4.0


@pytest.mark.parametrize(
    ("call", "guard"),
    [("zip(left, right, strict=True)", "strict=True"), ("left.fit(right, verbose=0)", "verbose=0")],
)
def test_a_guard_is_no_part_of_the_answer(call: str, guard: str) -> None:
    """Without `strict` or `verbose`, or with another value, a right answer is the same."""
    text = f"def pairs(left, right):\n    return list({call})\n"
    found = mutants(Answer("solution", "solution", "", text, ("pairs",)))
    assert found
    assert all(guard in mutant.text for mutant in found if "zip" in mutant.text or "fit" in mutant.text)


@pytest.mark.parametrize(
    ("index", "changed"),
    [("2", "items[3]"), ("-1", "items[-2]"), ("-count", None), ("~count", None), ("count", None)],
)
def test_an_index_moves_by_one_if_it_is_a_number(index: str, changed: str | None) -> None:
    """A computed index stays: nobody knows its neighbour."""
    text = f"def last(items, count):\n    return items[{index}]\n"
    found = mutants(Answer("solution", "solution", "", text, ("last",)))
    assert [mutant.own for mutant in found if mutant.operator == "index"] == (
        [f"def last(items, count):\n    return {changed}\n"] if changed else []
    )


def test_defaults_of_positional_only_parameters_are_bounded() -> None:
    text = "def build(size=8, /, depth=2) -> keras.Model:\n    return keras.Model()\n"
    found = mutants(Answer("solution", "solution", "", text, ("build",)))
    names = {mutant.name for mutant in found if mutant.operator == "fixed size"}
    assert {"build: fixed size: size is always 8", "build: fixed size: depth is always 2"} <= names


# A class that is no layer and no estimator, and functions that return such an answer, a generator and a dict.
PLAIN = """
class Vocabulary:
    size = 2
    def encode(self, words): return [len(word) for word in words]
    def decode(self, numbers): return ["?" for number in numbers]
    def counts(self): return {"a": 3}
    @staticmethod
    def kind(): return "words"
def build(): return Vocabulary()
def batches(): yield from ([1], [2])
"""


@pytest.mark.parametrize("task", ["Vocabulary", "build"])
def test_a_class_of_any_kind_computes_zeros(task: str) -> None:
    """Whatever its public methods return; attributes and static methods stay."""
    (answer,) = claims(Answer("solution", "solution", "", PLAIN, (task,)), (task,))
    made = getattr(run(answer), task)()
    assert (made.encode(["a", "b"]), made.decode([1]), made.counts()) == ([0, 0], [""], {"a": 0})
    assert (made.size, made.kind(), type(made).__name__) == (2, "words", "Vocabulary")


def test_a_generator_yields_zeros() -> None:
    (answer,) = claims(Answer("solution", "solution", "", PLAIN, ("batches",)), ("batches",))
    assert list(run(answer).batches()) == [[0], [0]]
