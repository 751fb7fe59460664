"""Proofs for the tests: each kit is proven once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from autograder.examiner import Examiner
from autograder.grading import LocalExecutor
from autograder.kit import Kit
from autograder.proof.run import Proof, prove

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all proofs and what is compared with them keep trainings."""
    return tmp_path_factory.mktemp("trainings")


@pytest.fixture(scope="session")
def proven(store: Path) -> Callable[[Path, str], Proof]:
    """The proof of a kit as it stands in a repository."""

    @cache
    def proven(root: Path, slug: str) -> Proof:
        kit = Kit.load(root, slug)
        start = partial(Examiner, kit, store=store)
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
