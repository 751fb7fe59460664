"""What beginners read about wrong turns: the page is current, and shows nothing of the grader's own."""

from __future__ import annotations

import re

import pytest
from handout.wrong_turns import PAGE, REPOSITORY, WEEKS, masked, page, turns

from autograder.kit import Kit

# Escape characters, tracebacks, modules and words of the engine.
OURS = re.compile(
    r"\x1b|Traceback|site-packages|check_report|\bwire\b|\bproxy|UnsupportedValue|cannot cross|sandbox"
)
# The surfaces take all wrong turns once, for all tests.
pytestmark = pytest.mark.xdist_group("wrong_turns")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page as the surfaces make it now."""
    return page(tmp_path_factory.mktemp("wrong turns"))


def test_there_are_seventy_five_wrong_turns() -> None:
    found = [turn for slug in WEEKS for turn in turns(Kit.load(REPOSITORY, slug))]
    assert len({(turn.task, turn.text) for turn in found}) >= 75


def test_the_page_says_what_every_surface_says(written: str) -> None:
    """A page that differs is written anew: read it as a beginner, and commit it."""
    before = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    if masked(written) != masked(before):
        PAGE.write_text(written, encoding="utf-8")
    assert masked(written) == masked(before)


def test_no_surface_shows_anything_of_the_graders_own(written: str) -> None:
    assert not OURS.findall(written)
