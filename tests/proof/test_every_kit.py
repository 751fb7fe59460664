"""Every kit of the course proves itself, and a check cannot tell how its calls are made.

On CI every kit is proven from nothing. Elsewhere a kit is skipped if `kit prove` has proven it on this
machine and neither the kit nor the engine has changed since.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.checks.environment import ONE_THREAD
from autograder.cli.commands.prove import proof_records
from autograder.kit import Kit, slugs
from autograder.proof.answers import Answer
from autograder.proof.prove import Proof
from autograder.proof.recorded_answers import outdated_replies
from autograder.proof.verdict import Matrix

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
Prove = Callable[[Path, str], Proof]
# Answers that pass or do not attempt the checks.
WITHOUT_FAILURES = ("solution", "stub", "alternative")
KITS = [pytest.param(slug, marks=pytest.mark.xdist_group(slug)) for slug in slugs(ROOT)]


@pytest.fixture(autouse=True)
def only_what_changed(slug: str) -> None:
    """Skip a kit whose proof is on record."""
    known = None if os.environ.get("CI") == "true" else proof_records()
    if known is not None and known.holds(ROOT, Kit.load(ROOT, slug)):
        pytest.skip(f"{slug} is proven on this machine as it is.")


@pytest.mark.parametrize("slug", KITS)
def test_the_kit_is_proven(slug: str, proven: Prove) -> None:
    """Right answers lose nothing, every mistake loses exactly what it should, and mutants are noticed."""
    assert "\n".join(proven(ROOT, slug).problems) == ""


@pytest.mark.parametrize("slug", KITS)
def test_the_replies_of_every_mistake_are_recorded(slug: str, proven: Prove) -> None:
    """A class page is certain of a mistake only where they are."""
    assert "\n".join(outdated_replies(ROOT, proven(ROOT, slug).matrix)) == ""


@pytest.mark.parametrize("slug", KITS)
def test_every_check_has_the_same_outcome_directly_and_through_the_sandbox(
    slug: str, proven: Prove, trainings: Path
) -> None:
    """In one process or through the sandbox: each check passes and fails on the same answers."""
    matrix = proven(ROOT, slug).matrix
    answers = representative(matrix)
    run = subprocess.run(
        [sys.executable, str(HERE / "direct.py"), str(ROOT), slug, str(trainings), *answers],
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    directly = json.loads(run.stdout.splitlines()[-1])
    outcomes = {
        name: {check: result.outcome for check, result in matrix.results(answer).items()}
        for name, answer in answers.items()
    }
    assert set(directly) == set(answers)
    for name, found in directly.items():
        # Of an answer in a batch nothing is said where another stands: there its code is the solution's.
        through_sandbox = outcomes["solution"] | outcomes[name]
        assert found == {check: through_sandbox[check] for check in found}, name
        assert answers[name].fails <= set(found), name


def representative(matrix: Matrix) -> dict[str, Answer]:
    """The solution, the stub, all alternatives, and mistakes among which every check fails."""
    chosen = {answer.name: answer for answer in matrix.answers if answer.kind in WITHOUT_FAILURES}
    mistakes = [answer for answer in matrix.answers if answer.kind == "mistake"]
    left = frozenset[str]().union(*(mistake.fails for mistake in mistakes))
    while left:
        most = max(mistakes, key=lambda mistake: len(left & mistake.fails))
        chosen[most.name] = most
        left -= most.fails
    return chosen
