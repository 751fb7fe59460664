"""The toy kit, and the engine's wheel, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.release.wheel import Wheel, build

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture(scope="session")
def toy() -> Kit:
    """The toy kit, which needs no TensorFlow."""
    return Kit.load(TOY, "sums")


@pytest.fixture(scope="session")
def wheel() -> Wheel:
    """The engine's wheel."""
    return build()
