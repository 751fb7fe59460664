"""Answers that say what the solution says and compute zeros, and the proof that refuses to believe them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from autograder.kit import Kit
from autograder.models import CheckResult, Outcome
from autograder.proof.answers import Answer, solution
from autograder.proof.claims import claims
from autograder.proof.judgement import Matrix, find_problems

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
    ("failing", "refused"),
    [(set(), True), ({"public"}, True), ({"hidden"}, False), ({"public", "hidden"}, False)],
)
def test_a_hidden_check_must_notice_them(
    answers: dict[str, Answer], failing: set[str], refused: bool
) -> None:
    kit, answer = Kit.load(HELD, "series"), answers["build"]
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
