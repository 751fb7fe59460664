"""A kit is proven when right answers lose nothing, mistakes what they should, and hints keep secrets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from autograder.kit import CONFIG_FILE, Kit
from autograder.models import CheckResult, Outcome
from autograder.proof.answers import solution
from autograder.proof.mutation import claims
from autograder.proof.prove import Proof, public_text
from autograder.proof.verdict import (
    Matrix,
    find_problems,
    matrix_page,
    read_equivalents,
    tolerated_mutants,
)

TOY = Path(__file__).parents[1] / "toy"
HELD = Path(__file__).parents[1] / "held" / "kit"
Judge = Callable[[Matrix], list[str]]


@pytest.fixture
def judge(toy: Kit) -> Judge:
    """What keeps a matrix of the toy kit from being proven."""
    return lambda matrix: find_problems(matrix, read_equivalents(TOY, toy), public_text(TOY, toy))


def changed(matrix: Matrix, answer: str, check: str, **changes: object) -> Matrix:
    """The matrix with one result changed."""
    report = matrix.reports[answer]
    checks = [dataclasses.replace(c, **changes) if c.name == check else c for c in report.checks]
    return dataclasses.replace(
        matrix, reports={**matrix.reports, answer: dataclasses.replace(report, checks=tuple(checks))}
    )


def unnoticed(matrix: Matrix, kit: Kit, mutants: Iterable[str]) -> Matrix:
    """The matrix in which all checks pass on some mutants."""
    for name, check in product(mutants, kit.checks):
        matrix = changed(matrix, name, check.name, outcome="passed")
    return matrix


def test_the_toy_kit_proves_itself(toy_proof: Proof) -> None:
    """Solution, stub, alternatives, mistakes and mutants are all as they should be."""
    assert toy_proof.problems == ()
    kinds = {answer.kind for answer in toy_proof.matrix.answers}
    assert kinds == {"solution", "stub", "part", "alternative", "mistake", "mutant"}


def test_a_check_that_misses_a_mistake_is_named_with_it(toy_proof: Proof, judge: Judge) -> None:
    """A check that lets its mistake pass is a problem, and the sentence names both."""
    found = judge(changed(toy_proof.matrix, "subtracts", "test_adds_two_numbers", outcome="passed"))
    assert [p for p in found if "test_adds_two_numbers missed the mistake subtracts" in p]


def test_a_right_answer_that_loses_points_says_what_it_lost(toy_proof: Proof, judge: Judge) -> None:
    """An unfair check is a problem: the sentence has the answer, the points and the check."""
    matrix = changed(toy_proof.matrix, "uses_the_standard_library", "test_adds_two_numbers", outcome="failed")
    (problem,) = judge(matrix)
    assert "uses_the_standard_library loses 2 points in test_adds_two_numbers" in problem


def test_a_check_that_the_solution_fails_is_one_problem(toy_proof: Proof, judge: Judge) -> None:
    """What it says of parts and mistakes as well tells nothing more."""
    matrix = toy_proof.matrix
    for answer in ("solution", "add alone", "forgets_the_sign"):
        matrix = changed(matrix, answer, "test_adds_two_numbers", outcome="failed")
    (problem,) = judge(matrix)
    assert "solution loses 2 points in test_adds_two_numbers" in problem


def test_a_mistake_must_cost_nothing_elsewhere(toy_proof: Proof, judge: Judge) -> None:
    """A mistake in one task that fails a check of another is a problem."""
    found = judge(
        changed(toy_proof.matrix, "forgets_the_sign", "test_scale_doubles_an_array", outcome="failed")
    )
    assert [p for p in found if "forgets_the_sign must pass test_scale_doubles_an_array" in p]


def test_a_stub_is_never_wrong(toy_proof: Proof, judge: Judge) -> None:
    """The unsolved stub is not attempted everywhere, or the proof fails."""
    (problem,) = judge(changed(toy_proof.matrix, "stub", "test_adds_two_numbers", outcome="failed"))
    assert "must be not_attempted in test_adds_two_numbers, and is failed" in problem


def test_a_hidden_check_that_catches_nothing_is_a_problem(toy_proof: Proof, judge: Judge) -> None:
    """A hidden check without a mistake of its own proves nothing."""
    without = [answer for answer in toy_proof.matrix.answers if answer.name != "remembers_the_example"]
    (problem,) = judge(dataclasses.replace(toy_proof.matrix, answers=tuple(without)))
    assert "test_mean_of_other_numbers catches no known mistake" in problem


def test_a_mutant_that_nobody_notices_needs_a_reason(toy_proof: Proof, toy: Kit) -> None:
    """A surviving mutant without a reason fails the proof, and so does a reason without a survivor."""
    name, text = "add: operator: left + right → left - right", public_text(TOY, toy)
    matrix = unnoticed(toy_proof.matrix, toy, [name])
    (missed,) = find_problems(matrix, {}, text)
    assert name in missed
    assert find_problems(matrix, {name: "equivalent.toml, line 1"}, text) == []
    (stale,) = find_problems(toy_proof.matrix, {name: "equivalent.toml, line 1"}, text)
    assert stale == f"equivalent.toml, line 1: “{name}” is no surviving mutant: delete the line."


def test_mutants_of_some_operators_count_in_strict_kits_alone(toy_proof: Proof, toy: Kit) -> None:
    """Elsewhere a note counts those that nobody notices, so that kits written before stay proven."""
    mutant = next(answer for answer in toy_proof.matrix.of("mutant") if answer.operator == "operator")
    cached = dataclasses.replace(mutant, operator="cached call")
    answers = tuple(cached if answer is mutant else answer for answer in toy_proof.matrix.answers)
    matrix = dataclasses.replace(unnoticed(toy_proof.matrix, toy, [mutant.name]), answers=answers)
    text = public_text(TOY, toy)
    assert find_problems(matrix, {}, text) == []
    (note,) = tolerated_mutants(matrix, {})
    assert note.startswith(f"A mutant that only strict kits must notice gets full marks: “{mutant.name}”.")
    assert not [*tolerated_mutants(matrix, {mutant.name: "equivalent.toml, line 1"})]
    files = {**toy.files, CONFIG_FILE: b"strict_mutants = true\n" + toy.files[CONFIG_FILE]}
    strict = dataclasses.replace(matrix, kit=dataclasses.replace(toy, files=files))
    (problem,) = find_problems(strict, {}, text)
    assert problem.startswith(f"No check notices the mutant “{mutant.name}”")
    assert not [*tolerated_mutants(strict, {})]


def test_tolerated_mutants_are_counted(toy_proof: Proof, toy: Kit) -> None:
    """The first by name stands for all of them."""
    cached = [dataclasses.replace(each, operator="cached call") for each in toy_proof.matrix.of("mutant")[:2]]
    names = sorted(each.name for each in cached)
    matrix = unnoticed(dataclasses.replace(toy_proof.matrix, answers=tuple(cached)), toy, names)
    (note,) = tolerated_mutants(matrix, {})
    assert note.startswith(
        f"2 mutants that only strict kits must notice get full marks, such as “{names[0]}”."
    )


def test_only_a_few_mutants_may_be_excused(toy_proof: Proof, toy: Kit) -> None:
    """The sentence names the line of the first reason that is too many."""
    names = [answer.name for answer in toy_proof.matrix.of("mutant")[:3]]
    places = {name: f"equivalent.toml, line {number}" for number, name in enumerate(names, 1)}
    (problem,) = find_problems(unnoticed(toy_proof.matrix, toy, names), places, public_text(TOY, toy))
    assert problem.startswith("equivalent.toml, line 3: expected at most 2 excused mutants of 6, found 3")


def test_a_hint_that_gives_a_hidden_value_away_is_a_problem(toy_proof: Proof, judge: Judge) -> None:
    """A number in a hidden check's words that no public text has gives something away."""
    files = {**toy_proof.matrix.kit.files}
    files["test_hidden.py"] = files["test_hidden.py"].replace(b"Try numbers below zero", b"Try -2 and 8125")
    leaky = Kit("sums", files)
    (problem,) = judge(dataclasses.replace(toy_proof.matrix, kit=leaky))
    assert "test_adds_negative_numbers gives away 8125" in problem


