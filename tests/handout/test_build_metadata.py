"""`kit.json` holds what the command `kit` needs in a handout, and nothing that is hidden."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.files import METADATA, checksum
from autograder.handout.build import build
from autograder.kit import Kit, KitError


def about(root: Path) -> dict[str, Any]:
    """The metadata of the toy kit's handout."""
    return json.loads(build(root, Kit.load(root, "sums"))[METADATA])


def test_it_names_the_tasks_and_the_points_of_hidden_checks(toy_root: Path) -> None:
    data, kit = about(toy_root), Kit.load(toy_root, "sums")
    assert (data["slug"], data["module"], tuple(data["tasks"])) == ("sums", kit.module, kit.tasks)
    assert data["hidden_points"] == {"add": 3, "mean": 3, "scale": 0}


def test_it_has_three_hints_for_every_task(toy_root: Path) -> None:
    assert [len(hints) for hints in about(toy_root)["hints"].values()] == [3, 3, 3]


def test_it_knows_every_file_that_was_handed_out_but_the_answer(toy_root: Path) -> None:
    handout = build(toy_root, Kit.load(toy_root, "sums"))
    known = about(toy_root)["files"]
    assert set(handout) - set(known) == {
        *("README.md", "requirements.txt", METADATA, ".vscode/tasks.json"),
        *("sums.py", "sums.ipynb"),
    }
    assert known == {name: checksum(name, handout[name]) for name in known}


def test_its_version_changes_with_a_check_that_is_public(toy_root: Path) -> None:
    before = about(toy_root)["version"]
    for name, same in (("test_hidden.py", True), ("test_public.py", False)):
        with (toy_root / "autograder/kits/sums" / name).open("a") as checks:
            checks.write("\n# one more line\n")
        assert (about(toy_root)["version"] == before) is same


@pytest.mark.parametrize(
    ("hints", "says"),
    [
        ("add = [", "hints.toml, line 1: this is not TOML"),
        ("subtract = []", "expected tasks and hidden_look_at, found subtract"),
        ("add = 'one'", "expected a list of texts for add, found 'one'"),
        ("hidden_look_at = ['one']", r"expected a text for hidden_look_at, found \['one'\]"),
    ],
)
def test_hints_that_do_not_fit_are_refused(toy_root: Path, hints: str, says: str) -> None:
    (toy_root / "solutions/sums/hints.toml").write_text(hints)
    with pytest.raises(KitError, match=says):
        build(toy_root, Kit.load(toy_root, "sums"))


def test_a_kit_without_hints_has_none(toy_root: Path) -> None:
    (toy_root / "solutions/sums/hints.toml").unlink()
    assert about(toy_root)["hints"] == {"add": [], "mean": [], "scale": []}
