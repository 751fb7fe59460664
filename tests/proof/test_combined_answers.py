"""Known answers share a submission where none can change what is said of another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.kit import Kit, KitError
from autograder.proof.answers import Answer
from autograder.proof.combined_answers import batch_answers, batch_mutants, single
from autograder.proof.mutation import mutants
from autograder.proof.prove import Proof

ProveToy = Callable[[str, str, str], list[str]]
BASE = """
def add(left, right): return left + right
def mean(numbers): return sum(numbers) / len(numbers)
def scale(numbers, factor=1): return [add(number, 0) * factor for number in numbers]
"""


def mistake(name: str, *functions: str) -> Answer:
    """An answer that replaces these functions of BASE."""
    own = "\n".join(functions)
    tasks = tuple(function.split("(")[0].removeprefix("def ") for function in functions)
    return Answer("mistake", name, "", f"{BASE}\n{own}", tasks, own=own)


ADDS_ONE = mistake("adds_one", "def add(left, right): return left + right + 1")
ADDS_TWO = mistake("adds_two", "def add(left, right): return left + right + 2")
MEANS_NOTHING = mistake("means_nothing", "def mean(numbers): return 0")
MEANS_A_SUM = mistake("means_a_sum", "def mean(numbers): return add(*numbers)")
SCALES_NOTHING = mistake("scales_nothing", "def scale(numbers, factor=1): return numbers")
COSTS_A_SCALE = replace(ADDS_ONE, name="costs_a_scale", fails=frozenset({"test_scale_doubles_an_array"}))
HELPED = [
    mistake("helped_to_add", "def helper(): return 1", "def add(left, right): return helper()"),
    mistake("helped_to_mean", "def helper(): return 2", "def mean(numbers): return helper()"),
]


@pytest.fixture
def prove_toy(toy_root: Path, proven: Callable[[Path, str], Proof]) -> ProveToy:
    """What keeps the toy kit from being proven once a line of one of its files has been replaced."""

    def prove_toy(file: str, line: str, instead: str) -> list[str]:
        path = toy_root / file
        text = path.read_text()
        assert text.count(line) == 1
        path.write_text(text.replace(line, instead))
        return list(proven(toy_root, "sums").problems)

    return prove_toy


@pytest.mark.parametrize(
    ("answers", "batches"),
    [
        pytest.param(
            [ADDS_ONE, MEANS_NOTHING, SCALES_NOTHING],
            ["adds_one + means_nothing + scales_nothing"],
            id="three_tasks",
        ),
        pytest.param([ADDS_ONE, ADDS_TWO], ["adds_one", "adds_two"], id="the_same_task"),
        pytest.param([ADDS_ONE, MEANS_A_SUM], ["adds_one", "means_a_sum"], id="one_uses_the_other"),
        pytest.param(
            [COSTS_A_SCALE, SCALES_NOTHING], ["costs_a_scale", "scales_nothing"], id="one_ends_a_failure"
        ),
        pytest.param(HELPED, ["helped_to_add", "helped_to_mean"], id="a_helper_of_the_same_name"),
        pytest.param(
            [ADDS_ONE, ADDS_TWO, MEANS_NOTHING, MEANS_A_SUM, SCALES_NOTHING],
            ["adds_one + means_nothing + scales_nothing", "adds_two", "means_a_sum"],
            id="the_first_with_room",
        ),
    ],
)
def test_answers_are_together_where_none_reaches_what_another_defines(
    toy: Kit, answers: list[Answer], batches: list[str]
) -> None:
    """`scale` uses `add`, unless another answer replaces it: a reach is that of the whole submission."""
    assert [batch.name for batch in batch_answers(answers, toy)] == batches


def test_an_answer_is_told_of_all_but_the_others_tasks(toy: Kit) -> None:
    """Where no answer of a batch changes anything, its results say something of each."""
    (batch,) = batch_answers([ADDS_ONE, SCALES_NOTHING], toy)
    assert [sorted(part.tasks) for part in batch.parts] == [["add", "mean"], ["mean", "scale"]]
    (part,) = single(ADDS_ONE, toy).parts
    assert part.tasks == frozenset(toy.tasks)


def test_mutants_are_first_looked_at_in_the_task_that_was_changed(toy: Kit) -> None:
    """Several of them where no task uses another, with nothing in the text but what these tasks use."""
    right = Answer("solution", "solution", "", BASE, toy.tasks)
    batches = batch_mutants(mutants(right), right, toy)
    changed = [[answer.name.partition(":")[0] for answer in batch.answers] for batch in batches]
    assert ["add", "mean"] in changed
    assert ["mean", "scale"] in changed
    assert not [tasks for tasks in changed if {"add", "scale"} <= set(tasks)], "scale uses add"
    asked = sorted(answer.name for batch in batches for answer in batch.answers)
    assert asked == sorted(mutant.name for mutant in mutants(right))
    for batch, tasks in zip(batches, changed, strict=True):
        assert [part.tasks for part in batch.parts] == [frozenset([task]) for task in tasks]
        assert all(mutant.own in batch.text for mutant in batch.answers)
        assert ("def mean" in batch.text) == ("mean" in tasks)
        assert ("def scale" in batch.text) == ("scale" in tasks)


def test_a_mutant_of_a_helper_is_looked_at_wherever_it_reaches(toy: Kit) -> None:
    """No check is about a helper."""
    text = BASE.replace("return left + right", "return helped(left, right)")
    right = Answer("solution", "solution", "", text + "\ndef helped(a, b): return a + b\n", toy.tasks)
    helped = [mutant for mutant in mutants(right) if mutant.name.startswith("helped")]
    assert helped
    (*batches,) = batch_mutants(helped, right, toy)
    assert [[(part.answer, part.tasks) for part in batch.parts] for batch in batches] == [
        [(mutant, frozenset(["add", "scale"]))] for mutant in helped
    ]


def test_what_a_module_uses_while_it_loads_stays_in_a_mutant(toy: Kit) -> None:
    """Else the mutant would not load, and be noticed for that; and decorators are the changed ones."""
    text = BASE.replace("def add", "def plain(function): return function\n\n@plain\ndef add")
    right = Answer("solution", "solution", "", text + "EVERY = [add, mean]\n", toy.tasks)
    (batch, *_) = batch_mutants([m for m in mutants(right) if m.name.startswith("scale")], right, toy)
    assert "def mean" in batch.text
    (decorating, *_) = [m for m in mutants(right) if m.name.startswith("plain: return")]
    assert decorating.text.index(decorating.own.strip()) < decorating.text.index("@plain")


def test_what_costs_another_task_something_is_found_and_named(prove_toy: ProveToy) -> None:
    """An answer may leave the process changed, which no reading of its text tells: then each is alone."""
    line = "        return left - right\n"
    problems = prove_toy("solutions/sums/mistakes.py", line, f"        np.mean = np.max\n{line}")
    assert problems
    assert all("The mistake subtracts must pass test_mean" in problem for problem in problems)


def test_a_check_that_looks_at_another_task_is_named(prove_toy: ProveToy) -> None:
    """Also where every mistake that it would punish is together with one that fails it anyway."""
    line = "    scaled = sums.scale(numbers, 2)\n"
    problems = prove_toy(
        "autograder/kits/sums/test_public.py", line, f"    assert sums.add(2, 3) == 5\n{line}"
    )
    assert [problem for problem in problems if "test_scale_doubles_an_array is failed" in problem]


def test_two_answers_of_one_name_are_an_error_of_the_kit(prove_toy: ProveToy) -> None:
    with pytest.raises(KitError, match=r"found subtracts, which is in mistakes\.py, line"):
        prove_toy("solutions/sums/mistakes.py", "class forgets_the_sign:", "class subtracts:")


def test_a_mistake_that_is_no_program_is_an_error_of_the_kit(prove_toy: ProveToy) -> None:
    """A line at the margin, a comment for one, keeps a function from being moved there."""
    line = "        return left - right\n"
    with pytest.raises(KitError, match="subtracts cannot be parsed"):
        prove_toy("solutions/sums/mistakes.py", line, f"# right?\n{line}")
