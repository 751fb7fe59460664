"""A handout's folder says what it is, and what in it is not as it was handed out."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.student.handout import Handout, HandoutError

TOY = Path(__file__).parents[1] / "toy"


def test_it_knows_the_public_checks_and_no_other(handout: Handout) -> None:
    kit = Kit.load(TOY, "sums")
    assert set(handout.checks) == {check for check in kit.checks if not check.hidden}
    assert handout.all_settings == kit.settings
    assert (handout.slug, handout.title, handout.module, handout.tasks) == (
        kit.slug,
        kit.title,
        kit.module,
        kit.tasks,
    )


def test_a_folder_without_a_handout_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(HandoutError, match=r"Expected kit\.json in .*Go to the folder that you unzipped"):
        Handout.read(tmp_path)


def test_a_handout_that_is_not_whole_says_so(folder: Path) -> None:
    (folder / "test_sums.py").unlink()
    with pytest.raises(HandoutError, match="is not whole"):
        Handout.read(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"slug": "sums"', '"slug": 7', "`slug`: expected a string, found a number: 7"),
        ('"module": "sums",', "", "the key `module` is missing"),
        ('"tasks": [', '"tasks": "all", "x": [', "`tasks`: expected a list, found a string: 'all'"),
        ("{", "", "is not JSON"),
    ],
)
def test_metadata_that_was_changed_is_told_by_its_key(folder: Path, old: str, new: str, says: str) -> None:
    text = (folder / "kit.json").read_text()
    assert old in text
    (folder / "kit.json").write_text(text.replace(old, new, 1))
    with pytest.raises(HandoutError) as caught:
        Handout.read(folder)
    assert says in str(caught.value)
    assert "Unzip it anew" in str(caught.value)


def test_nothing_is_altered_at_first(handout: Handout) -> None:
    assert list(handout.altered()) == []


def test_the_answer_may_change_and_given_files_may_not(folder: Path, handout: Handout) -> None:
    (folder / "sums.py").write_text("")
    (folder / "lesson.py").write_text("")
    (folder / "inputs" / "numbers.json").unlink()
    assert set(handout.altered()) == {"lesson.py", "inputs/numbers.json"}


def test_line_ends_of_another_system_are_no_change(folder: Path, handout: Handout) -> None:
    text = (folder / "lesson.py").read_bytes()
    (folder / "lesson.py").write_bytes(text.replace(b"\n", b"\r\n"))
    assert list(handout.altered()) == []
