"""Every kit of the course proves itself, and a check cannot tell how its calls are made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.examiner.client import ONE_THREAD
from autograder.kit import slugs
from autograder.proof.prove import Proof
from autograder.proof.replies import outdated_replies

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
Prove = Callable[[Path, str], Proof]
KITS = [pytest.param(slug, marks=pytest.mark.xdist_group(slug)) for slug in slugs(ROOT)]


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
    """In one process or through the sandbox: the outcome of every check on every answer is the same."""
    matrix = proven(ROOT, slug).matrix
    run = subprocess.run(
        [sys.executable, str(HERE / "direct.py"), str(ROOT), slug, str(trainings)],
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    directly = json.loads(run.stdout.splitlines()[-1])
    outcomes = {
        answer.name: {name: result.outcome for name, result in matrix.results(answer).items()}
        for answer in matrix.answers
        if answer.whole
    }
    # Of an answer in a batch nothing is said where another stands: there its code is the solution's.
    assert directly == {name: outcomes["solution"] | own for name, own in outcomes.items()}
