"""What is on disk follows the sources; where it does not, that is seen and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.handout.sync import Difference, compare, write
from autograder.kit import slugs

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("slug", slugs(REPOSITORY))
def test_what_is_committed_is_what_the_sources_say(slug: str) -> None:
    differences = compare(REPOSITORY, slug)
    assert differences == [], f"Expected no difference, found {differences}. Run `make sync` and commit."


def test_writing_leaves_nothing_to_do(toy_root: Path) -> None:
    assert {difference.kind for difference in write(toy_root, "sums")} == {"missing"}
    assert compare(toy_root, "sums") == []
    assert write(toy_root, "sums") == []


def test_settings_also_go_beside_the_answers_inputs(toy_root: Path) -> None:
    write(toy_root, "sums")
    written = [toy_root / tree / "sums/inputs/settings.json" for tree in ("assignments", "solutions")]
    assert written[0].read_bytes() == written[1].read_bytes()


def test_missing_changed_and_stray_files_are_told_apart_and_put_right(toy_root: Path) -> None:
    write(toy_root, "sums")
    folder = toy_root / "assignments/sums"
    (folder / "README.md").unlink()
    (folder / "sums.py").write_text("answer = 42\n")
    (folder / "inputs/old.json").write_text("[]")
    expected = [
        Difference("assignments/sums/README.md", "missing"),
        Difference("assignments/sums/inputs/old.json", "stray"),
        Difference("assignments/sums/sums.py", "changed"),
    ]
    assert compare(toy_root, "sums") == expected
    assert write(toy_root, "sums") == expected
    assert compare(toy_root, "sums") == []
    assert not (folder / "inputs/old.json").exists()


def test_a_changed_source_is_a_difference(toy_root: Path) -> None:
    write(toy_root, "sums")
    lesson = toy_root / "solutions/sums/lesson.py"
    lesson.write_text(lesson.read_text() + "\nmore = 1\n")
    assert compare(toy_root, "sums") == [
        Difference("assignments/sums/lesson.py", "changed"),
        Difference("assignments/sums/support/kit.json", "changed"),
    ]


@pytest.mark.parametrize("left", [".vscode/settings.json", "__pycache__/sums.pyc", ".pytest_cache/x"])
def test_what_tools_leave_there_is_left_alone(left: str, toy_root: Path) -> None:
    write(toy_root, "sums")
    path = toy_root / "assignments/sums" / left
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    assert write(toy_root, "sums") == []
    assert path.exists()
