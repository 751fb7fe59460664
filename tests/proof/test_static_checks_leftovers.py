"""What an author may have forgotten is noted with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.kit import Kit, slugs
from autograder.proof.static_checks import find_leftovers

ROOT = Path(__file__).parents[2]
PUBLIC, HIDDEN = "solutions/sums/inputs", "autograder/kits/sums/inputs"
SOLUTION, LESSON = "solutions/sums/sums.py", "solutions/sums/lesson.py"
STORY = "solutions/sums/lesson.md"
SCALE = '"""Return a new array, every element multiplied by `factor`."""'
MEAN = '"""Return the mean of an array as a float."""'


def notes(root: Path) -> list[str]:
    return list(find_leftovers(root, Kit.load(root, "sums")))


@pytest.mark.parametrize("slug", slugs(ROOT))
def test_no_kit_has_leftovers(slug: str) -> None:
    assert list(find_leftovers(ROOT, Kit.load(ROOT, slug))) == []


@pytest.mark.parametrize(
    ("file", "code", "noted"),
    [
        (f"{PUBLIC}/old.json", "", True),
        (f"{HIDDEN}/old.npz", "", True),
        (f"{PUBLIC}/numbers_2.json", "", True),
        (f"{HIDDEN}/old.npz", 'DATA = "old"', False),
        (f"{HIDDEN}/old.npz", 'DATA = "inputs/old.npz"', False),
        (f"{PUBLIC}/old.csv", 'DATA = "*.csv"', False),
        (f"{PUBLIC}/net_3.npz", 'def name(n): return f"net_{n}"', False),
        (f"{PUBLIC}/net_3.npz", 'def name(n): return f"{n}.npz"', True),
        (f"{PUBLIC}/old.npz", '# "old" is no longer used', True),
    ],
)
def test_an_input_that_nothing_loads_is_noted(toy_root: Path, file: str, code: str, noted: bool) -> None:
    """A name may be computed in part; a comment loads nothing."""
    (toy_root / file).write_text("[1]")
    (toy_root / LESSON).write_text(f"{(toy_root / LESSON).read_text()}\n\n{code}\n")
    expected = f"{file}: expected code that loads this input, found none: is it left over, or misspelt?"
    assert notes(toy_root) == ([expected] if noted else [])


@pytest.mark.parametrize("text", ['{"weights": ["body"]}', '["body"]'])
def test_an_input_may_name_another(toy_root: Path, text: str) -> None:
    (toy_root / PUBLIC / "numbers.json").write_text(text)
    (toy_root / PUBLIC / "body.npz").write_bytes(b"\xff")
    assert notes(toy_root) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "note"),
    [
        (
            SOLUTION,
            SCALE,
            MEAN,
            f"{SOLUTION}, line 20: scale has the docstring of mean: are they one task?",
        ),
        (
            STORY,
            "Computers began",
            "FILL IN: Computers began",
            f"{STORY}, line 3: FILL IN is left, which students read in the files that they receive.",
        ),
    ],
)
def test_what_a_skeleton_leaves_is_noted(toy_root: Path, file: str, old: str, new: str, note: str) -> None:
    path = toy_root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert notes(toy_root) == [note]
