"""`python lesson.py` tells week 10's story with the student's functions, solved or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder.kit import Kit

Tell = Callable[[Kit, Mapping[str, str]], dict[str, str]]
ROOT = Path(__file__).resolve().parents[2]
KIT = Kit.load(ROOT, "week10_parts")
ANSWERS = (ROOT / "solutions" / "week10_parts" / "borrow.py").read_text(encoding="utf-8")
STUB = re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "raise NotImplementedError", ANSWERS, flags=re.DOTALL)
# One process tells all stories.
pytestmark = pytest.mark.xdist_group("week10_story")


@pytest.fixture(scope="module")
def stories(told: Tell) -> dict[str, str]:
    """What the story says of the solution and of the stub."""
    return told(KIT, {"solution": ANSWERS, "stub": STUB})


def test_the_story_of_a_solution_shows_what_the_donor_is_worth(stories: dict[str, str]) -> None:
    """The graft beats random layers by far, and fine-tuning makes it better still."""
    story = stories["solution"]
    assert "frozen body: 14,368 parameters, 0 trainable and 14,368 frozen" in story
    reached = {
        name: float(share)
        for name, share in re.findall(r"(graft|fake|before|after): .*?accuracy (\d\.\d+)", story)
    }
    assert reached["graft"] > reached["fake"] + 0.2
    assert reached["after"] > reached["before"]
    assert "48,140 parameters, 580 trainable" in story


def test_the_story_of_a_stub_names_what_is_missing(stories: dict[str, str]) -> None:
    """It goes on with the lesson's own networks to the end."""
    story = stories["stub"]
    missing = [line.split()[0] for line in story.splitlines() if "not written yet" in line]
    assert list(dict.fromkeys(missing)) == list(KIT.tasks)


def test_the_checks_are_worth_100_points() -> None:
    """Every task has public and hidden ones, and the hidden ones are the smaller part."""
    assert KIT.points() == 100
    assert {(check.task, check.hidden) for check in KIT.checks} == {
        (task, hidden) for task in KIT.tasks for hidden in (False, True)
    }
    assert sum(check.points for check in KIT.checks if check.hidden) < 50
