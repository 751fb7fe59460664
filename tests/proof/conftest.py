"""Proofs for the tests: each kit is proven once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from autograder.examiner.client import Examiner
from autograder.grading.executors import LocalExecutor
from autograder.kit import Kit
from autograder.proof.prove import Proof, prove

COURSE = Path(__file__).parents[2]
TOY = COURSE / "tests" / "toy"


class Lent:
    """An examiner that others use as well: whoever has it from here does not end it."""

    def __init__(self, examiner: Examiner) -> None:
        self.wait = examiner.wait
        self.examine = examiner.examine

    def kill(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def proven(trainings: Path, warm: Callable[[Path, str], Examiner]) -> Callable[[Path, str], Proof]:
    """The proof of a kit as it stands in a repository."""

    @cache
    def proven(root: Path, slug: str) -> Proof:
        kit = Kit.load(root, slug)
        start = partial(Lent, warm(root, slug)) if root == COURSE else partial(Examiner, kit, store=trainings)
        # One examiner: the other core has other tests, and each examiner would have to learn the same.
        return prove(root, kit, LocalExecutor(kit, start, jobs=1, isolation="bubblewrap"))

    return proven


@pytest.fixture(scope="session")
def toy() -> Kit:
    """The toy kit, which needs no TensorFlow."""
    return Kit.load(TOY, "sums")


@pytest.fixture(scope="session")
def toy_proof(proven: Callable[[Path, str], Proof]) -> Proof:
    """The proof of the toy kit."""
    return proven(TOY, "sums")
