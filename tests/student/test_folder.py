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
