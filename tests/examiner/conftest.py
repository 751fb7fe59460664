"""One warm examiner of the toy kit, shared by these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.examiner.client import Examiner
from autograder.kit import Kit
from autograder.models import Report, Submission, SubmittedFile

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture(scope="session")
def toy() -> Kit:
    """The toy kit, which needs no TensorFlow."""
    return Kit.load(TOY, "sums")


@pytest.fixture(scope="session")
def examiner(toy: Kit) -> Iterator[Examiner]:
    """An examiner of the toy kit in the default isolation."""
    with Examiner(toy) as warm:
        yield warm


@pytest.fixture
def examine(examiner: Examiner) -> Callable[[str], Report]:
    """Examine the text of a `sums.py`."""

    def examine(text: str) -> Report:
        return examiner.examine(Submission("ada", (SubmittedFile("sums.py", text.encode()),), sha256="0"))

    return examine


@pytest.fixture(scope="session")
def solved() -> str:
    """The toy kit's answer."""
    return (TOY / "solutions" / "sums" / "sums.py").read_text()
