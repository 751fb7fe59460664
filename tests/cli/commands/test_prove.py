"""A proof is read on a terminal of 80 columns, its progress also without one, and one kit has one page."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from autograder.checks.results import make_result
from autograder.cli.commands.prove import show, show_progress
from autograder.kit import Kit
from autograder.models import Outcome, Status
from autograder.proof.answers import Answer
from autograder.proof.earlier_results import AnswerReport
from autograder.proof.prove import Proof, known_answers
from autograder.proof.verdict import Matrix

TOY = Path(__file__).parents[2] / "toy"
Examined = Callable[[Answer], AnswerReport]


@pytest.fixture
def matrix() -> Matrix:
    """A matrix in which every answer fails what it must, with one mutant that nobody noticed."""
    toy = Kit.load(TOY, "sums")

    def report(answer: Answer) -> AnswerReport:
        checks = [check for check in toy.checks if check.task in answer.tasks]
        failed = {"stub": Outcome.NOT_ATTEMPTED, "mutant": Outcome.FAILED}.get(answer.kind, Outcome.PASSED)
        outcomes = {check.name: Outcome.FAILED if check.name in answer.fails else failed for check in checks}
        if "return numbers * factor" in answer.about:
            outcomes = dict.fromkeys(outcomes, Outcome.PASSED)
        return AnswerReport(
            Status.GRADED, tuple(make_result(check, outcomes[check.name], "") for check in checks)
        )

    answers = known_answers(TOY, toy)
    return Matrix(toy, answers, {answer.name: report(answer) for answer in answers})


def shown(proof: Proof) -> str:
    text = io.StringIO()
    show(Console(file=text, width=80, color_system=None), proof)
    return text.getvalue()


def test_each_task_has_a_table_of_its_answers(matrix: Matrix) -> None:
    text = shown(Proof(matrix, ("A check missed a mistake.",), examined=3, reused=8))
    tables = text[: text.index("· passed")]
    assert all(len(line) <= 80 for line in tables.splitlines())
    add, mean, scale = (tables.split(f"{task}\n", 1)[1] for task in matrix.kit.tasks)
    assert "   2 test_adds_negative_numbers (hidden)" in add
    lines = {line.split()[0]: line.split()[1:] for line in add.partition("mean\n")[0].splitlines()[3:]}
    assert (lines["solution"], lines["subtracts"], lines["forgets_the_sign"]) == (
        ["·", "·"],
        ["✗", "✗"],
        ["·", "✗"],
    )
    assert "remembers_the_example" not in add.partition("mean\n")[0]
    assert "remembers_the_example" in mean
    assert "Submissions: 3 examined, 8 unchanged since an earlier proof." in text
    assert text.endswith("✗ A check missed a mistake.\n1 problem: not proven.\n")
    assert "scale: return: " in scale


@pytest.mark.parametrize(
    ("tasks", "verdict"),
    [((), "Proven."), (("mean",), "No problem in mean. `kit prove sums` proves the whole kit.")],
)
def test_a_proof_of_one_task_says_that_it_is_no_whole_one(
    matrix: Matrix, tasks: tuple[str, ...], verdict: str
) -> None:
    proof = Proof(Matrix(matrix.kit, matrix.answers, matrix.reports, tasks), ())
    assert shown(proof).endswith(f"{verdict}\n")


def test_without_a_terminal_progress_is_a_line_for_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(Console(file=io.StringIO()), "sums") as progress:
        for done in range(1, 41):
            progress(done, 40)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert lines[0] == "sums: 4 of 40 submissions examined or known"
    assert lines[-1] == "sums: 40 of 40 submissions examined or known"


@pytest.mark.parametrize("option", [("--task", "add"), ("--page", "matrix.html")])
def test_without_a_kit_an_option_for_one_kit_is_refused(
    toy_root: Path, kit_here: Callable[..., tuple[int, str]], option: tuple[str, str]
) -> None:
    status, said = kit_here("prove", *option, "--root", toy_root)
    assert status == 2
    assert f"Expected the name of a kit with {option[0]}, found none." in said
