"""Hints come one at a time, from a nudge to nearly the answer, and are remembered."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from autograder.cli import app
from autograder.student import handout as hints
from autograder.student.handout import Handout, SavedState


def test_each_call_gives_one_more_until_the_last(folder: Path) -> None:
    run = CliRunner().invoke
    said = [run(app, ["hint", "add", str(folder)]).stdout for _ in range(5)]
    assert said[0] == "Hint 1 of 4 for add: Which operator joins two numbers?\n"
    assert said[3].startswith("Hint 4 of 4 for add: One line")
    assert said[4] == said[3] + "That was the last one. `kit hint add --again` starts again.\n"
    assert run(app, ["hint", "add", str(folder), "--again"]).stdout == said[0]


def test_a_task_that_is_not_there_suggests_the_right_one(folder: Path) -> None:
    result = CliRunner().invoke(app, ["hint", "scal", str(folder)])
    assert result.exit_code == 2
    assert "did you mean 'scale'?" in result.stderr


def test_the_first_hint_is_that_of_the_check_that_fails(handout: Handout) -> None:
    failing = SavedState(failing={"mean": "test_mean_of_the_given_numbers"})
    assert hints.hint_list(handout, "mean", failing)[0] == "Divide by how many there are."
    assert hints.hint_list(handout, "mean", SavedState(failing={"mean": "test_gone"}))[0]


def test_the_other_tasks_hints_stay_where_they_are(handout: Handout) -> None:
    saved_state = SavedState.read(handout.state)
    hints.take_hint(handout, "add", saved_state)
    again = SavedState.read(handout.state)
    assert (len(hints.hints_taken(handout, "add", again)), hints.hints_taken(handout, "mean", again)) == (
        1,
        [],
    )


def test_a_state_that_cannot_be_read_begins_anew(handout: Handout) -> None:
    for text in ("", "[]", '{"hints": {"add": "two"}}', '{"hints": 3}', '{"nonsense": 1}'):
        (handout.state / "memory.json").write_text(text)
        assert SavedState.read(handout.state) == SavedState()
