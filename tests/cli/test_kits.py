"""A kit is found by its name or its folder, and a wrong name suggests the right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.cli.common import find_kit
from autograder.kit import KitError

TOY = Path(__file__).parents[1] / "toy"


def test_a_name_is_looked_up_in_the_repository_around_here(monkeypatch):
    monkeypatch.chdir(TOY / "solutions" / "sums")
    assert find_kit("sums", None).slug == "sums"


def test_a_name_is_looked_up_in_the_given_repository(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert find_kit("sums", TOY).slug == "sums"


@pytest.mark.parametrize("tree", ["autograder/kits", "solutions"])
def test_the_folder_of_a_kit_will_do(monkeypatch, tmp_path, tree):
    monkeypatch.chdir(tmp_path)
    assert find_kit(str(TOY / tree / "sums"), None) == find_kit("sums", TOY)


def test_a_wrong_name_suggests_the_right_one(toy_root):
    with pytest.raises(KitError, match="did you mean 'sums'"):
        find_kit("sum", toy_root)
    with pytest.raises(KitError, match="there are: sums"):
        find_kit("week77", toy_root)


def test_outside_a_repository_it_says_where_to_look(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KitError, match="--root"):
        find_kit("sums", None)


def test_a_folder_that_is_not_there_is_named():
    with pytest.raises(KitError, match="no folder 'some/where'"):
        find_kit("some/where", TOY)
