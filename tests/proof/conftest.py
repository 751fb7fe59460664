"""The toy kit, proven once with two warm examiners, for all tests of the proof."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from autograder.examiner import Examiner
from autograder.grading import LocalExecutor
from autograder.kit import Kit
from autograder.proof.run import Proof, prove

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture(scope="session")
def toy() -> Kit:
    """The toy kit, which needs no TensorFlow."""
    return Kit.load(TOY, "sums")


@pytest.fixture(scope="session")
def toy_proof(toy: Kit) -> Proof:
    """The proof of the toy kit as it stands."""
    return prove(TOY, toy, executor(toy))


def executor(kit: Kit) -> LocalExecutor:
    """Two warm examiners of a kit."""
    return LocalExecutor(kit, partial(Examiner, kit), jobs=2, isolation="bubblewrap")
