"""`python lesson.py` tells week 9's story with the student's functions, solved or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder.kit import Kit

Tell = Callable[[Kit, Mapping[str, str]], dict[str, str]]
ROOT = Path(__file__).resolve().parents[2]
KIT = Kit.load(ROOT, "week09_transfer")
ANSWERS = (ROOT / "solutions" / "week09_transfer" / "transfer.py").read_text(encoding="utf-8")
STUB = re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "raise NotImplementedError", ANSWERS, flags=re.DOTALL)
SHARED = """
import keras

def copy_layers(base):
    return keras.Sequential([keras.Input(base.input_shape[1:]), *base.layers])

def drop_top(model):
    return keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[:-1]])

def freeze(model):
    model.trainable = False
    return model
"""
# One process tells all stories.
pytestmark = pytest.mark.xdist_group("week09_story")


@pytest.fixture(scope="module")
def stories(told: Tell) -> dict[str, str]:
    """What the story says of the solution, of the stub, and of an answer that shares its layers."""
    return told(KIT, {"solution": ANSWERS, "stub": STUB, "shared": SHARED})


def test_the_story_of_a_solution_has_its_numbers(stories: dict[str, str]) -> None:
    """Parameters of every move, both accuracies, and the eight flowers with what the graft takes them for."""
    story = stories["solution"]
    assert "base: 1,603 parameters, 1,603 trainable and 0 frozen, accuracy 0.9" in story
    assert "frozen body: 1,525 parameters, 0 trainable and 1,525 frozen" in story
    assert re.search(
        r"graft: 1,629 parameters, 104 trainable and 1,525 frozen, accuracy (0\.875|1\.000)", story
    )
    assert len(re.findall(r"^  \d\.\d .*\(\d+%\)$", story, flags=re.MULTILINE)) == 8


def test_the_story_of_a_stub_names_what_is_missing(stories: dict[str, str]) -> None:
    """It goes on with the lesson's own networks to the end."""
    story = stories["stub"]
    assert [line.split()[0] for line in story.splitlines() if "not written yet" in line] == list(KIT.tasks)


def test_the_story_says_what_shared_layers_do(stories: dict[str, str]) -> None:
    """Where freezing a body freezes the base that it was cut from, that is said in numbers."""
    assert "78 of its 1,603 parameters still train" in stories["shared"]


def test_the_checks_are_worth_100_points() -> None:
    """Every task has public and hidden ones, and the hidden ones are the smaller part."""
    assert KIT.points() == 100
    assert {(check.task, check.hidden) for check in KIT.checks} == {
        (task, hidden) for task in KIT.tasks for hidden in (False, True)
    }
    assert sum(check.points for check in KIT.checks if check.hidden) < 50