def test_feedback_must_say_the_words_that_a_mistake_asks_for(toy_proof: Proof, judge: Judge) -> None:
    """What the student reads points at the misconception."""
    answers = [
        dataclasses.replace(answer, expected_messages=("gradient",)) if answer.name == "subtracts" else answer
        for answer in toy_proof.matrix.answers
    ]
    (problem,) = judge(dataclasses.replace(toy_proof.matrix, answers=tuple(answers)))
    assert "subtracts does not read “gradient”" in problem


def test_the_page_shows_every_answer_and_escapes_what_they_say(toy_proof: Proof) -> None:
    """Messages come from submissions, so they are text on the page and nothing else."""
    matrix = changed(
        toy_proof.matrix, "subtracts", "test_adds_two_numbers", message="<script>alert(1)</script>"
    )
    page = matrix_page(matrix)
    assert "<script" not in page
    assert all(answer.name.split(":")[0] in page for answer in matrix.answers)


def test_every_answer_has_every_result_that_is_about_it(toy_proof: Proof) -> None:
    """All of them, but for tasks that were another answer's in the same submission."""
    matrix = toy_proof.matrix
    tasks = {
        answer.name: {result.task for result in matrix.results(answer).values()} for answer in matrix.answers
    }
    assert tasks["solution"] == tasks["stub"] == tasks["forgets_the_sign"] == {"add", "mean", "scale"}
    assert (tasks["subtracts"], tasks["remembers_the_example"]) == ({"add"}, {"mean"})


def test_a_mutant_has_only_the_tasks_that_its_change_can_reach(toy_proof: Proof) -> None:
    """The others are the solution's: nobody examines them again."""
    matrix = toy_proof.matrix
    for mutant in matrix.of("mutant"):
        changed = mutant.name.partition(":")[0]
        assert {result.task for result in matrix.results(mutant).values()} == {changed}
        assert [task for task in matrix.kit.tasks if f"def {task}(" in mutant.text] == [changed]


@pytest.mark.parametrize(
    ("failing", "refused"),
    [(set(), True), ({"public"}, True), ({"hidden"}, False), ({"public", "hidden"}, False)],
)
def test_a_hidden_check_must_notice_what_is_only_claimed(failing: set[str], refused: bool) -> None:
    """An answer in the sandbox that says what the solution says, and computes zeros."""
    kit = Kit.load(HELD, "series")
    (answer,) = (each for each in claims(solution(HELD, kit), kit.config.remote) if each.tasks == ("build",))
    results = tuple(
        CheckResult(
            name=check.name,
            task=check.task,
            hidden=check.hidden,
            outcome=Outcome.FAILED if ("hidden" if check.hidden else "public") in failing else Outcome.PASSED,
            points=0,
            max_points=check.points,
            sentence=check.sentence,
            message="",
            student_message="",
            hint=check.hint,
            seconds=0,
        )
        for check in kit.checks
        if check.task == "build"
    )
    report: Any = type("Reported", (), {"checks": results})
    found = find_problems(Matrix(kit, (answer,), {answer.name: report}), {}, "")
    assert any("says of itself is a claim" in problem for problem in found) == refused
    assert not any("No check notices the mutant" in problem for problem in found)
