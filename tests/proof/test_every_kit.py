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

from autograder.cli.prove import proof_records
from autograder.examiner.client import ONE_THREAD
from autograder.kit import Kit, slugs
from autograder.proof.prove import Proof
from autograder.proof.replies import outdated_replies

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
Prove = Callable[[Path, str], Proof]
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
