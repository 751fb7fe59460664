"""Lists of fonts lie where Matplotlib looks for them, and new ones are found there."""

from __future__ import annotations

from autograder.sandbox.guest import startup as fonts


def test_what_is_given_lies_in_matplotlibs_folder_and_what_is_new_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    given = {"fontlist-v1.json": "old"}
    fonts.write_font_lists(given)
    assert (tmp_path / "fontlist-v1.json").read_text() == "old"
    (tmp_path / "fontlist-v2.json").write_text("new")
    (tmp_path / "matplotlibrc").write_text("")
    assert fonts.new_font_lists(given) == {"fontlist-v2.json": "new"}
    (tmp_path / "fontlist-v1.json").write_text("repaired")
    assert fonts.new_font_lists(given) == {"fontlist-v1.json": "repaired", "fontlist-v2.json": "new"}


def test_a_list_that_takes_too_much_of_a_message_is_not_told(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    (tmp_path / "fontlist-v1.json").write_text("-" * fonts.MOST_BYTES)
    assert fonts.new_font_lists({}) == {}


def test_without_a_folder_there_is_nothing_to_tell(monkeypatch):
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    assert fonts.new_font_lists({}) == {}
