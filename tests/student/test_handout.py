"""A handout's folder says what it is, and what in it is not as it was handed out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.kit import Kit
from autograder.student.handout import Handout, HandoutError

TOY = Path(__file__).parents[1] / "toy"


def test_it_knows_the_public_checks_and_no_other(handout: Handout) -> None:
    kit = Kit.load(TOY, "sums")
    # They stand in other files and on other lines than the kit's.
    found = {replace(check, place="") for check in handout.checks}
    assert found == {replace(check, place="") for check in kit.checks if not check.hidden}
    assert handout.all_settings == kit.settings
    assert (handout.slug, handout.title, handout.module, handout.tasks) == (
        kit.slug,
        kit.title,
        kit.module,
        kit.tasks,
    )


def test_a_folder_without_a_handout_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(
        HandoutError, match=r"Expected support/kit\.json in .*Go to the folder that you unzipped"
    ):
        Handout.read(tmp_path)


def test_a_handout_that_is_not_whole_says_so(folder: Path) -> None:
    (folder / "test_sums.py").unlink()
    with pytest.raises(HandoutError, match="is incomplete"):
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
    text = (folder / "support/kit.json").read_text()
    assert old in text
    (folder / "support/kit.json").write_text(text.replace(old, new, 1))
    with pytest.raises(HandoutError) as caught:
        Handout.read(folder)
    assert says in str(caught.value)
    assert "Unzip it again" in str(caught.value)


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


@pytest.mark.parametrize("name", ["lesson.py", "inputs/settings.json", "support/check_report.py"])
def test_a_file_that_the_checks_need_is_missed(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(HandoutError, match=rf"is incomplete \(no {name}\)\. Unzip it again"):
        Handout.read(folder)


def test_a_test_file_of_otter_is_not_missed(folder: Path) -> None:
    (folder / "support" / "tests" / "add.py").unlink()
    assert list(Handout.read(folder).altered()) == ["support/tests/add.py"]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, ""),
        ({"sums.py": None}, "sums.py is gone. sums.ipynb is checked instead."),
        (
            {"sums.py": None, "my_sums.py": "def add(left, right): pass"},
            "sums.py is gone. Is it my_sums.py now? Rename it back. sums.ipynb is checked instead.",
        ),
        (
            {"sums.py": None, "sums.ipynb": None, "my_sums.py": "def add(left, right): pass"},
            "sums.py is gone. Is it my_sums.py now? Rename it back.",
        ),
        ({"sums.py": "def add(left, right): return left", "sums.ipynb": None}, ""),
    ],
)
def test_an_answer_that_is_gone_is_missed(folder: Path, files: dict[str, str | None], says: str) -> None:
    """Unless the other file is being worked on."""
    for name, text in files.items():
        if text is None:
            (folder / name).unlink()
        else:
            (folder / name).write_text(text)
    handout = Handout.read(folder)
    assert handout.missing(handout.chosen()) == says


def test_the_state_is_elsewhere_if_the_folder_cannot_hold_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".kit").write_text("a file is in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    state = Handout.read(folder).state
    assert state.is_relative_to(tmp_path / "cache")
    assert Handout.read(folder).state == state
