"""What was imported is no garbage, and what comes after is collected still."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from autograder.sandbox.guest import startup as garbage


class Knot:
    """Refers to itself, as garbage that only a collection finds."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """These tests change the garbage collection of the process that runs them."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)
    gc.enable()


def test_what_is_there_is_left_alone() -> None:
    """It is looked at no more, even where collections were off before."""
    gc.disable()
    knot = Knot()
    garbage.freeze_gc()
    assert gc.isenabled()
    assert gc.get_threshold()[0] == garbage.NEW_OBJECTS
    assert not any(found is knot for found in gc.get_objects())


def test_what_comes_after_is_collected() -> None:
    """Without being asked for it."""
    garbage.freeze_gc()
    gone = weakref.ref(Knot())
    kept = [[] for _ in range(4 * garbage.NEW_OBJECTS)]
    assert gone() is None
    assert kept
