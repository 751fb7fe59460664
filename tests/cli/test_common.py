"""A kit is found by its name or its folder, and a wrong name suggests the right one."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from autograder.cli.common import USED_WRONGLY, find_kit
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


def test_outside_a_repository_it_says_where_to_look(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(typer.Exit) as ended:
        find_kit("sums", None)
    assert ended.value.exit_code == USED_WRONGLY
    assert "--root" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named():
    with pytest.raises(KitError, match="no folder 'some/where'"):
        find_kit("some/where", TOY)


def test_a_broken_kit_stops_no_other(toy_root, tmp_path, kit_here, monkeypatch):
    """`list`, `sync` and `release` go on with the others and say what is wrong with it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    broken = toy_root / "autograder" / "kits" / "aaa_broken"
    broken.mkdir()
    (broken / "kit.toml").write_text('title = 3\nmodule = "x"\ntasks = ["a"]\n')
    for name in ("test_public.py", "test_hidden.py"):
        (broken / name).write_text("")
    said = "aaa_broken/kit.toml, line 1: `title`: expected a string, found a number: 3."
    status, output = kit_here("list", "--root", toy_root)
    assert (status, said in output) == (0, True)
    assert [line.split()[0] for line in output.splitlines()[1:3]] == ["sums", "aaa_broken"]
    status, output = kit_here("sync", "--root", toy_root)
    assert (status, said in output) == (1, True)
    assert (toy_root / "assignments" / "sums" / "README.md").is_file()
    status, output = kit_here("release", "--out", tmp_path / "dist", "--root", toy_root)
    assert (status, f"Not released: autograder/kits/{said}" in output) == (1, True)
    assert "No kit was released" in output


def test_an_option_of_before_still_works_and_names_its_new_name(kit_here, tmp_path):
    status, output = kit_here("prove", "--each", "--root", tmp_path)
    assert status == 2
    assert "--each is now called --no-batch." in output


def test_the_help_lists_commands_by_audience(kit_here):
    status, output = kit_here("--help")
    places = [output.index(heading) for heading in ("students:", "assistants:", "instructors:")]
    assert status == 0
    assert places == sorted(places)
    assert "--each" not in kit_here("prove", "--help")[1]
